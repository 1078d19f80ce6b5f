-- Which delivered row each asset last came from: id and fingerprint, packed into one value, since a row at a time takes the
-- client longer than everything else. In parts, for a value holds no more than a gigabyte; with the last id and the number.
SELECT string_agg(int8send(a.id) || uuid_send(a.fingerprint), ''::bytea), max(a.id), count(*)
FROM (
  SELECT f.id, f.fingerprint FROM registry.asset f
  WHERE f.district = %(district)s AND f.layer = %(layer)s AND f.fingerprint IS NOT NULL AND f.id > %(after)s
  ORDER BY f.id LIMIT %(most)s
) a
