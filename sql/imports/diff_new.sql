-- Rows that are no asset yet: each gets its id now and, where the delivery has no code, the next number of its class.
-- A number once given out is never given out again, even if the proposal is rejected.
WITH fresh AS (
  SELECT d.*, k.number, k.name_zh, row_number() OVER (ORDER BY d.source_row) AS seq,
         row_number() OVER (PARTITION BY k.number, d.code IS NULL ORDER BY d.source_row) AS nth
  FROM delivery d
  JOIN registry.asset_class k ON k.scheme = d.scheme AND k.code = d.class
  WHERE NOT EXISTS (SELECT FROM matched x WHERE x.source_row = d.source_row)
), needed AS (
  SELECT f.number, count(*) FILTER (WHERE f.code IS NULL) AS n,
         coalesce(max(substr(f.code, 7 + length(f.number))::bigint)
           FILTER (WHERE f.code ~ '^[0-9]{16}$' AND starts_with(f.code, %(district)s || f.number)), 0) AS ahead
  FROM fresh f GROUP BY f.number HAVING count(*) FILTER (WHERE f.code IS NULL) > 0
), reserved AS (
  INSERT INTO registry.code_sequence AS s (district, number, last)
  SELECT %(district)s, n.number, n.ahead + n.n FROM needed n
  ON CONFLICT (district, number) DO UPDATE
    SET last = greatest(s.last, (SELECT n.ahead FROM needed n WHERE n.number = excluded.number))
             + (SELECT n.n FROM needed n WHERE n.number = excluded.number)
  RETURNING s.number, s.last
), base AS (
  SELECT r.number, r.last - n.n AS last FROM reserved r JOIN needed n ON n.number = r.number
)
INSERT INTO registry.change (
  district, change_set, seq, source_row, action, asset_id, layer, code, scheme, class, name, state, manager, owner,
  maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas)
SELECT
  %(district)s, %(change_set)s, %(known)s + f.seq, f.source_row, 'add', nextval('registry.asset_id_seq'), %(layer)s,
  coalesce(f.code, %(district)s || f.number || lpad((b.last + f.nth)::text, 10 - length(f.number), '0')),
  f.scheme, f.class, coalesce(f.name, f.name_zh), coalesce(f.state, 'intact'), m.id, o.id, t.id,
  f.surveyed_on, f.changed_on, f.source, f.accuracy, f.external_key, f.attributes, ST_SetSRID(f.geom, 4490), f.areas
FROM fresh f
LEFT JOIN base b ON b.number = f.number
LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = f.manager
LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = f.owner
LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = f.maintainer
