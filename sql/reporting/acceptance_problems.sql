-- The problems of each change set by code: errors first, then what occurs most; the first rows and one example each.
SELECT p.change_set, p.severity, p.code, count(*) AS count, array_agg(DISTINCT p.field) FILTER (WHERE p.field <> '') AS fields,
       (array_agg(p.source_row ORDER BY p.seq) FILTER (WHERE p.source_row IS NOT NULL))[1:8] AS rows,
       (array_agg(p.field ORDER BY p.seq))[1] AS field, (array_agg(p.value ORDER BY p.seq))[1] AS value,
       (array_agg(p.details ORDER BY p.seq))[1] AS details
FROM registry.problem p
WHERE p.district = %(district)s AND p.change_set = ANY (%(change_sets)s)
GROUP BY p.change_set, p.severity, p.code
ORDER BY p.change_set, p.severity, count(*) DESC, p.code
