-- The change sets of one delivery in the order in which its files came, with who did what when.
SELECT s.id AS change_set, s.layer, l.name_zh AS layer_zh, l.name_en AS layer_en, s.kind, s.status, s.title, s.source,
       s.summary, p.name AS proposed_by, s.proposed_at, a.name AS applied_by, s.applied_at,
       u.id AS undone_set, u.applied_at AS undone_at, b.name AS undone_by,
       f.name AS file, f.bytes, f.sha256, f.report, f.uploaded_at, w.name AS uploaded_by
FROM registry.change_set s
JOIN registry.layer l ON l.code = s.layer
JOIN registry.person p ON p.id = s.proposed_by
LEFT JOIN registry.person a ON a.id = s.applied_by
LEFT JOIN registry.delivery_file f ON f.district = s.district AND f.change_set = s.id
LEFT JOIN registry.person w ON w.id = f.uploaded_by
-- An undo that was itself undone leaves the set applied.
LEFT JOIN LATERAL (
  SELECT x.id, x.applied_at, x.applied_by FROM registry.change_set x
  WHERE x.district = s.district AND x.undoes = s.id AND registry.in_force(x.district, x.id)
  ORDER BY x.id DESC LIMIT 1) u ON true
LEFT JOIN registry.person b ON b.id = u.applied_by
WHERE s.district = %(district)s AND s.id = ANY (%(change_sets)s)
ORDER BY f.number NULLS LAST, s.id
