-- Photos that wait for a person to say whose they are: of sets that are proposed or in force, unless the same picture has found
-- its asset, or was put aside, in another set since. Each with the nearest live assets of its layer, about 100 m around.
WITH standing AS MATERIALIZED (
  SELECT t.*, s.status FROM registry.attachment t
  JOIN registry.change_set s ON s.district = t.district AND s.id = t.change_set
  WHERE t.district = %(district)s AND t.layer = ANY (%(layers)s)
    AND (s.status = 'proposed' OR registry.in_force(t.district, t.change_set))
), waiting AS (
  SELECT t.* FROM standing t
  WHERE t.asset_id IS NULL AND t.reason NOT IN ('known', 'dropped')
    AND NOT EXISTS (SELECT FROM standing o WHERE o.layer = t.layer AND o.sha256 = t.sha256
                    AND (o.asset_id IS NOT NULL OR o.reason = 'dropped'))
    AND (%(id)s::bigint IS NULL OR t.id = %(id)s)
)
SELECT w.id, w.change_set, w.status, w.layer, w.name, w.sha256, w.taken_at, w.reason, p.name AS added_by,
  coalesce(n.nearest, '[]') AS nearest, (SELECT count(*) FROM waiting) AS all_waiting
FROM waiting w
JOIN registry.person p ON p.id = w.added_by
LEFT JOIN LATERAL (
  SELECT jsonb_agg(to_jsonb(x) ORDER BY x.metres, x.code) AS nearest FROM (
    SELECT a.code, a.name, k.name_zh, k.name_en, round(ST_Distance(a.geom::geography, w.geom::geography)::numeric, 1) AS metres
    FROM registry.asset a JOIN registry.asset_class k ON k.scheme = a.scheme AND k.code = a.class
    WHERE a.district = w.district AND a.layer = w.layer AND a.state <> 'retired' AND a.geom && ST_Expand(w.geom, 0.001)
    ORDER BY 5, 1 LIMIT 5) x
) n ON true
WHERE w.id > %(after)s
ORDER BY w.id LIMIT %(limit)s
