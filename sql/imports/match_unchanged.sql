-- Rows whose fingerprint is an asset's: nothing of them is staged, but their assets are taken.
INSERT INTO matched (source_row, asset_id, matched_by)
SELECT u.source_row, u.asset_id, 'fingerprint' FROM unchanged u
