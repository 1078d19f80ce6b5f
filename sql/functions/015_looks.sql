-- Looks at restricted layers. Their rows are closed to everybody, the grant notwithstanding, until a transaction says that it
-- is looking (020_row_security.sql asks for the grant, 025_looks.sql for the look). What is shown is written to access_log
-- when the look ends. registry.access.access_log is the only caller: no row without a look, no look without its entry.

-- The restricted layers that are closed now. Once a query, through a sub-select in each policy.
CREATE OR REPLACE FUNCTION registry.closed_layers() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF current_setting('registry.looking', true) = 'on' THEN
    RETURN '{}';
  END IF;
  RETURN (SELECT coalesce(array_agg(l.code), '{}') FROM layer l WHERE l.restricted);
END $$;

-- The layers whose rows this person may read and that are not closed now: what the policies of tables with rows ask.
CREATE OR REPLACE FUNCTION registry.in_sight(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  closed text[] := closed_layers();
BEGIN
  RETURN QUERY SELECT r.district, r.layer FROM registry.readable(asking) r WHERE r.layer <> ALL (closed);
END $$;

-- Whether rows about this asset may be shown: those that name it elsewhere than in the register (items of zones, their
-- changes). One that is not there tells nothing.
CREATE OR REPLACE FUNCTION registry.is_in_sight(asking name, in_district text, in_asset bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  its text := (SELECT a.layer FROM asset a WHERE a.district = in_district AND a.id = in_asset);
BEGIN
  RETURN its IS NULL OR its <> ALL (closed_layers()) AND CASE asking
    WHEN 'chengji_contractor' THEN EXISTS (SELECT FROM open_layers(asking) o WHERE (o.district, o.layer) = (in_district, its))
    ELSE EXISTS (SELECT FROM readable(asking) r WHERE (r.district, r.layer) = (in_district, its)) END;
END $$;

-- Open the restricted layers until end_look, or the end of the transaction. Says whether they were open already.
CREATE OR REPLACE FUNCTION registry.begin_look() RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  was_open boolean := coalesce(current_setting('registry.looking', true), '') = 'on';
BEGIN
  PERFORM set_config('registry.looking', 'on', true);
  RETURN was_open;
END $$;

-- Close them, leave them open (stays_open), or as they are (null); and write what was shown: for each layer so many rows (null:
-- not counted), or this one asset.
CREATE OR REPLACE FUNCTION registry.end_look(
  in_district text, layers text[], counts bigint[], in_act text, in_asset bigint, in_detail jsonb, stays_open boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO registry.access_log (district, person_id, layer, asset_id, act, detail)
  SELECT in_district, registry.person_id(current_user), s.layer, in_asset, in_act, in_detail || jsonb_build_object('n', s.n)
  FROM unnest(layers, counts) AS s (layer, n);
  IF NOT stays_open THEN
    PERFORM set_config('registry.looking', '', true);
  END IF;
END $$;

-- What was found in an uploaded file: samples of its rows, read here alone. Nothing while its layer is closed.
CREATE OR REPLACE FUNCTION registry.inspection_of(asking name, in_district text, in_delivery bigint, in_number int)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN (
    SELECT f.look FROM delivery_file f JOIN delivery d ON d.district = f.district AND d.id = f.delivery
    WHERE f.district = in_district AND f.delivery = in_delivery AND f.number = in_number
      AND CASE WHEN d.layer IS NULL THEN d.uploaded_by = person_id(asking)
               ELSE d.layer <> ALL (closed_layers())
                 AND (d.district, d.layer) IN (SELECT r.district, r.layer FROM readable(asking) r) END);
END $$;
