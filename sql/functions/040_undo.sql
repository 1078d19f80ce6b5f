-- Proposes the inverse of an applied change set as a change set of its own: assets it added are retired, assets it
-- changed get their earlier values back, and assets that were edited since are kept and listed as conflicts.
-- Runs with the caller's rights. An undo can itself be undone.
CREATE OR REPLACE FUNCTION registry.propose_undo(in_district text, in_change_set bigint, title text) RETURNS bigint
LANGUAGE sql SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  WITH undone AS (
    SELECT s.* FROM registry.change_set s
    WHERE s.district = in_district AND s.id = in_change_set AND s.status = 'applied'
  ), proposal AS (
    INSERT INTO registry.change_set (district, layer, kind, title, undoes, proposed_by)
    SELECT u.district, u.layer, 'undo', propose_undo.title, u.id, registry.person_id(current_user) FROM undone u
    RETURNING district, id
  ), inverse AS (
    INSERT INTO registry.change (
      district, change_set, seq, source_row, action, asset_id, base_version, changed, moved_m, layer, code, scheme, class,
      name, state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom)
    SELECT
      c.district, p.id, c.seq, c.source_row,
      CASE WHEN a.change_set <> in_change_set THEN 'conflict' WHEN c.action = 'add' THEN 'retire'
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
      coalesce(v.attributes, a.attributes), coalesce(v.geom, a.geom)
    FROM proposal p
    JOIN registry.change c ON c.district = p.district AND c.change_set = in_change_set
    JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
    LEFT JOIN registry.asset_version v
      ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
    WHERE c.accepted AND c.action <> 'conflict'
    RETURNING 1
  )
  SELECT p.id FROM proposal p;
END;
