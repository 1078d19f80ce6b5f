-- Who is asking. The application signs people in itself and says who with SET LOCAL registry.person; only its own role
-- is believed. A direct connection (QGIS) is the person whose database_role it signed in with.
CREATE OR REPLACE FUNCTION registry.person_id(asking name) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT p.id FROM registry.person p
  WHERE p.active AND CASE WHEN asking = 'chengji_app'
    THEN p.id = nullif(current_setting('registry.person', true), '')::bigint
    ELSE p.database_role = session_user::text END;
END;

-- The layers whose rows this person may read. Closed by default: no person, or one mapped to nothing, gets no row.
-- A restricted layer needs a grant, and is never given to a direct connection, where no look could be logged.
-- Contractors get no layer here: they will see the assets of their contracts in force, through a policy of their own.
CREATE OR REPLACE FUNCTION registry.readable(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT m.district, l.code
  FROM (SELECT DISTINCT m.district, m.person_id FROM registry.membership m
        WHERE m.person_id = registry.person_id(asking)
          AND m.role IN ('administrator', 'surveyor', 'inspector')) m
  CROSS JOIN registry.layer l
  WHERE NOT l.restricted
     OR (asking = 'chengji_app'
         AND EXISTS (SELECT FROM registry.layer_grant g
                     WHERE (g.district, g.person_id, g.layer) = (m.district, m.person_id, l.code)));
END;

-- The layers whose rows this person may propose changes to and apply them.
CREATE OR REPLACE FUNCTION registry.writable(asking name) RETURNS TABLE (district text, layer text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT r.district, r.layer FROM registry.readable(asking) r
  WHERE asking = 'chengji_app'
    AND EXISTS (SELECT FROM registry.membership m
                WHERE m.district = r.district AND m.person_id = registry.person_id(asking)
                  AND m.role IN ('administrator', 'surveyor'));
END;

-- The districts in which this person has any role: districts, areas and parties are not secret among them.
CREATE OR REPLACE FUNCTION registry.my_districts(asking name) RETURNS TABLE (district text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT m.district FROM registry.membership m WHERE m.person_id = registry.person_id(asking);
END;
