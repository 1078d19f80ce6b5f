-- Photos that wait for a person to say whose they are: of sets that are proposed or in force, unless the same picture has found
-- its asset, or was put aside, in another set since. Each with the nearest live assets of its layer, about 100 m around.
WITH standing AS MATERIALIZED (
  SELECT t.*, s.status FROM registry.attachment t
  JOIN registry.change_set s ON s.district = t.district AND s.id = t.change_set
  WHERE t.district = %(district)s AND t.layer = ANY (%(layers)s)
    AND (s.status = 'proposed' OR registry.in_force(t.district, t.change_set))
), unassigned AS MATERIALIZED (
  -- the box ready before the register is asked: a function over a column beside && would cost the index under row security
  SELECT t.*, ST_Expand(t.geom, 0.001) AS box FROM standing t
  WHERE t.asset_id IS NULL AND t.reason NOT IN ('known', 'dropped')
    AND NOT EXISTS (SELECT FROM standing o WHERE o.layer = t.layer AND o.sha256 = t.sha256
                    AND (o.asset_id IS NOT NULL OR o.reason = 'dropped'))
    AND (%(id)s::bigint IS NULL OR t.id = %(id)s)
), shown AS MATERIALIZED (
  SELECT w.* FROM unassigned w WHERE w.id > %(after)s ORDER BY w.id LIMIT %(limit)s
)
SELECT w.id, w.change_set, w.status, w.layer, w.name, w.sha256, w.taken_at, w.reason, p.name AS added_by,
  coalesce(n.nearest, '[]') AS nearest, (SELECT count(*) FROM unassigned) AS all_unassigned
FROM shown w
JOIN registry.person p ON p.id = w.added_by
LEFT JOIN LATERAL (
  SELECT jsonb_agg(to_jsonb(x) ORDER BY x.metres, x.code) AS nearest FROM (
    SELECT a.code, a.name, k.name_zh, k.name_en, round(ST_Distance(a.geom::geography, w.geom::geography)::numeric, 1) AS metres
    FROM (SELECT b.district, b.layer, b.state, b.scheme, b.class, b.code, b.name, b.geom
          FROM registry.asset b WHERE b.geom && w.box OFFSET 0) a -- fenced off, so that the place is asked first
    JOIN registry.asset_class k ON k.scheme = a.scheme AND k.code = a.class
    WHERE a.district = w.district AND a.layer = w.layer AND a.state <> 'retired'
    ORDER BY 5, 1 LIMIT 5) x
) n ON true
ORDER BY w.id
