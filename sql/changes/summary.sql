-- How many rows of a change set do what; of these, how many are doubtful, and how many retirements wait for a person's yes.
SELECT c.action, count(*) AS rows, count(*) FILTER (WHERE c.doubtful) AS doubtful,
       count(*) FILTER (WHERE c.action = 'retire' AND NOT c.accepted) AS unconfirmed
FROM registry.change c
WHERE c.district = %(district)s AND c.change_set = %(change_set)s GROUP BY c.action
