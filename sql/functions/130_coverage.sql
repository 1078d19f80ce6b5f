-- Coverage: what each zone covers of each asset, in whole millimetres, square centimetres and pieces, so that covered and not
-- covered add up to the total. `resolved` works it out from nothing; `cover_anew` writes what differs. Both are set-based.

-- A generic shift of a third of the stored grid (1e-9 degrees, 0.1 mm): what lies exactly on a border that two zones share then
-- lies on one side of it.
CREATE OR REPLACE FUNCTION registry.nudged(g geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN public.ST_Translate(g, 0.41421356e-9, 0.31830988e-9);

CREATE OR REPLACE FUNCTION registry.span_length(s int8multirange) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(upper(r) - lower(r)), 0)::bigint FROM unnest(s) r);

-- How much there is of an asset: a line's millimetres, an area's square centimetres, one piece.
CREATE OR REPLACE FUNCTION registry.measured(length_m double precision, area_m2 double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length_m IS NOT NULL THEN round(length_m * 1000)::bigint
            WHEN area_m2 IS NOT NULL THEN round(area_m2 * 10000)::bigint ELSE 1 END;

-- The part of a line that a span names, drawn: what the span says in millimetres, within half of one.
CREATE OR REPLACE FUNCTION registry.span_geometry(line geometry, total bigint, span int8multirange) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp
BEGIN ATOMIC
  WITH seg AS (
    SELECT s.path, s.geom, total * ((sum(s.len) OVER (ORDER BY s.path) - s.len) / sum(s.len) OVER ()) AS base,
           total * (s.len / sum(s.len) OVER ()) AS len
    FROM (SELECT d.path, d.geom, ST_Length(d.geom::geography) AS len FROM ST_DumpSegments(line) d) s
    WHERE s.len > 0
  )
  SELECT ST_Multi(ST_LineMerge(ST_Collect(ST_LineSubstring(
    s.geom, greatest(0, (lower(r) - s.base) / s.len), least(1, (upper(r) - s.base) / s.len)) ORDER BY s.path)))
  FROM unnest(span) r JOIN seg s ON lower(r) < s.base + s.len AND upper(r) > s.base;
END;

-- The pieces of these zones' rules, as they should be: in small polygons, each with its rule's conditions. A rule without a
-- place is the whole district and whatever lies around it.
CREATE OR REPLACE FUNCTION registry.pieces(in_district text, in_zones bigint[])
RETURNS TABLE (zone bigint, rule bigint, n int, effect text, edge text, layers text[], classes text[], grades text[],
  grade_by text,
               owners bigint[], geom geometry)
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  SELECT z.id, r.id, row_number() OVER (PARTITION BY r.id)::int, r.effect, z.edge, r.layers, r.classes, r.grades, t.grade_by,
    r.owners,
         p.geom
  FROM registry.zone z
  JOIN registry.zone_rule r ON r.district = z.district AND r.zone = z.id AND NOT r.void
  JOIN registry.lot l ON l.district = z.district AND l.id = z.lot
  JOIN registry.contract c ON c.district = l.district AND c.id = l.contract
  JOIN registry.trade t ON t.code = c.trade
  JOIN registry.district d ON d.code = z.district,
  LATERAL (
    SELECT ST_Subdivide(CASE WHEN r.geom IS NOT NULL THEN r.geom WHEN r.areas IS NULL THEN ST_Expand(d.box, 1) ELSE
      (SELECT ST_Union(a.geom) FROM registry.area a WHERE a.district = r.district AND a.code = ANY (r.areas)) END, 32) AS geom
  ) p
  WHERE z.district = in_district AND z.id = ANY (in_zones) AND NOT z.void AND p.geom IS NOT NULL
    AND ST_Dimension(p.geom) = 2;
END;

-- What these zones cover of these assets, every pair anew. A rule that excepts takes away from those that cover; items, which
-- name an asset, beat rules; an item that excepts beats all. Driven from the assets, so that the small index is the inner side.
CREATE OR REPLACE FUNCTION registry.resolved(in_district text, in_zones bigint[], in_assets bigint[])
RETURNS TABLE (zone bigint, asset_id bigint, measure bigint, span int8multirange, part geometry)
LANGUAGE sql STABLE ROWS 10000 SET search_path = registry, public, pg_temp SET enable_hashjoin = on SET jit = off
BEGIN ATOMIC
  WITH a AS MATERIALIZED (
    SELECT a.id, a.layer, a.scheme || ' ' || a.class AS class, a.owner, a.attributes, registry.nudged(a.geom) AS g,
           CASE WHEN a.length_m IS NOT NULL THEN 'line' WHEN a.area_m2 IS NOT NULL THEN 'area' ELSE 'point' END AS shape,
           registry.measured(a.length_m, a.area_m2) AS total
    FROM unnest(in_assets) AS t (id) JOIN registry.asset a ON a.district = in_district AND a.id = t.id
    WHERE a.state <> 'retired'
  ), near AS MATERIALIZED (  -- the piece's box touches the asset's, and the rule means it
    SELECT p.zone, p.rule, p.effect, p.edge = 'midpoint'
      AND a.shape <> 'point' AS by_middle, p.geom AS zg, a.id, a.g, a.shape, a.total
    FROM a JOIN registry.zone_piece p ON p.district = in_district AND p.geom && a.g
      AND (p.layers IS NULL OR a.layer = ANY (p.layers)) AND (p.classes IS NULL OR a.class = ANY (p.classes))
      AND (p.owners IS NULL OR a.owner = ANY (p.owners)) AND (p.grades IS NULL OR a.attributes ->> p.grade_by = ANY (p.grades))
    WHERE p.zone = ANY (in_zones)
  ), listed AS MATERIALIZED (
    SELECT i.zone, i.effect, i.span, a.id, a.g, a.shape, a.total
    FROM registry.zone_item i JOIN registry.zone z ON z.district = i.district AND z.id = i.zone AND NOT z.void
    JOIN a ON a.id = i.asset_id
    WHERE i.district = in_district AND i.zone = ANY (in_zones) AND NOT i.void
  ), seg AS MATERIALIZED (
    SELECT s.id, s.total, s.geom, s.total * ((sum(s.len) OVER w - s.len) / sum(s.len) OVER (PARTITION BY s.id)) AS base,
           s.total * (s.len / sum(s.len) OVER (PARTITION BY s.id)) AS len
    FROM (SELECT l.id, l.total, d.path, d.geom, ST_Length(d.geom::geography) AS len
          FROM (SELECT DISTINCT ON (n.id) n.id, n.total, n.g FROM near n WHERE n.shape = 'line') l, ST_DumpSegments(l.g) d) s
    WHERE s.len > 0 WINDOW w AS (PARTITION BY s.id ORDER BY s.path)
  ), middle AS (  -- where the whole of an asset is decided
    SELECT s.id, ST_LineInterpolatePoint(s.geom, least(1, (s.total / 2.0 - s.base) / s.len)) AS at
    FROM seg s WHERE s.base <= s.total / 2.0 AND s.total / 2.0 < s.base + s.len
      AND s.id IN (SELECT n.id FROM near n WHERE n.by_middle)
    UNION ALL
    SELECT DISTINCT ON (n.id) n.id, ST_PointOnSurface(n.g) FROM near n WHERE n.by_middle AND n.shape = 'area'
  ), spots AS (
    SELECT n.zone, n.id, n.shape, n.total, n.effect, 1 AS rank FROM near n WHERE n.shape = 'point' AND ST_Intersects(n.zg, n.g)
    UNION ALL
    SELECT n.zone, n.id, n.shape, n.total, n.effect, 1 FROM near n JOIN middle m ON m.id = n.id
    WHERE n.by_middle AND ST_Intersects(n.zg, m.at)
  ), whole AS (  -- points, and what a zone takes whole or not at all: decided by what ranks highest, and there by what excepts
    SELECT s.zone, s.id, s.shape, s.total FROM (
      SELECT * FROM spots UNION ALL SELECT l.zone, l.id, l.shape, l.total, l.effect, 2 FROM listed l WHERE l.shape = 'point') s
    GROUP BY 1, 2, 3, 4
    HAVING bool_or(s.effect = 'cover' AND s.rank = 2) AND NOT bool_or(s.effect = 'except' AND s.rank = 2)
        OR bool_or(s.effect = 'cover') AND NOT bool_or(s.effect = 'except')
  ), runs AS (
    SELECT n.zone, n.id, n.effect, round(s.base + s.len * least(l.f, l.t))::bigint AS f, round(s.base + s.len * greatest(l.f,
      l.t))::bigint AS t
    FROM near n JOIN seg s ON s.id = n.id AND s.geom && n.zg, ST_Dump(ST_Intersection(s.geom, n.zg)) d,
      LATERAL (SELECT ST_LineLocatePoint(s.geom, ST_StartPoint(d.geom)) AS f, ST_LineLocatePoint(s.geom,
        ST_EndPoint(d.geom)) AS t) l
    WHERE n.shape = 'line' AND NOT n.by_middle AND GeometryType(d.geom) = 'LINESTRING'
  ), along AS (  -- runs that touch within a millimetre are one
    SELECT j.zone, j.id, j.effect, (SELECT range_agg(int8range(lower(r), upper(r) - 1))
      FROM unnest(j.joined) r) AS span, 1 AS rank
    FROM (SELECT r.zone, r.id, r.effect, range_agg(int8range(r.f, r.t, '[]')) AS joined FROM runs r WHERE r.f < r.t
      GROUP BY 1, 2, 3) j
    UNION ALL
    SELECT w.zone, w.id, 'cover', int8multirange(int8range(0, w.total)), 1 FROM whole w WHERE w.shape = 'line'
    UNION ALL
    SELECT l.zone, l.id, l.effect, coalesce(l.span * int8multirange(int8range(0, l.total)), int8multirange(int8range(0,
      l.total))), 2
    FROM listed l WHERE l.shape = 'line'
  ), lines AS (
    SELECT l.zone, l.id, (coalesce(range_agg(l.span) FILTER (WHERE l.rank = 1 AND l.effect = 'cover'), '{}')
                          - coalesce(range_agg(l.span) FILTER (WHERE l.rank = 1 AND l.effect = 'except'), '{}')
                          + coalesce(range_agg(l.span) FILTER (WHERE l.rank = 2 AND l.effect = 'cover'), '{}'))
                         - coalesce(range_agg(l.span) FILTER (WHERE l.rank = 2 AND l.effect = 'except'), '{}') AS span
    FROM along l GROUP BY 1, 2
  ), held AS (  -- of an area: whole where the rule's place holds it, else what they have in common
    SELECT n.zone, n.id, n.effect, n.total, n.g, c.whole,
           CASE WHEN c.whole THEN n.g ELSE ST_CollectionExtract(ST_Intersection(n.g, c.around), 3) END AS part, 1 AS rank
    FROM (SELECT n.zone, n.rule, n.id, n.effect, n.total, n.g, array_agg(n.zg) AS pieces FROM near n
          WHERE n.shape = 'area' AND NOT n.by_middle AND ST_Intersects(n.zg, n.g) GROUP BY 1, 2, 3, 4, 5, 6) n,
      LATERAL (SELECT ST_Covers(u.around, n.g) AS whole, u.around
               FROM (SELECT CASE WHEN cardinality(n.pieces) = 1 THEN n.pieces[1]
                 ELSE ST_Union(n.pieces) END AS around LIMIT 1) u
               OFFSET 0) c
    UNION ALL
    SELECT w.zone, w.id, 'cover', w.total, a.g, true, a.g, 1 FROM whole w JOIN a ON a.id = w.id WHERE w.shape = 'area'
    UNION ALL
    SELECT l.zone, l.id, l.effect, l.total, l.g, true, l.g, 2 FROM listed l WHERE l.shape = 'area'
  ), areas AS (
    SELECT h.zone, h.id, h.total,
      CASE WHEN bool_or(h.effect = 'except' AND h.rank = 2) THEN 'POLYGON EMPTY'
           WHEN bool_or(h.rank = 2) OR bool_or(h.whole) AND bool_and(h.effect = 'cover') THEN NULL
           ELSE ST_Difference(ST_Union(h.part) FILTER (WHERE h.effect = 'cover'),
                              coalesce(ST_Union(h.part) FILTER (WHERE h.effect = 'except'),
                                'SRID=4490;POLYGON EMPTY')) END AS part,
      bool_or(h.effect = 'cover') AS covers
    FROM held h WHERE NOT ST_IsEmpty(h.part) GROUP BY 1, 2, 3
  )
  SELECT w.zone, w.id, 1, NULL::int8multirange, NULL::geometry FROM whole w WHERE w.shape = 'point'
  UNION ALL
  SELECT l.zone, l.id, registry.span_length(l.span), CASE WHEN l.span = int8multirange(int8range(0, a.total)) THEN NULL
    ELSE l.span END, NULL
  FROM lines l JOIN a ON a.id = l.id WHERE NOT isempty(l.span)
  UNION ALL
  SELECT s.zone, s.id, CASE WHEN s.part IS NULL THEN s.total ELSE s.m END, NULL, s.part
  FROM (SELECT r.zone, r.id, r.total, ST_Multi(r.part) AS part,
               least(r.total, round(ST_Area(r.part::geography) * 10000)::bigint) AS m
        FROM areas r WHERE r.covers) s
  WHERE s.part IS NULL OR s.m > 0;
END;

-- Keeping it right ------------------------------------------------------------------------------------------------

-- Assets that these zones cover now or could by their pieces and items.
CREATE OR REPLACE FUNCTION registry.assets_of_zones(in_district text, in_zones bigint[]) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT t.id), '{}') FROM (
    SELECT c.asset_id AS id FROM registry.coverage c WHERE c.district = in_district AND c.zone = ANY (in_zones)
    UNION ALL
    SELECT i.asset_id FROM registry.zone_item i WHERE i.district = in_district AND i.zone = ANY (in_zones)
    UNION ALL
    SELECT a.id
    FROM (SELECT ST_Expand(p.geom, 1e-8) AS box, p.layers FROM registry.zone_piece p
          WHERE p.district = in_district AND p.zone = ANY (in_zones) AND p.effect = 'cover' OFFSET 0) p
    JOIN registry.asset a ON a.geom && p.box AND a.district = in_district AND (p.layers IS NULL OR a.layer = ANY (p.layers))) t;
END;

-- Resolves these zones against these assets, writes what differs from `coverage`, sets `asset.zones` of the assets it concerns,
-- and nothing else of them: no version is made, like for `areas`. Tiles with such an asset count as changed. Returns how many
-- pairs and how many assets were written.
CREATE OR REPLACE FUNCTION registry.cover_anew(in_district text, in_zones bigint[], in_assets bigint[])
RETURNS TABLE (pairs bigint, assets bigint)
LANGUAGE plpgsql SET search_path = registry, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
  many boolean := cardinality(in_assets) > 3000;
  n bigint;
BEGIN
  IF cardinality(in_zones) = 0 OR cardinality(in_assets) = 0 THEN
    RETURN QUERY SELECT 0::bigint, 0::bigint;
    RETURN;
  END IF;
  CREATE TEMP TABLE covered_now ON COMMIT DROP AS SELECT * FROM resolved(in_district, in_zones, in_assets);
  ANALYZE covered_now;
  PERFORM plan_for_many(many);
  CREATE TEMP TABLE covered_else ON COMMIT DROP AS
  WITH was AS MATERIALIZED (
    SELECT c.* FROM coverage c
    WHERE c.district = in_district AND c.zone = ANY (in_zones) AND c.asset_id IN (SELECT unnest(in_assets))
  )
  SELECT coalesce(n.zone, w.zone) AS zone, coalesce(n.asset_id, w.asset_id) AS asset_id, n.zone IS NOT NULL AS held,
         n.measure, n.span, n.part
  FROM covered_now n FULL JOIN was w ON (w.zone, w.asset_id) = (n.zone, n.asset_id)
  WHERE n.zone IS NULL OR w.zone IS NULL OR (n.measure, n.span) IS DISTINCT FROM (w.measure, w.span)
     OR n.part::bytea IS DISTINCT FROM w.part::bytea;
  GET DIAGNOSTICS n = ROW_COUNT;
  ANALYZE covered_else;
  DELETE FROM coverage c USING covered_else e
  WHERE c.district = in_district AND c.zone = e.zone AND c.asset_id = e.asset_id AND NOT e.held;
  INSERT INTO coverage (district, zone, asset_id, layer, measure, span, part)
  SELECT in_district, e.zone, e.asset_id, a.layer, e.measure, e.span, e.part
  FROM covered_else e JOIN asset a ON a.district = in_district AND a.id = e.asset_id WHERE e.held
  ON CONFLICT (district, zone, asset_id) DO UPDATE SET measure = excluded.measure, span = excluded.span, part = excluded.part;
  RETURN QUERY SELECT n, name_zones(in_district, ARRAY(SELECT DISTINCT e.asset_id FROM covered_else e));
  PERFORM plan_for_many(false);
  DROP TABLE covered_now, covered_else;
END $$;

-- Sets `asset.zones` of these assets to what `coverage` says, and counts their tiles as changed; returns how many it changed.
CREATE OR REPLACE FUNCTION registry.name_zones(in_district text, in_assets bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  changed bigint[];
BEGIN
  WITH told AS (
    UPDATE asset a SET zones = c.zones
    FROM (SELECT e.id, coalesce(array_agg(c.zone ORDER BY c.zone) FILTER (WHERE c.zone IS NOT NULL), '{}') AS zones
          FROM unnest(in_assets) AS e (id) LEFT JOIN coverage c ON c.district = in_district AND c.asset_id = e.id GROUP BY 1) c
    WHERE a.district = in_district AND a.id = c.id AND a.zones <> c.zones
    RETURNING a.id
  )
  SELECT coalesce(array_agg(t.id), '{}') INTO changed FROM told t;
  INSERT INTO tile_revision (district, cx, cy, revision)
  SELECT DISTINCT in_district, x, y, 1
  FROM (
    SELECT DISTINCT
      floor((ST_XMin(a.geom) + 180) / 360 * 16384)::int AS x0, floor((ST_XMax(a.geom) + 180) / 360 * 16384)::int AS x1,
      floor((0.5 - asinh(tan(radians(ST_YMax(a.geom)))) / (2 * pi())) * 16384)::int AS y0,
      floor((0.5 - asinh(tan(radians(ST_YMin(a.geom)))) / (2 * pi())) * 16384)::int AS y1
    FROM asset a WHERE a.district = in_district AND a.id = ANY (changed)
  ) w, generate_series(x0, x1) AS x, generate_series(y0, y1) AS y
  ON CONFLICT (district, cx, cy) DO UPDATE SET revision = tile_revision.revision + 1;
  RETURN cardinality(changed);
END $$;

-- Makes the pieces of these zones anew and then what they cover.
CREATE OR REPLACE FUNCTION registry.cover_zones(in_district text, in_zones bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  touched bigint[];
BEGIN
  IF cardinality(in_zones) = 0 THEN
    RETURN 0;
  END IF;
  touched := assets_of_zones(in_district, in_zones);
  DELETE FROM zone_piece WHERE district = in_district AND zone = ANY (in_zones);
  INSERT INTO zone_piece (district, zone, rule, n, effect, edge, layers, classes, grades, grade_by, owners, geom)
  SELECT in_district, p.* FROM pieces(in_district, in_zones) p;
  RETURN (SELECT c.pairs FROM cover_anew(in_district, in_zones,
    ARRAY(SELECT unnest(touched) UNION SELECT unnest(assets_of_zones(in_district, in_zones)))) c);
END $$;

-- What an applied set of assets changes of coverage: all zones of the district against its assets, retired ones too.
CREATE OR REPLACE FUNCTION registry.cover_changed(in_district text, in_change_set bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  held bigint[] := ARRAY(SELECT z.id FROM zone z WHERE z.district = in_district AND NOT z.void);
BEGIN
  IF held = '{}' THEN
    RETURN 0;
  END IF;
  RETURN (SELECT c.pairs FROM cover_anew(in_district, held, ARRAY(
    SELECT c.asset_id FROM change c WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
      AND c.action <> 'conflict')) c);
END $$;

-- After areas were redrawn: the zones whose rules name areas.
CREATE OR REPLACE FUNCTION registry.cover_areas(in_district text) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  RETURN cover_zones(in_district, ARRAY(
    SELECT DISTINCT r.zone FROM zone_rule r WHERE r.district = in_district AND NOT r.void AND r.areas IS NOT NULL));
END $$;

-- Everything of a district anew, as after a restore of part of the data.
CREATE OR REPLACE FUNCTION registry.rebuild_coverage(in_district text) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  named bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  named := ARRAY(SELECT a.id FROM asset a WHERE a.district = in_district AND a.zones <> '{}');
  DELETE FROM coverage WHERE district = in_district;
  DELETE FROM zone_piece WHERE district = in_district;
  PERFORM name_zones(in_district, named);
  RETURN cover_zones(in_district, ARRAY(SELECT z.id FROM zone z WHERE z.district = in_district));
END $$;

-- How many pairs of zone and asset are stored otherwise than they would be from nothing, and assets that name other zones.
CREATE OR REPLACE FUNCTION registry.coverage_faults(in_district text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp SET jit = off
BEGIN ATOMIC
  WITH zones AS MATERIALIZED (
    SELECT coalesce(array_agg(z.id), '{}') AS ids FROM registry.zone z WHERE z.district = in_district
  ), truth AS MATERIALIZED (
    SELECT r.* FROM zones, registry.resolved(in_district, zones.ids, registry.assets_of_zones(in_district, zones.ids)) r
  ), stored AS MATERIALIZED (
    SELECT c.zone, c.asset_id, c.measure, c.span FROM registry.coverage c WHERE c.district = in_district
  )
  SELECT (SELECT count(*) FROM truth t FULL JOIN stored c ON c.zone = t.zone AND c.asset_id = t.asset_id
          WHERE (t.measure, t.span) IS DISTINCT FROM (c.measure, c.span))
       + (SELECT count(*) FROM (SELECT a.id, a.zones FROM registry.asset a WHERE a.district = in_district AND a.zones <> '{}') a
          FULL JOIN (SELECT c.asset_id, array_agg(c.zone ORDER BY c.zone) AS zones FROM stored c GROUP BY 1) c
            ON c.asset_id = a.id
          WHERE a.zones IS DISTINCT FROM c.zones);
END;

-- The algebra on a day ----------------------------------------------------------------------------------------------

-- For each trade and each asset that the trade owes (duty): how much of it no contract, one, and several contracts in force on
-- that day cover; gap + once + more = total, in the integers of `measured`. Two lots of one contract are not double, nor are
-- two trades; two contracts of one trade are. `contracts`: those that cover some of it. Under the row security of who asks.
CREATE OR REPLACE FUNCTION registry.covered_on(in_district text, on_day date)
RETURNS TABLE (trade text, asset_id bigint, total bigint, gap bigint, once bigint, more bigint, contracts bigint[])
LANGUAGE sql STABLE ROWS 50000 SET search_path = registry, public, pg_temp SET jit = off SET enable_nestloop = off
BEGIN ATOMIC
  WITH force AS MATERIALIZED (
    SELECT f.zone, f.contract, f.trade FROM registry.zones_in_force(in_district, on_day) f
  ), owed AS MATERIALIZED (
    SELECT DISTINCT d.trade, a.id, registry.measured(a.length_m, a.area_m2) AS total
    FROM registry.duty d JOIN registry.asset a ON a.layer = d.layer
      AND (d.classes IS NULL OR a.scheme || ' ' || a.class = ANY (d.classes)) AND (d.owners IS NULL OR a.owner = ANY (d.owners))
    WHERE d.district = in_district AND NOT d.void AND a.district = in_district AND a.state <> 'retired'
  ), pair AS MATERIALIZED (
    SELECT f.trade, v.asset_id AS id, f.contract, bool_or(v.span IS NULL AND v.part IS NULL) AS whole,
           range_agg(v.span) AS span, CASE WHEN count(v.part) = 1 THEN min(v.part::text)::geometry
             ELSE ST_Union(v.part) END AS part
    FROM registry.coverage v JOIN force f ON f.zone = v.zone WHERE v.district = in_district GROUP BY 1, 2, 3
  ), counted AS (
    SELECT p.trade, p.id, count(*) AS n, count(*) FILTER (WHERE p.whole) AS w, array_agg(p.contract
      ORDER BY p.contract) AS contracts
    FROM pair p GROUP BY 1, 2
  ), parts AS MATERIALIZED (  -- what is covered in part by at least one contract
    SELECT p.trade, p.id, p.contract, p.span, p.part, k.w FROM pair p JOIN counted k ON k.trade = p.trade AND k.id = p.id
    WHERE k.n > k.w AND NOT p.whole
  ), marks AS (
    SELECT p.trade, p.id, p.w, m.at, sum(m.step) AS step FROM parts p,
      LATERAL (SELECT lower(r) AS at, 1 AS step FROM unnest(p.span) r UNION ALL SELECT upper(r), -1 FROM unnest(p.span) r) m
    WHERE p.span IS NOT NULL GROUP BY 1, 2, 3, 4
  ), steps AS (
    SELECT m.trade, m.id, m.w, lead(m.at) OVER o - m.at AS len, sum(m.step) OVER o AS depth
    FROM marks m WINDOW o AS (PARTITION BY m.trade, m.id ORDER BY m.at)
  ), lined AS (
    SELECT s.trade, s.id, coalesce(sum(s.len) FILTER (WHERE s.depth + s.w >= 1), 0)::bigint AS held,
           coalesce(sum(s.len) FILTER (WHERE s.depth + s.w >= 2), 0)::bigint AS more
    FROM steps s GROUP BY 1, 2
  ), crossed AS (
    SELECT x.trade, x.id,
           round(ST_Area(ST_Union(ST_CollectionExtract(ST_Intersection(x.part, y.part),
             3))::geography) * 10000)::bigint AS pairs
    FROM parts x JOIN parts y ON y.trade = x.trade AND y.id = x.id
    WHERE x.contract < y.contract AND x.part && y.part GROUP BY 1, 2
  ), surfaced AS (
    SELECT p.trade, p.id, round(ST_Area(ST_Union(p.part)::geography) * 10000)::bigint AS held
    FROM parts p WHERE p.part IS NOT NULL GROUP BY 1, 2
  ), depth AS (
    SELECT o.trade, o.id, o.total, k.contracts,
      CASE WHEN k.n IS NULL THEN 0 WHEN k.w > 0 THEN o.total WHEN l.id IS NOT NULL THEN l.held
        ELSE least(o.total, s.held) END AS held,
      CASE WHEN k.n IS NULL THEN 0 WHEN k.w > 1 THEN o.total WHEN l.id IS NOT NULL THEN l.more
           WHEN s.id IS NOT NULL THEN least(o.total, CASE k.w WHEN 1 THEN s.held ELSE least(s.held, coalesce(x.pairs, 0)) END)
           ELSE 0 END AS more
    FROM owed o
    LEFT JOIN counted k ON k.trade = o.trade AND k.id = o.id
    LEFT JOIN lined l ON l.trade = o.trade AND l.id = o.id
    LEFT JOIN surfaced s ON s.trade = o.trade AND s.id = o.id
    LEFT JOIN crossed x ON x.trade = o.trade AND x.id = o.id
  )
  SELECT d.trade, d.id, d.total, d.total - d.held, d.held - d.more, d.more, coalesce(d.contracts, '{}') FROM depth d;
END;
