-- What was matched in the last step is out of the reach of the next, and so is what a person must look at first.
WITH gone AS (
  DELETE FROM unmatched_rows l USING matched m WHERE m.source_row = l.source_row
), reserved AS (
  SELECT m.asset_id AS id FROM matched m UNION SELECT unnest(m.candidates) FROM matched m
)
DELETE FROM candidate_assets p USING reserved s WHERE s.id = p.id
