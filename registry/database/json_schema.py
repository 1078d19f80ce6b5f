"""Attributes against the JSON Schema (2020-12) of their class."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.validator_for(orjson.loads(schema))


def violations(schema: dict[str, Any], attributes: dict[str, Any]) -> list[str]:
    """What the attributes break, in words; empty when they keep the schema."""
    validator = _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    return [
        f"{'.'.join(map(str, error.instance_path)) or '–'}: {error.message}"
        for error in validator.iter_errors(attributes)
    ]
