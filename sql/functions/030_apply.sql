-- Applying a change set: the only place that writes asset, asset_version, asset_alias and the roll-ups.
-- The application role may execute registry.apply_change_set and has no INSERT, UPDATE or DELETE on those tables.

-- Which accepted changes no longer fit the register. Empty means that the set may be applied.
CREATE OR REPLACE FUNCTION registry.stale_changes(in_district text, in_change_set bigint)
RETURNS TABLE (seq int, source_row bigint, code text, reason text)
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  SELECT c.seq, c.source_row, c.code, 'version'
  FROM registry.change c JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict') AND a.version <> c.base_version
  UNION ALL
  SELECT c.seq, c.source_row, c.code, 'code'
  FROM registry.change c JOIN registry.asset a ON a.district = c.district AND a.code = c.code
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND (c.action = 'add' OR c.action <> 'conflict' AND 'code' = ANY (c.changed)) AND a.id <> c.asset_id
    -- unless the same set gives that asset another code
    AND NOT EXISTS (SELECT FROM registry.change o
                    WHERE o.district = in_district AND o.change_set = in_change_set AND o.accepted
                      AND o.action NOT IN ('add', 'conflict') AND o.asset_id = a.id AND o.code <> a.code)
  UNION ALL
  SELECT c.seq, c.source_row, c.code, 'external_key'
  FROM registry.change c
  JOIN registry.asset a ON a.district = c.district AND a.layer = c.layer AND a.external_key = c.external_key
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND (c.action = 'add' OR c.action <> 'conflict' AND 'external_key' = ANY (c.changed)) AND a.id <> c.asset_id
    AND NOT EXISTS (SELECT FROM registry.change o
                    WHERE o.district = in_district AND o.change_set = in_change_set AND o.accepted
                      AND o.action NOT IN ('add', 'conflict') AND o.asset_id = a.id
                      AND o.external_key IS DISTINCT FROM a.external_key)
  UNION ALL
  -- Two proposals of one file without codes and keys: what the other one added since is what this one would add again.
  -- Asked only where another set came in between, and then by place, in steps that no estimate can turn round.
  (WITH overtaken AS MATERIALIZED (
    SELECT s.proposed_at FROM registry.change_set s
    WHERE s.district = in_district AND s.id = in_change_set
      AND EXISTS (SELECT FROM registry.change_set o
                  WHERE o.district = in_district AND o.layer = s.layer AND o.applied_at > s.proposed_at)
  ), brought AS MATERIALIZED (
    SELECT c.seq, c.source_row, c.code, c.asset_id, c.layer, c.scheme, c.class, c.name, c.geom, s.proposed_at
    FROM overtaken s CROSS JOIN registry.change c
    WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action = 'add'
  )
  SELECT c.seq, c.source_row, c.code, 'added'
  FROM brought c CROSS JOIN LATERAL (
    SELECT b.district, b.id, b.layer, b.scheme, b.class, b.name, b.geom, b.valid_from
    FROM registry.asset b WHERE b.geom && c.geom OFFSET 0) a
  WHERE a.district = in_district AND a.layer = c.layer AND a.scheme = c.scheme AND a.class = c.class
    AND a.name = c.name AND a.geom = c.geom AND a.valid_from > c.proposed_at AND a.id <> c.asset_id)
  UNION ALL
  SELECT c.seq, c.source_row, c.code, 'class'
  FROM registry.change c
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action <> 'conflict'
    AND NOT EXISTS (SELECT FROM registry.asset_class k WHERE (k.layer, k.scheme, k.code) = (c.layer, c.scheme, c.class));
END;

CREATE OR REPLACE FUNCTION registry.apply_updates(in_district text, in_change_set bigint, at timestamptz) RETURNS void
LANGUAGE sql SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  INSERT INTO registry.asset_version (
    district, id, code, layer, scheme, class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source,
    accuracy, external_key, attributes, geom, areas, length_m, area_m2, terms, version, change_set, valid_from,
    fingerprint, geom_3857, gx, gy, valid_to, ended_by, moved_away)
  SELECT
    a.district, a.id, a.code, a.layer, a.scheme, a.class, a.name, a.state, a.manager, a.owner, a.maintainer,
    a.surveyed_on, a.changed_on, a.source, a.accuracy, a.external_key, a.attributes, a.geom, a.areas, a.length_m,
    a.area_m2, a.terms, a.version, a.change_set, a.valid_from, a.fingerprint, a.geom_3857, a.gx, a.gy, at, in_change_set,
    NOT a.geom = c.geom
  FROM registry.change c JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict');

  -- A code or key that goes from one asset of the set to another: free it first, since each is unique at every moment.
  UPDATE registry.asset a SET code = '~' || a.id, external_key = NULL
  FROM registry.change c
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict') AND c.changed && '{code,external_key}'
    AND a.district = in_district AND a.id = c.asset_id
    AND (a.code <> c.code AND a.code IN (
           SELECT o.code FROM registry.change o
           WHERE o.district = in_district AND o.change_set = in_change_set AND o.accepted AND o.action <> 'conflict')
      OR a.external_key IS DISTINCT FROM c.external_key AND a.external_key IN (
           SELECT o.external_key FROM registry.change o
           WHERE o.district = in_district AND o.change_set = in_change_set AND o.accepted AND o.action <> 'conflict'));

  -- Most of what a complete delivery retires, or an undo, changes nothing else: nothing derived is computed anew.
  UPDATE registry.asset a SET
    state = c.state, version = a.version + 1, change_set = in_change_set, valid_from = at, fingerprint = c.fingerprint
  FROM registry.change c
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict') AND c.changed = '{state}' AND a.district = in_district AND a.id = c.asset_id;

  UPDATE registry.asset a SET
    code = c.code, scheme = c.scheme, class = c.class, name = c.name, state = c.state,
    manager = c.manager, owner = c.owner, maintainer = c.maintainer,
    surveyed_on = c.surveyed_on, changed_on = c.changed_on, source = c.source, accuracy = c.accuracy,
    external_key = c.external_key, attributes = c.attributes, geom = c.geom,
    -- unless it moved: areas may have been redrawn since the proposal
    areas = CASE WHEN c.moved_m IS NULL THEN a.areas ELSE c.areas END,
    length_m = CASE WHEN l.geometry = 'line' THEN ST_Length(c.geom::geography) END,
    area_m2 = CASE WHEN l.geometry = 'polygon' THEN ST_Area(c.geom::geography) END,
    terms = CASE WHEN c.name <> k.name_zh THEN registry.search_terms(c.name) END,
    version = a.version + 1, change_set = in_change_set, valid_from = at, fingerprint = c.fingerprint
  FROM registry.change c
  JOIN registry.asset_class k ON k.layer = c.layer AND k.scheme = c.scheme AND k.code = c.class
  JOIN registry.layer l ON l.code = c.layer
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict') AND c.changed <> '{state}' AND a.district = in_district AND a.id = c.asset_id;
END;

-- A code that an asset had stays as its alias. An undo gives back what the undone set took: its aliases go, and one that it
-- took from another asset leads there again; but an undo of an undo does what was done first.
CREATE OR REPLACE FUNCTION registry.apply_aliases(in_district text, in_change_set bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  undone change_set;
BEGIN
  SELECT u.* INTO undone FROM change_set s JOIN change_set u ON u.district = s.district AND u.id = s.undoes
  WHERE s.district = in_district AND s.id = in_change_set;
  IF undone.id IS NOT NULL AND NOT restores(in_district, undone.id) THEN
    WITH restored AS (
      SELECT c.asset_id FROM change c
      WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action <> 'conflict'
    ), given_back AS (
      UPDATE asset_alias l SET asset_id = l.replaced, replaced = NULL, change_set = v.ended_by, since = v.valid_to
      FROM asset_version v
      WHERE l.district = in_district AND l.change_set = undone.id AND l.asset_id IN (SELECT r.asset_id FROM restored r)
        AND v.district = l.district AND v.id = l.replaced AND v.version = (
          SELECT max(o.version) FROM asset_version o
          WHERE o.district = l.district AND o.id = l.replaced AND o.code = l.alias AND o.valid_to < undone.applied_at)
      RETURNING l.alias
    )
    DELETE FROM asset_alias l
    WHERE l.district = in_district AND l.change_set = undone.id AND l.asset_id IN (SELECT r.asset_id FROM restored r)
      AND l.alias NOT IN (SELECT g.alias FROM given_back g);
    RETURN;
  END IF;
  INSERT INTO asset_alias AS l (district, alias, asset_id, since, change_set)
  SELECT v.district, v.code, v.id, at, in_change_set
  FROM change c
  JOIN asset_version v ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
    AND c.action NOT IN ('add', 'conflict') AND 'code' = ANY (c.changed) AND v.code <> c.code
  ON CONFLICT (district, alias) DO UPDATE SET
    replaced = CASE WHEN l.asset_id <> excluded.asset_id THEN l.asset_id ELSE l.replaced END,
    asset_id = excluded.asset_id, since = excluded.since, change_set = excluded.change_set;
END $$;

-- Whether a set is an undo that gives values back, and not one that does again what was undone.
CREATE OR REPLACE FUNCTION registry.restores(in_district text, in_change_set bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = registry, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT s.undoes, 0 AS depth FROM registry.change_set s WHERE s.district = in_district AND s.id = in_change_set
    UNION ALL
    SELECT s.undoes, c.depth + 1 FROM chain c
    JOIN registry.change_set s ON s.district = in_district AND s.id = c.undoes
  )
  SELECT max(c.depth) % 2 = 1 FROM chain c;
END;

CREATE OR REPLACE FUNCTION registry.apply_adds(in_district text, in_change_set bigint, at timestamptz) RETURNS void
LANGUAGE sql SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  INSERT INTO registry.asset (
    district, id, code, layer, scheme, class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source,
    accuracy, external_key, attributes, geom, areas, length_m, area_m2, terms, version, change_set, valid_from, fingerprint)
  SELECT
    c.district, c.asset_id, c.code, c.layer, c.scheme, c.class, c.name, c.state, c.manager, c.owner, c.maintainer,
    c.surveyed_on, c.changed_on, c.source, c.accuracy, c.external_key, c.attributes, c.geom,
    c.areas,
    CASE WHEN l.geometry = 'line' THEN ST_Length(c.geom::geography) END,
    CASE WHEN l.geometry = 'polygon' THEN ST_Area(c.geom::geography) END,
    CASE WHEN c.name <> k.name_zh THEN registry.search_terms(c.name) END,
    1, in_change_set, at, c.fingerprint
  FROM registry.change c
  JOIN registry.asset_class k ON k.layer = c.layer AND k.scheme = c.scheme AND k.code = c.class
  JOIN registry.layer l ON l.code = c.layer
  WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action = 'add';
END;

-- A code may be ahead of our own counter: never give its number out again.
CREATE OR REPLACE FUNCTION registry.count_on(in_district text, in_change_set bigint) RETURNS void
LANGUAGE sql SET search_path = registry, public, pg_temp SET enable_sort = off -- hashing is cheaper, and these rows look few
BEGIN ATOMIC
  INSERT INTO registry.code_sequence (district, number, last)
  SELECT in_district, t.number, substr(t.last, 7 + length(t.number))::bigint
  FROM (
    SELECT substr(c.code, 7, w.width) AS number, max(c.code) AS last
    FROM registry.change c,
    (SELECT CASE d.code_scheme WHEN '6+2+3+5' THEN 5 ELSE 4 END AS width
     FROM registry.district d WHERE d.code = in_district OFFSET 0) w
    WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
      AND (c.action = 'add' OR c.action <> 'conflict' AND 'code' = ANY (c.changed))
      AND length(c.code) = 16 AND starts_with(c.code, in_district) AND ltrim(c.code, '0123456789') = ''
    GROUP BY 1
  ) t
  ON CONFLICT (district, number) DO UPDATE SET last = greatest(code_sequence.last, excluded.last);
END;

-- Counted clusters and tile revisions, from the rows this set wrote and the versions it ended.
CREATE OR REPLACE FUNCTION registry.roll_up(in_district text, in_change_set bigint) RETURNS void
LANGUAGE sql SET search_path = registry, public, pg_temp SET enable_sort = off -- hashing is cheaper, and these rows look few
BEGIN ATOMIC
  INSERT INTO registry.asset_cell (district, cx, cy, layer, scheme, class, n, bad, sum_x, sum_y)
  SELECT in_district, t.gx >> 13, t.gy >> 13, t.layer, t.scheme, t.class, sum(t.sign),
         coalesce(sum(t.sign) FILTER (WHERE t.state <> 'intact'), 0), sum(t.sign * t.gx), sum(t.sign * t.gy)
  FROM (
    SELECT 1 AS sign, a.gx, a.gy, a.layer, a.scheme, a.class, a.state
    FROM registry.change c JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
    WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted
      AND c.action <> 'conflict' AND c.state <> 'retired'
    UNION ALL
    SELECT -1, v.gx, v.gy, v.layer, v.scheme, v.class, v.state
    FROM registry.change c
    JOIN registry.asset_version v ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
    WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action NOT IN ('add', 'conflict')
  ) t
  WHERE t.gx IS NOT NULL AND t.state <> 'retired'
  GROUP BY 2, 3, 4, 5, 6
  ON CONFLICT (district, cx, cy, layer, scheme, class) DO UPDATE SET
    n = asset_cell.n + excluded.n, bad = asset_cell.bad + excluded.bad,
    sum_x = asset_cell.sum_x + excluded.sum_x, sum_y = asset_cell.sum_y + excluded.sum_y;
END;

-- The zoom 14 tiles in which something changed: where the rows are now, and where their last versions were.
CREATE OR REPLACE FUNCTION registry.touch_tiles(in_district text, in_change_set bigint) RETURNS void
LANGUAGE sql SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  INSERT INTO registry.tile_revision (district, cx, cy, revision)
  SELECT DISTINCT in_district, x, y, 1
  FROM (
    SELECT DISTINCT
      floor((w.west + 180) / 360 * 16384)::int AS x0, floor((w.east + 180) / 360 * 16384)::int AS x1,
      floor((0.5 - asinh(tan(radians(w.north))) / (2 * pi())) * 16384)::int AS y0,
      floor((0.5 - asinh(tan(radians(w.south))) / (2 * pi())) * 16384)::int AS y1
    FROM (
      SELECT c.geom AS g FROM registry.change c
      WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.action <> 'conflict'
      UNION ALL
      SELECT v.geom FROM registry.change c
      JOIN registry.asset_version v ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
      WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted AND c.moved_m IS NOT NULL
    ) moved, LATERAL (
      SELECT ST_XMin(b) AS west, ST_XMax(b) AS east, ST_YMin(b) AS south, ST_YMax(b) AS north
      FROM (SELECT moved.g::box3d AS b OFFSET 0) box OFFSET 0 -- noqa: PRS
    ) w
  ) cells, generate_series(x0, x1) AS x, generate_series(y0, y1) AS y
  ON CONFLICT (district, cx, cy) DO UPDATE SET revision = tile_revision.revision + 1;
END;

-- Fingerprints of delivered rows that leave their assets as they are: derived data, no version is made. Holds off other
-- applies until the end of the transaction, since both write the asset.
CREATE OR REPLACE FUNCTION registry.remember_rows(in_district text, ids bigint[], versions int[], prints uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  UPDATE asset a SET fingerprint = u.print
  FROM unnest(ids, versions, prints) AS u (id, version, print)
  WHERE a.district = in_district AND a.id = u.id AND a.version = u.version
    AND a.layer IN (SELECT w.layer FROM writable('chengji_app') w WHERE w.district = in_district);
END $$;

-- The moment at which a proposal begins to look at the register: what was applied before it is committed, so that the
-- proposal sees it, and what is applied after it bears a later time. Waits for an apply that is under way.
CREATE OR REPLACE FUNCTION registry.between_applies(in_district text) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  key bigint := hashtextextended('registry.apply ' || in_district, 0);
  at timestamptz;
BEGIN
  PERFORM pg_advisory_lock_shared(key);
  at := clock_timestamp();
  PERFORM pg_advisory_unlock_shared(key);
  RETURN at;
END $$;

-- Whether so many rows are more than a twentieth of the district's assets. To the planner, rows written in this transaction
-- count as one, so that it looks up each of them in a loop; for many it is quicker to read the district's share once.
-- Counted, up to the answer: that costs as much as twenty times these rows at most, a fraction of what is done with them, and
-- never more because other districts are in the table. As the owner, so that an index alone will do.
DROP FUNCTION IF EXISTS registry.is_much(bigint);
CREATE OR REPLACE FUNCTION registry.is_much(in_district text, n bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off -- a walk through other districts would find the limit late
BEGIN ATOMIC
  SELECT count(*) < n * 20 FROM (SELECT FROM registry.asset a WHERE a.district = in_district LIMIT n * 20) seen;
END;

-- Let the rest of the transaction join by hashing alone, in memory rather than in files, or as the planner likes. Plans made
-- that way look dear to a server, which then compiles them (jit): the generated columns of asset anew for each row.
CREATE OR REPLACE FUNCTION registry.plan_for_many(yes boolean) RETURNS bigint
LANGUAGE sql SET search_path = registry, pg_temp
RETURN (SELECT count(set_config(s.name, CASE WHEN yes THEN m.setting ELSE s.reset_val || coalesce(s.unit, '') END, true))
        FROM pg_catalog.pg_settings s
        JOIN (VALUES ('enable_nestloop', 'off'), ('enable_mergejoin', 'off'), ('jit', 'off'),
                     ('work_mem', '128MB')) AS m (name, setting)
          ON m.name = s.name
        WHERE NOT (yes AND CASE s.name WHEN 'work_mem' THEN s.setting::bigint > 131072 ELSE false END));

-- What the planner goes by, after so much came in that it would not know the register again: until the server sees to it by
-- itself, a minute later or never, the next import would be planned for what was there before. Takes a sample, so that it
-- costs the same in a table of any size; where somebody else is at it, or at VACUUM, it leaves that to him and waits for
-- nobody.
CREATE OR REPLACE FUNCTION registry.take_statistics() RETURNS void
LANGUAGE plpgsql SET search_path = registry, public, pg_temp SET client_min_messages = error SET vacuum_cost_delay = 0 AS $$
BEGIN
  ANALYZE (SKIP_LOCKED)
    asset (district, id, code, layer, scheme, class, name, state, external_key, geom, areas, terms, version, change_set),
    asset_version (district, id, version, layer, valid_from, valid_to, geom, moved_away),
    change (district, change_set, seq, source_row, action, accepted, doubtful, asset_id, layer, scheme, class),
    asset_cell, asset_alias, tile_revision;
END $$;

-- Applies a proposed change set whole, or raises and leaves everything as it was.
-- Errors: CJ404 no such proposed set in reach; CJ403 no right to write the layer; CJ409 rows changed meanwhile.
CREATE OR REPLACE FUNCTION registry.apply_change_set(in_district text, in_change_set bigint) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp SET jit = off AS $$
DECLARE
  proposed registry.change_set;
  at timestamptz;
  stale text;
  adds bigint;
  others bigint;
  many boolean;
BEGIN
  SELECT * INTO proposed FROM change_set WHERE district = in_district AND id = in_change_set FOR UPDATE;
  IF proposed.id IS NULL OR proposed.status <> 'proposed' THEN
    RAISE EXCEPTION 'no proposed change set %', in_change_set USING ERRCODE = 'CJ404';
  END IF;
  IF NOT EXISTS (SELECT FROM writable('chengji_app') w WHERE (w.district, w.layer) = (in_district, proposed.layer)) THEN
    RAISE EXCEPTION 'not allowed to change layer %', proposed.layer USING ERRCODE = 'CJ403';
  END IF;
  -- One apply at a time in a district: the order of versions is then the order of commits.
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  at := clock_timestamp();
  SELECT count(*) FILTER (WHERE c.action = 'add'), count(*) FILTER (WHERE c.action NOT IN ('add', 'conflict'))
  INTO adds, others
  FROM change c WHERE c.district = in_district AND c.change_set = in_change_set AND c.accepted;
  many := is_much(in_district, adds + others);
  IF many THEN
    PERFORM plan_for_many(true);
  END IF;
  SELECT jsonb_agg(jsonb_build_object('row', coalesce(s.source_row, s.seq), 'code', s.code, 'reason', s.reason) ORDER BY s.seq)
  INTO stale
  FROM (SELECT * FROM stale_changes(in_district, in_change_set) ORDER BY seq LIMIT 50) s;
  IF stale IS NOT NULL THEN
    RAISE EXCEPTION 'rows changed meanwhile' USING ERRCODE = 'CJ409', DETAIL = stale;
  END IF;
  IF others > 0 THEN
    PERFORM apply_updates(in_district, in_change_set, at);
    PERFORM apply_aliases(in_district, in_change_set, at);
  END IF;
  IF adds > 0 THEN
    PERFORM apply_adds(in_district, in_change_set, at);
  END IF;
  PERFORM count_on(in_district, in_change_set);
  PERFORM roll_up(in_district, in_change_set);
  PERFORM touch_tiles(in_district, in_change_set);
  PERFORM plan_for_many(false);
  IF many AND adds + others >= 1000 THEN -- fewer are read as quickly without
    PERFORM take_statistics();
  END IF;
  UPDATE change_set SET status = 'applied', applied_at = at, applied_by = person_id('chengji_app')
  WHERE district = in_district AND id = in_change_set;
  RETURN at;
END $$;
