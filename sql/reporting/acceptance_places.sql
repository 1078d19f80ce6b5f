-- Where the changes are, thinned for a small map: at most one mark for each action in each cell of a grid 120 cells wide. Made one
-- after the other: of rows that are new the planner knows nothing, and would look for the extent again for each of them.
WITH place AS MATERIALIZED (
  SELECT CASE WHEN c.action = 'conflict' OR c.accepted THEN c.action ELSE 'rejected' END AS action,
         ST_Centroid(c.geom) AS point
  FROM registry.change c WHERE c.district = %(district)s AND c.change_set = ANY (%(change_sets)s) AND NOT ST_IsEmpty(c.geom)
), extent AS MATERIALIZED (
  SELECT greatest(max(ST_X(point)) - min(ST_X(point)), max(ST_Y(point)) - min(ST_Y(point)), 1e-6) / 120 AS cell FROM place
)
SELECT p.action, avg(ST_X(p.point)), avg(ST_Y(p.point)), count(*)
FROM place p, extent e
GROUP BY p.action, floor(ST_X(p.point) / e.cell), floor(ST_Y(p.point) / e.cell)
