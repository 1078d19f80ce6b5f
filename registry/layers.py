"""Layers and their classes: data, not code. Read from the database, or from the reference lists where there is none."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from registry.language import in_language
from registry.sql import folder


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


def _rows(name: str) -> Iterator[dict[str, str]]:
    with folder().joinpath("reference", name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _reference_classes() -> dict[str, list[AssetClass]]:
    numbers = {(r["layer"], r["scheme"], r["code"]): r["number"] for r in _rows("class_numbers.csv")}
    found: dict[str, list[AssetClass]] = defaultdict(list)

    def add(layer: str, row: dict[str, str], geometry: str) -> None:
        number = numbers.get((layer, row["scheme"], row["code"]), row["code"])
        major = (row.get("major_code", ""), row.get("major_zh", ""))
        found[layer].append(
            AssetClass(row["scheme"], row["code"], row["name_zh"], row["name_en"], geometry, row["verified"], number, *major)
        )

    for row in _rows("component_classes.csv"):
        add("component", row, row["geometry"])
    for row in _rows("road_classes.csv"):
        add("alley" if row["code"] == "5" else "road", row, "line")
    for row in _rows("green_classes.csv"):
        add("green", row, "polygon")
    for row in _rows("local_classes.csv"):
        add(row["layer"], row, "line" if row["layer"] == "river" else "point")
    return found


@cache
def reference_layers() -> dict[str, Layer]:
    """The layers a new register starts with, in drawing order, from `sql/reference` alone."""
    classes = _reference_classes()
    definitions = json.loads(folder().joinpath("reference", "layers.json").read_text(encoding="utf-8"))
    return {d["code"]: Layer(**{**d, "classes": tuple(classes[d["code"]])}) for d in definitions}
