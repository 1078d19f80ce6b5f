-- Points: the assets within reach of each row, after the offset of the whole survey is taken off. Joined over a grid, because a
-- hash join of so many points costs a tenth of as many index look-ups. A cell is larger than the reach both ways: a row asks
-- in one, two or four of them.
WITH sought AS (
  SELECT l.source_row, l.external_key, l.kind, l.words, l.manager, l.owner, l.maintainer, l.x - %(dx)s AS x, l.y - %(dy)s AS y,
         CASE WHEN %(same_class)s THEN l.kind ELSE 0 END AS key
  FROM unmatched_rows l
), probe AS (
  SELECT s.*, floor((s.x - %(reach)s) / %(cell)s)::int + i AS cx, floor((s.y - %(reach)s) / %(cell)s)::int + j AS cy
  FROM sought s, (VALUES (0), (1)) AS across (i), (VALUES (0), (1)) AS up (j)
  WHERE (i = 0 OR floor((s.x - %(reach)s) / %(cell)s) < floor((s.x + %(reach)s) / %(cell)s))
    AND (j = 0 OR floor((s.y - %(reach)s) / %(cell)s) < floor((s.y + %(reach)s) / %(cell)s))
), cell AS (
  SELECT p.id, p.external_key, p.kind, p.words, p.manager, p.owner, p.maintainer, p.x, p.y,
         CASE WHEN %(same_class)s THEN p.kind ELSE 0 END AS key,
         floor(p.x / %(cell)s)::int AS cx, floor(p.y / %(cell)s)::int AS cy
  FROM candidate_assets p WHERE p.retired = %(retired)s
), near AS (
  SELECT l.source_row, c.id, sqrt((l.x - c.x) ^ 2 + (l.y - c.y) ^ 2) AS metres,
    l.words = c.words AND coalesce(l.manager = c.manager, true) AND coalesce(l.owner = c.owner, true)
      AND coalesce(l.maintainer = c.maintainer, true) AS agrees
  FROM probe l JOIN cell c ON c.key = l.key AND c.cx = l.cx AND c.cy = l.cy
  WHERE (%(same_class)s OR c.kind <> l.kind) AND (l.external_key IS NULL OR c.external_key IS NULL)
)
INSERT INTO pair (source_row, asset_id, metres, match_weight, far, agrees)
SELECT n.source_row, n.id, n.metres, (n.metres / %(sigma)s) ^ 2 / 2, n.metres > %(tolerance)s, n.agrees
FROM near n WHERE n.metres <= %(reach)s
