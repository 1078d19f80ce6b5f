-- Rows of restricted layers, besides the right to them, ask for a look that is under way (functions/015_looks.sql). Titles of
-- change sets and deliveries are no rows. A set of records has no layer. Instead of readable, which 020 asks, and not as a
-- second, restrictive policy: that would be one more comparison for each row.
ALTER POLICY staff_read ON registry.asset
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.asset_version
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.asset_cell
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.change
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.attachment
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.problem
  USING (EXISTS (SELECT FROM registry.change_set s WHERE s.district = problem.district AND s.id = problem.change_set
    AND (s.layer IS NULL OR s.layer <> ALL ((SELECT registry.closed_layers())::text[]))));

GRANT EXECUTE ON FUNCTION registry.closed_layers(), registry.in_sight(name), registry.begin_look(),
  registry.end_look(text, text[], bigint[], text, bigint, jsonb, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION registry.inspection_of(name, text, bigint, int) TO chengji_app;

-- The samples of an uploaded file go through registry.inspection_of.
DO $$
BEGIN
  REVOKE SELECT ON registry.delivery_file FROM chengji_app;
  EXECUTE (SELECT format('GRANT SELECT (%s) ON registry.delivery_file TO chengji_app', string_agg(quote_ident(a.attname), ', '))
           FROM pg_attribute a WHERE a.attrelid = 'registry.delivery_file'::regclass AND a.attnum > 0 AND NOT a.attisdropped
             AND a.attname <> 'look');
END $$;
