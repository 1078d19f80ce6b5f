-- A person has said that a doubtful row is none of the assets that it might be: it gets an id and, where the delivery has no
-- code, the next number of its class.
WITH delivered_row AS (
  SELECT c.seq, d.*, k.number, k.name_zh, m.id AS manager_id, o.id AS owner_id, t.id AS maintainer_id
  FROM registry.change c,
  jsonb_to_record(c.delivered) AS d (
    code text, external_key text, scheme text, class text, name text, state text, manager text, owner text,
    maintainer text, surveyed_on date, changed_on date, source text, accuracy text, attributes jsonb, areas text[])
  JOIN registry.asset_class k ON k.layer = %(layer)s AND k.scheme = d.scheme AND k.code = d.class
  LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = d.manager
  LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = d.owner
  LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = d.maintainer
  WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.seq = %(seq)s
), reserved AS (
  INSERT INTO registry.code_sequence AS s (district, number, last)
  SELECT %(district)s, n.number, 1 FROM delivered_row n WHERE n.code IS NULL
  ON CONFLICT (district, number) DO UPDATE SET last = s.last + 1
  RETURNING s.number, s.last
)
UPDATE registry.change c SET
  action = 'add', asset_id = nextval('registry.asset_id_seq'), base_version = NULL, changed = '{}', moved_m = NULL,
  code = coalesce(n.code, %(district)s || n.number || lpad(r.last::text, 10 - length(n.number), '0')),
  scheme = n.scheme, class = n.class, name = coalesce(n.name, n.name_zh), state = coalesce(n.state, 'intact'),
  manager = n.manager_id, owner = n.owner_id, maintainer = n.maintainer_id, surveyed_on = n.surveyed_on,
  changed_on = n.changed_on, source = n.source, accuracy = n.accuracy, external_key = n.external_key,
  attributes = n.attributes, areas = n.areas,
  candidates = CASE WHEN c.asset_id = ANY (c.candidates) THEN c.candidates ELSE c.candidates || c.asset_id END,
  matched_by = 'person', doubtful = false, accepted = true
FROM delivered_row n LEFT JOIN reserved r ON true
WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.seq = %(seq)s
