-- Which words a column may hold is said by sql/functions/005_vocabulary.sql, anew with each migration, and no longer here.
ALTER TABLE registry.area DROP CONSTRAINT area_kind_check;
ALTER TABLE registry.layer DROP CONSTRAINT layer_geometry_check;
ALTER TABLE registry.asset_class DROP CONSTRAINT asset_class_geometry_check;
ALTER TABLE registry.asset DROP CONSTRAINT asset_state_check, DROP CONSTRAINT asset_accuracy_check;
ALTER TABLE registry.change_set DROP CONSTRAINT change_set_kind_check, DROP CONSTRAINT change_set_status_check;
ALTER TABLE registry.change DROP CONSTRAINT change_action_check, DROP CONSTRAINT change_matched_by_check;
ALTER TABLE registry.problem DROP CONSTRAINT problem_severity_check;
ALTER TABLE registry.delivery_file DROP CONSTRAINT delivery_file_step_check, DROP CONSTRAINT delivery_file_status_check;
ALTER TABLE registry.attachment DROP CONSTRAINT attachment_matched_by_check;

-- How often a row of the set was decided on: part of the address under which its tiles are kept. It stood among the counts of
-- its summary.
ALTER TABLE registry.change_set ADD COLUMN review_revision int NOT NULL DEFAULT 0;
UPDATE registry.change_set SET review_revision = (summary ->> 'revision')::int, summary = summary - 'revision'
WHERE summary ? 'revision';
-- What stands here is what registry.deliveries.options knows; the title is the delivery's own.
UPDATE registry.delivery_file SET orders = orders - 'title' WHERE orders ? 'title';
COMMENT ON COLUMN registry.delivery_file.orders IS '导入的做法：方案、坐标系等，见 registry.deliveries.options';
COMMENT ON COLUMN registry.change_set.review_revision IS '审核中每作一次决定加一';
