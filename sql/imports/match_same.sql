-- Rows without code and key by being the same in everything, or else by lying exactly where an asset of their class lies.
-- Of several equal rows each takes another asset. Live assets come before retired ones.
WITH anonymous AS (
  SELECT d.source_row, d.scheme, d.class, d.name, d.attributes, ST_SetSRID(d.geom, 4490) AS geom,
         row_number() OVER (PARTITION BY d.scheme, d.class, d.name, d.attributes, d.geom::bytea ORDER BY d.source_row) AS nth
  FROM delivery d WHERE d.code IS NULL AND d.external_key IS NULL AND NOT EXISTS (SELECT FROM matched x WHERE x.source_row = d.source_row)
), candidate AS (
  SELECT a.id, a.scheme, a.class, a.name, a.attributes, a.geom,
         row_number() OVER (PARTITION BY a.scheme, a.class, a.name, a.attributes, a.geom::bytea
                            ORDER BY a.state = 'retired', a.id) AS nth
  FROM registry.asset a
  WHERE a.district = %(district)s AND a.layer = %(layer)s AND EXISTS (SELECT FROM anonymous)
    AND NOT EXISTS (SELECT FROM matched x WHERE x.asset_id = a.id)
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
INSERT INTO matched (source_row, asset_id, matched_by)
SELECT s.source_row, s.id, 'same' FROM same s
UNION ALL
SELECT r.source_row, o.id, 'place'
FROM rest r JOIN left_over o
  ON o.nth = r.nth AND o.scheme = r.scheme AND o.class = r.class AND o.geom::bytea = r.geom::bytea
