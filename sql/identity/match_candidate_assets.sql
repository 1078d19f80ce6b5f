-- The assets that unmatched rows could be: of the layer, not matched yet, within 50 m of the box of all of them.
CREATE TEMPORARY TABLE candidate_assets ON COMMIT DROP AS
WITH reach AS MATERIALIZED (
  SELECT ST_SetSRID(ST_Expand(ST_Extent(d.geom)::geometry, 50 / %(east)s, 50 / %(north)s), 4490) AS box
  FROM delivery d WHERE EXISTS (SELECT FROM unmatched_rows l WHERE l.source_row = d.source_row)
)
SELECT a.id, a.external_key, a.state = 'retired' AS retired, hashtext(a.scheme || ' ' || a.class) AS kind,
  (ST_XMin(a.geom) + ST_XMax(a.geom)) / 2 * %(east)s AS x, (ST_YMin(a.geom) + ST_YMax(a.geom)) / 2 * %(north)s AS y,
  a.manager, a.owner, a.maintainer, h.words, hash_record_extended(ROW(h.words, a.geom::bytea), 0) AS digest
FROM registry.asset a,
LATERAL (SELECT hash_record_extended(ROW(a.scheme, a.class, a.name, a.attributes), 0) AS words OFFSET 0) h -- noqa: PRS
WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.geom && (SELECT r.box FROM reach r)
  -- a hash, however few assets the planner expects: it must not look for each of them among all the rows
  AND a.id NOT IN (SELECT m.asset_id FROM matched m WHERE m.asset_id IS NOT NULL)
