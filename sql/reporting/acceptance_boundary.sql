-- The district's outline, good enough for a map of a hand's breadth: its area, else its box.
SELECT ST_AsBinary(coalesce(
  (SELECT ST_SimplifyPreserveTopology(a.geom, 0.0005) FROM registry.area a
   WHERE a.district = d.code AND a.kind = 'district' LIMIT 1), ST_Multi(d.box)))
FROM registry.district d WHERE d.code = %(district)s
