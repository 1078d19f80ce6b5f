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
) ON COMMIT DROP
