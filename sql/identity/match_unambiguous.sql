-- Rows and assets that have only each other.
INSERT INTO matched (source_row, asset_id, matched_by, score, doubtful, candidates)
SELECT w.source_row, w.asset_id, 'place', greatest(0, 1 - w.cost / %(nothing)s), b.doubt,
       CASE WHEN b.doubt THEN ARRAY[w.asset_id] ELSE '{}' END
FROM weighed w, LATERAL (SELECT w.weak OR w.cost + %(clear)s > %(nothing)s) AS b (doubt)
WHERE w.rivals = 1 AND w.claims = 1
