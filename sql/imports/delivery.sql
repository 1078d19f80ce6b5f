-- Where the rows of a delivery wait for their diff: as the file has them, with parties by name.
CREATE TEMPORARY TABLE delivery (
  source_row   bigint NOT NULL,
  code         text COLLATE "C",
  external_key text COLLATE "C",
  scheme       text NOT NULL,
  class        text NOT NULL,
  name         text,
  state        text,
  manager      text,
  owner        text,
  maintainer   text,
  surveyed_on  date,
  changed_on   date,
  source       text,
  accuracy     text,
  attributes   jsonb NOT NULL,
  geom         geometry NOT NULL,
  areas        text[] NOT NULL,
  fingerprint  uuid
) ON COMMIT DROP;

-- Rows that are not staged since they are assets as these stand; and codes and keys of rows that wait in quarantine.
CREATE TEMPORARY TABLE unchanged (source_row bigint NOT NULL, asset_id bigint NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE held_back (code text COLLATE "C", external_key text COLLATE "C") ON COMMIT DROP
