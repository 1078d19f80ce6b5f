-- Who is asking. The application signs people in itself and says who with SET LOCAL registry.person; only its own roles are
-- believed, and only on a connection of its login. A direct connection (QGIS) is the person whose database_role it signed in
-- with.
-- In plpgsql, since a function in SQL is planned anew for each statement that a policy guards; with a generic plan, since the
-- application's connections ask for custom ones, which would be the same again (docs/decisions/0030).
CREATE OR REPLACE FUNCTION registry.person_id(asking name) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF asking IN ('chengji_app', 'chengji_contractor') AND pg_has_role(session_user, 'chengji_app', 'member') THEN
    RETURN (SELECT p.id FROM registry.person p
            WHERE p.active AND p.id = nullif(current_setting('registry.person', true), '')::bigint);
  END IF;
  RETURN (SELECT p.id FROM registry.person p WHERE p.active AND p.database_role = session_user::text);
END $$;

-- The districts in which this person's roles hold a permission (registry.access.permissions).
CREATE OR REPLACE FUNCTION registry.districts_with(asking name, wanted text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN (SELECT coalesce(array_agg(DISTINCT m.district), '{}')
          FROM registry.membership m JOIN registry.role_permission p ON p.role = m.role
          WHERE m.person_id = me AND p.permission = wanted);
END $$;

-- The layers whose rows this person may read. Closed by default: no person, or one mapped to nothing, gets no row.
-- A restricted layer needs a grant, and is never given to a direct connection, where no look could be logged.
-- Contractors get no layer here: they see the assets of their contracts in force, through a policy of their own role.
CREATE OR REPLACE FUNCTION registry.readable(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN QUERY
  SELECT m.district, l.code
  FROM (SELECT DISTINCT m.district FROM registry.membership m JOIN registry.role_permission p ON p.role = m.role
        WHERE m.person_id = me AND p.permission = 'asset:read') m
  CROSS JOIN registry.layer l
  WHERE NOT l.restricted
     OR (asking = 'chengji_app'
         AND EXISTS (SELECT FROM registry.layer_grant g
                     WHERE (g.district, g.person_id, g.layer) = (m.district, me, l.code)));
END $$;

-- The layers whose rows this person may propose changes to and apply them.
CREATE OR REPLACE FUNCTION registry.writable(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  mine text[];
BEGIN
  IF asking <> 'chengji_app' THEN
    RETURN;
  END IF;
  mine := districts_with(asking, 'asset:write');
  RETURN QUERY SELECT r.district, r.layer FROM registry.readable(asking) r WHERE r.district = ANY (mine);
END $$;

-- The districts in which this person has any role: districts, areas and parties are not secret among them.
CREATE OR REPLACE FUNCTION registry.my_districts(asking name) RETURNS TABLE (district text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 3
SET search_path = registry, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  me bigint := person_id(asking);
BEGIN
  RETURN QUERY SELECT DISTINCT m.district FROM registry.membership m WHERE m.person_id = me;
END $$;
