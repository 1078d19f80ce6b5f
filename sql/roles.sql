-- Roles are of the whole cluster, so they are made only where they are missing. None can sign in:
-- the application's login is a member of chengji_app, a surveyor's QGIS login a member of chengji_reader.
DO $$
DECLARE
  wanted name;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['chengji_owner', 'chengji_app', 'chengji_reader']::name[] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
END $$;
