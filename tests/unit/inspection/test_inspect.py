"""What a look shows must fit into the database, whatever is in the file."""

import json

from importers.inspection.inspect import storable


def test_what_a_file_brings_can_be_kept_as_json() -> None:
    values = {"a\0b": ["x\0", "\ud800y", float("nan"), float("inf"), 1.5, 2, None, True, ("路", {"k": -float("inf")})]}
    kept = storable(values)
    assert kept == {"ab": ["x", "?y", None, None, 1.5, 2, None, True, ["路", {"k": None}]]}
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
