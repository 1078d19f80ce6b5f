-- Contractors: a database role of their own, one policy for each table, closed by default. What is not named here they do not
-- have at all: no versions, roll-ups, changes, deliveries, accounts, grants, guide prices, duties, coverage.
GRANT USAGE ON SCHEMA registry TO chengji_contractor;
REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM chengji_contractor;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA registry FROM chengji_contractor;
GRANT SELECT ON registry.district, registry.layer, registry.asset_class, registry.area, registry.role, registry.trade,
  registry.task_kind, registry.asset, registry.asset_alias, registry.attachment, registry.contract, registry.term,
  registry.supplement, registry.contract_sum, registry.lot, registry.zone, registry.zone_rule, registry.zone_item,
  registry.bill_line, registry.task_rule, registry.scheme, registry.worker, registry.worker_contact, registry.crew,
  registry.crew_member, registry.crew_lot TO chengji_contractor;
GRANT SELECT (district, id, name, short_name, kind, phone, void) ON registry.party TO chengji_contractor;
GRANT INSERT ON registry.access_log TO chengji_contractor;
GRANT USAGE ON SEQUENCE registry.access_log_id_seq TO chengji_contractor;

GRANT EXECUTE ON FUNCTION registry.person_id(name), registry.my_districts(name), registry.my_zones(name),
  registry.my_revision(name, text, int, int, int, int),
  registry.my_contracts(name, boolean), registry.my_lots(name), registry.my_crews(name), registry.my_workers(name, boolean),
  registry.my_parties(name),
  registry.open_layers(name), registry.open_in_sight(name), registry.in_force(text, bigint), registry.today(text),
  registry.folded(text), registry.search_terms(text) TO chengji_contractor;

-- Rows of restricted layers ask for a look besides, as those of the staff do (025_looks.sql).
-- IS true keeps this condition out of the planner's estimate: with the bare operator it takes the index on `zones` where the
-- one on the place is thirty times quicker. A statement that counts repeats the zones as a literal
-- (registry.access.scope.Scope.zones).
CREATE POLICY contractor_read ON registry.asset FOR SELECT TO chengji_contractor
  USING ((zones && (SELECT registry.my_zones(current_user))) IS true
    AND (district, layer) IN (SELECT o.district, o.layer FROM registry.open_in_sight(current_user) o));
CREATE POLICY contractor_read ON registry.asset_alias FOR SELECT TO chengji_contractor
  USING (EXISTS (SELECT FROM registry.asset a WHERE a.district = asset_alias.district AND a.id = asset_alias.asset_id));
CREATE POLICY contractor_read ON registry.attachment FOR SELECT TO chengji_contractor
  USING ((district, layer) IN (SELECT o.district, o.layer FROM registry.open_in_sight(current_user) o)
    AND EXISTS (SELECT FROM registry.asset a WHERE a.district = attachment.district AND a.id = attachment.asset_id));

CREATE POLICY contractor_read ON registry.party FOR SELECT TO chengji_contractor
  USING (NOT void AND (id = ANY ((SELECT registry.my_parties(current_user))::bigint[])
    OR kind = 'department' AND district IN (SELECT d.district FROM registry.my_districts(current_user) d)));

DO $$
DECLARE
  held text;
BEGIN
  FOREACH held IN ARRAY ARRAY['term', 'supplement'] LOOP
    EXECUTE format('CREATE POLICY contractor_read ON registry.%I FOR SELECT TO chengji_contractor'
                   ' USING (NOT void AND contract = ANY ((SELECT registry.my_contracts(current_user))::bigint[]))', held);
  END LOOP;
  FOREACH held IN ARRAY ARRAY['contract_sum', 'bill_line', 'scheme'] LOOP -- crew see no price
    EXECUTE format('CREATE POLICY contractor_read ON registry.%I FOR SELECT TO chengji_contractor'
                   ' USING (NOT void AND contract = ANY ((SELECT registry.my_contracts(current_user, true))::bigint[]))', held);
  END LOOP;
  FOREACH held IN ARRAY ARRAY['zone', 'task_rule', 'crew_lot'] LOOP
    EXECUTE format('CREATE POLICY contractor_read ON registry.%I FOR SELECT TO chengji_contractor'
                   ' USING (NOT void AND lot = ANY ((SELECT registry.my_lots(current_user))::bigint[]))', held);
  END LOOP;
END $$;
CREATE POLICY contractor_read ON registry.zone_rule FOR SELECT TO chengji_contractor
  USING (NOT void AND (district, zone) IN (SELECT z.district, z.id FROM registry.zone z));
CREATE POLICY contractor_read ON registry.zone_item FOR SELECT TO chengji_contractor
  USING (NOT void AND (district, zone) IN (SELECT z.district, z.id FROM registry.zone z)
    AND registry.is_in_sight(current_user, district, asset_id));
CREATE POLICY contractor_read ON registry.contract FOR SELECT TO chengji_contractor
  USING (NOT void AND id = ANY ((SELECT registry.my_contracts(current_user))::bigint[]));
CREATE POLICY contractor_read ON registry.lot FOR SELECT TO chengji_contractor
  USING (NOT void AND id = ANY ((SELECT registry.my_lots(current_user))::bigint[]));
CREATE POLICY contractor_read ON registry.crew FOR SELECT TO chengji_contractor
  USING (NOT void AND id = ANY ((SELECT registry.my_crews(current_user))::bigint[]));
CREATE POLICY contractor_read ON registry.crew_member FOR SELECT TO chengji_contractor
  USING (NOT void AND crew = ANY ((SELECT registry.my_crews(current_user))::bigint[]));
CREATE POLICY contractor_read ON registry.worker FOR SELECT TO chengji_contractor
  USING (NOT void AND id = ANY ((SELECT registry.my_workers(current_user))::bigint[]));
CREATE POLICY contractor_read ON registry.worker_contact FOR SELECT TO chengji_contractor
  USING (NOT void AND worker = ANY ((SELECT registry.my_workers(current_user, true))::bigint[]));
