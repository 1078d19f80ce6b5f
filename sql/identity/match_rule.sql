-- By the supplier's rule: fields and attributes that together identify an asset of the layer, such as road and pole number.
-- All must be filled, and the combination must stand once in the delivery and once among the assets; live ones come first.
-- A row that has a code or key of its own, other than the asset's, contradicts itself: doubtful.
WITH stated AS (
  SELECT d.source_row, d.code, d.external_key, count(*) OVER (PARTITION BY w.words) AS rows, w.words
  FROM delivery d, LATERAL (
    SELECT array_agg(btrim(CASE WHEN starts_with(c, 'attributes.') THEN d.attributes ->> substr(c, 12) ELSE
      jsonb_build_object('name', d.name, 'class', d.class, 'manager', d.manager, 'owner', d.owner,
        'maintainer', d.maintainer, 'source', d.source, 'surveyed_on', d.surveyed_on, 'changed_on', d.changed_on) ->> c
      END)) AS words
    FROM unnest(%(columns)s::text[]) AS c) w
  WHERE array_position(w.words, NULL) IS NULL AND '' <> ALL (w.words)
    AND NOT EXISTS (SELECT FROM matched x WHERE x.source_row = d.source_row)
), known AS (
  SELECT a.id, a.external_key, w.words,
         count(*) OVER (PARTITION BY w.words, a.state = 'retired') AS assets,
         rank() OVER (PARTITION BY w.words ORDER BY a.state = 'retired') AS turn
  FROM registry.asset a
  LEFT JOIN registry.party m ON m.district = a.district AND m.id = a.manager
  LEFT JOIN registry.party o ON o.district = a.district AND o.id = a.owner
  LEFT JOIN registry.party t ON t.district = a.district AND t.id = a.maintainer, LATERAL (
    SELECT array_agg(btrim(CASE WHEN starts_with(c, 'attributes.') THEN a.attributes ->> substr(c, 12) ELSE
      jsonb_build_object('name', a.name, 'class', a.class, 'manager', m.name, 'owner', o.name,
        'maintainer', t.name, 'source', a.source, 'surveyed_on', a.surveyed_on, 'changed_on', a.changed_on) ->> c
      END)) AS words
    FROM unnest(%(columns)s::text[]) AS c) w
  WHERE a.district = %(district)s AND a.layer = %(layer)s AND EXISTS (SELECT FROM stated)
    AND array_position(w.words, NULL) IS NULL
    AND a.id NOT IN (SELECT x.asset_id FROM matched x WHERE x.asset_id IS NOT NULL) -- a hash, whatever the planner expects
)
INSERT INTO matched (source_row, asset_id, matched_by, doubtful, candidates)
SELECT t.source_row, k.id, 'rule', doubt, CASE WHEN doubt THEN ARRAY[k.id] ELSE '{}' END
FROM stated t JOIN known k ON k.words = t.words,
  LATERAL (SELECT t.code IS NOT NULL OR t.external_key <> k.external_key) AS s (said),
  LATERAL (SELECT coalesce(s.said, false)) AS b (doubt)
WHERE t.rows = 1 AND k.assets = 1 AND k.turn = 1
