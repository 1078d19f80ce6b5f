-- A person has said which asset a doubtful row is: what the row, as it was delivered, would change in that asset. The asset
-- that was proposed before stays among the candidates, so that the person can change his mind.
WITH delivered_row AS (
  SELECT
    a AS old, jsonb_build_object(
      'code', coalesce(d.code, a.code), 'scheme', d.scheme, 'class', d.class, 'name', coalesce(d.name, a.name),
      'state', coalesce(d.state, CASE a.state WHEN 'retired' THEN 'intact' ELSE a.state END),
      'manager', coalesce(m.id, a.manager), 'owner', coalesce(o.id, a.owner), 'maintainer', coalesce(t.id, a.maintainer),
      'surveyed_on', coalesce(d.surveyed_on, a.surveyed_on), 'changed_on', coalesce(d.changed_on, a.changed_on),
      'source', coalesce(d.source, a.source), 'accuracy', coalesce(d.accuracy, a.accuracy),
      'external_key', coalesce(d.external_key, a.external_key), 'attributes', a.attributes || d.attributes) AS new,
    CASE WHEN NOT ST_OrderingEquals(a.geom, c.geom)
      THEN ST_HausdorffDistance(a.geom_3857, ST_Transform(c.geom, 3857)) * cos(radians(ST_YMin(a.geom))) END AS metres,
    d.areas AS delivered_areas
  FROM registry.change c
  JOIN registry.asset a ON a.district = c.district AND a.id = %(asset)s AND a.layer = c.layer,
  jsonb_to_record(c.delivered) AS d (
    code text, external_key text, scheme text, class text, name text, state text, manager text, owner text,
    maintainer text, surveyed_on date, changed_on date, source text, accuracy text, attributes jsonb, areas text[])
  LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = d.manager
  LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = d.owner
  LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = d.maintainer
  WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.seq = %(seq)s
), compared AS (
  SELECT t.old, r.*, t.delivered_areas, CASE WHEN t.metres > 0.001 THEN t.metres END AS moved, coalesce((
      SELECT array_agg(DISTINCT CASE n.key WHEN 'scheme' THEN 'class' ELSE n.key END)
      FROM jsonb_each(t.new) n JOIN jsonb_each(to_jsonb(t.old)) b ON b.key = n.key WHERE n.value <> b.value), '{}')
    || CASE WHEN t.metres > 0.001 THEN '{geom}'::text[] ELSE '{}' END AS fields
  FROM delivered_row t, jsonb_populate_record(NULL::registry.change, t.new) r
)
UPDATE registry.change c SET
  action = CASE WHEN n.moved IS NOT NULL THEN 'move' ELSE 'update' END,
  asset_id = (n.old).id, base_version = (n.old).version, changed = n.fields, moved_m = n.moved,
  code = n.code, scheme = n.scheme, class = n.class, name = n.name, state = n.state, manager = n.manager, owner = n.owner,
  maintainer = n.maintainer, surveyed_on = n.surveyed_on, changed_on = n.changed_on, source = n.source,
  accuracy = n.accuracy, external_key = n.external_key, attributes = n.attributes,
  areas = CASE WHEN n.moved IS NULL THEN (n.old).areas ELSE n.delivered_areas END,
  candidates = array_remove(CASE WHEN c.action = 'add' OR c.asset_id = ANY (c.candidates) THEN c.candidates
                                 ELSE c.candidates || c.asset_id END, (n.old).id),
  matched_by = 'person', doubtful = false, accepted = true
FROM compared n
WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.seq = %(seq)s
