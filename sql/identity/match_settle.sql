-- What was recognised in the last step is out of the reach of the next, and so is what a person must look at first.
WITH gone AS (
  DELETE FROM loose l USING matched m WHERE m.source_row = l.source_row
), spoken_for AS (
  SELECT m.asset_id AS id FROM matched m UNION SELECT unnest(m.candidates) FROM matched m
)
DELETE FROM pool p USING spoken_for s WHERE s.id = p.id
