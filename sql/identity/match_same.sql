-- Rows that are the same in everything as an asset. Of several equal rows each takes another asset; live ones come first.
INSERT INTO matched (source_row, asset_id, matched_by)
SELECT l.source_row, p.id, 'same'
FROM (SELECT l.*, row_number() OVER (PARTITION BY l.digest ORDER BY l.source_row) AS nth FROM unmatched_rows l) l
JOIN (SELECT p.*, row_number() OVER (PARTITION BY p.digest ORDER BY p.retired, p.id) AS nth FROM candidate_assets p) p
  ON p.digest = l.digest AND p.nth = l.nth
WHERE l.external_key IS NULL OR p.external_key IS NULL
