-- Contracts (docs/contracts.md): who looks after what, where, from when to when, for how much. Every kind of record is a typed
-- table with the same head; all of them change through `record_change` under the change sets that assets have too, and every
-- superseded state is in `record_version`. Nothing is deleted: what was added by mistake is `void`.

-- Rights -----------------------------------------------------------------------------------------------------

INSERT INTO registry.role VALUES
  ('contract_manager', '合同管理员', 'Contract manager'), ('approver', '审批人', 'Approver'),
  ('security_officer', '安全员', 'Security officer'), ('auditor', '审计员', 'Auditor');

CREATE TABLE registry.role_permission (
  role       text NOT NULL REFERENCES registry.role,
  permission text NOT NULL,
  PRIMARY KEY (role, permission)
);
COMMENT ON TABLE registry.role_permission IS '角色的权限；见 registry.access.permissions';
INSERT INTO registry.role_permission (role, permission)
SELECT r, unnest(string_to_array(p, ' '))
FROM (VALUES
  ('administrator', 'asset:read asset:write contract:read price:read work:read finding:read statement:read log:read'),
  ('surveyor', 'asset:read asset:write contract:read work:read work:review'),
  ('inspector', 'asset:read contract:read work:read finding:read finding:write'),
  ('contract_manager', 'asset:read contract:read contract:write price:read work:read finding:read finding:write statement:read'
                       ' statement:make person:contact'),
  ('approver', 'asset:read contract:read contract:approve price:read work:read finding:read statement:read statement:approve'),
  ('security_officer', 'grant:write'),
  ('auditor', 'audit:read')) AS held (r, p);

-- A person is staff or contractor in a district, never both: each works under a database role of its own.
ALTER TABLE registry.membership ADD CONSTRAINT membership_staff_or_contractor
  EXCLUDE USING gist (district WITH =, person_id WITH =, ((role = 'contractor')::int) WITH <>);

-- Which day it is decides which contracts are in force: in the district's time, not in the server's or the session's.
ALTER TABLE registry.district ADD COLUMN time_zone text NOT NULL DEFAULT 'Asia/Shanghai'
  CHECK (timestamptz '2000-01-01 00:00Z' AT TIME ZONE time_zone IS NOT NULL);
COMMENT ON COLUMN registry.district.time_zone IS '合同起止日期按此时区的日历';

-- Words ------------------------------------------------------------------------------------------------------

CREATE TABLE registry.trade (
  code     text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,40}$'),
  name_zh  text NOT NULL,
  name_en  text NOT NULL,
  grade_by text,
  position int NOT NULL
);
COMMENT ON TABLE registry.trade IS '行业';
COMMENT ON COLUMN registry.trade.grade_by IS '养护等级所在的资产属性';
INSERT INTO registry.trade VALUES
  ('sanitation', '环卫', 'Sanitation', 'cleaning_grade', 1), ('river', '河道', 'Rivers', 'level', 2),
  ('municipal', '市政', 'Municipal works', 'maintenance_grade', 3), ('greening', '绿化', 'Greening', 'grade', 4),
  ('lighting', '亮灯', 'Lighting', NULL, 5);

CREATE TABLE registry.task_kind (
  code     text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,40}$'),
  trade    text NOT NULL REFERENCES registry.trade,
  name_zh  text NOT NULL,
  name_en  text NOT NULL,
  unit     text NOT NULL DEFAULT '',
  proposes text,
  position int NOT NULL
);
COMMENT ON COLUMN registry.task_kind.proposes IS '完成后提议对资产的变更';
INSERT INTO registry.task_kind VALUES
  ('sweeping', 'sanitation', '清扫', 'Sweeping', 'm', NULL, 1), ('washing', 'sanitation', '冲洗', 'Washing', 'm', NULL, 2),
  ('bin_cleaning', 'sanitation', '清运', 'Emptying bins', '个', NULL, 3),
  ('dredging', 'river', '疏浚', 'Dredging', 'm', NULL, 4), ('skimming', 'river', '打捞', 'Skimming', 'm', NULL, 5),
  ('patching', 'municipal', '修补', 'Patching', 'm²', NULL, 6), ('cover_change', 'municipal', '井盖更换', 'Changing a cover', '个',
    'replace', 7),
  ('clearing', 'municipal', '清掏', 'Clearing', '座', NULL, 8),
  ('pruning', 'greening', '修剪', 'Pruning', 'm²', NULL, 9), ('planting', 'greening', '补植', 'Planting', '株', 'install', 10),
  ('felling', 'greening', '移除', 'Felling', '株', 'remove', 11),
  ('lamp_repair', 'lighting', '灯具维修', 'Repairing a lamp', '盏', 'state', 12),
  ('lamp_change', 'lighting', '灯具更换', 'Changing a lamp', '盏', 'replace', 13);

-- Records ----------------------------------------------------------------------------------------------------
-- The head of each kind: which version this is, which change set wrote it, since when it holds.

CREATE SEQUENCE registry.record_id_seq;
DO $$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['contract', 'term', 'supplement', 'contract_sum', 'lot', 'zone', 'zone_rule', 'bill_line',
    'zone_item',
                              'worker', 'worker_contact', 'crew', 'crew_member', 'crew_lot', 'task_rule', 'scheme', 'duty',
                              'guide_price', 'document'] LOOP
    EXECUTE format('CREATE TABLE registry.%I (
      district   text NOT NULL REFERENCES registry.district,
      id         bigint NOT NULL,
      version    int NOT NULL,
      change_set bigint NOT NULL,
      valid_from timestamptz NOT NULL,
      void       boolean NOT NULL DEFAULT false,
      PRIMARY KEY (district, id),
      FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id))', kind);
  END LOOP;
END $$;

-- A party that only a delivery has named has no change set.
ALTER TABLE registry.party
  ADD COLUMN version    int NOT NULL DEFAULT 1,
  ADD COLUMN change_set bigint,
  ADD COLUMN valid_from timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN void       boolean NOT NULL DEFAULT false,
  ADD COLUMN kind       text NOT NULL DEFAULT 'other',
  ADD COLUMN short_name text NOT NULL DEFAULT '',
  ADD COLUMN phone      text NOT NULL DEFAULT '',
  ADD COLUMN aliases    text[] NOT NULL DEFAULT '{}',
  ADD FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id);
COMMENT ON COLUMN registry.party.phone IS '值班电话';
COMMENT ON COLUMN registry.party.aliases IS '曾用名、合并前的名称';

ALTER TABLE registry.contract
  ADD COLUMN number        text NOT NULL CHECK (number <> ''),
  ADD COLUMN name          text NOT NULL DEFAULT '',
  ADD COLUMN trade         text NOT NULL REFERENCES registry.trade,
  ADD COLUMN kind          text NOT NULL DEFAULT 'service',
  ADD COLUMN method        text NOT NULL DEFAULT '',
  ADD COLUMN purchaser     bigint NOT NULL,
  ADD COLUMN contractor    bigint NOT NULL,
  ADD COLUMN partners      bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN signed_on     date,
  ADD COLUMN vat_percent   numeric(5, 2),
  ADD COLUMN state         text NOT NULL DEFAULT 'draft',
  ADD COLUMN terminated_on date,
  ADD COLUMN renews        bigint,
  ADD COLUMN remark        text NOT NULL DEFAULT '',
  ADD CHECK ((state = 'terminated') = (terminated_on IS NOT NULL)),
  ADD FOREIGN KEY (district, purchaser) REFERENCES registry.party DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, contractor) REFERENCES registry.party DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, renews) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT contract_number EXCLUDE USING btree (district WITH =, number WITH =)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.contract IS '合同：甲方、乙方（及联合体）、行业、状态；金额在 contract_sum，期限在 term';
COMMENT ON COLUMN registry.contract.kind IS 'in_house：甲方自养；owner：权属单位自养';
COMMENT ON COLUMN registry.contract.partners IS '联合体其他成员';
COMMENT ON COLUMN registry.contract.terminated_on IS '终止前的最后一天';

ALTER TABLE registry.term
  ADD COLUMN contract  bigint NOT NULL,
  ADD COLUMN ordinal   int NOT NULL CHECK (ordinal > 0),
  ADD COLUMN during    daterange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
  ADD COLUMN kind      text NOT NULL DEFAULT 'base',
  ADD COLUMN state     text NOT NULL DEFAULT 'agreed',
  ADD COLUMN condition text NOT NULL DEFAULT '',
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT term_during EXCLUDE USING gist (district WITH =, contract WITH =, during WITH &&) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.term IS '合同期：一年一签的各段，选择续签者为 option';

ALTER TABLE registry.supplement
  ADD COLUMN contract     bigint NOT NULL,
  ADD COLUMN number       text NOT NULL,
  ADD COLUMN signed_on    date,
  ADD COLUMN effective_on date NOT NULL,
  ADD COLUMN rationale    text NOT NULL DEFAULT '',
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT supplement_number EXCLUDE USING btree (district WITH =, contract WITH =, number WITH =) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.supplement IS '补充协议';

-- All money of a contract but its bill, in rows of their own: who may see a contract but no price gets no row of this table.
ALTER TABLE registry.contract_sum
  ADD COLUMN contract   bigint NOT NULL,
  ADD COLUMN what       text NOT NULL,
  ADD COLUMN term       bigint,
  ADD COLUMN supplement bigint,
  ADD COLUMN amount     numeric(16, 2) NOT NULL,
  ADD CHECK ((what = 'term') = (term IS NOT NULL)),
  ADD CHECK ((what = 'supplement') = (supplement IS NOT NULL)),
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, term) REFERENCES registry.term DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, supplement) REFERENCES registry.supplement DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT contract_sum_what EXCLUDE USING btree (
    district WITH =, contract WITH =, what WITH =, (coalesce(term, supplement, 0)) WITH =) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.contract_sum IS '合同金额（元）：中标价、合同总价、履约保证金、控制价、各期金额、补充协议增减额';

ALTER TABLE registry.lot
  ADD COLUMN contract bigint NOT NULL,
  ADD COLUMN number   text NOT NULL,
  ADD COLUMN name     text NOT NULL DEFAULT '',
  ADD COLUMN manager  bigint,
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT lot_number EXCLUDE USING btree (district WITH =, contract WITH =, number WITH =) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.lot IS '标段';
CREATE INDEX lot_contract ON registry.lot (district, contract);

ALTER TABLE registry.zone
  ADD COLUMN lot    bigint NOT NULL,
  ADD COLUMN during daterange NOT NULL CHECK (NOT isempty(during)),
  ADD COLUMN edge   text NOT NULL DEFAULT 'split',
  ADD FOREIGN KEY (district, lot) REFERENCES registry.lot DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT zone_during EXCLUDE USING gist (district WITH =, lot WITH =, during WITH &&) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.zone IS '责任区：一个标段在一段时间内所管；范围变更时结束旧区、另立新区';
COMMENT ON COLUMN registry.zone.edge IS 'split：跨界者按长度或面积分割；midpoint：中点所在一方全管';

ALTER TABLE registry.zone_rule
  ADD COLUMN zone    bigint NOT NULL,
  ADD COLUMN effect  text NOT NULL DEFAULT 'cover',
  ADD COLUMN geom    geometry(MultiPolygon, 4490) CHECK (NOT ST_IsEmpty(geom) AND ST_IsValid(geom)), -- noqa: LT01
  ADD COLUMN areas   text[] CHECK (areas <> '{}'),
  ADD COLUMN layers  text[] CHECK (layers <> '{}'),
  ADD COLUMN classes text[] CHECK (classes <> '{}'),
  ADD COLUMN grades  text[] CHECK (grades <> '{}'),
  ADD COLUMN owners  bigint[] CHECK (owners <> '{}'),
  ADD CHECK (geom IS NULL OR areas IS NULL),
  ADD FOREIGN KEY (district, zone) REFERENCES registry.zone DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.zone_rule IS '责任区规则：范围（图形或区域编码，皆空为全区）内哪些资产；条件为空即不限';
COMMENT ON COLUMN registry.zone_rule.classes IS '分类标准与代码，以空格相连，如 CJ/T 214-2007 0118';
COMMENT ON COLUMN registry.zone_rule.grades IS '养护等级：资产属性 trade.grade_by 的值';
CREATE INDEX zone_rule_zone ON registry.zone_rule (district, zone);

ALTER TABLE registry.bill_line
  ADD COLUMN contract   bigint NOT NULL,
  ADD COLUMN lot        bigint,
  ADD COLUMN number     text NOT NULL,
  ADD COLUMN item       text NOT NULL,
  ADD COLUMN unit       text NOT NULL,
  ADD COLUMN quantity   numeric(14, 2) NOT NULL,
  ADD COLUMN unit_price numeric(14, 4) NOT NULL,
  ADD COLUMN amount     numeric(16, 2) NOT NULL,
  ADD COLUMN per        text NOT NULL DEFAULT 'year',
  ADD COLUMN kind       text NOT NULL DEFAULT 'unit',
  ADD COLUMN basis      text NOT NULL DEFAULT 'none',
  ADD COLUMN layers     text[] CHECK (layers <> '{}'),
  ADD COLUMN classes    text[] CHECK (classes <> '{}'),
  ADD COLUMN grades     text[] CHECK (grades <> '{}'),
  ADD COLUMN during     daterange CHECK (NOT isempty(during)),
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, lot) REFERENCES registry.lot DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT bill_line_during EXCLUDE USING gist (
    district WITH =, contract WITH =, number WITH =, (coalesce(during, '(,)'::daterange)) WITH &&) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.bill_line IS '工程量清单；调价为同一序号的另一行，日期不得重叠';
COMMENT ON COLUMN registry.bill_line.basis IS '工程量按资产的什么计量；length_width 为长度乘以 width_m';

ALTER TABLE registry.zone_item
  ADD COLUMN zone       bigint NOT NULL,
  ADD COLUMN effect     text NOT NULL DEFAULT 'cover',
  ADD COLUMN asset_id   bigint NOT NULL,
  ADD COLUMN span       int8multirange CHECK (NOT isempty(span)),
  ADD COLUMN geom       geometry(MultiPoint, 4490), -- noqa: LT01, CP01
  ADD COLUMN from_name  text NOT NULL DEFAULT '',
  ADD COLUMN to_name    text NOT NULL DEFAULT '',
  ADD COLUMN quantity   numeric(14, 2),
  ADD COLUMN unit       text NOT NULL DEFAULT '',
  ADD COLUMN bill_line  bigint,
  ADD COLUMN source_row bigint,
  ADD FOREIGN KEY (district, zone) REFERENCES registry.zone DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, bill_line) REFERENCES registry.bill_line DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, asset_id) REFERENCES registry.asset DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT zone_item_asset EXCLUDE USING btree (district WITH =, zone WITH =, asset_id WITH =, effect WITH =)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.zone_item IS '责任区点名列入或除外的资产，优先于范围';
COMMENT ON COLUMN registry.zone_item.span IS '沿线位置（毫米），空为全部';
COMMENT ON COLUMN registry.zone_item.geom IS '起点与止点';
CREATE INDEX zone_item_asset_id ON registry.zone_item (district, asset_id);

ALTER TABLE registry.worker
  ADD COLUMN party     bigint NOT NULL,
  ADD COLUMN name      text NOT NULL,
  ADD COLUMN post      text NOT NULL DEFAULT '',
  ADD COLUMN person_id bigint REFERENCES registry.person,
  ADD COLUMN during    daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(during)),
  ADD FOREIGN KEY (district, party) REFERENCES registry.party DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.worker IS '作业人员；电话在 worker_contact，身份证号不存';

ALTER TABLE registry.worker_contact
  ADD COLUMN worker       bigint NOT NULL,
  ADD COLUMN phone        text NOT NULL DEFAULT '',
  ADD COLUMN certificates jsonb NOT NULL DEFAULT '[]',
  ADD FOREIGN KEY (district, worker) REFERENCES registry.worker DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT worker_contact_worker EXCLUDE USING btree (district WITH =, worker WITH =) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE registry.crew
  ADD COLUMN party      bigint NOT NULL,
  ADD COLUMN name       text NOT NULL,
  ADD COLUMN duty_phone text NOT NULL DEFAULT '',
  ADD FOREIGN KEY (district, party) REFERENCES registry.party DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT crew_name EXCLUDE USING btree (district WITH =, party WITH =, name WITH =) WHERE (NOT void)
    DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.crew IS '班组';
ALTER TABLE registry.crew_member
  ADD COLUMN crew   bigint NOT NULL,
  ADD COLUMN worker bigint NOT NULL,
  ADD COLUMN during daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(during)),
  ADD FOREIGN KEY (district, crew) REFERENCES registry.crew DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, worker) REFERENCES registry.worker DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT crew_member_during EXCLUDE USING gist (district WITH =, crew WITH =, worker WITH =, during WITH &&)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE registry.crew_lot
  ADD COLUMN crew   bigint NOT NULL,
  ADD COLUMN lot    bigint NOT NULL,
  ADD COLUMN during daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(during)),
  ADD FOREIGN KEY (district, crew) REFERENCES registry.crew DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, lot) REFERENCES registry.lot DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT crew_lot_during EXCLUDE USING gist (district WITH =, crew WITH =, lot WITH =, during WITH &&)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE registry.task_rule
  ADD COLUMN lot       bigint NOT NULL,
  ADD COLUMN task_kind text NOT NULL REFERENCES registry.task_kind,
  ADD COLUMN layers    text[] CHECK (layers <> '{}'),
  ADD COLUMN classes   text[] CHECK (classes <> '{}'),
  ADD COLUMN grades    text[] CHECK (grades <> '{}'),
  ADD COLUMN times     int NOT NULL CHECK (times > 0),
  ADD COLUMN per       text NOT NULL,
  ADD COLUMN months    int[] CHECK (months <> '{}' AND months <@ '{1,2,3,4,5,6,7,8,9,10,11,12}'),
  ADD COLUMN tolerance interval NOT NULL DEFAULT '0',
  ADD COLUMN done_to   text NOT NULL DEFAULT 'asset',
  ADD FOREIGN KEY (district, lot) REFERENCES registry.lot DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.task_rule IS '作业频次';

ALTER TABLE registry.scheme
  ADD COLUMN contract bigint NOT NULL,
  ADD COLUMN lot      bigint,
  ADD COLUMN name     text NOT NULL,
  ADD COLUMN body     jsonb NOT NULL,
  ADD FOREIGN KEY (district, contract) REFERENCES registry.contract DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (district, lot) REFERENCES registry.lot DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT scheme_name EXCLUDE USING btree (district WITH =, contract WITH =, (coalesce(lot, 0)) WITH =, name WITH =)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE registry.scheme IS '考核办法';

ALTER TABLE registry.duty
  ADD COLUMN trade   text NOT NULL REFERENCES registry.trade,
  ADD COLUMN layer   text NOT NULL REFERENCES registry.layer,
  ADD COLUMN classes text[] CHECK (classes <> '{}'),
  ADD COLUMN owners  bigint[] CHECK (owners <> '{}');
COMMENT ON TABLE registry.duty IS '职责：哪个行业应管哪些资产；应管而无人管者为缺口';

ALTER TABLE registry.guide_price
  ADD COLUMN trade   text NOT NULL REFERENCES registry.trade,
  ADD COLUMN layer   text NOT NULL REFERENCES registry.layer,
  ADD COLUMN classes text[] CHECK (classes <> '{}'),
  ADD COLUMN grade   text,
  ADD COLUMN unit    text NOT NULL,
  ADD COLUMN price   numeric(14, 4) NOT NULL,
  ADD COLUMN during  daterange NOT NULL CHECK (NOT isempty(during));
COMMENT ON TABLE registry.guide_price IS '指导价（元/年）：估算缺口所需资金';

ALTER TABLE registry.document
  ADD COLUMN record_kind text NOT NULL,
  ADD COLUMN record_id   bigint NOT NULL,
  ADD COLUMN kind        text NOT NULL DEFAULT '',
  ADD COLUMN title       text NOT NULL,
  ADD COLUMN signed_on   date,
  ADD COLUMN sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  ADD COLUMN bytes       bigint NOT NULL,
  ADD COLUMN media_type  text NOT NULL,
  ADD CONSTRAINT document_sha256 EXCLUDE USING btree (district WITH =, record_kind WITH =, record_id WITH =, sha256 WITH =)
    WHERE (NOT void) DEFERRABLE INITIALLY DEFERRED;

-- Their changes ----------------------------------------------------------------------------------------------

ALTER TABLE registry.change_set
  ADD COLUMN subject    text NOT NULL DEFAULT 'asset',
  ADD COLUMN supplement bigint,
  ALTER COLUMN layer DROP NOT NULL,
  ADD CONSTRAINT change_set_layer_check CHECK ((subject = 'asset') = (layer IS NOT NULL));
COMMENT ON COLUMN registry.change_set.subject IS 'asset：资产的变更；record：合同等记录的变更';
COMMENT ON COLUMN registry.change_set.supplement IS '依据的补充协议';

CREATE TABLE registry.record_change (
  district     text NOT NULL,
  change_set   bigint NOT NULL,
  seq          int NOT NULL,
  source_row   bigint,
  kind         text NOT NULL,
  action       text NOT NULL,
  accepted     boolean NOT NULL DEFAULT true,
  record_id    bigint NOT NULL,
  base_version int,
  changed      text[] NOT NULL DEFAULT '{}',
  body         jsonb NOT NULL,
  geom         geometry(Geometry, 4490), -- noqa: LT01
  matched_by   text,
  doubtful     boolean NOT NULL DEFAULT false,
  candidates   bigint[] NOT NULL DEFAULT '{}',
  reason       text NOT NULL DEFAULT '',
  PRIMARY KEY (district, change_set, seq),
  FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id),
  CHECK (action = 'conflict' OR (action = 'add') = (base_version IS NULL))
);
COMMENT ON TABLE registry.record_change IS '记录的拟议变更：body 为该行除表头与图形外的各列';
CREATE TABLE registry.record_version (
  district   text NOT NULL,
  kind       text NOT NULL,
  id         bigint NOT NULL,
  version    int NOT NULL,
  change_set bigint,
  body       jsonb NOT NULL,
  geom       geometry(Geometry, 4490), -- noqa: LT01
  valid_from timestamptz NOT NULL,
  valid_to   timestamptz NOT NULL,
  ended_by   bigint NOT NULL,
  PRIMARY KEY (district, kind, id, version)
);
COMMENT ON TABLE registry.record_version IS '记录的历次旧值';

-- Who works for whom -----------------------------------------------------------------------------------------

CREATE TABLE registry.affiliation (
  district  text NOT NULL REFERENCES registry.district,
  person_id bigint NOT NULL REFERENCES registry.person,
  party     bigint NOT NULL,
  role      text NOT NULL,
  crew      bigint,
  during    daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(during)),
  PRIMARY KEY (district, person_id, party),
  FOREIGN KEY (district, party) REFERENCES registry.party,
  FOREIGN KEY (district, crew) REFERENCES registry.crew,
  CHECK ((role = 'crew') = (crew IS NOT NULL))
);
COMMENT ON TABLE registry.affiliation IS '养护单位人员：为哪个单位，负责人还是班组成员';
CREATE INDEX affiliation_person ON registry.affiliation (person_id);

-- Derived ----------------------------------------------------------------------------------------------------

ALTER TABLE registry.asset ADD COLUMN zones bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE registry.asset_version ADD COLUMN zones bigint[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN registry.asset.zones IS '覆盖该资产的责任区（由 coverage 导出）';
CREATE INDEX asset_zones ON registry.asset USING gin (zones) WITH (fastupdate = off);

CREATE TABLE registry.zone_piece (
  district text NOT NULL,
  zone     bigint NOT NULL,
  rule     bigint NOT NULL,
  n        int NOT NULL,
  effect   text NOT NULL,
  edge     text NOT NULL,
  layers   text[],
  classes  text[],
  grades   text[],
  grade_by text,
  owners   bigint[],
  geom     geometry(Polygon, 4490) NOT NULL, -- noqa: LT01
  PRIMARY KEY (district, zone, rule, n)
);
CREATE INDEX zone_piece_geom ON registry.zone_piece USING gist (geom);
COMMENT ON TABLE registry.zone_piece IS '责任区规则的范围，切成小块（导出）';

CREATE TABLE registry.coverage (
  district text NOT NULL,
  zone     bigint NOT NULL,
  asset_id bigint NOT NULL,
  layer    text NOT NULL,
  measure  bigint NOT NULL CHECK (measure > 0),
  span     int8multirange,
  part     geometry(MultiPolygon, 4490), -- noqa: LT01
  PRIMARY KEY (district, zone, asset_id)
);
CREATE INDEX coverage_asset ON registry.coverage (district, asset_id);
COMMENT ON TABLE registry.coverage IS '每个责任区管每个资产的多少（导出）：毫米、平方厘米或个；span、part 皆空为全部';
