-- How many rows of a change set do what.
SELECT c.action, count(*) FROM registry.change c
WHERE c.district = %(district)s AND c.change_set = %(change_set)s GROUP BY c.action
