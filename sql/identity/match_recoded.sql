-- Rows whose code is one asset's and whose key another's. Where the delivery gives that first asset, known by its key, another
-- code, codes have changed hands: the row is the asset of its key. Where it does not, the row is left to be a conflict.
WITH RECURSIVE code_conflicts AS (
  SELECT x.source_row, x.asset_id AS by_code, k.id AS by_key
  FROM matched x
  JOIN delivery d ON d.source_row = x.source_row
  JOIN registry.asset k ON k.district = %(district)s AND k.layer = %(layer)s AND k.external_key = d.external_key
  WHERE x.matched_by = 'code' AND k.id <> x.asset_id
), recoded AS (
  SELECT t.by_key AS asset_id FROM code_conflicts t
  UNION ALL
  SELECT x.asset_id FROM matched x JOIN delivery d ON d.source_row = x.source_row
  WHERE x.matched_by = 'key' AND d.code IS NOT NULL
), stuck AS (
  SELECT t.source_row, t.by_key FROM code_conflicts t WHERE NOT EXISTS (SELECT FROM recoded r WHERE r.asset_id = t.by_code)
  UNION
  SELECT t.source_row, t.by_key FROM stuck s JOIN code_conflicts t ON t.by_code = s.by_key
)
UPDATE matched x SET asset_id = t.by_key, matched_by = 'key'
FROM code_conflicts t
WHERE x.source_row = t.source_row AND NOT EXISTS (SELECT FROM stuck s WHERE s.source_row = t.source_row)
