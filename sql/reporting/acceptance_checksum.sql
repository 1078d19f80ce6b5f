-- SHA-256 over what a change set puts into the register: of each row that is taken, in order, the SHA-256 of its values as
-- a JSON array in PostgreSQL's own writing (jsonb: keys sorted, numbers as they were given), and of these 32 bytes each
-- the whole. docs/acceptance.md says how anybody can do it over again.
SELECT encode(sha256(coalesce(string_agg(sha256(convert_to(jsonb_build_array(
         c.seq, c.source_row, c.action, c.asset_id, c.base_version, c.changed, c.layer, c.code, c.scheme, c.class, c.name,
         c.state, c.manager, c.owner, c.maintainer, c.surveyed_on, c.changed_on, c.source, c.accuracy, c.external_key,
         c.attributes, encode(ST_AsBinary(c.geom, 'NDR'), 'hex'))::text, 'UTF8')), ''::bytea ORDER BY c.seq), ''::bytea)), 'hex')
FROM registry.change c
WHERE c.district = %(district)s AND c.change_set = %(change_set)s AND c.accepted AND c.action <> 'conflict'
