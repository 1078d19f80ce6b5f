"""A first profile for a delivery nobody has mapped yet: by headings, by the layer's own titles, by shapes of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from importers.cells.dates import parse_date
from importers.cells.numbers import NotThis, tidy_code
from importers.cells.sexagesimal import UNIT, is_packed_unit
from importers.cells.units import is_known
from importers.normalise.class_names import ClassBook
from importers.normalise.normaliser import parse_accuracy, parse_state
from importers.normalise.position_cells import are_positions
from importers.profiles.column_names import ATTRIBUTE, ATTRIBUTE_SYNONYMS, datum_of, plain, target_of, unit_in
from importers.profiles.profile import Profile
from importers.records import Column, SourceLayer
from registry.catalogue.layers import Layer

CODE = re.compile(r"\d{16}")
DAMAGED_CODE = re.compile(r"\d\.\d+E\+?1[45]", re.IGNORECASE)
WKT = re.compile(r"(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)", re.IGNORECASE)
KEY = re.compile(r"(^|[^a-z])id\d*$|编号$|编码$", re.IGNORECASE)
MOSTLY = 0.8
KEYS_DIFFER = 0.98
PARSERS: dict[str, Callable[[str], object]] = {
    "state": parse_state, "accuracy": parse_accuracy, "surveyed_on": parse_date, "changed_on": parse_date,
}  # fmt: skip


def suggest(source: SourceLayer, layer: Layer) -> Profile:
    """The profile that seems meant. It is a proposal: a person looks at it before it is kept."""
    columns = dict(_mapped(source, layer))
    if {"x", "y"} <= set(columns.values()):
        columns = {name: target for name, target in columns.items() if target != "xy"}
    columns = _turned(source, columns)
    units = {c.name: unit for c in source.columns if (unit := unit_in(c.name) or c.unit) and is_known(unit)}
    attributes = {name: unit for name, unit in units.items() if columns.get(name, "").startswith(ATTRIBUTE)}
    positions = [name for name, target in columns.items() if target in ("x", "y", "xy")]
    crs = next((datum for name in positions if (datum := datum_of(name))), None)
    return Profile(layer.code, columns, crs=crs, units=attributes | _packed(source, columns))


def _packed(source: SourceLayer, columns: dict[str, str]) -> dict[str, str]:
    """The unit of both axes where their heads say, or their values prove, degrees, minutes and seconds in one number."""
    axes = [c for c in source.columns if columns.get(c.name) in ("x", "y")]
    packed = len(axes) == 2 and all(c.packed or is_packed_unit(unit_in(c.name) or c.unit) for c in axes)
    return dict.fromkeys((c.name for c in axes), UNIT) if packed else {}


def _mapped(source: SourceLayer, layer: Layer) -> Iterator[tuple[str, str]]:
    """Each column with its target; a target goes to the first column that may have it."""
    taken: set[str] = set()
    book = ClassBook(layer)
    for column in source.columns:
        target = _target(column, layer, book, source.geometry is None)
        if target == "code" and "code" in taken:
            target = "external_key"
        if target is not None and (target == "ignore" or target not in taken):
            taken.add(target)
            yield column.name, target
    if not {"external_key", "code"} & taken:
        free = (c for c in source.columns if _target(c, layer, book, source.geometry is None) is None)
        key = next((c for c in free if KEY.search(c.name) and c.distinct >= KEYS_DIFFER), None)
        if key is not None:
            yield key.name, "external_key"


def _target(column: Column, layer: Layer, book: ClassBook, is_table: bool) -> str | None:
    """What a column is, judged by its heading and held against its values."""
    target = target_of(column.name)
    if target == "code" and column.samples and not (_holds_codes(column) or _mostly(column, DAMAGED_CODE)):
        target = "external_key"
    if target is None and _holds_codes(column):
        target = "code"
    if target is None and is_table and _are_positions(column):
        target = "xy"
    if target is not None and not _bears_out(column, target, book, is_table):
        target = None
    return target or _attribute(column, layer)


def _bears_out(column: Column, target: str, book: ClassBook, is_table: bool) -> bool:
    """Whether the values of a column are what its heading promises."""
    match target:
        case "x" | "y":
            return is_table
        case "wkt":
            return is_table and _mostly(column, WKT)
        case "xy":
            return is_table and _are_positions(column)
        case "class":
            return any(book.find(value) is not None for value in column.samples)
        case "external_key":
            return column.distinct >= KEYS_DIFFER
    parse = PARSERS.get(target)
    return parse is None or not column.samples or any(_parses(value, parse) for value in column.samples)


def _are_positions(column: Column) -> bool:
    """Whether the cells hold positions, two numbers or more in each."""
    if column.type != "text" or not column.samples or not any(map(str.isdigit, column.samples[0])):
        return False
    return bool(are_positions(column.samples).mean() >= MOSTLY)


def _parses(value: str, parse: Callable[[str], object]) -> bool:
    try:
        return parse(value) is not None
    except NotThis:
        return False


def _attribute(column: Column, layer: Layer) -> str | None:
    """An attribute of the layer, by name, by title in either language, or by a common other name."""
    text = plain(column.name)
    properties = layer.schema.get("properties", {})
    for name, described in properties.items():
        if text in (plain(name), plain(described.get("title", "")), plain(described.get("title_en", ""))):
            return ATTRIBUTE + str(name)
    other = ATTRIBUTE_SYNONYMS.get(text)
    return ATTRIBUTE + other if other is not None and other in properties else None


def _holds_codes(column: Column) -> bool:
    """Whether most values are asset codes, once tidied."""
    fitting = sum(CODE.fullmatch(tidy_code(value)) is not None for value in column.samples)
    return bool(column.samples) and fitting >= MOSTLY * len(column.samples)


def _mostly(column: Column, pattern: re.Pattern[str]) -> bool:
    fitting = sum(pattern.match(value) is not None for value in column.samples)
    return bool(column.samples) and fitting >= MOSTLY * len(column.samples)


def _turned(source: SourceLayer, columns: dict[str, str]) -> dict[str, str]:
    """Swap x and y where the values say so: Chinese survey tables call north X, and headers are mixed up."""
    by_target = {target: name for name, target in columns.items()}
    if "x" in by_target and "y" in by_target:
        x, y = (_middle(source, by_target[axis]) for axis in ("x", "y"))
        if x is not None and y is not None and _are_swapped(x, y):
            columns |= {by_target["x"]: "y", by_target["y"]: "x"}
    return columns


def _are_swapped(x: float, y: float) -> bool:
    """Degrees of China the wrong way round, or a northing of seven digits beside an easting of six or eight."""
    if 18 <= x <= 54 and 73 <= y <= 135:
        return True
    northing = 2_000_000 <= x <= 6_000_000
    return northing and (100_000 <= y <= 900_000 or 13_000_000 <= y <= 46_000_000)


def _middle(source: SourceLayer, name: str) -> float | None:
    column = source.column(name)
    values = []
    for sample in column.samples if column is not None else ():
        try:
            values.append(float(sample))
        except ValueError:
            continue
    return sorted(values)[len(values) // 2] if values else None
