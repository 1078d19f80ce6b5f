-- Written by `make vocabulary` from registry/vocabulary: change the words there.
SELECT registry.hold_to_words('area', 'kind', ARRAY['district', 'subdistrict', 'community', 'grid']);
SELECT registry.hold_to_words('asset', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('asset', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('asset_version', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('asset_version', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('layer', 'geometry', ARRAY['point', 'line', 'polygon']);
SELECT registry.hold_to_words('asset_class', 'geometry', ARRAY['point', 'line', 'polygon']);
SELECT registry.hold_to_words('change_set', 'kind', ARRAY['import', 'edit', 'undo', 'photos']);
SELECT registry.hold_to_words('change_set', 'status', ARRAY['proposed', 'applied', 'rejected', 'empty', 'failed']);
SELECT registry.hold_to_words('change', 'action', ARRAY['add', 'update', 'move', 'retire', 'conflict']);
SELECT registry.hold_to_words('change', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('change', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('change', 'matched_by', ARRAY['code', 'alias', 'key', 'rule', 'same', 'place', 'person']);
SELECT registry.hold_to_words('change', 'reason', ARRAY['two_rows_one_asset', 'key_of_other_asset', 'other_layer',
  'edited_since', 'version', 'code', 'external_key', 'added', 'class', '']);
SELECT registry.hold_to_words('problem', 'severity', ARRAY['error', 'warning']);
SELECT registry.hold_to_words('delivery_file', 'step', ARRAY['look', 'check', 'apply', 'undo']);
SELECT registry.hold_to_words('delivery_file', 'status', ARRAY['queued', 'running', 'done', 'failed', 'cancelled']);
SELECT registry.hold_to_words('delivery_file', 'verb', ARRAY['look', 'read', 'diff', 'apply', 'undo', '']);
SELECT registry.hold_to_words('attachment', 'matched_by', ARRAY['name', 'position', 'person']);
SELECT registry.hold_to_words('attachment', 'reason', ARRAY['several_named', 'no_position', 'outside', 'nothing_near',
  'several_near', 'known', 'dropped', '']);
