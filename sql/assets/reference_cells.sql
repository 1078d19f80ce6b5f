-- Which of some cells hold a live asset of some layers, in the order in which they are given, as many as are asked for.
SELECT c.i, c.j
FROM (
  SELECT u.i, u.j, ST_MakeEnvelope(u.i * %(size)s::float8, u.j * %(size)s::float8,
                                   (u.i + 1) * %(size)s::float8, (u.j + 1) * %(size)s::float8, 4490) AS box
  FROM unnest(%(columns)s::int[], %(rows)s::int[]) WITH ORDINALITY AS u (i, j, nth)
  ORDER BY u.nth
) c
CROSS JOIN LATERAL (
  SELECT FROM (SELECT p.district, p.layer, p.state FROM registry.asset p WHERE p.geom && c.box OFFSET 0) b
  WHERE b.district = %(district)s AND b.layer = ANY (%(layers)s) AND b.state <> 'retired'
  LIMIT 1
) a
LIMIT %(most)s
