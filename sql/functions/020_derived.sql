-- What apply derives from an asset's name.

-- One spelling for searching: NFKC, lower case, without spaces and middle dots.
CREATE OR REPLACE FUNCTION registry.folded(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(lower(normalize(value, NFKC)), '[\s·・‧]', '', 'g');

-- Every character and every pair of neighbouring characters of a name: Chinese words are mostly of two characters,
-- too short for trigrams.
CREATE OR REPLACE FUNCTION registry.search_terms(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  WITH f AS (SELECT registry.folded(value) AS s)
  SELECT array_agg(substr(f.s, i, n))
  FROM f, generate_series(1, length(f.s)) AS i, (VALUES (1), (2)) AS k (n)
  WHERE i + n - 1 <= length(f.s));
