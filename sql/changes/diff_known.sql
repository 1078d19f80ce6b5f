-- Rows that are assets already: what they would change. A cell that the delivery leaves empty keeps the register's value.
-- Rows that change nothing leave no trace but their count; a doubtful one is kept, with the row as it was delivered, until a
-- person has said which asset it is. Where several rows are one asset, the surest stands and the others are conflicts.
WITH merged AS (
  SELECT
    d.source_row, a.id AS asset_id, a.version, x.matched_by, x.score, x.doubtful, x.candidates, d.fingerprint,
    CASE WHEN a.layer <> %(layer)s THEN 'other_layer'
         WHEN x.nth > 1 THEN 'two_rows_one_asset'
         WHEN k.id IS NOT NULL THEN 'key_of_other_asset' ELSE '' END AS reason,
    CASE WHEN x.doubtful THEN to_jsonb(d) || jsonb_build_object('geom', d.geom::text) END AS delivered,
    -- a code that the asset had before does not come back
    CASE WHEN x.matched_by = 'alias' THEN a.code ELSE coalesce(d.code, a.code) END AS code, d.scheme, d.class, coalesce(d.name, a.name) AS name,
    coalesce(d.state, CASE a.state WHEN 'retired' THEN 'intact' ELSE a.state END) AS state,
    coalesce(m.id, a.manager) AS manager, coalesce(o.id, a.owner) AS owner, coalesce(t.id, a.maintainer) AS maintainer,
    coalesce(d.surveyed_on, a.surveyed_on) AS surveyed_on, coalesce(d.changed_on, a.changed_on) AS changed_on,
    coalesce(d.source, a.source) AS source, coalesce(d.accuracy, a.accuracy) AS accuracy,
    coalesce(d.external_key, a.external_key) AS external_key, a.attributes || d.attributes AS attributes,
    ST_SetSRID(d.geom, 4490) AS geom, d.areas,
    CASE WHEN NOT ST_OrderingEquals(a.geom, ST_SetSRID(d.geom, 4490))
      THEN ST_HausdorffDistance(a.geom_3857, ST_Transform(ST_SetSRID(d.geom, 4490), 3857)) * cos(radians(ST_YMin(a.geom)))
    END AS moved_m,
    a AS old
  FROM (
    SELECT m.*, row_number() OVER (PARTITION BY m.asset_id ORDER BY m.matched_by <> 'fingerprint', m.doubtful, m.source_row) AS nth
    FROM matched m
    WHERE m.asset_id IN (SELECT o.asset_id FROM matched o WHERE o.matched_by <> 'fingerprint')
  ) x
  JOIN delivery d ON d.source_row = x.source_row
  JOIN registry.asset a ON a.district = %(district)s AND a.id = x.asset_id
  -- the supplier's key of this row belongs to another asset already
  LEFT JOIN registry.asset k ON k.district = %(district)s AND k.layer = %(layer)s AND k.external_key = d.external_key
    AND k.id <> a.id
  LEFT JOIN registry.party m ON m.district = %(district)s AND m.name = d.manager
  LEFT JOIN registry.party o ON o.district = %(district)s AND o.name = d.owner
  LEFT JOIN registry.party t ON t.district = %(district)s AND t.name = d.maintainer
), compared AS (
  SELECT n.*, array_remove(ARRAY[
    CASE WHEN n.code <> (n.old).code THEN 'code' END,
    CASE WHEN (n.scheme, n.class) <> ((n.old).scheme, (n.old).class) THEN 'class' END,
    CASE WHEN n.name <> (n.old).name THEN 'name' END,
    CASE WHEN n.state <> (n.old).state THEN 'state' END,
    CASE WHEN n.manager IS DISTINCT FROM (n.old).manager THEN 'manager' END,
    CASE WHEN n.owner IS DISTINCT FROM (n.old).owner THEN 'owner' END,
    CASE WHEN n.maintainer IS DISTINCT FROM (n.old).maintainer THEN 'maintainer' END,
    CASE WHEN n.surveyed_on IS DISTINCT FROM (n.old).surveyed_on THEN 'surveyed_on' END,
    CASE WHEN n.changed_on IS DISTINCT FROM (n.old).changed_on THEN 'changed_on' END,
    CASE WHEN n.source IS DISTINCT FROM (n.old).source THEN 'source' END,
    CASE WHEN n.accuracy IS DISTINCT FROM (n.old).accuracy THEN 'accuracy' END,
    CASE WHEN n.external_key IS DISTINCT FROM (n.old).external_key THEN 'external_key' END,
    CASE WHEN n.attributes <> (n.old).attributes THEN 'attributes' END,
    CASE WHEN n.moved_m > 0.001 THEN 'geom' END], NULL) AS changed
  FROM merged n
)
INSERT INTO registry.change (
  district, change_set, seq, source_row, action, asset_id, base_version, changed, moved_m, layer, code, scheme, class, name,
  state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas,
  fingerprint, matched_by, score, doubtful, accepted, candidates, reason, delivered)
SELECT
  %(district)s, %(change_set)s, c.source_row, c.source_row,
  CASE WHEN c.reason <> '' THEN 'conflict' WHEN 'geom' = ANY (c.changed) THEN 'move' ELSE 'update' END,
  c.asset_id, c.version, c.changed, CASE WHEN 'geom' = ANY (c.changed) THEN c.moved_m END, %(layer)s, c.code, c.scheme,
  c.class, c.name, c.state, c.manager, c.owner, c.maintainer, c.surveyed_on, c.changed_on, c.source, c.accuracy,
  c.external_key, c.attributes, CASE WHEN 'geom' = ANY (c.changed) THEN c.geom ELSE (c.old).geom END,
  CASE WHEN 'geom' = ANY (c.changed) THEN c.areas ELSE (c.old).areas END,
  CASE WHEN c.matched_by <> 'alias' THEN c.fingerprint END, c.matched_by, c.score, c.doubtful, NOT c.doubtful, c.candidates, c.reason, c.delivered
FROM compared c
WHERE c.changed <> '{}' OR c.reason <> '' OR c.delivered IS NOT NULL
