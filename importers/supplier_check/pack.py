"""A check pack: a profile and the context of its verdicts in one TOML file, for a supplier who has no register."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import shapely

from importers.errors import ProfileMismatch
from importers.profiles.profile import Profile
from importers.validate.context import ValidationContext
from registry import __version__
from registry.catalogue.layers import AssetClass, Layer

# How a layer is drawn is nothing to a verdict.
UNDRAWN: dict[str, Any] = {"symbol": "", "colour": "", "zoom_min": 0, "zoom_max": 0, "position": 0}
CLASS_FIELDS = [f.name for f in fields(AssetClass)]
LAYER_FIELDS = ("code", "name_zh", "name_en", "geometry", "restricted")


@dataclass(frozen=True)
class Pack:
    """A profile with its context; `version` is that of the program that wrote it."""

    profile: Profile
    context: ValidationContext
    version: str = __version__

    def to_toml(self) -> str:
        """The pack as text; floats and outline are exact."""
        import tomli_w

        context = self.context
        district: dict[str, Any] = {"code": context.district, "box": list(context.box) if context.box else None}
        if context.outline is not None:
            district["outline"] = shapely.to_wkb(context.outline, hex=True)
        return tomli_w.dumps(
            {
                "version": self.version,
                "profile": tomllib.loads(self.profile.to_toml()),
                "district": {name: value for name, value in district.items() if value is not None},
                "layers": [_layer_as_table(layer) for layer in context.layers.values()],
            }
        )

    @classmethod
    def from_toml(cls, text: str) -> Pack:
        """Read what `to_toml` wrote. Raises ProfileMismatch for what is none."""
        import tomli_w

        try:
            found = tomllib.loads(text)
            district = found["district"]
            box, outline = district.get("box"), district.get("outline")
            layers = [_layer_of_table(table) for table in found["layers"]]
            context = ValidationContext(
                {layer.code: layer for layer in layers}, district.get("code"), tuple(box) if box else None,
                shapely.from_wkb(outline) if outline else None,
            )  # fmt: skip
            profile, version = tomli_w.dumps(found["profile"]), str(found["version"])
        except (
            tomllib.TOMLDecodeError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            shapely.GEOSException,
        ) as error:
            raise ProfileMismatch("pack.damaged", error=error) from error
        return cls(Profile.from_toml(profile), context, version)

    @property
    def is_of_other_version(self) -> bool:
        """Whether another version of the program wrote it, whose rules may differ."""
        return self.version != __version__


def load(path: Path) -> Pack:
    """A pack, or a plain profile in the context that needs no register. Raises ProfileMismatch."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        is_pack = "profile" in tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        is_pack, text = False, ""  # `Profile.load` says what is wrong with the file
    return Pack.from_toml(text) if is_pack else Pack(Profile.load(path), ValidationContext.without_register())


def _layer_as_table(layer: Layer) -> dict[str, Any]:
    classes = [[_cell(name, getattr(known, name)) for name in CLASS_FIELDS] for known in layer.classes]
    plain = {name: getattr(layer, name) for name in LAYER_FIELDS}
    return {**plain, "schema": json.dumps(layer.schema, ensure_ascii=False), "classes": classes}


def _cell(name: str, value: Any) -> str:
    """A field of a class as text; only the schema is none."""
    if name == "schema":
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def _layer_of_table(table: Mapping[str, Any]) -> Layer:
    plain = {name: table[name] for name in LAYER_FIELDS}
    classes = tuple(_class_of(cells) for cells in table["classes"])
    return Layer(**plain, **UNDRAWN, schema=json.loads(table["schema"]), classes=classes)


def _class_of(cells: list[str]) -> AssetClass:
    named = dict(zip(CLASS_FIELDS, cells, strict=True))
    schema = named.pop("schema")
    return AssetClass(**named, schema=json.loads(schema) if schema else None)
