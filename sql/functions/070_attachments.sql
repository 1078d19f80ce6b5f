-- Whether what a change set did still holds: it was applied, and not undone, or its undo was undone, and so on.
CREATE OR REPLACE FUNCTION registry.in_force(in_district text, in_change_set bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT s.id, 1 AS nth FROM registry.change_set s
    WHERE s.district = in_district AND s.id = in_change_set AND s.status = 'applied'
    UNION ALL
    SELECT u.id, c.nth + 1 FROM chain c JOIN registry.change_set u ON u.district = in_district AND u.undoes = c.id
    WHERE u.status = 'applied'
  )
  SELECT coalesce(max(c.nth) % 2 = 1, false) FROM chain c;
END;
