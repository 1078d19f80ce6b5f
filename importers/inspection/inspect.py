"""What a person is shown of a file before anything of it is taken: layers, columns, encoding, and where it seems to lie."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import psycopg

from importers.crs.detect import CrsVerdict
from importers.errors import SourceError
from importers.inspection.crs_choice import judged
from importers.inspection.suggest import suggest
from importers.profiles.profile import Profile
from importers.read.ipc import sample
from importers.read.reader_process import ReaderProcess
from importers.records import Rows, SourceLayer
from registry.access.scope import Scope
from registry.catalogue.layers import Layer, stored_layers
from registry.deliveries import profiles
from registry.i18n import storable

# A geodatabase may have a hundred layers; the others are judged when one of them is checked.
MOST_JUDGED = 8
SHOWN_ROWS = 10


def look_over(
    connection: psycopg.Connection[Any],
    scope: Scope,
    reader: ReaderProcess,
    encoding: str | None = None,
    header_row: int | None = None,
) -> list[dict[str, Any]]:
    """The layers of a file as JSON values: what the reader tells; for each layer of the register that it could go into the
    profile that seems meant, or the name of the saved one; the best of them; the datum detective's verdict; the first rows
    (`importers.read.ipc.sampled`).

    Raises SourceError for a file that cannot be read.
    """
    offered = reader.inspect(encoding, header_row)
    layers = [layer for code, layer in stored_layers(connection).items() if code in scope.writable]
    seen = [_seen(connection, scope, source, layers) for source in offered]
    for source, inspected in list(zip(offered, seen, strict=True))[:MOST_JUDGED]:
        try:
            first = reader.first(source.name, encoding, source.header_row)
        except SourceError:
            continue  # the check says it, in full and in its place
        inspected["sample"] = "" if first is None else sample(first, SHOWN_ROWS)
        if inspected["best"] is not None:
            layer = next(layer for layer in layers if layer.code == inspected["best"])
            inspected["crs_verdict"] = _verdict(connection, scope, source, layer, first)
    return [storable(inspected) for inspected in seen]


def _seen(
    connection: psycopg.Connection[Any], scope: Scope, source: SourceLayer, layers: list[Layer]
) -> dict[str, Any]:
    fitting = [layer for layer in layers if source.geometry in (None, "mixed", layer.geometry)]
    suggestions = {layer.code: suggest(source, layer) for layer in fitting}
    heads = profiles.headings_of(column.name for column in source.columns)
    saved = {
        layer.code: found[0] for layer in fitting if (found := profiles.fitting(connection, scope, layer.code, heads))
    }
    best = max(fitting, key=lambda layer: _merit(source, layer, suggestions[layer.code], saved), default=None)
    return {
        **asdict(source),
        "suggestions": {code: asdict(profile) for code, profile in suggestions.items()},
        "saved": saved,
        "best": best.code if best else None,
    }


def _merit(
    source: SourceLayer, layer: Layer, profile: Profile, saved: dict[str, str]
) -> tuple[bool, bool, bool, bool, int]:
    """How well a layer suits: its geometry can be had from the file, it took such files before, the file is named after it,
    it knows the classes in it, it finds its fields in it."""
    is_table_of_points = source.geometry is None and profile.column_for("x") and profile.column_for("y")
    can_be = not is_table_of_points or layer.geometry == "point"
    known = profile.column_for("class") is not None or (len(layer.classes) == 1 and source.geometry == layer.geometry)
    return can_be, layer.code in saved, _is_named(source.name, layer), known, len(profile.columns)


def _is_named(name: str, layer: Layer) -> bool:
    """Whether a file's or sheet's name speaks of the layer or of one of its classes: fast_road, 路灯2026, 部件."""
    folded = name.casefold()
    words = (layer.code, layer.name_zh, *(kind.name_zh for kind in layer.classes))
    return any(len(word) > 1 and word.casefold() in folded for word in words) or (
        len(folded) > 1 and folded in layer.name_zh
    )


def _verdict(
    connection: psycopg.Connection[Any], scope: Scope, source: SourceLayer, layer: Layer, first: Rows | None
) -> dict[str, Any] | None:
    """Where the first batch lies, by every system that is possible; None where that cannot be told yet."""
    profile = suggest(source, layer)
    try:
        verdict = judged(connection, scope, layer, source, profile, first)
    except SourceError:
        return None  # the check says it, in full and in its place
    return None if verdict is None else _verdict_details(verdict)


def _verdict_details(verdict: CrsVerdict) -> dict[str, Any]:
    return {
        "candidates": [asdict(candidate) for candidate in verdict.candidates],
        "proposed": asdict(verdict.proposed) if verdict.proposed else None,
        "declared": asdict(verdict.declared) if verdict.declared else None,
        "contradicted": bool(verdict.contradicted),
        "reason": asdict(verdict.reason),
    }
