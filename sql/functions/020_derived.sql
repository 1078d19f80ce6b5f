-- What apply derives for an asset from its name and its place.

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

-- Codes of the areas a geometry touches. Grids partition communities and communities subdistricts, and a code begins
-- with its parent's, so that the finest level tells the others.
CREATE OR REPLACE FUNCTION registry.areas_of(in_district text, place geometry) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((
  SELECT array_agg(DISTINCT p.code ORDER BY p.code)
  FROM registry.area a, LATERAL (VALUES (substr(a.code, 1, 9)), (substr(a.code, 1, 12)), (a.code)) AS p (code)
  WHERE a.district = in_district AND a.kind <> 'district' AND length(a.code) >= length(p.code)
    AND a.geom && place AND ST_Intersects(a.geom, place)), '{}');
