-- Rows that were compared and change nothing: their assets bear their fingerprints from now on, so that next time they need
-- not be compared. A row found by an earlier code is compared each time, since that code may become another asset's.
SELECT registry.remember_rows(%(district)s, array_agg(a.id), array_agg(a.version), array_agg(d.fingerprint))
FROM matched x
JOIN delivery d ON d.source_row = x.source_row
JOIN registry.asset a ON a.district = %(district)s AND a.id = x.asset_id
WHERE d.fingerprint IS DISTINCT FROM a.fingerprint AND d.fingerprint IS NOT NULL AND x.matched_by <> 'alias' AND NOT x.doubtful
  AND NOT EXISTS (SELECT FROM registry.change c
                  WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.seq = x.source_row)
HAVING count(*) > 0
