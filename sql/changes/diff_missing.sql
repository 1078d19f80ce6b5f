-- What a delivery that is complete does not have: its live assets, of `classes` alone where these are given, are proposed as
-- retired. Not those that a row in quarantine names, nor those that a doubtful row may be.
INSERT INTO registry.change (
  district, change_set, seq, action, asset_id, base_version, changed, accepted, layer, code, scheme, class, name, state, manager,
  owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas)
SELECT
  a.district, %(change_set)s, m.last + row_number() OVER (ORDER BY a.id), 'retire', a.id, a.version, '{state}', %(accepted)s,
  a.layer, a.code, a.scheme, a.class, a.name, 'retired', a.manager, a.owner, a.maintainer, a.surveyed_on, a.changed_on,
  a.source, a.accuracy, a.external_key, a.attributes, a.geom, a.areas
FROM registry.asset a
CROSS JOIN (SELECT coalesce(max(c.seq), 0) AS last FROM registry.change c
            WHERE c.district = %(district)s AND c.change_set = %(change_set)s) m
WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.state <> 'retired'
  AND (%(schemes)s::text[] IS NULL
    OR (a.scheme, a.class) IN (SELECT k.scheme, k.code FROM unnest(%(schemes)s::text[], %(codes)s::text[]) AS k (scheme, code)))
  AND NOT EXISTS (SELECT FROM matched x WHERE x.asset_id = a.id)
  AND a.id NOT IN (SELECT unnest(x.candidates) FROM matched x WHERE x.doubtful)
  AND NOT EXISTS (SELECT FROM held_back h WHERE h.code = a.code)
  AND NOT EXISTS (SELECT FROM held_back h WHERE h.external_key = a.external_key)
  AND NOT EXISTS (SELECT FROM held_back h JOIN registry.asset_alias l ON l.district = %(district)s AND l.alias = h.code
                  WHERE l.asset_id = a.id)
