-- Which delivered row each asset last came from: id and fingerprint, packed into one value, since a row at a time takes the
-- client longer than everything else. In parts, for a value holds no more than a gigabyte.
SELECT string_agg(int8send(a.id) || uuid_send(a.fingerprint), ''::bytea)
FROM registry.asset a
WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.fingerprint IS NOT NULL AND a.id %% %(parts)s = %(part)s
