-- How many rows of each change set are kept out by an error.
SELECT p.change_set, count(DISTINCT p.source_row)
FROM registry.problem p
WHERE p.district = %(district)s AND p.change_set = ANY (%(change_sets)s) AND p.severity = 'error'
GROUP BY p.change_set
