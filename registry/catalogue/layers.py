"""Layers and their classes: data, not code. Read from the database, or from the reference lists where there is none."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from registry.access.operator import admit_operator
from registry.database.statements import folder, reference_rows
from registry.errors import Invalid, NotFound
from registry.i18n import in_language

if TYPE_CHECKING:
    import psycopg
from psycopg.rows import dict_row


@dataclass(frozen=True)
class AssetClass:
    """One class of a layer. The key is (scheme, code); `number` is the four digits it has inside an asset code."""

    scheme: str
    code: str
    name_zh: str
    name_en: str
    geometry: str
    verified: str
    number: str
    major_code: str = ""
    major_zh: str = ""
    schema: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The name in the language of this context."""
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True)
class Layer:
    """A layer: assets of one geometry type with one attribute schema, drawn in one way."""

    code: str
    name_zh: str
    name_en: str
    geometry: str
    schema: dict[str, Any]
    classes: tuple[AssetClass, ...]
    symbol: str
    colour: str
    zoom_min: int
    zoom_max: int
    position: int
    restricted: bool = False

    @property
    def name(self) -> str:
        """The name in the language of this context."""
        return in_language(self.name_zh, self.name_en)

    @property
    def schemes(self) -> tuple[str, ...]:
        """The class schemes of this layer, in the order of the reference list."""
        return tuple(dict.fromkeys(c.scheme for c in self.classes))


# Each class list, with the geometry of its layers where the rows do not say it themselves.
_CLASS_LISTS: dict[str, dict[str, str]] = {
    "local_classes.csv": {"river": "line", "camera": "point"},
    "road_classes.csv": {"road": "line", "alley": "line"},
    "green_classes.csv": {"green": "polygon"},
    "component_classes.csv": {},
}


def _reference_classes() -> dict[str, list[AssetClass]]:
    """The classes of each layer: the local lists first, so that a layer's own scheme is its first."""
    placed = {(r["scheme"], r["code"]): r for r in reference_rows("class_layers.csv")}
    found: dict[str, list[AssetClass]] = defaultdict(list)
    for name, geometry in _CLASS_LISTS.items():
        for row in reference_rows(name):
            key = (row["scheme"], row["code"])
            own = placed.get(key, {"layer": "component", "number": row["code"]})
            major = (row.get("major_code", ""), row.get("major_zh", ""))
            shape = row.get("geometry") or geometry[own["layer"]]
            found[own["layer"]].append(
                AssetClass(*key, row["name_zh"], row["name_en"], shape, row["verified"], own["number"], *major)
            )
    return found


@cache
def reference_layers() -> dict[str, Layer]:
    """The layers a new register starts with, in drawing order, from `sql/reference` alone."""
    classes = _reference_classes()
    definitions = json.loads(folder().joinpath("reference", "layers.json").read_text(encoding="utf-8"))
    return {d["code"]: Layer(**{**d, "classes": tuple(classes[d["code"]])}) for d in definitions}


_LAYERS = """
SELECT code, name_zh, name_en, geometry, schema, symbol, colour, zoom_min, zoom_max, position, restricted
FROM registry.layer ORDER BY position, code
"""
_CLASSES = """
SELECT layer, scheme, code, name_zh, name_en, geometry, verified, number, major_code, major_zh, schema
FROM registry.asset_class ORDER BY layer, position, scheme, code
"""


def stored_layers(connection: psycopg.Connection[Any]) -> dict[str, Layer]:
    """The layers of this register with their classes, in drawing order. Who may see which is the scope's to say."""
    classes: dict[str, list[AssetClass]] = defaultdict(list)
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_CLASSES):
            classes[row.pop("layer")].append(AssetClass(**row))
        return {row["code"]: Layer(**row, classes=tuple(classes[row["code"]])) for row in cursor.execute(_LAYERS)}


def stored_layer(connection: psycopg.Connection[Any], code: str) -> Layer:
    """One layer. Raises NotFound."""
    try:
        return stored_layers(connection)[code]
    except KeyError:
        raise NotFound("layer.not_listed", layer=code) from None


def add_layer(connection: psycopg.Connection[Any], layer: Layer) -> None:
    """Add a layer with its classes, and its typed view. Needs the owner's connection.

    Raises Invalid when the code is taken or a class key (scheme, code) belongs to another layer.
    """
    from psycopg.errors import CheckViolation, UniqueViolation
    from psycopg.types.json import Jsonb

    try:
        connection.execute(
            "INSERT INTO registry.layer (code, name_zh, name_en, geometry, schema, symbol, colour, zoom_min, zoom_max,"
            " position, restricted) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (layer.code, layer.name_zh, layer.name_en, layer.geometry, Jsonb(layer.schema), layer.symbol, layer.colour,
             layer.zoom_min, layer.zoom_max, layer.position, layer.restricted),
        )  # fmt: skip
        write_classes(connection, layer)
        connection.execute("SELECT registry.refresh_layer_views()")
        admit_operator(connection)
    except UniqueViolation as error:
        raise Invalid("layer.exists", detail=error.diag.message_detail or "") from error
    except CheckViolation as error:
        raise Invalid("layer.breaks_rule", detail=error.diag.constraint_name or "") from error


def write_classes(connection: psycopg.Connection[Any], layer: Layer) -> None:
    """Insert the layer's classes or correct their names and marks, by (scheme, code)."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry.asset_class (layer, scheme, code, name_zh, name_en, geometry, verified, number,"
            " major_code, major_zh, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (scheme, code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en,"
            " verified = excluded.verified, major_code = excluded.major_code, major_zh = excluded.major_zh,"
            " position = excluded.position",
            [
                (layer.code, c.scheme, c.code, c.name_zh, c.name_en, c.geometry, c.verified, c.number, c.major_code,
                 c.major_zh, position)
                for position, c in enumerate(layer.classes)
            ],
        )  # fmt: skip
