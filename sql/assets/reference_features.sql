-- Live assets of some layers inside a window, cell by cell in an order that scatters the cells and is the same each time.
-- The limit stops the scan: a window of millions costs as much as one of thousands.
SELECT a.id, c.i, c.j, ST_AsBinary(a.geom)
FROM (
  SELECT i, j,
         ST_MakeEnvelope(i * %(cell)s::float8, j * %(cell)s::float8, (i + 1) * %(cell)s::float8, (j + 1) * %(cell)s::float8, 4490) AS box
  FROM generate_series(floor(%(west)s::float8 / %(cell)s)::int, floor(%(east)s::float8 / %(cell)s)::int) i,
       generate_series(floor(%(south)s::float8 / %(cell)s)::int, floor(%(north)s::float8 / %(cell)s)::int) j
  ORDER BY (i::bigint * 2654435761 + j::bigint * 40503) %% 65521, i, j
) c
CROSS JOIN LATERAL (
  SELECT id, geom FROM registry.asset
  WHERE district = %(district)s AND layer = ANY (%(layers)s) AND state <> 'retired' AND geom && c.box
  ORDER BY id OFFSET 0
) a
LIMIT %(most)s
