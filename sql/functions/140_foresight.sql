-- What a set of records would do, and what is doubtful about contracts.

-- Nothing is said of an asset of a restricted layer, nor of a sum that holds one: nobody looks.
-- Doubts about these contracts as they stand now: which rule (registry.contracts.checks), how grave, at which record, what was
-- found and what was expected.
CREATE OR REPLACE FUNCTION registry.check_contracts(in_district text, in_contracts bigint[])
RETURNS TABLE (code text, severity text, kind text, record bigint, found text, expected text)
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp SET jit = off
BEGIN ATOMIC
  WITH sums AS MATERIALIZED (
    SELECT s.contract, max(s.amount) FILTER (WHERE s.what = 'total') AS total,
      max(s.amount) FILTER (WHERE s.what = 'award') AS award,
           max(s.amount) FILTER (WHERE s.what = 'bond') AS bond, sum(s.amount) FILTER (WHERE s.what = 'supplement') AS added
    FROM registry.contract_sum s WHERE s.district = in_district AND s.contract = ANY (in_contracts) AND NOT s.void GROUP BY 1
  ), bill AS MATERIALIZED (  -- at the first price of each line
    SELECT DISTINCT ON (b.contract, b.number) b.* FROM registry.bill_line b
    WHERE b.district = in_district AND b.contract = ANY (in_contracts) AND NOT b.void
    ORDER BY b.contract, b.number, lower(b.during) NULLS FIRST
  ), zones AS MATERIALIZED (
    SELECT z.id, z.during, l.contract, c.trade, l.id AS lot FROM registry.zone z
    JOIN registry.lot l ON l.district = z.district AND l.id = z.lot AND NOT l.void
    JOIN registry.contract c ON c.district = l.district AND c.id = l.contract AND NOT c.void
    WHERE z.district = in_district AND NOT z.void
  ), mine AS MATERIALIZED (
    SELECT z.* FROM zones z WHERE z.contract = ANY (in_contracts)
  )
  SELECT 'lines_total', 'error', 'contract', s.contract, sum(b.amount)::text, s.total::text
  FROM sums s JOIN bill b ON b.contract = s.contract GROUP BY s.contract, s.total HAVING abs(sum(b.amount) - s.total) > 0.01
  UNION ALL
  SELECT 'supplements_high', 'warning', 'contract', s.contract, s.added::text, (s.award / 10)::numeric(16, 2)::text
  FROM sums s WHERE s.added > s.award / 10
  UNION ALL
  SELECT 'bond_high', 'warning', 'contract', s.contract, s.bond::text, (s.total / 10)::numeric(16, 2)::text
  FROM sums s WHERE s.bond > s.total / 10
  UNION ALL
  SELECT 'term_long', 'warning', 'contract', t.contract, min(lower(t.during)) || ' – ' || max(upper(t.during) - 1), '36'
  FROM registry.term t
  WHERE t.district = in_district AND t.contract = ANY (in_contracts) AND NOT t.void AND t.state = 'agreed'
  GROUP BY t.contract HAVING max(upper(t.during)) > min(lower(t.during)) + interval '36 months'
  UNION ALL
  SELECT 'zone_outside', 'error', 'zone_rule', r.id, '', '' FROM registry.zone_rule r JOIN mine z ON z.id = r.zone
  JOIN registry.district d ON d.code = r.district
  WHERE r.district = in_district AND NOT r.void AND r.effect = 'cover' AND NOT ST_Covers(ST_Expand(d.box, 0.001), r.geom)
  UNION ALL
  SELECT 'zones_overlap', 'warning', 'zone', least(z.id, o.id), greatest(z.id, o.id)::text, t.m2::text
  FROM mine z JOIN zones o ON o.trade = z.trade AND o.contract <> z.contract AND o.during && z.during,
    LATERAL (
      SELECT round(sum(ST_Area(ST_CollectionExtract(ST_Intersection(p.geom, q.geom), 3)::geography)))::bigint AS m2
      FROM registry.zone_piece p JOIN registry.zone_piece q ON q.district = p.district AND q.zone = o.id AND q.geom && p.geom
        AND q.effect = 'cover' AND (p.layers IS NULL OR q.layers IS NULL OR p.layers && q.layers)
        AND (p.classes IS NULL OR q.classes IS NULL OR p.classes && q.classes)
      WHERE p.district = in_district AND p.zone = z.id AND p.effect = 'cover') t
  WHERE t.m2 > 1 AND (z.id < o.id OR NOT o.contract = ANY (in_contracts))
  UNION ALL
  SELECT 'zebra', 'warning', 'zone', v.zone, v.asset_id::text, (SELECT count(*) FROM unnest(v.span))::text
  FROM registry.coverage v JOIN mine z ON z.id = v.zone JOIN registry.layer y ON y.code = v.layer AND NOT y.restricted
  WHERE v.district = in_district AND (SELECT count(*) FROM unnest(v.span)) >= 3
    AND NOT EXISTS (SELECT FROM registry.zone_item i WHERE i.district = v.district AND i.zone = v.zone
      AND i.asset_id = v.asset_id
                      AND NOT i.void)
  UNION ALL
  SELECT 'item_length', 'warning', 'zone_item', i.id, i.quantity::text,
         round(coalesce(registry.span_length(i.span) / 1000.0, a.length_m)::numeric, 2)::text
  FROM registry.zone_item i JOIN mine z ON z.id = i.zone JOIN registry.asset a ON a.district = i.district AND a.id = i.asset_id
  JOIN registry.layer y ON y.code = a.layer AND NOT y.restricted
  WHERE i.district = in_district AND NOT i.void AND i.unit IN ('m', '米') AND a.length_m IS NOT NULL
    AND abs(i.quantity - coalesce(registry.span_length(i.span) / 1000.0, a.length_m)) > i.quantity * 0.05
  UNION ALL
  SELECT 'billed_measured', 'warning', 'bill_line', b.id, b.quantity::text, m.measured::text
  FROM bill b, LATERAL (
    SELECT CASE WHEN NOT bool_or(y.restricted) THEN round(sum(CASE b.basis WHEN 'length' THEN v.measure / 1000.0 WHEN 'area'
      THEN v.measure / 10000.0 WHEN 'piece' THEN 1
                                  ELSE v.measure / 1000.0 * (a.attributes ->> 'width_m')::numeric END), 2) END AS measured
    FROM mine z JOIN registry.coverage v ON v.district = in_district AND v.zone = z.id
    JOIN registry.asset a ON a.district = v.district AND a.id = v.asset_id
    JOIN registry.layer y ON y.code = a.layer
    JOIN registry.trade t ON t.code = z.trade
    WHERE z.contract = b.contract AND (b.lot IS NULL OR z.lot = b.lot)
      -- of a lot's zones one after the other, the first
      AND lower(z.during * coalesce(b.during, '(,)'::daterange)) IS NOT DISTINCT FROM (
        SELECT min(lower(o.during * coalesce(b.during, '(,)'::daterange))) FROM mine o WHERE o.lot = z.lot)
      AND (b.layers IS NULL OR a.layer = ANY (b.layers)) AND (b.classes IS NULL OR a.scheme || ' ' || a.class = ANY (b.classes))
      AND (b.grades IS NULL OR a.attributes ->> t.grade_by = ANY (b.grades))
      AND CASE b.basis WHEN 'area' THEN a.area_m2 IS NOT NULL WHEN 'piece' THEN a.gx IS NOT NULL
        ELSE a.length_m IS NOT NULL END) m
  WHERE b.basis <> 'none' AND b.kind = 'unit' AND abs(b.quantity - m.measured) > b.quantity * 0.05;
END;

-- The contracts that a set says something of.
CREATE OR REPLACE FUNCTION registry.contracts_of(in_district text, in_set bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT t.contract), '{}') FROM (
    SELECT CASE c.kind WHEN 'contract' THEN c.record_id ELSE (c.body ->> 'contract')::bigint END AS contract
    FROM registry.record_change c WHERE c.district = in_district AND c.change_set = in_set
    UNION ALL
    SELECT l.contract FROM registry.record_change c JOIN registry.zone z ON z.district = c.district
      AND z.id = CASE c.kind WHEN 'zone' THEN c.record_id ELSE (c.body ->> 'zone')::bigint END
    JOIN registry.lot l ON l.district = z.district AND l.id = z.lot
    WHERE c.district = in_district AND c.change_set = in_set AND c.kind IN ('zone', 'zone_rule', 'zone_item')
  ) t WHERE t.contract IS NOT NULL;
END;

-- What a proposed set would do on a day, and what would then be doubtful: applies it, looks, and takes it back, in this
-- transaction. `effects`: for each trade and layer the gap and the double cover before and after (in the integers of
-- `measured`), how many assets some contract would then cover and how many none any more; restricted layers are left out.
-- `doubts`: as check_contracts has them.
-- Errors: as apply_records, but for four eyes.
CREATE OR REPLACE FUNCTION registry.foresee_records(in_district text, in_set bigint, on_day date)
RETURNS TABLE (effects jsonb, doubts jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
  seen_effects jsonb;
  seen_doubts jsonb;
BEGIN
  PERFORM open_record_set(in_district, in_set, 'contract:read');
  PERFORM pg_advisory_xact_lock(hashtextextended('registry.apply ' || in_district, 0));
  CREATE TEMP TABLE covered_before ON COMMIT DROP AS SELECT * FROM covered_on(in_district, on_day);
  BEGIN
    PERFORM cover_zones(in_district, write_records(in_district, in_set, clock_timestamp()));
    SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.trade, e.layer), '[]') INTO seen_effects
    FROM (
      SELECT trade, a.layer, sum(b.gap) AS gap_before, sum(n.gap) AS gap_after, sum(b.more) AS more_before,
        sum(n.more) AS more_after,
             count(*) FILTER (WHERE b.gap IS NOT DISTINCT FROM b.total AND n.gap < n.total) AS won,
             count(*) FILTER (WHERE b.gap < b.total AND n.gap IS NOT DISTINCT FROM n.total) AS lost
      FROM covered_before b FULL JOIN covered_on(in_district, on_day) n USING (trade, asset_id)
      JOIN asset a ON a.district = in_district AND a.id = asset_id JOIN layer l ON l.code = a.layer AND NOT l.restricted
      GROUP BY 1, 2
    ) e WHERE (e.gap_before, e.more_before, e.won, e.lost) IS DISTINCT FROM (e.gap_after, e.more_after, 0::bigint, 0::bigint);
    SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.severity, d.code, d.record), '[]') INTO seen_doubts
    FROM check_contracts(in_district, contracts_of(in_district, in_set)) d
    WHERE d.code NOT IN ('lines_total', 'supplements_high', 'bond_high', 'billed_measured')
       OR in_district = ANY (districts_with('chengji_app', 'price:read'));
    RAISE EXCEPTION 'seen' USING ERRCODE = 'CJ000';
  EXCEPTION WHEN SQLSTATE 'CJ000' THEN
    NULL; -- everything but what was seen is as it was
  END;
  DROP TABLE covered_before;
  RETURN QUERY SELECT seen_effects, seen_doubts;
END $$;
