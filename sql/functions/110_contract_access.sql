-- What a contractor may reach, and what is in force on a day.

-- The district's calendar day, which is not that of the server or the session.
CREATE OR REPLACE FUNCTION registry.today(in_district text) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT (now() AT TIME ZONE d.time_zone)::date FROM registry.district d WHERE d.code = in_district);
END $$;

-- The zones in force on a day, each with its lot and contract: neither is void, the contract is agreed, or not yet past its
-- last day where it was terminated, and an agreed term of it holds that day; an option that nobody has taken up does not count.
-- The one definition, for who may see an asset and for who looks after it. Without settings of its own, so that it is inlined.
CREATE OR REPLACE FUNCTION registry.zones_in_force(in_district text, on_day date)
RETURNS TABLE (zone bigint, lot bigint, contract bigint, trade text, kind text, contractor bigint, partners bigint[])
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT z.id, l.id, c.id, c.trade, c.kind, c.contractor, c.partners
  FROM registry.zone z
  JOIN registry.lot l ON l.district = z.district AND l.id = z.lot AND NOT l.void
  JOIN registry.contract c ON c.district = l.district AND c.id = l.contract AND NOT c.void
  WHERE z.district = in_district AND NOT z.void AND on_day <@ z.during
    AND (c.state = 'agreed' OR c.state = 'terminated' AND on_day <= c.terminated_on)
    AND EXISTS (SELECT FROM registry.term t WHERE t.district = c.district AND t.contract = c.id AND NOT t.void
                AND t.state = 'agreed' AND on_day <@ t.during);
END;

-- For whom this person works today: nothing for one who is unknown, closed, without the role, or whose time there is over.
CREATE OR REPLACE FUNCTION registry.my_affiliations(asking name)
RETURNS TABLE (district text, party bigint, role text, crew bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN QUERY
  SELECT f.district, f.party, f.role, f.crew FROM registry.affiliation f
  JOIN registry.party p ON p.district = f.district AND p.id = f.party AND NOT p.void
  WHERE f.person_id = me AND registry.today(f.district) <@ f.during
    AND EXISTS (SELECT FROM registry.membership m
                WHERE (m.district, m.person_id, m.role) = (f.district, f.person_id, 'contractor'));
END $$;

-- The zones in force today of the contracts that this person's company holds, alone or with others; `{}` when in doubt.
-- Crew see the zones of the lots that their crew works in today. Everything that a contractor sees of assets follows from it.
CREATE OR REPLACE FUNCTION registry.my_zones(asking name) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT z.zone ORDER BY z.zone), '{}')
    FROM registry.my_affiliations(asking) f,
    LATERAL (SELECT registry.today(f.district) AS day OFFSET 0) d, -- once, not for each zone
    LATERAL registry.zones_in_force(f.district, d.day) z
    WHERE (z.contractor = f.party OR f.party = ANY (z.partners))
      AND (f.role = 'lead' OR EXISTS (
        SELECT FROM registry.crew_lot w WHERE w.district = f.district AND w.crew = f.crew AND w.lot = z.lot AND NOT w.void
          AND d.day <@ w.during)));
END $$;

-- The contracts of this person's companies, past ones too, but no drafts; with `priced` only where the person leads there.
CREATE OR REPLACE FUNCTION registry.my_contracts(asking name, priced boolean DEFAULT false) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT c.id), '{}')
    FROM registry.my_affiliations(asking) f
    JOIN registry.contract c ON c.district = f.district AND (c.contractor = f.party OR f.party = ANY (c.partners))
    WHERE NOT c.void AND c.state <> 'draft' AND (f.role = 'lead' OR NOT priced));
END $$;

-- The lots of these contracts; crew those that their crew works in or did.
CREATE OR REPLACE FUNCTION registry.my_lots(asking name) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT l.id), '{}')
    FROM registry.my_affiliations(asking) f
    JOIN registry.contract c ON c.district = f.district AND (c.contractor = f.party OR f.party = ANY (c.partners))
    JOIN registry.lot l ON l.district = c.district AND l.contract = c.id
    WHERE NOT c.void AND c.state <> 'draft' AND NOT l.void
      AND (f.role = 'lead' OR EXISTS (SELECT FROM registry.crew_lot w
             WHERE w.district = f.district AND w.crew = f.crew AND w.lot = l.id AND NOT w.void)));
END $$;

-- The crews whose people this person may see: a lead all of the company's, crew their own.
CREATE OR REPLACE FUNCTION registry.my_crews(asking name) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT k.id), '{}')
    FROM registry.my_affiliations(asking) f
    JOIN registry.crew k ON k.district = f.district AND k.party = f.party AND NOT k.void
    WHERE f.role = 'lead' OR k.id = f.crew);
END $$;

-- The workers of whom this person may see the name, and with `contacts` the telephone: a lead all of the company's, crew those
-- of their crew, and their own telephone.
CREATE OR REPLACE FUNCTION registry.my_workers(asking name, contacts boolean DEFAULT false) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT w.id), '{}')
    FROM registry.my_affiliations(asking) f
    JOIN registry.worker w ON w.district = f.district AND w.party = f.party AND NOT w.void
    WHERE f.role = 'lead' OR w.person_id = me
       OR NOT contacts AND EXISTS (SELECT FROM registry.crew_member m
            WHERE m.district = w.district AND m.crew = f.crew AND m.worker = w.id AND NOT m.void));
END $$;

-- The companies whose names this person may read: the own one, partners and purchasers of its contracts. No competitor.
CREATE OR REPLACE FUNCTION registry.my_parties(asking name) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(array_agg(DISTINCT p), '{}')
    FROM registry.my_affiliations(asking) f
    LEFT JOIN registry.contract c ON c.district = f.district AND NOT c.void AND c.state <> 'draft'
      AND (c.contractor = f.party OR f.party = ANY (c.partners)),
    LATERAL unnest(ARRAY[f.party, c.purchaser, c.contractor] || c.partners) p
    WHERE p IS NOT NULL);
END $$;

-- The layers of which a contractor may see assets at all: the open ones, and restricted ones that were granted to him; those
-- only through the application, where each look is logged.
CREATE OR REPLACE FUNCTION registry.open_layers(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN QUERY
  SELECT f.district, l.code
  FROM (SELECT DISTINCT f.district FROM registry.my_affiliations(asking) f) f CROSS JOIN registry.layer l
  WHERE NOT l.restricted
     OR pg_has_role(session_user, 'chengji_app', 'member')
        AND EXISTS (SELECT FROM registry.layer_grant g WHERE (g.district, g.person_id, g.layer) = (f.district, me, l.code));
END $$;

-- Those of them that are not closed now (015_looks.sql): what the policies of tables with rows ask.
CREATE OR REPLACE FUNCTION registry.open_in_sight(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  closed text[] := closed_layers();
BEGIN
  RETURN QUERY SELECT o.district, o.layer FROM registry.open_layers(asking) o WHERE o.layer <> ALL (closed);
END $$;

-- What changes whenever something in these cells of zoom 14 changed that this contractor could see: the counters of the cells
-- that his own assets touch, and no others. A digest, not a sum: which cells these are changes as well.
CREATE OR REPLACE FUNCTION registry.my_revision(asking name, in_district text, x0 int, x1 int, y0 int, y1 int) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, public, pg_temp AS $$
DECLARE
  mine bigint[] := my_zones(asking);
  box geometry := ST_MakeEnvelope(
    x0 / 16384.0 * 360 - 180, degrees(atan(sinh(pi() * (1 - 2 * (y1 + 1) / 16384.0)))),
    (x1 + 1) / 16384.0 * 360 - 180, degrees(atan(sinh(pi() * (1 - 2 * y0 / 16384.0)))), 4490);
BEGIN
  RETURN (
    SELECT md5(coalesce(string_agg(concat_ws(' ', r.cx, r.cy, r.revision), ',' ORDER BY r.cx, r.cy), ''))
    FROM registry.tile_revision r
    JOIN (
      SELECT DISTINCT x, y
      FROM (
        SELECT floor((ST_XMin(a.geom) + 180) / 360 * 16384)::int AS west,
          floor((ST_XMax(a.geom) + 180) / 360 * 16384)::int AS east,
          floor((0.5 - asinh(tan(radians(ST_YMax(a.geom)))) / (2 * pi())) * 16384)::int AS north,
          floor((0.5 - asinh(tan(radians(ST_YMin(a.geom)))) / (2 * pi())) * 16384)::int AS south
        FROM registry.asset a WHERE a.district = in_district AND a.geom && box AND a.zones && mine
          AND a.layer IN (SELECT o.layer FROM registry.open_layers(asking) o WHERE o.district = in_district)
      ) own, generate_series(greatest(own.west, x0), least(own.east, x1)) x, generate_series(greatest(own.north, y0),
        least(own.south, y1)) y
    ) cell ON (cell.x, cell.y) = (r.cx, r.cy)
    WHERE r.district = in_district AND r.cx BETWEEN x0 AND x1 AND r.cy BETWEEN y0 AND y1);
END $$;
