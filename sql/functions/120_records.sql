-- Records and their changes: one way for every kind. A proposal is normalised, matched and compared with what is there; `apply`
-- keeps what it supersedes; `undo` proposes the inverse. These functions are the only writers of the record tables.
-- Names of tables and columns come from the constants below and the catalogue, through format('%I').

-- The kinds in an order in which none refers to a later one.
CREATE OR REPLACE FUNCTION registry.record_kinds() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('{party,contract,term,supplement,contract_sum,lot,zone,zone_rule,bill_line,zone_item,worker,worker_contact,crew,'
        'crew_member,crew_lot,task_rule,scheme,duty,guide_price,document}')::text[];

-- Kinds whose rows hold money.
CREATE OR REPLACE FUNCTION registry.priced_kinds() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{contract_sum,bill_line,scheme,guide_price}'::text[];

-- Kinds that bind or cost: a set that touches one is applied by another person than the one who proposed it.
CREATE OR REPLACE FUNCTION registry.four_eyes_kinds() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{contract,term,supplement,contract_sum,bill_line,scheme,guide_price}'::text[];

-- What a row of the kind is recognised by when it comes without its number; null: by being the same in everything.
CREATE OR REPLACE FUNCTION registry.record_key(kind text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
  WHEN 'party' THEN '{name}' WHEN 'contract' THEN '{number}' WHEN 'term' THEN '{contract,ordinal}'
  WHEN 'supplement' THEN '{contract,number}' WHEN 'contract_sum' THEN '{contract,what,term,supplement}'
  WHEN 'lot' THEN '{contract,number}' WHEN 'zone' THEN '{lot,during}' WHEN 'bill_line' THEN '{contract,number,during}'
  WHEN 'zone_item' THEN '{zone,asset_id,effect}' WHEN 'worker' THEN '{party,name}' WHEN 'worker_contact' THEN '{worker}'
  WHEN 'crew' THEN '{party,name}' WHEN 'crew_member' THEN '{crew,worker,during}' WHEN 'crew_lot' THEN '{crew,lot,during}'
  WHEN 'scheme' THEN '{contract,lot,name}' WHEN 'document' THEN '{record_kind,record_id,sha256}'
  WHEN 'duty' THEN '{trade,layer,classes,owners}' WHEN 'guide_price' THEN '{trade,layer,classes,grade,unit,during}' END::text[];

-- A row as a change holds it: its own columns, without the head and the geometry, which travels as geometry.
CREATE OR REPLACE FUNCTION registry.record_body(held jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN held - '{district,id,version,change_set,valid_from,geom}'::text[];

CREATE OR REPLACE FUNCTION registry.record_has_place(kind text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM pg_catalog.pg_attribute
               WHERE attrelid = format('registry.%I', kind)::regclass AND attname = 'geom' AND NOT attisdropped);

-- The body of a row of which nothing was said: the defaults of its columns.
CREATE OR REPLACE FUNCTION registry.record_blank(kind text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = registry, public, pg_temp AS $$
DECLARE
  columns text;
  blank jsonb;
BEGIN
  SELECT string_agg(format('%L, %s', a.attname, coalesce(pg_get_expr(d.adbin, d.adrelid), 'NULL')), ', ') INTO columns
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = format('registry.%I', kind)::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname NOT IN ('district', 'id', 'version', 'change_set', 'valid_from', 'geom');
  EXECUTE format('SELECT jsonb_build_object(%s)', columns) INTO blank;
  RETURN blank;
END $$;

-- Proposals -------------------------------------------------------------------------------------------------------

-- Writes rows as proposed changes of a set: `kind`, `values` (columns of the kind; what is missing stays as it is, or gets its
-- default), and perhaps `id`, `geom` (hex EWKB), `row` (where it stood in the file). What changes nothing leaves no trace but
-- its count. Errors: CJ404 no such proposed set of this person; CJ403 no right; CJ422 a value that its column does not take.
CREATE OR REPLACE FUNCTION registry.propose_records(in_district text, in_set bigint, in_rows jsonb)
RETURNS TABLE (action text, n bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  k text;
  given bigint := jsonb_array_length(in_rows);
  before int;
  blank jsonb;
  strange text;
BEGIN
  PERFORM open_record_set(in_district, in_set, 'contract:write');
  SELECT coalesce(max(c.seq), 0) INTO before FROM record_change c WHERE c.district = in_district AND c.change_set = in_set;
  SELECT string_agg(DISTINCT coalesce(r ->> 'kind', ''), ', ') INTO strange
  FROM jsonb_array_elements(in_rows) r WHERE (r ->> 'kind' = ANY (record_kinds())) IS NOT TRUE;
  IF strange IS NOT NULL THEN
    RAISE EXCEPTION 'no such kind of record' USING ERRCODE = 'CJ422', DETAIL = strange;
  END IF;
  FOR k IN SELECT o.kind FROM unnest(record_kinds()) WITH ORDINALITY AS o (kind, at)
           WHERE o.kind IN (SELECT r ->> 'kind' FROM jsonb_array_elements(in_rows) r) ORDER BY o.at LOOP
    blank := record_blank(k);
    SELECT string_agg(DISTINCT format('%s.%s', k, f), ', ') INTO strange
    FROM jsonb_array_elements(in_rows) r, jsonb_object_keys(r -> 'values') f
    WHERE r ->> 'kind' = k AND NOT blank ? f;
    IF strange IS NOT NULL THEN
      RAISE EXCEPTION 'no such field' USING ERRCODE = 'CJ422', DETAIL = strange;
    END IF;
    PERFORM propose_kind(in_district, in_set, k, in_rows, blank, before);
  END LOOP;
  RETURN QUERY
  SELECT c.action, count(*) FROM record_change c
  WHERE c.district = in_district AND c.change_set = in_set AND c.seq > before GROUP BY 1
  UNION ALL
  SELECT 'unchanged', given - count(*) FROM record_change c
  WHERE c.district = in_district AND c.change_set = in_set AND c.seq > before;
EXCEPTION WHEN data_exception THEN
  RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'CJ422', DETAIL = SQLERRM;
END $$;

-- The proposed set of records, locked until the end of the transaction, if this person holds the permission in its district.
CREATE OR REPLACE FUNCTION registry.open_record_set(in_district text, in_set bigint, wanted text) RETURNS registry.change_set
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  found registry.change_set;
BEGIN
  SELECT * INTO found FROM change_set
  WHERE district = in_district AND id = in_set AND subject = 'record' AND status = 'proposed' FOR UPDATE;
  IF found.id IS NULL THEN
    RAISE EXCEPTION 'no proposed set of records %', in_set USING ERRCODE = 'CJ404';
  END IF;
  IF (in_district = ANY (districts_with('chengji_app', wanted))) IS NOT TRUE THEN
    RAISE EXCEPTION 'not allowed: %', wanted USING ERRCODE = 'CJ403', DETAIL = wanted;
  END IF;
  RETURN found;
END $$;

-- One kind of them. By hashing: the planner takes whatever many rows for a hundred, and would compare each with each.
CREATE OR REPLACE FUNCTION registry.propose_kind(in_district text, in_set bigint, k text, in_rows jsonb, blank jsonb,
  before int)
RETURNS void
LANGUAGE plpgsql SET search_path = registry, public,
  pg_temp SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  key text[] := coalesce(record_key(k), ARRAY(SELECT f FROM jsonb_object_keys(blank) f WHERE f <> 'void' ORDER BY f));
  has_place boolean := record_has_place(k);
  place text := CASE WHEN has_place THEN 't.geom' ELSE 'NULL::geometry' END;
BEGIN
  EXECUTE format($statement$
    WITH given AS MATERIALIZED (
      SELECT o.n::int AS seq, (o.r ->> 'row')::bigint AS source_row, (o.r ->> 'id')::bigint AS id,
             coalesce(o.r -> 'values', '{}') AS said, (o.r ->> 'geom')::geometry AS geom, o.r ? 'geom' AS placed
      FROM jsonb_array_elements($3) WITH ORDINALITY AS o (r, n) WHERE o.r ->> 'kind' = %1$L
    ), present AS MATERIALIZED (
      SELECT t.id, t.version, t.void, b.body, %2$s AS geom, (SELECT jsonb_agg(b.body -> c) FROM unnest($5) c)%3$s AS key
      FROM %1$I t, LATERAL (SELECT record_body(to_jsonb(t)) AS body OFFSET 0) b WHERE t.district = $1
    ), known AS MATERIALIZED (  -- a party that is void keeps its name, and lives again under it
      SELECT p.key, array_agg(p.id ORDER BY p.id) AS ids FROM present p WHERE NOT p.void OR %1$L = 'party' GROUP BY p.key
    ), keyed AS MATERIALIZED (
      SELECT g.*, (SELECT jsonb_agg(b.body -> c) FROM unnest($5) c)%4$s AS key
      FROM given g, LATERAL jsonb_populate_record(NULL::%1$I, $4 || g.said) r,
        LATERAL (SELECT record_body(to_jsonb(r)) AS body OFFSET 0) b
    ), matched AS MATERIALIZED (
      SELECT g.seq, g.source_row, g.said, g.geom, g.placed, n.ids,
             CASE WHEN g.id IS NOT NULL THEN 'id' WHEN n.ids IS NOT NULL THEN 'key' END AS matched_by,
             coalesce(g.id, n.ids[1], nextval('%5$s')) AS id
      FROM keyed g LEFT JOIN known n ON g.id IS NULL AND n.key = g.key
    ), compared AS (
      SELECT m.*, p.version, p.body AS was, p.geom AS was_at, b.body, CASE WHEN m.placed THEN m.geom ELSE p.geom END AS at,
             row_number() OVER (PARTITION BY m.id ORDER BY m.seq) AS nth
      FROM matched m LEFT JOIN present p ON p.id = m.id,
        LATERAL jsonb_populate_record(NULL::%1$I, CASE WHEN p.id IS NULL OR p.void AND m.matched_by = 'key' THEN $4
          ELSE p.body END
                                                  || m.said) r,
        LATERAL (SELECT record_body(to_jsonb(r)) AS body OFFSET 0) b
    ), differing AS (
      SELECT c.*, ARRAY(SELECT e.key FROM jsonb_each(c.body) e WHERE c.was -> e.key IS DISTINCT FROM e.value ORDER BY 1)
               || CASE WHEN c.at::text IS DISTINCT FROM c.was_at::text THEN '{geom}'::text[] ELSE '{}' END AS changed
      FROM compared c
    )
    INSERT INTO record_change (district, change_set, seq, source_row, kind, action, record_id, base_version, changed, body,
      geom,
                               matched_by, candidates, doubtful, accepted, reason)
    SELECT $1, $2, $6 + d.seq, d.source_row, %1$L,
           CASE WHEN cardinality(d.ids) > 1 OR d.nth > 1 THEN 'conflict' WHEN d.version IS NULL THEN 'add'
                WHEN (d.body ->> 'void')::boolean AND NOT (d.was ->> 'void')::boolean THEN 'void' ELSE 'update' END,
           d.id, d.version, CASE WHEN d.version IS NULL THEN '{}' ELSE d.changed END, d.body, d.at,
           d.matched_by, coalesce(d.ids, '{}'), cardinality(d.ids) > 1 IS TRUE, true,
           CASE WHEN cardinality(d.ids) > 1 THEN 'ambiguous' WHEN d.nth > 1 THEN 'twice' ELSE '' END
    FROM differing d WHERE d.version IS NULL OR d.changed <> '{}' $statement$,
    k, place, CASE WHEN has_place AND record_key(k) IS NULL THEN ' || to_jsonb(coalesce(t.geom::text, ''''))' ELSE '' END,
    CASE WHEN has_place AND record_key(k) IS NULL THEN ' || to_jsonb(coalesce(g.geom::text, ''''))' ELSE '' END,
    CASE k WHEN 'party' THEN 'registry.party_id_seq' ELSE 'registry.record_id_seq' END)
  USING in_district, in_set, in_rows, blank, key, before;
END $$;

-- Applying --------------------------------------------------------------------------------------------------------

-- Accepted changes whose record is no longer what they were compared with.
CREATE OR REPLACE FUNCTION registry.stale_records(in_district text, in_set bigint, k text)
RETURNS TABLE (seq int, source_row bigint, record_id bigint, reason text)
LANGUAGE plpgsql STABLE SET search_path = registry, public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    $statement$
     SELECT c.seq, c.source_row, c.record_id, CASE WHEN c.action = 'add' THEN 'added' ELSE 'version' END
     FROM record_change c LEFT JOIN %I t ON t.district = c.district AND t.id = c.record_id
     WHERE c.district = $1 AND c.change_set = $2 AND c.kind = $3 AND c.accepted AND c.action <> 'conflict'
       AND t.version IS DISTINCT FROM c.base_version $statement$, k) USING in_district, in_set, k;
END $$;

-- Keeps what a set supersedes of one kind and writes what it says; returns how many rows.
CREATE OR REPLACE FUNCTION registry.write_kind(in_district text, in_set bigint, k text, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  columns text;
  settings text;
  done bigint;
BEGIN
  SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum),
         string_agg(format('%1$I = excluded.%1$I', attname), ', '
           ORDER BY attnum) FILTER (WHERE attname NOT IN ('district', 'id'))
  INTO columns, settings
  FROM pg_attribute WHERE attrelid = format('registry.%I', k)::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE format(
    $statement$
     INSERT INTO record_version (district, kind, id, version, change_set, body, geom, valid_from, valid_to, ended_by)
     SELECT t.district, $3, t.id, t.version, t.change_set, record_body(to_jsonb(t)), %2$s, t.valid_from, $4, $2
     FROM record_change c JOIN %1$I t ON t.district = c.district AND t.id = c.record_id
     WHERE c.district = $1 AND c.change_set = $2 AND c.kind = $3 AND c.accepted
       AND c.action NOT IN ('add', 'conflict') $statement$,
    k, CASE WHEN record_has_place(k) THEN 't.geom' ELSE 'NULL' END) USING in_district, in_set, k, at;
  -- LATERAL: (f(x)).* would call the function once for each column.
  EXECUTE format(
    $statement$
     INSERT INTO %1$I (%2$s) SELECT r.* FROM record_change c, LATERAL jsonb_populate_record(NULL::%1$I, c.body
       || jsonb_build_object('district', c.district, 'id', c.record_id, 'version', coalesce(c.base_version, 0) + 1,
                             'change_set', $2, 'valid_from', $4, 'geom', c.geom::text)) r
     WHERE c.district = $1 AND c.change_set = $2 AND c.kind = $3 AND c.accepted AND c.action <> 'conflict'
     ON CONFLICT (district, id) DO UPDATE SET %3$s $statement$, k, columns, settings) USING in_district, in_set, k, at;
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

-- Which rows of a set have taken what another record has (a number, a period), or refer to what is not there: for the answer,
-- once a constraint has said that there are some.
CREATE OR REPLACE FUNCTION registry.clashing_records(in_district text, in_set bigint)
RETURNS TABLE (seq int, source_row bigint, record_id bigint, reason text)
LANGUAGE plpgsql STABLE SET search_path = registry, public, pg_temp AS $$
DECLARE
  rule record;
BEGIN
  FOR rule IN
    SELECT k.kind, o.conname, (
        SELECT string_agg(format('(SELECT %1$s FROM (SELECT n.*) x) %2$s (SELECT %1$s FROM (SELECT o.*) x)',
                                 pg_get_indexdef(o.conindid, e.nth::int, true), coalesce(p.oprname, '=')), ' AND ')
        FROM unnest(o.conkey, o.conexclop) WITH ORDINALITY AS e (attnum, operator, nth)
        LEFT JOIN pg_operator p ON p.oid = e.operator) AS meets
    FROM unnest(record_kinds()) k (kind)
    JOIN pg_constraint o ON o.conrelid = format('registry.%I', k.kind)::regclass AND o.contype IN ('x', 'u')
    WHERE EXISTS (SELECT FROM record_change c WHERE c.district = in_district AND c.change_set = in_set AND c.kind = k.kind)
  LOOP
    RETURN QUERY EXECUTE format(
      $statement$
     SELECT c.seq, c.source_row, c.record_id, %2$L::text FROM record_change c JOIN %1$I n ON n.district = c.district
       AND n.id = c.record_id
       WHERE c.district = $1 AND c.change_set = $2 AND c.kind = %1$L AND c.accepted AND c.action <> 'conflict' AND NOT n.void
         AND EXISTS (SELECT FROM %1$I o WHERE o.id <> n.id AND NOT o.void AND %3$s) $statement$,
      rule.kind, rule.conname, rule.meets) USING in_district, in_set;
  END LOOP;
END $$;

-- Writes a set's records without asking who may: stale rows and clashes raise CJ409 and name them, a value that breaks a rule
-- of its table raises CJ422. Returns the zones whose cover it touches.
CREATE OR REPLACE FUNCTION registry.write_records(in_district text, in_set bigint, at timestamptz) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = registry, public, pg_temp AS $$
DECLARE
  k text;
  named text;
BEGIN
  FOR k IN SELECT o.kind FROM unnest(record_kinds()) WITH ORDINALITY AS o (kind, at)
           WHERE EXISTS (SELECT FROM record_change c WHERE c.district = in_district AND c.change_set = in_set
             AND c.kind = o.kind
                           AND c.accepted AND c.action <> 'conflict') ORDER BY o.at LOOP
    SELECT jsonb_agg(jsonb_build_object('row', coalesce(s.source_row, s.seq), 'code', k || ' ' || s.record_id, 'reason', s.reason)
      ORDER BY s.seq) INTO named
    FROM (SELECT * FROM stale_records(in_district, in_set, k) ORDER BY seq LIMIT 50) s;
    IF named IS NOT NULL THEN
      RAISE EXCEPTION 'records changed meanwhile' USING ERRCODE = 'CJ409', DETAIL = named;
    END IF;
    BEGIN
      PERFORM write_kind(in_district, in_set, k, at);
    EXCEPTION WHEN not_null_violation OR check_violation OR data_exception THEN
      RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'CJ422', DETAIL = k || ': ' || SQLERRM;
    END;
  END LOOP;
  BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
  EXCEPTION
    WHEN exclusion_violation OR unique_violation THEN
      SELECT jsonb_agg(jsonb_build_object('row', coalesce(s.source_row, s.seq), 'code', c.kind || ' ' || s.record_id,
        'reason', s.reason) ORDER BY s.seq) INTO named
      FROM (SELECT * FROM clashing_records(in_district, in_set) ORDER BY seq LIMIT 50) s
      JOIN record_change c ON c.district = in_district AND c.change_set = in_set AND c.seq = s.seq;
      IF named IS NULL THEN
        RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'CJ422', DETAIL = SQLERRM;
      END IF;
      RAISE EXCEPTION 'taken by another record' USING ERRCODE = 'CJ409', DETAIL = named;
    WHEN foreign_key_violation THEN
      RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'CJ422', DETAIL = SQLERRM;
  END;
  SET CONSTRAINTS ALL DEFERRED;
  RETURN touched_zones(in_district, in_set);
END $$;

-- The zones of which a set's accepted changes say something that decides what they cover; a lot's contract and a contract's
-- trade do, since the trade says where a grade stands.
CREATE OR REPLACE FUNCTION registry.touched_zones(in_district text, in_set bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT t.z), '{}') FROM (
  SELECT n.id AS z
  FROM registry.record_change c
  JOIN registry.lot l ON l.district = c.district AND (c.kind, c.record_id) IN (('lot', l.id), ('contract', l.contract))
  JOIN registry.zone n ON n.district = l.district AND n.lot = l.id
  WHERE c.district = in_district AND c.change_set = in_set AND c.accepted AND c.action <> 'conflict'
    AND c.changed && '{contract,trade}'
  UNION ALL
  SELECT z
  FROM registry.record_change c
  LEFT JOIN registry.record_version v
    ON v.district = c.district AND v.kind = c.kind AND v.id = c.record_id AND v.version = c.base_version,
  LATERAL unnest(CASE c.kind WHEN 'zone' THEN ARRAY[c.record_id]
                             ELSE ARRAY[(c.body ->> 'zone')::bigint, (v.body ->> 'zone')::bigint] END) z
  WHERE c.district = in_district AND c.change_set = in_set AND c.accepted AND c.action <> 'conflict'
    AND c.kind IN ('zone', 'zone_rule', 'zone_item') AND z IS NOT NULL) t;
END;

-- Who proposed a set, and, where it is an undo, who proposed what it undoes, and so on.
CREATE OR REPLACE FUNCTION registry.proposers(in_district text, in_set bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = registry, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT s.undoes, s.proposed_by FROM registry.change_set s WHERE s.district = in_district AND s.id = in_set
    UNION ALL
    SELECT s.undoes, s.proposed_by FROM chain c JOIN registry.change_set s ON s.district = in_district AND s.id = c.undoes
  )
  SELECT array_agg(c.proposed_by) FROM chain c;
END;

-- Applies a proposed set of records whole, or raises and leaves everything as it was. A set that touches what binds or costs is
-- applied by somebody with contract:approve who proposed neither it nor what it undoes.
-- Errors: CJ404 no such set; CJ403 no right (DETAIL: the permission, or four_eyes); CJ409 and CJ422 as in write_records.
CREATE OR REPLACE FUNCTION registry.apply_records(in_district text, in_set bigint) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp AS $$
DECLARE
  binding boolean := EXISTS (SELECT FROM record_change c WHERE c.district = in_district AND c.change_set = in_set AND c.accepted
                             AND c.action <> 'conflict' AND c.kind = ANY (four_eyes_kinds()));
  at timestamptz;
BEGIN
  PERFORM open_record_set(in_district, in_set, CASE WHEN binding THEN 'contract:approve' ELSE 'contract:write' END);
  IF binding AND (person_id('chengji_app') <> ALL (proposers(in_district, in_set))) IS NOT TRUE THEN
    RAISE EXCEPTION 'proposed by the same person' USING ERRCODE = 'CJ403', DETAIL = 'four_eyes';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  at := clock_timestamp();
  PERFORM cover_zones(in_district, write_records(in_district, in_set, at));
  UPDATE change_set SET status = 'applied', applied_at = at, applied_by = person_id('chengji_app')
  WHERE district = in_district AND id = in_set;
  RETURN at;
END $$;

-- The inverse of an applied set as proposed changes: what it added becomes void, what it changed gets the values of its base
-- version back, what was changed since stands as a conflict. Returns how many of each action.
CREATE OR REPLACE FUNCTION registry.propose_undo_of_records(in_district text, undone bigint, in_set bigint)
RETURNS TABLE (action text, n bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  k text;
BEGIN
  IF (open_record_set(in_district, in_set, 'contract:write')).undoes IS DISTINCT FROM undone THEN
    RAISE EXCEPTION 'set % does not undo set %', in_set, undone USING ERRCODE = 'CJ404';
  END IF;
  FOR k IN SELECT DISTINCT c.kind FROM record_change c WHERE c.district = in_district AND c.change_set = undone LOOP
    EXECUTE format(
      $statement$
     INSERT INTO record_change (district, change_set, seq, source_row, kind, action, record_id, base_version, changed, body,
       geom,
                                  matched_by, reason)
       SELECT c.district, $3, c.seq, c.source_row, c.kind,
              CASE WHEN t.change_set <> $2 THEN 'conflict' WHEN c.action = 'add' THEN 'void' ELSE 'update' END,
              c.record_id, t.version, CASE WHEN c.action = 'add' THEN '{void}' ELSE c.changed END,
              CASE WHEN c.action = 'add' THEN c.body || '{"void": true}' ELSE v.body END,
              CASE WHEN c.action = 'add' THEN c.geom ELSE v.geom END, 'id',
              CASE WHEN t.change_set <> $2 THEN 'edited_since' ELSE '' END
       FROM record_change c JOIN %1$I t ON t.district = c.district AND t.id = c.record_id
       LEFT JOIN record_version v ON v.district = c.district AND v.kind = c.kind AND v.id = c.record_id
         AND v.version = c.base_version
       WHERE c.district = $1 AND c.change_set = $2 AND c.kind = %1$L AND c.accepted AND c.action <> 'conflict' $statement$, k)
    USING in_district, undone, in_set;
  END LOOP;
  RETURN QUERY
  SELECT c.action, count(*) FROM record_change c WHERE c.district = in_district AND c.change_set = in_set GROUP BY 1;
END $$;

-- What a record was in a version, the present one too; under the row security of who asks.
CREATE OR REPLACE FUNCTION registry.record_before(in_district text, k text, in_record bigint, in_version int) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = registry, public, pg_temp AS $$
DECLARE
  found jsonb;
BEGIN
  IF in_version IS NULL OR NOT k = ANY (record_kinds()) THEN
    RETURN NULL;
  END IF;
  SELECT v.body INTO found FROM record_version v
  WHERE v.district = in_district AND v.kind = k AND v.id = in_record AND v.version = in_version;
  IF found IS NULL THEN
    EXECUTE format('SELECT record_body(to_jsonb(t)) FROM %I t WHERE t.district = $1 AND t.id = $2 AND t.version = $3', k)
    INTO found USING in_district, in_record, in_version;
  END IF;
  RETURN found;
END $$;
