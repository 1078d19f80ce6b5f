-- Holds a column to the words of its vocabulary (005_vocabulary.sql). Adds the rule, or puts another in its place where
-- the words have changed since; reads the table once then, and not otherwise: the words stand in the rule's comment.
CREATE OR REPLACE FUNCTION registry.hold_to_words(in_table text, in_column text, words text[]) RETURNS void
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  rule text := in_table || '_' || in_column || '_words';
BEGIN
  IF EXISTS (SELECT FROM pg_constraint c
             WHERE c.conrelid = format('registry.%I', in_table)::regclass AND c.conname = rule
               AND obj_description(c.oid, 'pg_constraint') = words::text) THEN
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE registry.%I DROP CONSTRAINT IF EXISTS %I', in_table, rule);
  EXECUTE format('ALTER TABLE registry.%I ADD CONSTRAINT %I CHECK (%I = ANY (%L::text[]))', in_table, rule, in_column, words);
  EXECUTE format('COMMENT ON CONSTRAINT %I ON registry.%I IS %L', rule, in_table, words::text);
END $$;
