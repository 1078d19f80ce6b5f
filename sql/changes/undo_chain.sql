-- An applied change set, what undid it, what undid that, and so on: in force is what stands at an odd place when nothing
-- stands behind it. A set whose undo was undone is done again by the set at the end, which is then the one to undo.
WITH RECURSIVE chain AS (
  SELECT s.id, s.layer, s.kind, 1 AS nth
  FROM registry.change_set s
  WHERE s.district = %(district)s AND s.id = %(change_set)s AND s.status = 'applied'
  UNION ALL
  SELECT u.id, u.layer, u.kind, c.nth + 1
  FROM chain c JOIN registry.change_set u ON u.district = %(district)s AND u.undoes = c.id
  WHERE u.status = 'applied'
)
SELECT DISTINCT ON (c.nth) c.id, c.layer, c.kind FROM chain c ORDER BY c.nth, c.id DESC
