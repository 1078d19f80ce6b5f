-- The pairs with what speaks against them besides their place: fields that both have and that differ, each by how seldom it
-- agrees by chance. `tentative`: never taken without doubt. `rivals`: how many assets the row could be; `claims`: how many
-- rows the asset could be. A name that is only that of the class says nothing. Another class than the asset's wants everything
-- else the same, and enough of it.
CREATE TEMPORARY TABLE scored_pairs ON COMMIT DROP AS
WITH compared AS (
  SELECT p.source_row, p.asset_id, p.metres, p.far, p.match_weight, nullif(d.name, k.name_zh) AS name,
    d.manager, d.owner, d.maintainer, d.attributes, a.name AS known_name,
    m.name AS known_manager, o.name AS known_owner, t.name AS known_maintainer, a.attributes AS known_attributes
  FROM pair p
  JOIN delivery d ON d.source_row = p.source_row
  JOIN registry.asset_class k ON k.layer = %(layer)s AND k.scheme = d.scheme AND k.code = d.class
  JOIN registry.asset a ON a.district = %(district)s AND a.id = p.asset_id
  LEFT JOIN registry.party m ON m.district = %(district)s AND m.id = a.manager
  LEFT JOIN registry.party o ON o.district = %(district)s AND o.id = a.owner
  LEFT JOIN registry.party t ON t.district = %(district)s AND t.id = a.maintainer
  WHERE p.agrees IS NOT true
), summed AS (
  SELECT c.source_row, c.asset_id, c.metres, c.far, c.match_weight, b.agrees, f.against, f.agreeing
  FROM compared c, LATERAL (
    SELECT c.attributes <@ c.known_attributes AND coalesce(c.name = c.known_name, true)
      AND coalesce(c.manager = c.known_manager, true) AND coalesce(c.owner = c.known_owner, true)
      AND coalesce(c.maintainer = c.known_maintainer, true) AS agrees) b
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(coalesce((%(weights)s::jsonb ->> f.field)::float8, 3)) FILTER (WHERE f.delivered <> f.known), 0)
             AS against,
           count(*) FILTER (WHERE f.delivered = f.known) AS agreeing
    FROM (VALUES ('name', c.name, c.known_name), ('manager', c.manager, c.known_manager),
            ('owner', c.owner, c.known_owner), ('maintainer', c.maintainer, c.known_maintainer)
          UNION ALL
          SELECT 'attributes.' || e.key, e.value, c.known_attributes ->> e.key FROM jsonb_each_text(c.attributes) e
         ) AS f (field, delivered, known)) f ON NOT (b.agrees AND %(same_class)s)
  UNION ALL
  SELECT p.source_row, p.asset_id, p.metres, p.far, p.match_weight, true, 0, 0 FROM pair p WHERE p.agrees
), judged AS (
  SELECT s.source_row, s.asset_id, s.metres,
    -- Coordinates that agree to the millimetre were copied, not measured again: whatever else has changed, it is this asset.
    s.match_weight + least(coalesce(s.against, 0), CASE WHEN s.metres < 0.001 THEN %(copied)s ELSE %(against_at_most)s END)
      AS match_weight,
    s.far OR coalesce(s.against, 0) > %(against)s AND s.metres >= 0.001
      OR NOT %(same_class)s OR %(retired)s AND NOT s.agrees AS tentative
  FROM summed s
  WHERE %(same_class)s OR s.against = 0 AND (s.agreeing >= 2 OR s.metres < 0.001 AND NOT %(is_point)s)
)
SELECT j.*, count(*) OVER (PARTITION BY j.source_row) AS rivals, count(*) OVER (PARTITION BY j.asset_id) AS claims
FROM judged j WHERE j.match_weight < %(non_match_threshold)s
