-- Written by `make vocabulary` from registry/vocabulary: change the words there.
SELECT registry.hold_to_words('area', 'kind', ARRAY['district', 'subdistrict', 'community', 'grid']);
SELECT registry.hold_to_words('asset', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('asset', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('asset_version', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('asset_version', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('layer', 'geometry', ARRAY['point', 'line', 'polygon']);
SELECT registry.hold_to_words('asset_class', 'geometry', ARRAY['point', 'line', 'polygon']);
SELECT registry.hold_to_words('change_set', 'kind', ARRAY['import', 'edit', 'undo', 'photos', 'work']);
SELECT registry.hold_to_words('change_set', 'status', ARRAY['proposed', 'applied', 'rejected', 'empty', 'failed']);
SELECT registry.hold_to_words('change', 'action', ARRAY['add', 'update', 'move', 'retire', 'conflict']);
SELECT registry.hold_to_words('change', 'state', ARRAY['intact', 'damaged', 'missing', 'abandoned', 'retired']);
SELECT registry.hold_to_words('change', 'accuracy', ARRAY['A', 'B', 'C']);
SELECT registry.hold_to_words('change', 'matched_by', ARRAY['code', 'alias', 'key', 'rule', 'same', 'place', 'person']);
SELECT registry.hold_to_words('change', 'reason', ARRAY['two_rows_one_asset', 'key_of_other_asset', 'other_layer',
  'edited_since', 'version', 'code', 'external_key', 'added', 'class', '']);
SELECT registry.hold_to_words('problem', 'severity', ARRAY['error', 'warning']);
SELECT registry.hold_to_words('change_set', 'subject', ARRAY['asset', 'record']);
SELECT registry.hold_to_words('record_change', 'kind', ARRAY['party', 'contract', 'term', 'supplement', 'contract_sum', 'lot',
  'zone', 'zone_rule', 'bill_line', 'zone_item', 'worker', 'worker_contact', 'crew', 'crew_member', 'crew_lot', 'task_rule',
  'scheme', 'duty', 'guide_price', 'document']);
SELECT registry.hold_to_words('record_change', 'action', ARRAY['add', 'update', 'void', 'conflict']);
SELECT registry.hold_to_words('record_change', 'matched_by', ARRAY['id', 'key', 'name', 'person']);
SELECT registry.hold_to_words('record_version', 'kind', ARRAY['party', 'contract', 'term', 'supplement', 'contract_sum', 'lot',
  'zone', 'zone_rule', 'bill_line', 'zone_item', 'worker', 'worker_contact', 'crew', 'crew_member', 'crew_lot', 'task_rule',
  'scheme', 'duty', 'guide_price', 'document']);
SELECT registry.hold_to_words('party', 'kind', ARRAY['company', 'department', 'other']);
SELECT registry.hold_to_words('contract', 'kind', ARRAY['service', 'in_house', 'owner']);
SELECT registry.hold_to_words('contract', 'state', ARRAY['draft', 'agreed', 'terminated']);
SELECT registry.hold_to_words('term', 'kind', ARRAY['base', 'renewal', 'extension']);
SELECT registry.hold_to_words('term', 'state', ARRAY['option', 'agreed', 'declined']);
SELECT registry.hold_to_words('contract_sum', 'what', ARRAY['award', 'total', 'bond', 'ceiling', 'term', 'supplement']);
SELECT registry.hold_to_words('zone', 'edge', ARRAY['split', 'midpoint']);
SELECT registry.hold_to_words('zone_rule', 'effect', ARRAY['cover', 'except']);
SELECT registry.hold_to_words('zone_item', 'effect', ARRAY['cover', 'except']);
SELECT registry.hold_to_words('bill_line', 'per', ARRAY['year', 'month', 'time', 'term']);
SELECT registry.hold_to_words('bill_line', 'kind', ARRAY['unit', 'lump', 'provisional']);
SELECT registry.hold_to_words('bill_line', 'basis', ARRAY['length', 'area', 'piece', 'length_width', 'none']);
SELECT registry.hold_to_words('task_rule', 'per', ARRAY['day', 'week', 'month', 'quarter', 'year']);
SELECT registry.hold_to_words('task_rule', 'done_to', ARRAY['asset', 'lot']);
SELECT registry.hold_to_words('task_kind', 'proposes', ARRAY['install', 'replace', 'remove', 'state']);
SELECT registry.hold_to_words('affiliation', 'role', ARRAY['lead', 'crew']);
SELECT registry.hold_to_words('delivery_file', 'step', ARRAY['look', 'check', 'apply', 'undo']);
SELECT registry.hold_to_words('delivery_file', 'status', ARRAY['queued', 'running', 'done', 'failed', 'cancelled']);
SELECT registry.hold_to_words('delivery_file', 'verb', ARRAY['look', 'read', 'diff', 'apply', 'undo', '']);
SELECT registry.hold_to_words('attachment', 'matched_by', ARRAY['name', 'position', 'person']);
SELECT registry.hold_to_words('attachment', 'reason', ARRAY['several_named', 'no_position', 'outside', 'nothing_near',
  'several_near', 'known', 'dropped', '']);
