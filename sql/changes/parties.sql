-- Parties named in the delivery that the register does not know yet.
INSERT INTO registry.party (district, name)
SELECT %(district)s, p.name
FROM (SELECT manager FROM delivery UNION SELECT owner FROM delivery UNION SELECT maintainer FROM delivery) AS p (name)
WHERE p.name <> ''
ON CONFLICT (district, name) DO NOTHING
