-- Rows that no code, key or rule has found: those that name no asset themselves. x and y in metres, for short distances only:
-- of the point, or of the middle of the box of a line or an area. Two rows with equal `words` have the same class, name and
-- attributes; with equal `digest` they lie in the same place too.
CREATE TEMPORARY TABLE unmatched_rows ON COMMIT DROP AS
SELECT r.source_row, r.external_key, r.kind, r.x, r.y, r.manager, r.owner, r.maintainer, r.words,
  hash_record_extended(ROW(r.words, ST_SetSRID(r.geom, 4490)::bytea), 0) AS digest
FROM (
  SELECT d.source_row, d.external_key, d.geom, hashtext(d.scheme || ' ' || d.class) AS kind,
    (ST_XMin(d.geom) + ST_XMax(d.geom)) / 2 * %(east)s AS x, (ST_YMin(d.geom) + ST_YMax(d.geom)) / 2 * %(north)s AS y,
    m.id AS manager, o.id AS owner, t.id AS maintainer,
    hash_record_extended(ROW(d.scheme, d.class, coalesce(d.name, k.name_zh), d.attributes), 0) AS words
  FROM delivery d
  JOIN registry.asset_class k ON k.layer = %(layer)s AND k.scheme = d.scheme AND k.code = d.class
  LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = d.manager
  LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = d.owner
  LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = d.maintainer
  WHERE d.code IS NULL AND NOT EXISTS (SELECT FROM matched x WHERE x.source_row = d.source_row)
) r
