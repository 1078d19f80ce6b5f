-- Rows that are no asset yet: each gets its id now and, where the delivery has no code, the next number of its class.
-- A number once given out is never given out again, even if the proposal is rejected.
WITH fresh AS NOT MATERIALIZED (
  SELECT d.*, k.number, k.name_zh, x.matched_by, x.score, x.candidates, x.source_row IS NOT NULL AS doubtful
  FROM delivery d
  -- perhaps an asset that the register has: a person decides
  LEFT JOIN matched x ON x.source_row = d.source_row AND x.asset_id IS NULL
  JOIN registry.asset_class k ON k.layer = %(layer)s AND k.scheme = d.scheme AND k.code = d.class
  WHERE NOT EXISTS (SELECT FROM matched x WHERE x.source_row = d.source_row AND x.asset_id IS NOT NULL)
), numbered AS (
  SELECT f.source_row, f.number, row_number() OVER (PARTITION BY f.number ORDER BY f.source_row) AS nth
  FROM fresh f WHERE f.code IS NULL
), needed AS (
  -- `ahead`: codes that the same delivery brings along, for new assets or known ones, may be beyond our own counter.
  SELECT n.number, count(*) AS n, coalesce((
           SELECT max(substr(d.code, 7 + length(n.number))::bigint) FROM delivery d
           WHERE length(d.code) = 16 AND ltrim(d.code, '0123456789') = ''
             AND starts_with(d.code, %(district)s || n.number)), 0) AS ahead
  FROM numbered n GROUP BY n.number
), reserved AS (
  INSERT INTO registry.code_sequence AS s (district, number, last)
  SELECT %(district)s, n.number, n.ahead + n.n FROM needed n
  ON CONFLICT (district, number) DO UPDATE
    SET last = greatest(s.last, (SELECT n.ahead FROM needed n WHERE n.number = excluded.number))
             + (SELECT n.n FROM needed n WHERE n.number = excluded.number)
  RETURNING s.number, s.last
), given AS (
  SELECT n.source_row,
         %(district)s || n.number || lpad((r.last - d.n + n.nth)::text, 10 - length(n.number), '0') AS code
  FROM numbered n JOIN reserved r ON r.number = n.number JOIN needed d ON d.number = n.number
)
INSERT INTO registry.change (
  district, change_set, seq, source_row, action, asset_id, layer, code, scheme, class, name, state, manager, owner,
  maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas, fingerprint,
  matched_by, score, doubtful, accepted, candidates, delivered)
SELECT
  %(district)s, %(change_set)s, f.source_row, f.source_row, 'add', nextval('registry.asset_id_seq'), %(layer)s,
  coalesce(f.code, g.code), f.scheme, f.class, coalesce(f.name, f.name_zh), coalesce(f.state, 'intact'), m.id, o.id, t.id,
  f.surveyed_on, f.changed_on, f.source, f.accuracy, f.external_key, f.attributes, ST_SetSRID(f.geom, 4490), f.areas,
  f.fingerprint, f.matched_by, f.score, f.doubtful, NOT f.doubtful, coalesce(f.candidates, '{}'),
  CASE WHEN f.doubtful THEN to_jsonb(f) || jsonb_build_object('geom', f.geom::text) END
FROM fresh f
LEFT JOIN given g ON g.source_row = f.source_row
LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = f.manager
LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = f.owner
LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = f.maintainer
ORDER BY f.source_row -- so that ids follow the file, and lists by id read like it
