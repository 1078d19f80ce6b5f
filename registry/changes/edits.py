"""A single edit: one asset, changed by hand. It takes the same way as a delivery: proposed, then applied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import psycopg
import shapely

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.areas.areas import Areas
from registry.assets.columns import EDITABLE, field_name
from registry.catalogue.layers import stored_layer
from registry.changes import change_sets
from registry.database.json_schema import violations
from registry.errors import Conflict, Invalid, NotFound
from registry.i18n import Name
from registry.messages import Message
from registry.parties.parties import party_id
from registry.vocabulary.assets import Accuracy, AssetState, PartyRole
from registry.vocabulary.catalogue import LayerGeometry
from registry.vocabulary.changes import Action, SetKind

# As the CHECK of registry.asset has it (0006): a code fits on a line and is the same after a copy by hand.
UNUSABLE_IN_CODE = re.compile("^[ \u00a0\u3000]|[ \u00a0\u3000]$|[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Edit:
    """New values for some fields of one asset, as it was in version `base_version`.

    `values`: any of EDITABLE; `class` as (scheme, code), parties by name, dates as `date`, `attributes` whole, `geom` as a
    Shapely geometry in EPSG:4490. None clears a field that may be empty.
    """

    asset_id: int
    base_version: int
    values: Mapping[str, Any]
    reason: str = ""


_CURRENT = """
SELECT layer, code, scheme, class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy,
       external_key, attributes, ST_AsBinary(geom) AS geom, version
FROM registry.asset WHERE district = %s AND id = %s
"""

_PROPOSE = """
INSERT INTO registry.change (
  district, change_set, seq, action, asset_id, base_version, changed, moved_m, layer, code, scheme, class, name, state,
  manager, owner, maintainer, surveyed_on, changed_on, source, accuracy, external_key, attributes, geom, areas)
SELECT a.district, %(change_set)s, 1, %(action)s, a.id, %(base_version)s, %(changed)s,
  CASE WHEN %(moved)s THEN ST_HausdorffDistance(a.geom_3857, ST_Transform(g.geom, 3857)) * cos(radians(ST_YMin(a.geom))) END,
  a.layer, %(code)s, %(scheme)s, %(class)s, %(name)s, %(state)s, %(manager)s::bigint, %(owner)s::bigint,
  %(maintainer)s::bigint, %(surveyed_on)s::date, %(changed_on)s::date, %(source)s, %(accuracy)s, %(external_key)s,
  %(attributes)s::jsonb, g.geom, CASE WHEN %(moved)s THEN %(areas)s::text[] ELSE a.areas END
FROM registry.asset a, (SELECT ST_GeomFromWKB(%(geom)s, 4490) AS geom) AS g
WHERE a.district = %(district)s AND a.id = %(asset_id)s
"""


def propose_edit(connection: psycopg.Connection[Any], scope: Scope, edit: Edit) -> int:
    """Propose the edit as a change set of one change and return its number; `changes.apply` makes it so.

    Raises NotFound for an asset out of scope, Conflict when it is past `base_version`, Invalid for a value that breaks the
    class's schema or changes nothing, NotAllowed without the right to write.
    """
    now = _read(connection, scope, edit)
    then = _merged(connection, scope, now, edit)
    changed = [field for field in sorted(EDITABLE) if _value(then, field) != _value(now, field)]
    if not changed:
        raise Invalid("edit.changes_nothing")
    _check(connection, then)
    moved = "geom" in changed
    retires = then["state"] == AssetState.RETIRED != now["state"]
    action = Action.RETIRE if retires else Action.MOVE if moved else Action.UPDATE
    title = edit.reason or Message("title.edit", {"code": now["code"]})
    number = change_sets.propose(connection, scope, now["layer"], SetKind.EDIT, change_sets.ChangeSetOrigin(title))
    located = Areas.load(connection, scope.district).locate(shapely.from_wkb([then["geom"]]))[0] if moved else "{}"
    connection.execute(
        _PROPOSE,
        {**then, "attributes": orjson.dumps(then["attributes"]).decode(), "district": scope.district, "change_set": number,
         "action": action, "asset_id": edit.asset_id, "base_version": edit.base_version, "changed": changed, "moved": moved,
         "areas": located},
    )  # fmt: skip
    change_sets.summarise(connection, scope, number)
    return number


def _read(connection: psycopg.Connection[Any], scope: Scope, edit: Edit) -> dict[str, Any]:
    unknown = edit.values.keys() - EDITABLE
    if unknown:
        raise Invalid("edit.fields_fixed", fields=sorted(unknown))
    from psycopg.rows import dict_row

    with look(connection, scope, "edit") as seen, connection.cursor(row_factory=dict_row) as cursor:
        now = cursor.execute(_CURRENT, (scope.district, edit.asset_id)).fetchone()
        if now is None:
            raise NotFound("asset.unknown", id=edit.asset_id)
        seen.one(now["layer"], edit.asset_id)
    if now["version"] != edit.base_version:
        raise Conflict("edit.asset_changed", code=now["code"])
    return now


def _merged(connection: psycopg.Connection[Any], scope: Scope, now: dict[str, Any], edit: Edit) -> dict[str, Any]:
    then = {**now, **{field: value for field, value in edit.values.items() if field not in ("class", "geom")}}
    if "class" in edit.values:
        then["scheme"], then["class"] = edit.values["class"]
    if "geom" in edit.values:
        then["geom"] = shapely.to_wkb(_stored(edit.values["geom"]))
    for field in PartyRole:
        if field in edit.values:
            then[field] = party_id(connection, scope, edit.values[field])
    return then


def _stored(place: shapely.Geometry) -> shapely.Geometry:
    """As the register keeps it: two dimensions, lines and areas as their Multi types."""
    flat = shapely.force_2d(place)
    match flat.geom_type:
        case "LineString":
            return shapely.MultiLineString([flat])
        case "Polygon":
            return shapely.MultiPolygon([flat])
        case _:
            return flat


def _value(state: dict[str, Any], field: str) -> Any:
    return (state["scheme"], state["class"]) if field == "class" else state[field]


_SHAPES: dict[str, str] = {
    LayerGeometry.POINT: "Point",
    LayerGeometry.LINE: "MultiLineString",
    LayerGeometry.POLYGON: "MultiPolygon",
}


def _check(connection: psycopg.Connection[Any], then: dict[str, Any]) -> None:
    layer = stored_layer(connection, then["layer"])
    kind = next((c for c in layer.classes if (c.scheme, c.code) == (then["scheme"], then["class"])), None)
    if kind is None:
        raise Invalid(
            "edit.class_unknown", layer=Name(layer.name_zh, layer.name_en), code=f"{then['scheme']} {then['class']}"
        )
    _check_facts(then)
    place = shapely.from_wkb(then["geom"])
    if place.is_empty or not place.is_valid or place.geom_type != _SHAPES[layer.geometry]:
        raise Invalid("edit.shape_bad", kind=place.geom_type)
    broken = violations(kind.schema or layer.schema, then["attributes"])
    if broken:
        raise Invalid("edit.attributes_bad", broken=list(broken))


def _check_facts(then: dict[str, Any]) -> None:
    """The fields that mean the same in every layer."""
    sound = {
        "code": bool(then["code"]) and not UNUSABLE_IN_CODE.search(then["code"]),
        "state": then["state"] in set(AssetState),
        "accuracy": then["accuracy"] in {None, *Accuracy},
        **{day: then[day] is None or isinstance(then[day], date) for day in ("surveyed_on", "changed_on")},
    }
    for field, ok in sound.items():
        if not ok:
            raise Invalid("edit.value_unusable", field=field_name(field), value=then[field] or "")
