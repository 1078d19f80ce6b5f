-- The register. Every table that grows has `district` (GB/T 2260, six digits) first in its primary, unique and
-- foreign keys, so that the same schema runs on plain PostgreSQL, on partitions by district and on Citus.
-- No identity columns and no triggers, for the same reason: `apply` writes history and roll-ups itself.

-- Reference tables (small, the same on every node) -----------------------------------------------------------

CREATE TABLE registry.district (
  code        text PRIMARY KEY CHECK (code ~ '^[0-9]{6}$'),
  name_zh     text NOT NULL,
  name_en     text NOT NULL DEFAULT '',
  box         geometry(Polygon, 4490) NOT NULL,
  code_scheme text NOT NULL DEFAULT '6+2+2+6' CHECK (code_scheme IN ('6+2+2+6', '6+2+3+5'))
);
COMMENT ON COLUMN registry.district.box IS '行政区外接矩形：导入时据此检查坐标';
COMMENT ON COLUMN registry.district.code_scheme IS '部件编码位数：行政区 + 大类 + 小类 + 顺序号';

CREATE TABLE registry.layer (
  code       text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,40}$'),
  name_zh    text NOT NULL,
  name_en    text NOT NULL,
  geometry   text NOT NULL CHECK (geometry IN ('point', 'line', 'polygon')),
  schema     jsonb NOT NULL,
  symbol     text NOT NULL,
  colour     text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
  zoom_min   int NOT NULL DEFAULT 8 CHECK (zoom_min BETWEEN 0 AND 22),
  zoom_max   int NOT NULL DEFAULT 22 CHECK (zoom_max BETWEEN zoom_min AND 22),
  position   int NOT NULL,
  restricted boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN registry.layer.restricted IS '受限图层：须逐人授权，未授权者视同不存在';

-- (scheme, code) is the key: the same digits mean different things in CJ/T 214-2007 and GB/T 30428.2-2013.
CREATE TABLE registry.asset_class (
  layer      text NOT NULL REFERENCES registry.layer,
  scheme     text NOT NULL,
  code       text NOT NULL,
  name_zh    text NOT NULL,
  name_en    text NOT NULL DEFAULT '',
  geometry   text NOT NULL CHECK (geometry IN ('point', 'line', 'polygon')),
  verified   text NOT NULL,
  number     text NOT NULL CHECK (number ~ '^[0-9]{4,5}$'),
  major_code text NOT NULL DEFAULT '',
  major_zh   text NOT NULL DEFAULT '',
  schema     jsonb,
  position   int NOT NULL DEFAULT 0,
  PRIMARY KEY (scheme, code),
  UNIQUE (layer, scheme, code)
);
COMMENT ON COLUMN registry.asset_class.verified IS '依据程度：general_knowledge 为待确认';
COMMENT ON COLUMN registry.asset_class.number IS '该类在 16 位编码中的大类小类码';

CREATE TABLE registry.role (
  name    text PRIMARY KEY,
  name_zh text NOT NULL,
  name_en text NOT NULL
);
INSERT INTO registry.role VALUES
  ('administrator', '管理员', 'Administrator'), ('surveyor', '测绘员', 'Surveyor'),
  ('inspector', '巡查员', 'Inspector'), ('contractor', '养护单位', 'Contractor');

CREATE SEQUENCE registry.person_id_seq;
CREATE TABLE registry.person (
  id                  bigint PRIMARY KEY DEFAULT nextval('registry.person_id_seq'),
  username            text NOT NULL UNIQUE CHECK (username = lower(username)),
  name                text NOT NULL,
  email               text UNIQUE,
  password            text,
  active              boolean NOT NULL DEFAULT true,
  fs_uniquifier       text NOT NULL UNIQUE DEFAULT replace(gen_random_uuid()::text, '-', ''),
  failed_sign_ins     int NOT NULL DEFAULT 0,
  locked_until        timestamptz,
  password_changed_at timestamptz,
  last_sign_in_at     timestamptz,
  database_role       text UNIQUE,
  created_at          timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN registry.person.database_role IS '直连数据库（如 QGIS）所用的登录角色';

CREATE TABLE registry.membership (
  district  text NOT NULL REFERENCES registry.district,
  person_id bigint NOT NULL REFERENCES registry.person,
  role      text NOT NULL REFERENCES registry.role,
  PRIMARY KEY (district, person_id, role)
);
CREATE INDEX membership_person ON registry.membership (person_id);

CREATE TABLE registry.layer_grant (
  district   text NOT NULL REFERENCES registry.district,
  person_id  bigint NOT NULL REFERENCES registry.person,
  layer      text NOT NULL REFERENCES registry.layer,
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, person_id, layer)
);

-- Tables that grow: district first ---------------------------------------------------------------------------

CREATE TABLE registry.area (
  district text NOT NULL REFERENCES registry.district,
  code     text COLLATE "C" NOT NULL CHECK (code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{14,15})$'),
  kind     text NOT NULL CHECK (kind IN ('district', 'subdistrict', 'community', 'grid')),
  name_zh  text NOT NULL DEFAULT '',
  name_en  text NOT NULL DEFAULT '',
  initials text NOT NULL DEFAULT '',
  geom     geometry(MultiPolygon, 4490) NOT NULL,
  PRIMARY KEY (district, code),
  CHECK (starts_with(code, district))
);
CREATE INDEX area_geom ON registry.area USING gist (geom);

CREATE SEQUENCE registry.party_id_seq;
CREATE TABLE registry.party (
  district    text NOT NULL REFERENCES registry.district,
  id          bigint NOT NULL DEFAULT nextval('registry.party_id_seq'),
  name        text NOT NULL CHECK (name <> ''),
  credit_code text,
  PRIMARY KEY (district, id),
  UNIQUE (district, name)
);
COMMENT ON TABLE registry.party IS '单位：主管部门、权属单位、养护单位';

CREATE SEQUENCE registry.change_set_id_seq;
CREATE TABLE registry.change_set (
  district    text NOT NULL REFERENCES registry.district,
  id          bigint NOT NULL DEFAULT nextval('registry.change_set_id_seq'),
  layer       text NOT NULL REFERENCES registry.layer,
  kind        text NOT NULL CHECK (kind IN ('import', 'edit', 'undo')),
  status      text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'applied', 'rejected', 'empty', 'failed')),
  title       text NOT NULL,
  source      jsonb NOT NULL DEFAULT '{}',
  summary     jsonb NOT NULL DEFAULT '{}',
  undoes      bigint,
  proposed_by bigint NOT NULL REFERENCES registry.person,
  proposed_at timestamptz NOT NULL DEFAULT now(),
  applied_by  bigint REFERENCES registry.person,
  applied_at  timestamptz,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, undoes) REFERENCES registry.change_set (district, id)
);

CREATE SEQUENCE registry.asset_id_seq CACHE 1;
CREATE TABLE registry.asset (
  district      text NOT NULL,
  id            bigint NOT NULL,
  code          text COLLATE "C" NOT NULL,
  layer         text NOT NULL,
  scheme        text NOT NULL,
  class         text NOT NULL,
  name          text NOT NULL DEFAULT '',
  state         text NOT NULL CHECK (state IN ('intact', 'damaged', 'missing', 'abandoned', 'retired')),
  manager       bigint,
  owner         bigint,
  maintainer    bigint,
  surveyed_on   date,
  changed_on    date,
  source        text,
  accuracy      text CHECK (accuracy IN ('A', 'B', 'C')),
  external_key  text COLLATE "C",
  attributes    jsonb NOT NULL DEFAULT '{}',
  geom          geometry(Geometry, 4490) NOT NULL,
  areas         text[] NOT NULL DEFAULT '{}',
  -- derived by apply
  length_m      double precision,
  area_m2       double precision,
  terms         text[],
  version       int NOT NULL,
  change_set    bigint NOT NULL,
  valid_from    timestamptz NOT NULL,
  -- derived by the database: the twin that tiles are cut from, and the point's cell in a 2^30 mercator grid
  geom_3857     geometry(Geometry, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
  gx            int GENERATED ALWAYS AS (CASE WHEN GeometryType(geom) = 'POINT'
                  THEN floor((ST_X(geom) + 180) / 360 * 1073741824)::int END) STORED,
  gy            int GENERATED ALWAYS AS (CASE WHEN GeometryType(geom) = 'POINT'
                  THEN floor((0.5 - asinh(tan(radians(ST_Y(geom)))) / (2 * pi())) * 1073741824)::int END) STORED,
  PRIMARY KEY (district, id),
  UNIQUE (district, code)
);
CREATE INDEX asset_layer ON registry.asset (district, layer, id);
CREATE INDEX asset_geom ON registry.asset USING gist (geom);
CREATE INDEX asset_terms ON registry.asset USING gin (terms) WHERE terms IS NOT NULL;
CREATE UNIQUE INDEX asset_external_key ON registry.asset (district, layer, external_key) WHERE external_key IS NOT NULL;

-- No foreign key to asset_class: it would be checked row by row, for two thirds more of the insert's time, while apply, the
-- only writer, joins the class anyway and refuses a set with a row that has none.
COMMENT ON TABLE registry.asset IS '资产现状。只由 registry.apply_change_set 写入；移除的资产保留，state = retired';
COMMENT ON COLUMN registry.asset.code IS '16 位标识码';
COMMENT ON COLUMN registry.asset.external_key IS '供图单位自己的编号';
COMMENT ON COLUMN registry.asset.manager IS '主管部门';
COMMENT ON COLUMN registry.asset.owner IS '权属单位';
COMMENT ON COLUMN registry.asset.maintainer IS '养护单位';
COMMENT ON COLUMN registry.asset.accuracy IS '定位精度：A ≤ 0.5 m，B ≤ 1 m，C ≤ 10 m';
COMMENT ON COLUMN registry.asset.areas IS '所在的街道、社区、单元网格编码';
COMMENT ON COLUMN registry.asset.geom IS 'CGCS2000 经纬度 (EPSG:4490)';

-- Every superseded version: the columns of asset, and when it stopped holding.
CREATE TABLE registry.asset_version (
  LIKE registry.asset INCLUDING GENERATED,
  valid_to timestamptz NOT NULL,
  ended_by bigint NOT NULL,
  PRIMARY KEY (district, id, version)
);
CREATE INDEX asset_version_geom ON registry.asset_version USING gist (geom);

CREATE TABLE registry.asset_alias (
  district text NOT NULL,
  alias    text COLLATE "C" NOT NULL,
  asset_id bigint NOT NULL,
  since    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, alias),
  FOREIGN KEY (district, asset_id) REFERENCES registry.asset (district, id)
);
CREATE INDEX asset_alias_asset ON registry.asset_alias (district, asset_id);

-- A change is the whole proposed state of one asset; the state before it is version `base_version`.
CREATE TABLE registry.change (
  district     text NOT NULL,
  change_set   bigint NOT NULL,
  seq          int NOT NULL,
  source_row   bigint,
  action       text NOT NULL CHECK (action IN ('add', 'update', 'move', 'retire', 'conflict')),
  accepted     boolean NOT NULL DEFAULT true,
  asset_id     bigint NOT NULL,
  base_version int,
  changed      text[] NOT NULL DEFAULT '{}',
  moved_m      double precision,
  layer        text NOT NULL,
  code         text COLLATE "C" NOT NULL,
  scheme       text NOT NULL,
  class        text NOT NULL,
  name         text NOT NULL,
  state        text NOT NULL,
  manager      bigint,
  owner        bigint,
  maintainer   bigint,
  surveyed_on  date,
  changed_on   date,
  source       text,
  accuracy     text,
  external_key text COLLATE "C",
  attributes   jsonb NOT NULL,
  geom         geometry(Geometry, 4490) NOT NULL,
  areas        text[] NOT NULL,
  PRIMARY KEY (district, change_set, seq),
  CHECK ((action = 'add') = (base_version IS NULL))
);

CREATE TABLE registry.problem (
  district   text NOT NULL,
  change_set bigint NOT NULL,
  seq        int NOT NULL,
  source_row bigint,
  severity   text NOT NULL CHECK (severity IN ('error', 'warning')),
  code       text NOT NULL,
  field      text NOT NULL DEFAULT '',
  value      text NOT NULL DEFAULT '',
  message    text NOT NULL,
  remedy     text NOT NULL DEFAULT '',
  PRIMARY KEY (district, change_set, seq),
  FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id)
);

CREATE TABLE registry.profile (
  district   text NOT NULL REFERENCES registry.district,
  name       text NOT NULL,
  layer      text NOT NULL REFERENCES registry.layer,
  headings   text NOT NULL,
  body       text NOT NULL,
  saved_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, name)
);
COMMENT ON COLUMN registry.profile.headings IS '该供图单位文件的列名：同样列名的下一批自动套用';

CREATE TABLE registry.code_sequence (
  district text NOT NULL,
  number   text NOT NULL,
  last     bigint NOT NULL,
  PRIMARY KEY (district, number)
);
COMMENT ON TABLE registry.code_sequence IS '已用到的顺序号：只增不减，移除后不再使用';

-- Clusters of points, counted: what a tile shows at low zoom. Cells of 2^17 across the mercator square.
CREATE TABLE registry.asset_cell (
  district text NOT NULL,
  cx       int NOT NULL,
  cy       int NOT NULL,
  layer    text NOT NULL,
  scheme   text NOT NULL,
  class    text NOT NULL,
  n        bigint NOT NULL,
  bad      bigint NOT NULL,
  sum_x    bigint NOT NULL,
  sum_y    bigint NOT NULL,
  PRIMARY KEY (district, cx, cy, layer, scheme, class)
);

-- How often something changed inside a tile cell of zoom 14. A sum of counters, not a maximum of one sequence:
-- a later commit may hold a smaller number.
CREATE TABLE registry.tile_revision (
  district text NOT NULL,
  cx       int NOT NULL,
  cy       int NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (district, cx, cy)
);

CREATE SEQUENCE registry.access_log_id_seq;
CREATE TABLE registry.access_log (
  district  text NOT NULL,
  id        bigint NOT NULL DEFAULT nextval('registry.access_log_id_seq'),
  at        timestamptz NOT NULL DEFAULT now(),
  person_id bigint NOT NULL,
  layer     text NOT NULL,
  asset_id  bigint,
  act       text NOT NULL,
  detail    jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (district, id)
);
COMMENT ON TABLE registry.access_log IS '受限图层的每次查看';
