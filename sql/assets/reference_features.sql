-- Live assets of some layers in some cells, cell by cell in the order in which they are given. The limit stops the scan.
-- The inner query asks for the place alone, and OFFSET 0 keeps the other conditions out of it: of a layer that was filled a
-- minute ago the planner knows nothing yet, and would read all of it for every cell.
SELECT a.id, c.i, c.j, ST_AsBinary(a.geom)
FROM (
  SELECT u.i, u.j, ST_MakeEnvelope(u.i * %(size)s::float8, u.j * %(size)s::float8,
                                   (u.i + 1) * %(size)s::float8, (u.j + 1) * %(size)s::float8, 4490) AS box
  FROM unnest(%(columns)s::int[], %(rows)s::int[]) WITH ORDINALITY AS u (i, j, nth)
  ORDER BY u.nth
) c
CROSS JOIN LATERAL (
  SELECT b.id, b.geom
  FROM (SELECT p.id, p.geom, p.district, p.layer, p.state FROM registry.asset p WHERE p.geom && c.box OFFSET 0) b
  WHERE b.district = %(district)s AND b.layer = ANY (%(layers)s) AND b.state <> 'retired'
  ORDER BY b.id
) a
LIMIT %(most)s
