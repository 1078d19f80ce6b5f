-- Who sees which rows, written once. Closed by default: a table without a matching policy shows nothing.
-- The functions stand in sub-selects so that each runs once per query, not once per row.

DO $$
DECLARE
  held text;
  old record;
BEGIN
  FOREACH held IN ARRAY ARRAY['area', 'party', 'asset', 'asset_version', 'asset_alias', 'asset_cell', 'change_set', 'change',
                              'problem', 'profile', 'access_log', 'tile_revision', 'code_sequence', 'district',
                              'delivery', 'delivery_file', 'attachment'] LOOP
    EXECUTE format('ALTER TABLE registry.%I ENABLE ROW LEVEL SECURITY', held);
    FOR old IN SELECT policyname FROM pg_policies WHERE schemaname = 'registry' AND tablename = held LOOP
      EXECUTE format('DROP POLICY %I ON registry.%I', old.policyname, held);
    END LOOP;
  END LOOP;
END $$;

-- The register: by district and layer.
-- One policy a role, so that none is an OR: contractors have theirs in 040_contractors.sql.
CREATE POLICY staff_read ON registry.asset FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY staff_read ON registry.asset_version FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY staff_read ON registry.asset_cell FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY staff_read ON registry.asset_alias FOR SELECT TO chengji_app, chengji_reader
  USING (EXISTS (SELECT FROM registry.asset a WHERE a.district = asset_alias.district AND a.id = asset_alias.asset_id));

-- Deliveries and their changes.
CREATE POLICY staff_read ON registry.change_set FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY writer_insert ON registry.change_set FOR INSERT TO chengji_app
  WITH CHECK (proposed_by = (SELECT registry.person_id(current_user))
    AND (district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w));
CREATE POLICY writer_update ON registry.change_set FOR UPDATE TO chengji_app
  USING (status = 'proposed'
    AND (district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w))
  WITH CHECK (status IN ('proposed', 'rejected', 'empty', 'failed'));
CREATE POLICY staff_read ON registry.change FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY writer_insert ON registry.change FOR INSERT TO chengji_app
  WITH CHECK ((district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)
    AND (district, change_set) IN (SELECT s.district, s.id FROM registry.change_set s WHERE s.status = 'proposed'));
CREATE POLICY writer_update ON registry.change FOR UPDATE TO chengji_app
  USING ((district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)
    AND (district, change_set) IN (SELECT s.district, s.id FROM registry.change_set s WHERE s.status = 'proposed'));
CREATE POLICY staff_read ON registry.problem FOR SELECT TO chengji_app, chengji_reader
  USING (EXISTS (SELECT FROM registry.change_set s WHERE s.district = problem.district AND s.id = problem.change_set));
CREATE POLICY writer_insert ON registry.problem FOR INSERT TO chengji_app
  WITH CHECK (EXISTS (SELECT FROM registry.change_set s WHERE s.district = problem.district AND s.id = problem.change_set
    AND (s.district, s.layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)));

-- What was uploaded. As long as nobody has said which layer it is for, only who uploaded it sees it: it could be cameras.
CREATE POLICY staff_read ON registry.delivery FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r)
    OR layer IS NULL AND uploaded_by = (SELECT registry.person_id(current_user)));
CREATE POLICY writer_insert ON registry.delivery FOR INSERT TO chengji_app
  WITH CHECK (uploaded_by = (SELECT registry.person_id(current_user))
    AND CASE WHEN layer IS NULL THEN district IN (SELECT w.district FROM registry.writable(current_user) w)
             ELSE (district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w) END);
CREATE POLICY writer_update ON registry.delivery FOR UPDATE TO chengji_app
  USING ((district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)
    OR layer IS NULL AND uploaded_by = (SELECT registry.person_id(current_user)))
  WITH CHECK ((district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w));
CREATE POLICY staff_read ON registry.delivery_file FOR SELECT TO chengji_app, chengji_reader
  USING (EXISTS (SELECT FROM registry.delivery d WHERE d.district = delivery_file.district AND d.id = delivery_file.delivery));
CREATE POLICY writer_insert ON registry.delivery_file FOR INSERT TO chengji_app
  WITH CHECK (uploaded_by = (SELECT registry.person_id(current_user)) AND asked_by = uploaded_by
    AND EXISTS (SELECT FROM registry.delivery d WHERE d.district = delivery_file.district AND d.id = delivery_file.delivery
      AND (d.layer IS NULL OR (d.district, d.layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w))));
CREATE POLICY writer_update ON registry.delivery_file FOR UPDATE TO chengji_app
  USING (EXISTS (SELECT FROM registry.delivery d WHERE d.district = delivery_file.district AND d.id = delivery_file.delivery
      AND (d.layer IS NULL OR (d.district, d.layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w))))
  WITH CHECK (asked_by = (SELECT registry.person_id(current_user)));

-- Photos: as readable as the layer of their asset, written with a set that is not applied yet.
CREATE POLICY staff_read ON registry.attachment FOR SELECT TO chengji_app, chengji_reader
  USING ((district, layer) IN (SELECT r.district, r.layer FROM registry.readable(current_user) r));
CREATE POLICY writer_insert ON registry.attachment FOR INSERT TO chengji_app
  WITH CHECK (added_by = (SELECT registry.person_id(current_user))
    AND (district, change_set, layer) IN (SELECT s.district, s.id, s.layer FROM registry.change_set s
      WHERE s.status = 'proposed'
        AND (s.district, s.layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)));
CREATE POLICY writer_update ON registry.attachment FOR UPDATE TO chengji_app
  USING ((district, change_set, layer) IN (SELECT s.district, s.id, s.layer FROM registry.change_set s
      WHERE s.status = 'proposed'
        AND (s.district, s.layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w)));

-- What belongs to a district as a whole.
CREATE POLICY member_read ON registry.district FOR SELECT
  USING (code IN (SELECT d.district FROM registry.my_districts(current_user) d));
CREATE POLICY member_read ON registry.area FOR SELECT
  USING (district IN (SELECT d.district FROM registry.my_districts(current_user) d));
CREATE POLICY staff_read ON registry.party FOR SELECT TO chengji_app, chengji_reader
  USING (district IN (SELECT r.district FROM registry.readable(current_user) r));
CREATE POLICY writer_insert ON registry.party FOR INSERT TO chengji_app
  WITH CHECK (district IN (SELECT w.district FROM registry.writable(current_user) w));
CREATE POLICY member_read ON registry.tile_revision FOR SELECT TO chengji_app, chengji_reader
  USING (district IN (SELECT d.district FROM registry.my_districts(current_user) d));
CREATE POLICY writer_all ON registry.code_sequence TO chengji_app
  USING (district IN (SELECT w.district FROM registry.writable(current_user) w));
CREATE POLICY writer_all ON registry.profile TO chengji_app
  USING ((district, layer) IN (SELECT w.district, w.layer FROM registry.writable(current_user) w));

-- The access log: everybody writes his own looks, administrators read it, nobody changes it.
CREATE POLICY own_insert ON registry.access_log FOR INSERT TO chengji_app, chengji_contractor
  WITH CHECK (person_id = (SELECT registry.person_id(current_user)));
CREATE POLICY administrator_read ON registry.access_log FOR SELECT TO chengji_app
  USING (district = ANY ((SELECT registry.districts_with(current_user, 'log:read'))::text[]));
