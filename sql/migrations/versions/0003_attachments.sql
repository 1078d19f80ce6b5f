-- Photos as attachments of assets. They come in change sets of kind `photos`, which have no rows in `change`: a photo is seen as
-- long as its set is in force (registry.in_force). The files lie beside the database, under the name of their checksum.
ALTER TABLE registry.change_set DROP CONSTRAINT change_set_kind_check;
ALTER TABLE registry.change_set ADD CONSTRAINT change_set_kind_check CHECK (kind IN ('import', 'edit', 'undo', 'photos'));

CREATE SEQUENCE registry.attachment_id_seq;
CREATE TABLE registry.attachment (
  district   text NOT NULL REFERENCES registry.district,
  id         bigint NOT NULL DEFAULT nextval('registry.attachment_id_seq'),
  change_set bigint NOT NULL,
  asset_id   bigint,
  layer      text NOT NULL REFERENCES registry.layer,
  name       text NOT NULL,
  sha256     text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes      bigint NOT NULL,
  media_type text NOT NULL,
  width      int NOT NULL,
  height     int NOT NULL,
  taken_at   timestamptz,
  geom       geometry(Point, 4490),
  distance_m double precision,
  matched_by text CHECK (matched_by IN ('name', 'position', 'person')),
  reason     text NOT NULL DEFAULT '',
  added_by   bigint NOT NULL REFERENCES registry.person,
  added_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, change_set) REFERENCES registry.change_set (district, id),
  FOREIGN KEY (district, asset_id) REFERENCES registry.asset (district, id),
  CHECK ((asset_id IS NULL) = (matched_by IS NULL))
);
COMMENT ON TABLE registry.attachment IS '资产的照片；asset_id 为空者待人指定，reason 为原因';
CREATE INDEX attachment_asset ON registry.attachment (district, asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX attachment_change_set ON registry.attachment (district, change_set);
