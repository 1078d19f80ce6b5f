"""The first rows of a file as the register would have them, by a profile that is still being put together.

The same normaliser and validator as in the check itself, on the rows that the look has kept; nothing is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import shapely

from importers.errors import UnknownCrs
from importers.normalise.attributes import properties_of
from importers.normalise.normaliser import Prepared
from importers.normalise.positions import shown as first_of
from importers.problems.problem import Problem, Severity
from importers.profiles.column_names import ATTRIBUTE, FIELDS, POSITIONS
from importers.profiles.profile import Profile
from importers.read.ipc import sampled, source_layer
from importers.records import DeclaredCrs, Rows, SourceLayer
from importers.validate.context import ValidationContext
from importers.validate.validator import Checked
from registry.assets.columns import field_label
from registry.assets.differences import shown
from registry.catalogue.layers import Layer
from registry.i18n import in_language
from registry.vocabulary.assets import AssetState
from registry.vocabulary.word_list import label

PLACE = "geom"
BEFORE, AFTER = ("class", "name", "code", "external_key", "state"), (
    "manager", "owner", "maintainer", "surveyed_on", "changed_on", "source", "accuracy", PLACE)  # fmt: skip
# So begin the codes of what can be wrong with a place. Where nobody knows yet in which system it is, they mean nothing.
OF_PLACE = ("geometry_", "position_", "coordinates_", "outside_", "crosses_", "axes_", "wkt_", "line_", "vertices_", "ring_",
            "area_", "place_", "row_repeated", "crs_", "zone_")  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A field of a row: its value, or what stands in the file instead and why that is refused or remarked on."""

    text: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether it keeps the row out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(frozen=True)
class Line:
    """A row by its number in the file; its cells in the order of the columns; problems that belong to no cell."""

    number: int
    goes_in: bool
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Preview:
    """The first rows as they would become. `crs` is the system they were placed by, empty while that is a question; `kept`
    are columns that stay as they are, beside what the layer describes."""

    columns: list[str]
    lines: list[Line]
    crs: str
    kept: list[str] = field(default_factory=list)


def preview(context: ValidationContext, inspected: Mapping[str, Any], profile: Profile) -> Preview | None:
    """The first rows of a layer of a file, as `importers.inspection.inspect` tells of it; None where it has kept none.

    Raises SourceError where no row could go in by this profile, save for want of a coordinate system.
    """
    if not inspected.get("sample"):
        return None
    source, profile = _by_verdict(source_layer(inspected), inspected.get("crs_verdict"), profile)
    rows = sampled(inspected["sample"])
    try:
        checked, crs = _checked(context, source, profile, rows)
    except UnknownCrs:
        anywhere = ValidationContext(context.layers, context.district)
        checked, crs = _checked(anywhere, source, replace(profile, crs="EPSG:4490"), rows)[0], ""
    return _Lines(checked, profile, bool(crs)).preview(crs, profile.kept(source))


def _by_verdict(
    source: SourceLayer, verdict: Mapping[str, Any] | None, profile: Profile
) -> tuple[SourceLayer, Profile]:
    """With what the datum detective was sure of, where neither the file nor a person says the system."""
    best = (verdict or {}).get("proposed")
    if profile.crs is not None or source.crs.text or not best:
        return source, profile
    declared = DeclaredCrs(best["crs"], best["crs"], "detected")
    return replace(source, crs=declared), replace(profile, swap_axes=profile.swap_axes != (best["axes"] == "yx"))


def _checked(context: ValidationContext, source: SourceLayer, profile: Profile, rows: Rows) -> tuple[Checked, str]:
    normaliser = context.normaliser(profile, source)
    return context.validator(profile).check(normaliser.prepare(rows)), normaliser.crs.name


class _Lines:
    """Checked rows put into cells, and each problem into the cell whose column it names."""

    def __init__(self, checked: Checked, profile: Profile, is_placed: bool) -> None:
        self._prepared: Prepared = checked.prepared
        self._layer = checked.prepared.layer
        self._profile = profile
        self._is_placed = is_placed
        self._values = dict(_values(checked.prepared, is_placed))
        self._found: dict[tuple[int, str], list[Problem]] = {}
        for problem in checked.problems:
            if problem.row is not None and (is_placed or not problem.code.startswith(OF_PLACE)):
                self._found.setdefault((problem.row, self._target(problem)), []).append(problem)

    def preview(self, crs: str, kept: list[str]) -> Preview:
        """All of it."""
        described = [ATTRIBUTE + name for name in properties_of(self._layer)]
        columns = [name for name in (*BEFORE, *described, *AFTER) if name == "class" or self._has(name)]
        return Preview(columns, list(self._lines(columns)), crs, kept)

    def _lines(self, columns: list[str]) -> Iterator[Line]:
        for place, number in enumerate(self._prepared.row_number.tolist()):
            cells = tuple(self._cell(place, number, name) for name in columns)
            others = [p for (row, name), found in self._found.items() if row == number and name not in columns
                      for p in found]  # fmt: skip
            problems = (*others, *(p for cell in cells for p in cell.problems))
            yield Line(number, all(p.severity is not Severity.ERROR for p in problems), cells, tuple(others))

    def _cell(self, place: int, number: int, name: str) -> Cell:
        values = self._values.get(name)
        value = values[place] if values is not None else ""
        problems = tuple(self._found.get((number, name), ()))
        return Cell(value or next((p.value for p in problems if p.value), ""), problems)

    def _has(self, name: str) -> bool:
        return any(self._values.get(name, ())) or any(target == name for _row, target in self._found)

    def _target(self, problem: Problem) -> str:
        """The field of the register that a problem is about."""
        target = self._profile.columns.get(problem.field, problem.field)
        if problem.code.startswith("class_"):
            return "class"
        if target in POSITIONS or problem.code.startswith(OF_PLACE):
            return PLACE
        return target


def _values(prepared: Prepared, is_placed: bool) -> Iterator[tuple[str, list[str]]]:
    """The fields of all rows, as people read them; '' for what the delivery does not say."""
    classes = prepared.layer.classes
    yield "class", [f"{classes[n].name} {classes[n].code}" if n >= 0 else "" for n in prepared.class_index.tolist()]
    for name in FIELDS:
        if name not in ("class", "scheme", "state"):
            yield name, ["" if value is None else str(value) for value in getattr(prepared, name).to_pylist()]
    yield "state", [label(AssetState, value) for value in prepared.state.to_pylist()]
    rows = [orjson.loads(text) for text in prepared.described.to_pylist()]
    for name in properties_of(prepared.layer):
        yield ATTRIBUTE + name, [shown(row.get(name)) for row in rows]
    if is_placed:
        usable = prepared.placed & ~(shapely.is_missing(prepared.geometry) | shapely.is_empty(prepared.geometry))
        yield PLACE, [first_of(g) if ok else "" for g, ok in zip(prepared.geometry, usable, strict=True)]


def heading(layer: Layer, name: str) -> str:
    """What a column of the preview is called."""
    if name.startswith(ATTRIBUTE):
        declared = properties_of(layer).get(name.removeprefix(ATTRIBUTE), {})
        return in_language(declared.get("title", name.removeprefix(ATTRIBUTE)), declared.get("title_en", ""))
    return field_label(name)
