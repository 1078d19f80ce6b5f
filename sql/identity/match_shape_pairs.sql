-- Lines and areas: pairs whose boxes cover a third of each other both ways, with both shapes, for
-- registry.identity.shape_similarity to compare.
-- The box stands ready in a step of its own: a function over a column beside && would cost the index under row security.
WITH moved AS (
  SELECT l.source_row, l.external_key, l.kind,
         ST_SetSRID(ST_Translate(d.geom, -%(dx)s / %(east)s, -%(dy)s / %(north)s), 4490) AS geom
  FROM unmatched_rows l JOIN delivery d ON d.source_row = l.source_row
), sought AS MATERIALIZED (
  SELECT m.*, ST_Expand(m.geom, %(tolerance)s / %(east)s, %(tolerance)s / %(north)s) AS box FROM moved m
), near AS MATERIALIZED (
  SELECT s.*, a.id, a.known
  FROM sought s CROSS JOIN LATERAL (
    SELECT a.id, a.geom AS known, a.district, a.layer FROM registry.asset a WHERE a.geom && s.box
    OFFSET 0) a -- so that it stays a look-up in the spatial index for each row, whatever is known of the other columns
  WHERE a.district = %(district)s AND a.layer = %(layer)s
)
SELECT n.source_row, n.id, ST_AsBinary(n.geom), ST_AsBinary(n.known)
FROM near n JOIN candidate_assets p ON p.id = n.id AND (p.kind = n.kind) = %(same_class)s AND p.retired = %(retired)s,
LATERAL (VALUES (
  least(ST_XMax(n.geom), ST_XMax(n.known)) - greatest(ST_XMin(n.geom), ST_XMin(n.known)) + 2 * %(tolerance)s / %(east)s,
  greatest(ST_XMax(n.geom) - ST_XMin(n.geom), ST_XMax(n.known) - ST_XMin(n.known)) + 2 * %(tolerance)s / %(east)s,
  least(ST_YMax(n.geom), ST_YMax(n.known)) - greatest(ST_YMin(n.geom), ST_YMin(n.known)) + 2 * %(tolerance)s / %(north)s,
  greatest(ST_YMax(n.geom) - ST_YMin(n.geom), ST_YMax(n.known) - ST_YMin(n.known)) + 2 * %(tolerance)s / %(north)s
)) AS o (both_x, either_x, both_y, either_y)
WHERE (n.external_key IS NULL OR p.external_key IS NULL)
  AND o.both_x >= o.either_x / 3 AND o.both_y >= o.either_y / 3
