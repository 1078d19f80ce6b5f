-- Contracts and what belongs to them: which of the staff see which rows. Nobody but the functions of 120_records.sql and
-- 130_coverage.sql writes them, as their owner; FORCE, so that being the owner is written down as well.
-- A direct connection reads no table that names assets of restricted layers: by is_in_sight, or by what EXPLAIN counts, it
-- could ask number by number which of them are there.
GRANT SELECT ON registry.trade, registry.task_kind, registry.contract, registry.term, registry.lot, registry.zone,
  registry.zone_rule TO chengji_reader;

DO $$
DECLARE
  held text;
  wanted text;
  old record;
BEGIN
  FOREACH held IN ARRAY ARRAY['contract', 'term', 'supplement', 'contract_sum', 'lot', 'zone', 'zone_rule', 'bill_line',
    'zone_item',
                              'worker', 'worker_contact', 'crew', 'crew_member', 'crew_lot', 'task_rule', 'scheme', 'duty',
                              'guide_price', 'document', 'record_change', 'record_version', 'affiliation', 'zone_piece',
                              'coverage'] LOOP
    EXECUTE format('ALTER TABLE registry.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', held);
    FOR old IN SELECT policyname FROM pg_policies WHERE schemaname = 'registry' AND tablename = held LOOP
      EXECUTE format('DROP POLICY %I ON registry.%I', old.policyname, held);
    END LOOP;
    EXECUTE format('CREATE POLICY owner_all ON registry.%I TO chengji_owner USING (true)', held);
  END LOOP;
  -- By the permission, for the application and for a direct connection alike; the function runs once for a statement.
  FOR held, wanted IN
    SELECT t, may.permission FROM (VALUES
      ('contract:read', ARRAY['contract', 'term', 'supplement', 'lot', 'zone', 'zone_rule', 'zone_item', 'task_rule', 'duty',
                              'document', 'coverage', 'zone_piece', 'crew', 'crew_member', 'crew_lot', 'worker']),
      ('price:read', ARRAY['contract_sum', 'bill_line', 'guide_price', 'scheme']),
      ('person:contact', ARRAY['worker_contact']),
      ('grant:write', ARRAY['affiliation'])) AS may (permission, tables), unnest(may.tables) t
  LOOP
    EXECUTE format('CREATE POLICY staff_read ON registry.%I FOR SELECT TO chengji_app, chengji_reader'
                   ' USING (district = ANY ((SELECT registry.districts_with(current_user, %L))::text[]))', held, wanted);
  END LOOP;
END $$;
-- What is said of assets is seen as far as they are: cameras with their grant, and in a look.
ALTER POLICY staff_read ON registry.coverage
  USING (district = ANY ((SELECT registry.districts_with(current_user, 'contract:read'))::text[])
    AND (district, layer) IN (SELECT r.district, r.layer FROM registry.in_sight(current_user) r));
ALTER POLICY staff_read ON registry.zone_item
  USING (district = ANY ((SELECT registry.districts_with(current_user, 'contract:read'))::text[])
    AND registry.is_in_sight(current_user, district, asset_id));

-- A change tells as much as its record: prices to those who see prices, telephones to those who see telephones, items of zones
-- to those who see the asset.
CREATE POLICY staff_read ON registry.record_change FOR SELECT TO chengji_app
  USING (district = ANY ((SELECT registry.districts_with(current_user, 'contract:read'))::text[])
    AND CASE WHEN kind = ANY (registry.priced_kinds())
             THEN district = ANY ((SELECT registry.districts_with(current_user, 'price:read'))::text[])
             WHEN kind = 'worker_contact'
             THEN district = ANY ((SELECT registry.districts_with(current_user, 'person:contact'))::text[])
             WHEN kind = 'zone_item' THEN registry.is_in_sight(current_user, district, (body ->> 'asset_id')::bigint)
               ELSE true END);
CREATE POLICY staff_read ON registry.record_version FOR SELECT TO chengji_app
  USING (district = ANY ((SELECT registry.districts_with(current_user, 'contract:read'))::text[])
    AND CASE WHEN kind = ANY (registry.priced_kinds())
             THEN district = ANY ((SELECT registry.districts_with(current_user, 'price:read'))::text[])
             WHEN kind = 'worker_contact'
             THEN district = ANY ((SELECT registry.districts_with(current_user, 'person:contact'))::text[])
             WHEN kind = 'zone_item' THEN registry.is_in_sight(current_user, district, (body ->> 'asset_id')::bigint)
               ELSE true END);

-- Sets of records stand beside those of assets; their problems go with them (problem's policy asks for the set).
CREATE POLICY record_read ON registry.change_set FOR SELECT TO chengji_app
  USING (subject = 'record' AND district = ANY ((SELECT registry.districts_with(current_user, 'contract:read'))::text[]));
CREATE POLICY record_insert ON registry.change_set FOR INSERT TO chengji_app
  WITH CHECK (subject = 'record' AND proposed_by = (SELECT registry.person_id(current_user))
    AND district = ANY ((SELECT registry.districts_with(current_user, 'contract:write'))::text[]));
CREATE POLICY record_update ON registry.change_set FOR UPDATE TO chengji_app
  USING (subject = 'record' AND status = 'proposed'
    AND (district = ANY ((SELECT registry.districts_with(current_user, 'contract:write'))::text[])
         OR district = ANY ((SELECT registry.districts_with(current_user, 'contract:approve'))::text[])))
  WITH CHECK (subject = 'record' AND status IN ('proposed', 'rejected', 'empty', 'failed'));
CREATE POLICY record_insert ON registry.problem FOR INSERT TO chengji_app
  WITH CHECK (EXISTS (SELECT FROM registry.change_set s WHERE s.district = problem.district AND s.id = problem.change_set
    AND s.subject = 'record'
    AND s.district = ANY ((SELECT registry.districts_with(current_user, 'contract:write'))::text[])));

GRANT EXECUTE ON FUNCTION registry.is_in_sight(name, text, bigint) TO chengji_app, chengji_contractor;
GRANT EXECUTE ON FUNCTION registry.record_kinds(), registry.priced_kinds(), registry.four_eyes_kinds(),
  registry.propose_records(text, bigint, jsonb), registry.apply_records(text, bigint),
  registry.foresee_records(text, bigint, date),
  registry.propose_undo_of_records(text, bigint, bigint), registry.record_before(text, text, bigint, int),
  registry.record_body(jsonb), registry.covered_on(text, date), registry.zones_in_force(text, date), registry.nudged(geometry),
  registry.measured(double precision, double precision), registry.span_length(int8multirange),
  registry.span_geometry(geometry, bigint, int8multirange) TO chengji_app;
