-- Rows and assets that have only each other.
INSERT INTO matched (source_row, asset_id, matched_by, score, doubtful, candidates)
SELECT w.source_row, w.asset_id, 'place', greatest(0, 1 - w.match_weight / %(non_match_threshold)s), b.doubt,
       CASE WHEN b.doubt THEN ARRAY[w.asset_id] ELSE '{}' END
FROM scored_pairs w, LATERAL (SELECT w.tentative OR w.match_weight + %(review_margin)s > %(non_match_threshold)s) AS b (doubt)
WHERE w.rivals = 1 AND w.claims = 1
