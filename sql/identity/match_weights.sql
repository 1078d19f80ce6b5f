-- How often two rows of one class agree in a field by chance, for each field, from a sample.
WITH sample AS MATERIALIZED (
  SELECT d.* FROM (SELECT l.source_row FROM unmatched_rows l ORDER BY hashint8(l.source_row) LIMIT %(most)s) l
  JOIN delivery d ON d.source_row = l.source_row
), word_counts AS (
  SELECT s.scheme, s.class, f.field, f.word, count(*) AS n
  FROM sample s, LATERAL (
    VALUES ('name', s.name), ('manager', s.manager), ('owner', s.owner), ('maintainer', s.maintainer)
    UNION ALL SELECT 'attributes.' || e.key, e.value FROM jsonb_each_text(s.attributes) e) AS f (field, word)
  WHERE f.word IS NOT NULL GROUP BY 1, 2, 3, 4
), by_class AS (
  SELECT t.field, sum(t.n * (t.n - 1)) AS agreeing, sum(t.n) * (sum(t.n) - 1) AS pairs
  FROM word_counts t GROUP BY t.scheme, t.class, t.field
)
SELECT b.field, (sum(b.agreeing) / nullif(sum(b.pairs), 0))::float8 FROM by_class b GROUP BY b.field
