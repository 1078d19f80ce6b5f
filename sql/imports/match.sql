-- Which asset each delivered row is: by code, by an earlier code of the asset, by the supplier's own key; a row with
-- neither by being the same in everything, or else by lying exactly where an asset of its class lies.
-- Of several equal rows each takes another asset. Live assets come before retired ones.
CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
WITH anonymous AS (
  SELECT d.source_row, d.scheme, d.class, d.name, d.attributes, ST_SetSRID(d.geom, 4490) AS geom,
         row_number() OVER (PARTITION BY d.scheme, d.class, d.name, d.attributes, d.geom::bytea ORDER BY d.source_row) AS nth
  FROM delivery d WHERE d.code IS NULL AND d.external_key IS NULL
), candidate AS (
  SELECT a.id, a.scheme, a.class, a.name, a.attributes, a.geom,
         row_number() OVER (PARTITION BY a.scheme, a.class, a.name, a.attributes, a.geom::bytea
                            ORDER BY a.state = 'retired', a.id) AS nth
  FROM registry.asset a
  WHERE a.district = %(district)s AND a.layer = %(layer)s AND EXISTS (SELECT FROM anonymous)
), same AS (
  SELECT n.source_row, c.id
  FROM anonymous n JOIN candidate c
    ON c.nth = n.nth AND c.scheme = n.scheme AND c.class = n.class AND c.name = coalesce(n.name, c.name)
   AND c.geom::bytea = n.geom::bytea AND c.attributes = n.attributes
), rest AS (
  SELECT n.source_row, n.scheme, n.class, n.geom,
         row_number() OVER (PARTITION BY n.scheme, n.class, n.geom::bytea ORDER BY n.source_row) AS nth
  FROM anonymous n WHERE NOT EXISTS (SELECT FROM same s WHERE s.source_row = n.source_row)
), left_over AS (
  SELECT c.id, c.scheme, c.class, c.geom,
         row_number() OVER (PARTITION BY c.scheme, c.class, c.geom::bytea ORDER BY c.id) AS nth
  FROM candidate c WHERE NOT EXISTS (SELECT FROM same s WHERE s.id = c.id)
)
SELECT d.source_row, a.id AS asset_id
FROM delivery d JOIN registry.asset a ON a.district = %(district)s AND a.code = d.code
UNION ALL
SELECT d.source_row, l.asset_id
FROM delivery d JOIN registry.asset_alias l ON l.district = %(district)s AND l.alias = d.code
WHERE NOT EXISTS (SELECT FROM registry.asset a WHERE a.district = %(district)s AND a.code = d.code)
UNION ALL
SELECT d.source_row, a.id
FROM delivery d JOIN registry.asset a
  ON a.district = %(district)s AND a.layer = %(layer)s AND a.external_key = d.external_key
WHERE d.code IS NULL
   OR NOT EXISTS (SELECT FROM registry.asset o WHERE o.district = %(district)s AND o.code = d.code)
  AND NOT EXISTS (SELECT FROM registry.asset_alias l WHERE l.district = %(district)s AND l.alias = d.code)
UNION ALL
SELECT s.source_row, s.id FROM same s
UNION ALL
SELECT r.source_row, o.id
FROM rest r JOIN left_over o
  ON o.nth = r.nth AND o.scheme = r.scheme AND o.class = r.class AND o.geom::bytea = r.geom::bytea
