-- Deliveries: what a surveyor uploaded, with its state; changes that say how their row was recognised; asset and change
-- remember the delivered row by a fingerprint, so that the next delivery need not look at what did not change.

-- 128 bits over a delivered row and everything that decides what becomes of it; null after an edit by hand.
ALTER TABLE registry.asset ADD COLUMN fingerprint uuid;
ALTER TABLE registry.asset_version ADD COLUMN fingerprint uuid;
-- A version keeps what was derived for it, copied rather than computed anew.
ALTER TABLE registry.asset_version
  ALTER COLUMN geom_3857 DROP EXPRESSION, ALTER COLUMN gx DROP EXPRESSION, ALTER COLUMN gy DROP EXPRESSION;
-- Room in each page, so that a row that is changed finds its place beside its old version and no index needs a new entry.
ALTER TABLE registry.asset SET (fillfactor = 85);
COMMENT ON COLUMN registry.asset.fingerprint IS '最近一次交付中该行的指纹；手工改动后为空';

-- `matched_by`: how the row was recognised as this asset. `candidates`: other assets it could be as well; a change that is
-- doubtful is not accepted until a person says which it is; `delivered` keeps its row as it came until then. `reason`: why a
-- row is a conflict (registry.changes.conflict_reasons).
ALTER TABLE registry.change
  ADD COLUMN fingerprint uuid,
  ADD COLUMN matched_by  text CHECK (matched_by IN ('code', 'alias', 'key', 'rule', 'same', 'place', 'person')),
  ADD COLUMN score       double precision,
  ADD COLUMN doubtful    boolean NOT NULL DEFAULT false,
  ADD COLUMN candidates  bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN reason      text NOT NULL DEFAULT '',
  ADD COLUMN delivered   jsonb;

-- Which change set made the alias, and which asset it led to before: so that its undo gives it back.
ALTER TABLE registry.asset_alias ADD COLUMN change_set bigint, ADD COLUMN replaced bigint;

CREATE SEQUENCE registry.delivery_id_seq;
CREATE TABLE registry.delivery (
  district    text NOT NULL REFERENCES registry.district,
  id          bigint NOT NULL DEFAULT nextval('registry.delivery_id_seq'),
  title       text NOT NULL CHECK (title <> ''),
  layer       text REFERENCES registry.layer,
  uploaded_by bigint NOT NULL REFERENCES registry.person,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, id)
);
COMMENT ON TABLE registry.delivery IS '一次交付：首批文件，以及更正后补交的文件';
COMMENT ON COLUMN registry.delivery.layer IS '导入到哪个图层；未定时为空，只有上传者看得到';

-- File 1 is what came first, the others bring rows of it that were mended. `step` is what was asked for last, `status` how
-- far it is. Who works on a file holds its advisory lock: `running` without the lock means that the worker is dead.
CREATE TABLE registry.delivery_file (
  district    text NOT NULL,
  delivery    bigint NOT NULL,
  number      int NOT NULL CHECK (number > 0),
  name        text NOT NULL,
  bytes       bigint NOT NULL,
  sha256      text NOT NULL,
  step        text NOT NULL DEFAULT 'look' CHECK (step IN ('look', 'check', 'apply', 'undo')),
  status      text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  verb        text NOT NULL DEFAULT '',
  done        bigint NOT NULL DEFAULT 0,
  total       bigint,
  failure     jsonb,
  look        jsonb,
  orders      jsonb NOT NULL DEFAULT '{}',
  report      jsonb,
  change_set  bigint,
  job         bigint,
  uploaded_by bigint NOT NULL REFERENCES registry.person,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  asked_by    bigint NOT NULL REFERENCES registry.person,
  started_at  timestamptz,
  ended_at    timestamptz,
  PRIMARY KEY (district, delivery, number),
  FOREIGN KEY (district, delivery) REFERENCES registry.delivery (district, id),
  FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id)
);
COMMENT ON COLUMN registry.delivery_file.look IS '读取前所见：图层、列、样值、编码、坐标系及依据、建议的方案';
COMMENT ON COLUMN registry.delivery_file.orders IS '导入的做法：图层、方案、坐标系等，见 importers.pipeline.ImportRequest';
COMMENT ON COLUMN registry.delivery_file.asked_by IS '由谁要求做这一步：以其权限执行';
COMMENT ON COLUMN registry.delivery_file.failure IS '失败原因：message 与 hint';
CREATE INDEX delivery_file_change_set ON registry.delivery_file (district, change_set) WHERE change_set IS NOT NULL;
