"""An edit by hand, as a form sends it: only the fields that are in the form are changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import shapely
from shapely.errors import ShapelyError

from registry.assets.columns import field_name
from registry.changes.edits import Edit
from registry.errors import Invalid

TEXTS = ("code", "name", "state", "manager", "owner", "maintainer", "source", "accuracy", "external_key")
CLEARABLE = frozenset({"manager", "owner", "maintainer", "source", "accuracy", "external_key"})
DAYS = ("surveyed_on", "changed_on")


def read_edit(asset_id: int, form: Mapping[str, str]) -> Edit:
    """The edit of one asset. Needs `base_version`, the version that the person was shown; takes `reason`.

    `class` as `scheme:code`, days as YYYY-MM-DD, `attributes` as a JSON object, `geom` as a GeoJSON geometry in degrees.
    An empty field clears what may be empty. Raises Invalid.
    """
    values: dict[str, Any] = {name: _text(name, form[name]) for name in TEXTS if name in form}
    values |= {name: _day(name, form[name]) for name in DAYS if name in form}
    if "class" in form:
        scheme, _colon, code = form["class"].rpartition(":")
        values["class"] = (scheme, code)
    if "attributes" in form:
        values["attributes"] = _object("attributes", form["attributes"])
    if "geom" in form:
        values["geom"] = _shape(form["geom"])
    return Edit(asset_id, _version(form.get("base_version", "")), values, form.get("reason", "").strip()[:200])


def _refuse(name: str, value: str) -> Invalid:
    return Invalid("form.value_bad", field=field_name(name), value=value[:80])


def _text(name: str, given: str) -> str | None:
    value = given.strip()
    return None if not value and name in CLEARABLE else value


def _day(name: str, given: str) -> date | None:
    try:
        return date.fromisoformat(given.strip()) if given.strip() else None
    except ValueError:
        raise _refuse(name, given) from None


def _version(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("form.version_missing")
    return int(given)


def _object(name: str, given: str) -> dict[str, Any]:
    try:
        value = orjson.loads(given)
    except orjson.JSONDecodeError:
        raise _refuse(name, given) from None
    if not isinstance(value, dict):
        raise _refuse(name, given)
    return value


def _shape(given: str) -> shapely.Geometry:
    _object("geom", given)
    try:
        return shapely.from_geojson(given)
    except ShapelyError:
        raise _refuse("geom", given) from None
