-- By what a row says of itself: the code, else an earlier code of an asset, else the supplier's own key.
INSERT INTO matched (source_row, asset_id, matched_by)
SELECT d.source_row, a.id, 'code'
FROM delivery d JOIN registry.asset a ON a.district = %(district)s AND a.code = d.code
UNION ALL
SELECT d.source_row, l.asset_id, 'alias'
FROM delivery d JOIN registry.asset_alias l ON l.district = %(district)s AND l.alias = d.code
WHERE NOT EXISTS (SELECT FROM registry.asset a WHERE a.district = %(district)s AND a.code = d.code)
UNION ALL
SELECT d.source_row, a.id, 'key'
FROM delivery d JOIN registry.asset a
  ON a.district = %(district)s AND a.layer = %(layer)s AND a.external_key = d.external_key
WHERE d.code IS NULL
   OR NOT EXISTS (SELECT FROM registry.asset o WHERE o.district = %(district)s AND o.code = d.code)
  AND NOT EXISTS (SELECT FROM registry.asset_alias l WHERE l.district = %(district)s AND l.alias = d.code)
