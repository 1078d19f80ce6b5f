-- How many rows of each change set do what; taken are those that a reviewer left in and apply puts into the register.
SELECT c.change_set, c.action, c.accepted AND c.action <> 'conflict' AS taken, c.doubtful, count(*)
FROM registry.change c
WHERE c.district = %(district)s AND c.change_set = ANY (%(change_sets)s)
GROUP BY 1, 2, 3, 4
