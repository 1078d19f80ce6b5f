-- Photos of a change set, each with the asset that its name says, or that it was taken at, or with the reason why neither.
WITH photo AS MATERIALIZED (
  SELECT p.*, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490) AS geom,
    -- ready before the register is asked: a function over a column beside && would cost the index under row security
    ST_MakeEnvelope(p.lon - 0.0005, p.lat - 0.0005, p.lon + 0.0005, p.lat + 0.0005, 4490) AS box,
    regexp_replace(p.name, '^.*/|\.[^.]*$', '', 'g') AS stem
  FROM unnest(%(name)s::text[], %(sha256)s::text[], %(bytes)s::bigint[], %(width)s::int[], %(height)s::int[],
    %(taken)s::timestamptz[], %(lon)s::float8[], %(lat)s::float8[])
    WITH ORDINALITY AS p (name, sha256, bytes, width, height, taken_at, lon, lat, nth)
), word AS (
  SELECT p.nth, p.stem AS word FROM photo p
  UNION SELECT p.nth, w FROM photo p, regexp_split_to_table(p.stem, '[\s_,，（）()]+') AS w WHERE w <> ''
  UNION SELECT p.nth, w[1] FROM photo p, regexp_matches(p.stem, '(?<![0-9])[0-9]{16}(?![0-9])', 'g') AS w
), named AS (
  SELECT f.nth, min(f.id) AS id, count(DISTINCT f.id) AS n
  FROM (
    SELECT w.nth, a.id FROM word w JOIN registry.asset a ON a.district = %(district)s AND a.code = w.word
    WHERE a.layer = %(layer)s
    UNION ALL
    SELECT w.nth, a.id FROM word w JOIN registry.asset_alias l ON l.district = %(district)s AND l.alias = w.word
    JOIN registry.asset a ON a.district = l.district AND a.id = l.asset_id AND a.layer = %(layer)s
    UNION ALL
    SELECT w.nth, a.id FROM word w
    JOIN registry.asset a ON a.district = %(district)s AND a.layer = %(layer)s AND a.external_key = w.word
  ) f GROUP BY f.nth
), near AS (
  SELECT p.nth, a.id, a.metres, lead(a.metres) OVER w - a.metres AS ahead, row_number() OVER w AS turn
  FROM photo p CROSS JOIN LATERAL (
    SELECT a.id, ST_Distance(a.geom::geography, p.geom::geography) AS metres
    -- the place alone, fenced off: without statistics, district and layer would seem to say more, and be asked first
    FROM (SELECT b.id, b.geom, b.district, b.layer, b.state FROM registry.asset b WHERE b.geom && p.box OFFSET 0) a
    WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.state <> 'retired'
    ORDER BY 2, 1 LIMIT 2) a
  WINDOW w AS (PARTITION BY p.nth ORDER BY a.metres, a.id)
), located AS (
  SELECT p.*, n.id AS named, n.n, near.id AS near, near.metres, near.ahead,
    EXISTS (SELECT FROM registry.district d WHERE d.code = %(district)s AND d.box && p.geom) AS inside,
    EXISTS (SELECT FROM registry.attachment t WHERE t.district = %(district)s AND t.layer = %(layer)s
            AND t.sha256 = p.sha256 AND t.asset_id IS NOT NULL AND registry.in_force(t.district, t.change_set))
      OR row_number() OVER (PARTITION BY p.sha256 ORDER BY p.nth) > 1 AS known
  FROM photo p
  LEFT JOIN named n ON n.nth = p.nth
  LEFT JOIN near ON near.nth = p.nth AND near.turn = 1
), judged AS (
  SELECT t.*, CASE
      WHEN t.known THEN 'known'
      WHEN t.n > 1 THEN 'several_named'
      WHEN t.n = 1 THEN ''
      WHEN t.geom IS NULL THEN 'no_position'
      WHEN NOT t.inside THEN 'outside'
      WHEN t.metres IS NULL OR t.metres > %(reach)s THEN 'nothing_near'
      WHEN t.ahead < %(margin)s THEN 'several_near'
      ELSE '' END AS reason
  FROM located t
)
INSERT INTO registry.attachment (district, change_set, asset_id, layer, name, sha256, bytes, media_type, width, height,
  taken_at, geom, distance_m, matched_by, reason, added_by)
SELECT %(district)s, %(change_set)s, CASE WHEN j.reason = '' THEN coalesce(j.named, j.near) END, %(layer)s, j.name, j.sha256,
  j.bytes, 'image/jpeg', j.width, j.height, j.taken_at, j.geom, CASE WHEN j.reason = '' AND j.named IS NULL THEN j.metres END,
  CASE WHEN j.reason <> '' THEN NULL WHEN j.named IS NULL THEN 'position' ELSE 'name' END, j.reason, %(person)s
FROM judged j ORDER BY j.nth
