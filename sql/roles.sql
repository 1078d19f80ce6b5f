-- Roles are of the whole cluster, so they are made only where they are missing. None can sign in:
-- the application's login is a member of chengji_app and of chengji_contractor, a surveyor's QGIS login of chengji_reader.
-- chengji_contractor is never granted to chengji_app: a role that inherits another gets its policies ORed into every statement.
DO $$
DECLARE
  wanted name;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['chengji_owner', 'chengji_app', 'chengji_reader', 'chengji_contractor']::name[] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
END $$;
