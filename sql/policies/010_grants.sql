-- What the staff's two roles may do at all. Row security below then says to which rows.
GRANT USAGE ON SCHEMA registry, layers TO chengji_app, chengji_reader;
REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM chengji_app, chengji_reader;
GRANT SELECT ON registry.district, registry.layer, registry.asset_class, registry.area, registry.party, registry.asset,
  registry.asset_alias TO chengji_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA registry TO chengji_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA registry TO chengji_app;

-- The register itself (asset, asset_version, asset_alias, asset_cell, tile_revision) is written by apply alone.
GRANT INSERT ON registry.change_set, registry.change, registry.problem, registry.access_log,
  registry.delivery, registry.delivery_file, registry.attachment TO chengji_app;
-- A party as a delivery names it; all else about it is a record, changed like any other.
GRANT INSERT (district, name) ON registry.party TO chengji_app;
GRANT UPDATE (asset_id, matched_by, distance_m, reason) ON registry.attachment TO chengji_app;
GRANT UPDATE (status, summary, review_revision) ON registry.change_set TO chengji_app;
-- A proposal is decided on, and a doubtful row becomes the asset that a person says; whose row it is stays.
GRANT UPDATE (accepted, doubtful, matched_by, candidates, action, asset_id, base_version, changed, moved_m, code, scheme,
  class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, areas)
  ON registry.change TO chengji_app;
GRANT UPDATE (title, layer) ON registry.delivery TO chengji_app;
-- What the worker tells of its work goes through registry.tell_delivery.
GRANT UPDATE (step, status, orders, job, asked_by, failure, verb, done, total) ON registry.delivery_file TO chengji_app;
GRANT INSERT, UPDATE ON registry.code_sequence, registry.profile TO chengji_app;
GRANT DELETE ON registry.profile TO chengji_app;
GRANT UPDATE (password, fs_uniquifier, failed_sign_ins, locked_until, password_changed_at, last_sign_in_at)
  ON registry.person TO chengji_app;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA registry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry.person_id(name), registry.readable(name), registry.my_districts(name),
  registry.districts_with(name, text), registry.today(text) TO chengji_app, chengji_reader;
GRANT EXECUTE ON FUNCTION registry.writable(name), registry.in_force(text, bigint), registry.folded(text),
  registry.search_terms(text),
  registry.stale_changes(text, bigint), registry.apply_change_set(text, bigint), registry.is_much(text, bigint),
  registry.plan_for_many(boolean),
  registry.between_applies(text),
  registry.remember_rows(text, bigint[], int[], uuid[]), registry.delivery_lock(text, bigint, int),
  registry.is_worked_on(text, bigint, int), registry.tell_delivery(text, bigint, int, jsonb),
  registry.unfinished_deliveries(), registry.waiting_step(text, bigint, int),
  registry.queue_delivery(text, bigint, int, bigint) TO chengji_app;

-- The job queue: procrastinate's own tables and functions, of use to the application alone.
GRANT USAGE ON SCHEMA queue TO chengji_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO chengji_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO chengji_app;
