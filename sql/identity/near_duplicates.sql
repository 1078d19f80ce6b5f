-- Rows about to be added that lie where a live asset of their class lies, as near as the accuracy of surveys can tell.
-- The inner query asks for the place alone, and OFFSET 0 keeps the other conditions out of it: so only the spatial index fits.
-- The box stands ready in a step of its own: a function over a column beside && would cost the index under row security.
WITH added AS (
  SELECT c.source_row, c.scheme, c.class, c.geom, cos(radians(ST_YMin(c.geom))) AS narrow,
         CASE c.accuracy WHEN 'C' THEN 10.0 WHEN 'B' THEN 1.0 ELSE 0.5 END AS reach
  FROM registry.change c
  WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.action = 'add'
), fresh AS MATERIALIZED (
  SELECT a.*, ST_Expand(a.geom, a.reach / (111320 * a.narrow), a.reach / 111320) AS box FROM added a
), near AS (
  SELECT f.source_row, a.code, CASE
      WHEN GeometryType(a.geom) = 'POINT' AND GeometryType(f.geom) = 'POINT'
        THEN sqrt(((ST_X(a.geom) - ST_X(f.geom)) * f.narrow) ^ 2 + (ST_Y(a.geom) - ST_Y(f.geom)) ^ 2)
      ELSE ST_HausdorffDistance(ST_Scale(a.geom, f.narrow, 1), ST_Scale(f.geom, f.narrow, 1))
    END * 111320 AS metres, f.reach
  FROM fresh f CROSS JOIN LATERAL (
    SELECT b.district, b.layer, b.scheme, b.class, b.state, b.code, b.geom FROM registry.asset b
    WHERE b.geom && f.box OFFSET 0
  ) a
  WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.scheme = f.scheme AND a.class = f.class
    AND a.state <> 'retired'
    -- shapes whose boxes differ by more are further apart somewhere
    AND abs(ST_XMin(a.geom) - ST_XMin(f.geom)) * 111320 * f.narrow <= f.reach
    AND abs(ST_YMax(a.geom) - ST_YMax(f.geom)) * 111320 <= f.reach
)
SELECT DISTINCT ON (n.source_row) n.source_row AS row, n.code, n.metres
FROM near n WHERE n.metres <= n.reach
ORDER BY n.source_row, n.metres, n.code
