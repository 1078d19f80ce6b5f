"""Where the rows of a delivery lie: geometry out of table columns, and everything into the register's system."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask, NotThis, as_text, converted, half_width
from importers.cells.sexagesimal import is_packed_unit, unpacked
from importers.crs.systems import SourceCrs
from importers.crs.transform import to_register, zone_of, zone_prefixes
from importers.geometry_collections import unwrapped
from importers.normalise.position_cells import read_cells
from importers.problems.problem import Code, Problem, Severity, at, quoted
from importers.profiles.profile import Profile
from importers.records import Geometries, Rows

Numbers = NDArray[np.int64]
Coordinates = NDArray[np.float64]
Found = tuple[Geometries, list[Problem]]

SRID = r"^\s*SRID=\d+;"
CURVED = "(?i)CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE"
DEGREES_MINUTES_SECONDS = re.compile(
    r"""([NSEW东西南北]?)\s*(-?\d{1,3}(?:\.\d+)?)\s*[°度:]\s*
        (?:(\d{1,2}(?:\.\d+)?)\s*['′分:]\s*)?
        (?:(\d{1,2}(?:\.\d+)?)\s*(?:["″秒]|''|′′)?\s*)?([NSEW东西南北]?)""",
    re.VERBOSE | re.IGNORECASE,
)
DECIMAL_DEGREES = re.compile(r"([NSEW]?)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*°?\s*([NSEW]?)", re.IGNORECASE)
NEGATIVE = frozenset("SWsw西南")
COARSE, TOO_COARSE = 4, 2
# A few full values happen to end in zeros; a delivery is coarse when more than this share of it is.
BY_CHANCE = 0.01
ENOUGH_WHOLE = 5


@dataclass(frozen=True, slots=True)
class Located:
    """Geometries in the register's system. Rows that are not `placed` have none, or a useless one, and a problem."""

    geometry: Geometries
    placed: Mask
    problems: list[Problem]


def locate(rows: Rows, profile: Profile, crs: SourceCrs, kind: str | None = None) -> Located:
    """Geometry of a batch in EPSG:4490, and a problem for every row that has no usable place.

    `kind` (point, line, polygon) says what several positions in one cell are.
    """
    geometry, problems = in_source(rows, profile, kind)
    problems += _zone_problems(rows.numbers, geometry, crs)
    if crs.in_degrees:
        problems += _coarse(rows.numbers, geometry)
    else:
        problems += _whole_metres(rows.numbers, geometry)
    registered = to_register(geometry, crs)
    problems += _out_of_reach(rows.numbers, geometry, registered, crs)
    lost = [p.row for p in problems if p.severity is Severity.ERROR]
    return Located(registered, ~np.isin(rows.numbers, np.array(lost, dtype=np.int64)), problems)


def in_source(rows: Rows, profile: Profile, kind: str | None = None) -> Found:
    """Geometry of a batch in source coordinates, axes as the profile says; None, and a problem, where a row has none."""
    geometry, problems = _from_columns(rows, profile, kind) if rows.geometry is None else _from_file(rows)
    geometry = unwrapped(geometry)
    return (_swapped(geometry) if profile.swap_axes else geometry), problems


def shown(geometry: shapely.Geometry) -> str:
    """The first coordinate of a geometry, for a message."""
    x, y = shapely.get_coordinates(geometry)[0]
    return f"{x:.10g}, {y:.10g}"


def _from_file(rows: Rows) -> Found:
    assert rows.geometry is not None
    return rows.geometry, at(Code.GEOMETRY_MISSING, rows.numbers[shapely.is_missing(rows.geometry)])


def _from_columns(rows: Rows, profile: Profile, kind: str | None) -> Found:
    if (wkt := profile.column_for("wkt")) is not None:
        return _from_wkt(rows, wkt)
    x, y = profile.column_for("x"), profile.column_for("y")
    if x is None or y is None:
        xy = profile.column_for("xy")
        assert xy is not None, "Profile.check saw to it"
        return _from_cells(rows, xy, kind)
    ordinates = [_ordinates(rows.columns[name], profile.units.get(name, "")) for name in (x, y)]
    (xs, x_bad), (ys, y_bad) = ordinates
    blank = (np.isnan(xs) & ~x_bad) | (np.isnan(ys) & ~y_bad)
    geometry: Geometries = np.full(len(rows), None, dtype=object)
    there = ~(np.isnan(xs) | np.isnan(ys))
    geometry[there] = shapely.points(xs[there], ys[there])
    problems = at(Code.POSITION_MISSING, rows.numbers[blank & ~x_bad & ~y_bad], f"{x}, {y}")
    for name, (values, bad) in zip((x, y), ordinates, strict=True):
        problems += at(Code.POSITION_NOT_NUMBER, rows.numbers[bad], name, _at(rows.columns[name], bad))
        problems += _told_packed(rows.columns[name], values, name, profile)
    return geometry, problems


def _told_packed(column: pa.Array, values: Coordinates, name: str, profile: Profile) -> list[Problem]:
    """That a column was read as degrees, minutes and seconds, with an example."""
    places = np.flatnonzero(~np.isnan(values))
    if not is_packed_unit(profile.units.get(name, "")) or not len(places):
        return []
    example = column[int(places[0])].as_py()
    details = {"degrees": f"{values[places[0]]:.9g}"}
    return [Problem(Code.POSITION_PACKED, None, name, quoted(example), details)]


def _from_cells(rows: Rows, name: str, kind: str | None) -> Found:
    column = as_text(rows.columns[name])
    cells = read_cells(column, kind)
    blank = column.is_null().to_numpy(zero_copy_only=False)
    problems = at(Code.POSITION_MISSING, rows.numbers[blank], name)
    problems += at(Code.POSITION_NOT_NUMBER, rows.numbers[cells.bad], name, _at(column, cells.bad))
    if cells.turned.any():
        example = column[int(np.flatnonzero(cells.turned)[0])].as_py()
        problems.append(Problem(Code.POSITION_TURNED, None, name, quoted(example)))
    return cells.geometry, problems


def _from_wkt(rows: Rows, name: str) -> Found:
    text = pc.replace_substring_regex(rows.columns[name], SRID, "")
    blank = text.is_null().to_numpy(zero_copy_only=False)
    text = pc.if_else(pc.match_substring_regex(text, CURVED), None, text)  # for one curve GEOS would refuse all
    geometry: Geometries = shapely.from_wkt(text.to_numpy(zero_copy_only=False), on_invalid="ignore")
    bad = shapely.is_missing(geometry) & ~blank
    problems = at(Code.POSITION_MISSING, rows.numbers[blank], name)
    return geometry, problems + at(Code.WKT_BAD, rows.numbers[bad], name, _at(rows.columns[name], bad))


def _ordinates(column: pa.Array, unit: str = "") -> tuple[Coordinates, Mask]:
    """One axis as numbers (NaN where blank or bad) and which cells are neither blank nor a coordinate."""
    if pa.types.is_string(column.type):
        try:
            values, bad = column.cast(pa.float64()), np.zeros(len(column), dtype=bool)
        except pa.ArrowInvalid:
            read = converted(column, parse_ordinate, pa.float64())
            values, bad = read.values, read.bad
    else:
        values, bad = column.cast(pa.float64()), np.zeros(len(column), dtype=bool)
    numbers = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    wrong = np.isinf(numbers)
    if is_packed_unit(unit):
        degrees = unpacked(np.where(wrong, np.nan, numbers))
        wrong |= np.isnan(degrees) & ~np.isnan(numbers)
        numbers = degrees
    numbers[wrong] = np.nan
    return numbers, bad | wrong


def parse_ordinate(text: str) -> float:
    """Decimal, or degrees with minutes and seconds in Western or Chinese signs, with or without N, E, 北纬."""
    plain = half_width(text).replace("北纬", "").replace("东经", "").replace("’", "'").replace("”", '"')
    if match := DECIMAL_DEGREES.fullmatch(plain):
        return -float(match[2]) if {match[1], match[3]} & NEGATIVE else float(match[2])
    if not (match := DEGREES_MINUTES_SECONDS.fullmatch(plain)):
        raise NotThis(text)
    degrees, minutes, seconds = (float(part or 0) for part in match.groups()[1:4])
    if minutes >= 60 or seconds >= 60:
        raise NotThis(text)
    value = abs(degrees) + minutes / 60 + seconds / 3600
    return -value if degrees < 0 or {match[1], match[5]} & NEGATIVE else value


def _swapped(geometry: Geometries) -> Geometries:
    flat = shapely.force_2d(geometry)
    turned: Geometries = shapely.set_coordinates(flat, shapely.get_coordinates(flat)[:, ::-1])
    return turned


def _zone_problems(numbers: Numbers, geometry: Geometries, crs: SourceCrs) -> list[Problem]:
    if zone_of(crs) is None:
        return []
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    prefixed, contradicts = zone_prefixes(coordinates[:, 0], crs)
    wrong = np.unique(owner[contradicts])
    values = (shown(geometry[position]) for position in wrong)
    problems = at(Code.ZONE_CONTRADICTS, numbers[wrong], "", values, crs=crs.name)
    if prefixed.any():
        zone = int(coordinates[prefixed][0, 0] // 1e6)
        problems.append(Problem(Code.ZONE_PREFIX_REMOVED, details={"zone": zone, "crs": crs.name}))
    return problems


def _coarse(numbers: Numbers, geometry: Geometries) -> list[Problem]:
    """Rows whose degrees have too few decimals, where that is the delivery's way and not chance."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    if not len(coordinates):
        return []
    problems: list[Problem] = []
    settled = np.zeros(len(numbers), dtype=bool)
    for code, decimals in ((Code.COORDINATES_TOO_COARSE, TOO_COARSE), (Code.COORDINATES_COARSE, COARSE)):
        fine = np.zeros(len(numbers), dtype=bool)
        fine[owner[~_is_round(coordinates, decimals)]] = True
        coarse = ~fine & ~settled
        coarse[shapely.is_missing(geometry) | shapely.is_empty(geometry)] = False
        if coarse.sum() > BY_CHANCE * len(numbers):
            problems += at(code, numbers[coarse], "", map(shown, geometry[coarse]))
            settled |= coarse
    return problems


def _whole_metres(numbers: Numbers, geometry: Geometries) -> list[Problem]:
    """Rows whose eastings and northings are whole metres, where that is the delivery's way and not chance."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    whole = _is_round(coordinates, 0)
    if whole.sum() < ENOUGH_WHOLE:
        return []
    rounded = np.zeros(len(numbers), dtype=bool)
    rounded[owner] = True
    rounded[owner[~whole]] = False
    if rounded.sum() < max(ENOUGH_WHOLE, BY_CHANCE * len(numbers)):
        return []
    return at(Code.COORDINATES_WHOLE_METRES, numbers[rounded], "", map(shown, geometry[rounded]))


def _is_round(coordinates: Coordinates, decimals: int) -> Mask:
    """Whether both ordinates of a coordinate have no more decimals than so many."""
    scaled = coordinates * 10.0**decimals
    with np.errstate(invalid="ignore"):  # infinite coordinates are another check's
        rest = np.abs(scaled - np.round(scaled))
    return np.asarray((rest < 1e-6).all(axis=1))


def _out_of_reach(numbers: Numbers, source: Geometries, placed: Geometries, crs: SourceCrs) -> list[Problem]:
    """Rows that were finite and are not any more; those that never were are left for validation."""
    coordinates, owner = shapely.get_coordinates(placed, return_index=True)
    lost = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    was_finite = [bool(np.isfinite(shapely.get_coordinates(source[position])).all()) for position in lost]
    lost = lost[np.array(was_finite, dtype=bool)]
    values = (shown(source[position]) for position in lost)
    return at(Code.CRS_OUT_OF_REACH, numbers[lost], "", values, crs=crs.name)


def _at(column: pa.Array, mask: Mask) -> list[str]:
    values: list[str] = as_text(column.filter(mask)).to_pylist()
    return values
