-- The inverse of an applied change set, as proposed changes: assets it added are retired, assets it changed get their
-- earlier values back, and assets that were edited since are kept and listed as conflicts.
INSERT INTO registry.change (
  district, change_set, seq, source_row, action, asset_id, base_version, changed, moved_m, layer, code, scheme, class, name,
  state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas,
  fingerprint, reason)
SELECT
  c.district, %(change_set)s, c.seq, c.source_row,
  CASE WHEN a.change_set <> %(undoes)s THEN 'conflict' WHEN c.action = 'add' THEN 'retire'
       WHEN c.moved_m IS NOT NULL THEN 'move' ELSE 'update' END,
  c.asset_id, a.version, CASE WHEN c.action = 'add' THEN '{state}' ELSE c.changed END, c.moved_m, c.layer,
  coalesce(v.code, a.code), coalesce(v.scheme, a.scheme), coalesce(v.class, a.class), coalesce(v.name, a.name),
  coalesce(v.state, 'retired'),
  CASE WHEN v.id IS NULL THEN a.manager ELSE v.manager END,
  CASE WHEN v.id IS NULL THEN a.owner ELSE v.owner END,
  CASE WHEN v.id IS NULL THEN a.maintainer ELSE v.maintainer END,
  CASE WHEN v.id IS NULL THEN a.surveyed_on ELSE v.surveyed_on END,
  CASE WHEN v.id IS NULL THEN a.changed_on ELSE v.changed_on END,
  CASE WHEN v.id IS NULL THEN a.source ELSE v.source END,
  CASE WHEN v.id IS NULL THEN a.accuracy ELSE v.accuracy END,
  CASE WHEN v.id IS NULL THEN a.external_key ELSE v.external_key END,
  coalesce(v.attributes, a.attributes), coalesce(v.geom, a.geom), coalesce(v.areas, a.areas), v.fingerprint,
  CASE WHEN a.change_set <> %(undoes)s THEN 'edited_since' ELSE '' END
FROM registry.change c
JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
LEFT JOIN registry.asset_version v
  ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
WHERE c.district = %(district)s AND c.change_set = %(undoes)s AND c.accepted AND c.action <> 'conflict'
