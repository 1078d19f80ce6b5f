/** Written by `make vocabulary` from registry/vocabulary: change the words there. */

/** The states of GB/T 30428.2 (`asset.state`), in the order of the numbers that tiles carry. */
export const AssetState = Object.freeze({
  INTACT: "intact",
  DAMAGED: "damaged",
  MISSING: "missing",
  ABANDONED: "abandoned",
  RETIRED: "retired",
});

/** The rows of a set as its review tells them apart, in the order of the numbers that tiles carry. */
export const RowKind = Object.freeze({
  ADD: "add",
  UPDATE: "update",
  MOVE: "move",
  RETIRE: "retire",
  CONFLICT: "conflict",
  DOUBTFUL: "doubtful",
});

/** What has been decided of a row, in the order of the numbers that tiles carry; a conflict has nothing to decide. */
export const Decision = Object.freeze({
  ACCEPTED: "accepted",
  REJECTED: "rejected",
  UNDECIDED: "undecided",
});
