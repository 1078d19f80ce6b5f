-- What is kept to be read is kept as a code with details; the words are made when somebody reads it, in his language.
-- Of problems that an earlier program put into words nothing is lost: where their words quote no more than field and value they
-- are made anew, else they stand in `written`, in the language in which they were written.
ALTER TABLE registry.problem ADD COLUMN details jsonb;
UPDATE registry.problem
SET details = jsonb_build_object('written', jsonb_build_object('message', message, 'hint', remedy))
WHERE message <> '';
ALTER TABLE registry.problem DROP COLUMN message, DROP COLUMN remedy;
COMMENT ON COLUMN registry.problem.details IS '文字中引用的具体内容；空：只保存了代码。读时按读者的语言成文（registry.messages）';

UPDATE registry.delivery_file
SET failure = jsonb_strip_nulls(jsonb_build_object('kind', failure -> 'kind')) || jsonb_build_object('code', 'as_written',
  'details', jsonb_build_object('message', coalesce(failure ->> 'message', ''), 'hint', coalesce(failure ->> 'hint', '')))
WHERE failure IS NOT NULL;
COMMENT ON COLUMN registry.delivery_file.failure IS '失败原因：code、details，以及错误的种类 kind';

-- Titles that the program gave: of undos, of edits without a reason, of photos assigned by hand.
UPDATE registry.change_set SET title = '',
  source = source || jsonb_build_object('title',
    jsonb_build_object('code', 'title.undo', 'details', jsonb_build_object('id', undoes)))
WHERE undoes IS NOT NULL;
UPDATE registry.change_set s SET title = '',
  source = s.source || jsonb_build_object('title',
    jsonb_build_object('code', 'title.edit', 'details', jsonb_build_object('code', v.code)))
FROM registry.change c
JOIN (SELECT district, id, version, code FROM registry.asset
      UNION ALL SELECT district, id, version, code FROM registry.asset_version) v
  ON v.district = c.district AND v.id = c.asset_id AND v.version = c.base_version
WHERE s.kind = 'edit' AND c.district = s.district AND c.change_set = s.id
  AND s.title IN ('编辑 ' || v.code, 'Edit of ' || v.code);
UPDATE registry.change_set s SET title = '',
  source = s.source || jsonb_build_object('title',
    jsonb_build_object('code', 'title.photo', 'details', jsonb_build_object('name', t.name)))
FROM registry.attachment t
WHERE s.kind = 'photos' AND t.district = s.district AND t.change_set = s.id
  AND s.title IN (left('指定照片“' || t.name || '”', 200), left('Photo “' || t.name || '” given to its asset', 200));

-- A code fits on a line and is the same after a copy by hand. Codes that do not are named, and stay until they are corrected:
-- the next change of such an asset has to give it another one.
ALTER TABLE registry.asset ADD CONSTRAINT asset_code_characters
  CHECK (code <> '' AND code !~ '^[ \u00a0\u3000]|[ \u00a0\u3000]$|[\u0001-\u001f\u007f-\u009f\u2028\u2029]') NOT VALID;
DO $$
DECLARE
  unusable text;
BEGIN
  SELECT string_agg(quote_literal(a.code) || ' (' || a.district || ')', ', ' ORDER BY a.district, a.code) INTO unusable
  FROM registry.asset a
  WHERE NOT (a.code <> '' AND a.code !~ '^[ \u00a0\u3000]|[ \u00a0\u3000]$|[\u0001-\u001f\u007f-\u009f\u2028\u2029]');
  IF unusable IS NULL THEN
    ALTER TABLE registry.asset VALIDATE CONSTRAINT asset_code_characters;
  ELSE
    RAISE WARNING 'codes of assets to correct: %', unusable;
  END IF;
END $$;
