"""A position, or several, in one cell: `X=3355597.22 Y=40514907.17`, `120.155,30.32`, `30.32N 120.155E`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.records import Geometries

Numbers = NDArray[np.float64]

EAST = "经度|东经|西经|东坐标|横坐标|东|西|LONGITUDE|LON|LNG|E|W"
NORTH = "纬度|北纬|南纬|北坐标|纵坐标|北|南|LATITUDE|LAT|N|S"
LABEL = rf"(?P<%s>{EAST}|{NORTH}|X|Y)?\s*[=:]?\s*"
NUMBER = r"(?P<%s>[+-]?\d+(?:\.\d+)?)"
DEGREES = r"(?:\s*[°度:]\s*(?:(?P<%sm>\d{1,2}(?:\.\d+)?)\s*['′分:]?\s*)?(?:(?P<%ss>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|''|′′|秒)?)?)?"
SIGN = r"\s*(?P<%s>[EWNS东西南北])?"


def _ordinate(name: str) -> str:
    return (LABEL % f"{name}l") + (NUMBER % name) + DEGREES.replace("%s", name) + (SIGN % f"{name}e")


PAIR = (
    r"^[(\[{<]?\s*"
    + _ordinate("a")
    + r"\s*[,/ \t]\s*"
    + _ordinate("b")
    + r"(?:\s*[,/ ]\s*(?:[HZ]\s*[=:])?[+-]?\d+(?:\.\d+)?)?\s*[)\]}>]?$"
)
BETWEEN = r"\s*[;\n\r|]+\s*"
# Pairs with a comma inside and blanks between, as KML has them.
LISTED = r"^[+-]?[\d.]+,[+-]?[\d.]+(,[+-]?[\d.]+)?(\s+[+-]?[\d.]+,[+-]?[\d.]+(,[+-]?[\d.]+)?)+$"


@dataclass(frozen=True, slots=True)
class Cells:
    """What was read of a column: geometries, which cells are no position, and which had their axes put in order by value."""

    geometry: Geometries
    bad: Mask
    turned: Mask


def read_cells(column: pa.Array, kind: str | None = None) -> Cells:
    """A point for each cell; of several in one cell a line or area where the layer holds such, else a multipoint."""
    text = pc.utf8_upper(pc.utf8_normalize(column.cast(pa.string()), form="NFKC"))
    listed = pc.match_substring_regex(text, LISTED)
    text = pc.if_else(listed, pc.replace_substring_regex(text, r"\s+", ";"), text)
    lists = pc.split_pattern_regex(pc.replace_substring_regex(text, r"^[\s;|]+|[\s;|]+$", ""), BETWEEN)
    owners, pairs = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    x, y, turned = _ordinates(pairs)
    wrong = np.unique(owners[np.isnan(x) | np.isnan(y)])
    bad = np.zeros(len(column), dtype=bool)
    bad[wrong] = True
    good = ~bad[owners]
    geometry = _shapes(np.column_stack((x[good], y[good])), owners[good], len(column), kind)
    was_turned = np.zeros(len(column), dtype=bool)
    was_turned[owners[turned & good]] = True
    return Cells(geometry, bad, was_turned)


def are_positions(texts: Sequence[str]) -> Mask:
    """Which texts, or their first parts, are positions somewhere in China, in degrees or in metres of a survey."""
    firsts = [re.split(BETWEEN, text.strip().removesuffix("…"))[0] for text in texts]
    x, y, _turned = _ordinates(pc.utf8_upper(pc.utf8_normalize(pa.array(firsts, pa.string()), form="NFKC")))
    return _in_degrees(x, y) | _in_metres(x, y)


def _ordinates(pairs: pa.Array) -> tuple[Numbers, Numbers, Mask]:
    """East and north of each pair, NaN where it is none; and whether only the size of the numbers told which is which."""
    found = pc.extract_regex(pairs, PAIR)
    if len(found) == 0 or found.null_count == len(found):
        nothing = np.full(len(pairs), np.nan)
        return nothing, nothing.copy(), np.zeros(len(pairs), dtype=bool)
    first, second = _number(found, "a"), _number(found, "b")
    north_first = _says(found, "a", NORTH) | _says(found, "b", EAST)
    east_first = _says(found, "a", EAST) | _says(found, "b", NORTH)
    contradicts = north_first & east_first
    first[contradicts] = np.nan
    y_first = _says(found, "a", "Y") & _says(found, "b", "X")
    north_first |= y_first
    x, y = np.where(north_first, second, first), np.where(north_first, first, second)
    by_size = ~(east_first | (north_first & ~y_first)) & (_in_degrees(y, x) | _in_metres(y, x)) & ~_in_degrees(x, y)
    return np.where(by_size, y, x), np.where(by_size, x, y), by_size


def _number(found: pa.Array, name: str) -> Numbers:
    """One ordinate in decimals, negative in the west and south; NaN without one, or where a minute reaches 60."""

    def part(which: str) -> Numbers:
        text = pc.struct_field(found, which)
        return np.asarray(pc.if_else(pc.equal(text, ""), None, text).cast(pa.float64()).to_numpy(zero_copy_only=False))

    degrees, minutes, seconds = part(name), np.nan_to_num(part(f"{name}m")), np.nan_to_num(part(f"{name}s"))
    value = np.copysign(np.abs(degrees) + minutes / 60 + seconds / 3600, degrees)
    value[(minutes >= 60) | (seconds >= 60)] = np.nan
    return np.where(_says(found, name, "W|S|西|南|西经|南纬"), -value, value)


def _says(found: pa.Array, name: str, words: str) -> Mask:
    wanted = pa.array(words.split("|"))
    label, end = (pc.is_in(pc.struct_field(found, f"{name}{which}"), wanted) for which in "le")
    return np.asarray(pc.or_(label, end).fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def _in_degrees(x: Numbers, y: Numbers) -> Mask:
    return (x >= 73) & (x <= 136) & (y >= 3) & (y <= 54)


def _in_metres(x: Numbers, y: Numbers) -> Mask:
    """An easting with or without its zone beside a northing, as Gauss-Krüger has them in China."""
    eastings = ((x >= 100_000) & (x <= 900_000)) | ((x >= 13_000_000) & (x <= 46_000_000))
    return eastings & (y >= 2_000_000) & (y <= 6_000_000)


def _shapes(points: Numbers, owners: NDArray[np.int64], count: int, kind: str | None) -> Geometries:
    geometry: Geometries = np.full(count, None, dtype=object)
    rows, numbers = np.unique(owners, return_counts=True)
    alone = np.isin(owners, rows[numbers == 1])
    geometry[owners[alone]] = shapely.points(points[alone])
    if alone.all():
        return geometry
    several, places = rows[numbers > 1], np.searchsorted(rows[numbers > 1], owners[~alone])
    many = points[~alone]
    if kind == "line":
        geometry[several] = shapely.linestrings(many, indices=places)
    elif kind == "polygon" and (numbers[numbers > 1] > 2).all():
        geometry[several] = shapely.polygons(shapely.linearrings(many, indices=places))
    else:
        geometry[several] = shapely.multipoints(shapely.points(many), indices=places)
    return geometry
