-- By how many metres sampled rows lie off the assets of their class around them: east and north. Joined over a grid.
WITH sampled AS (
  SELECT l.kind, l.x, l.y FROM unmatched_rows l ORDER BY hashint8(l.source_row) LIMIT %(most)s
), probe AS (
  SELECT s.*, floor((s.x - %(reach)s) / %(cell)s)::int + i AS cx, floor((s.y - %(reach)s) / %(cell)s)::int + j AS cy
  FROM sampled s, (VALUES (0), (1)) AS across (i), (VALUES (0), (1)) AS up (j)
  WHERE (i = 0 OR floor((s.x - %(reach)s) / %(cell)s) < floor((s.x + %(reach)s) / %(cell)s))
    AND (j = 0 OR floor((s.y - %(reach)s) / %(cell)s) < floor((s.y + %(reach)s) / %(cell)s))
), cell AS (
  SELECT p.kind, p.x, p.y, floor(p.x / %(cell)s)::int AS cx, floor(p.y / %(cell)s)::int AS cy
  FROM candidate_assets p WHERE NOT p.retired
)
SELECT l.x - c.x, l.y - c.y
FROM probe l JOIN cell c ON c.kind = l.kind AND c.cx = l.cx AND c.cy = l.cy
WHERE abs(c.x - l.x) <= %(reach)s AND abs(c.y - l.y) <= %(reach)s
