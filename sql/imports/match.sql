-- Which asset each delivered row is, and how that was recognised. Filled step by step by registry.matching; a row or an
-- asset that one step has recognised is out of the reach of the later ones.
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
) ON COMMIT DROP
