-- Which row could be which asset. `match_weight`: how badly it fits, as minus the logarithm of a likelihood; `far`: too far
-- to be sure; `agrees`: nothing that the row says is otherwise in the register (null: not compared yet).
CREATE TEMPORARY TABLE pair (
  source_row bigint NOT NULL, asset_id bigint NOT NULL, metres double precision NOT NULL,
  match_weight double precision NOT NULL, far boolean NOT NULL, agrees boolean
) ON COMMIT DROP
