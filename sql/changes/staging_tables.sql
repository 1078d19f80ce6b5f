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

-- Which asset each delivered row is, and how that was found. Rows with the fingerprint of an asset are copied in, and
-- nothing of them is staged; then registry.identity.matcher fills it step by step: a row or an
-- asset that one step has matched is out of the reach of the later ones.
-- `doubtful`: it could also be one of `candidates` (which hold asset_id too), or a new asset; a person decides.
-- `asset_id` is null where a row is rather a new asset, but could be one of `candidates`: then it is doubtful.
CREATE TEMPORARY TABLE matched (
  source_row bigint NOT NULL,
  asset_id   bigint,
  matched_by text NOT NULL CHECK (matched_by IN ('code', 'alias', 'key', 'rule', 'same', 'place', 'fingerprint')),
  score      double precision NOT NULL DEFAULT 1 CHECK (score BETWEEN 0 AND 1),
  doubtful   boolean NOT NULL DEFAULT false,
  candidates bigint[] NOT NULL DEFAULT '{}',
  CHECK (asset_id IS NOT NULL OR doubtful)
) ON COMMIT DROP;

-- Codes and keys of rows that wait in quarantine.
CREATE TEMPORARY TABLE held_back (code text COLLATE "C", external_key text COLLATE "C") ON COMMIT DROP
