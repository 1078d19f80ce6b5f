"""What a supplier hands over: columns under his own headings, spelled as he spells, and what is wrong with them.

A defective row is a copy of a good one, spoiled in one way and put somewhere among the others; it comes on top of the
good rows, so the counts of good rows stay exact. Kinds of defects bear the names of `importers.problems.problem.Code`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.table import Column

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DAMAGED_CODE = "3.30105E+15"
IMPOSSIBLE_DATE = "2023-13-45"
NO_NUMBER = "无"
NO_PLACE = "不详"
FAR_AWAY = 60_000.0
FIRST_SPARE = 900_001
"""Sequence numbers of the codes of defective rows begin here, beyond those of good rows."""


@dataclass(frozen=True)
class Heads:
    """Under which headings a sheet has what defects spoil; empty where it has no such column."""

    code: str = "标识码"
    klass: str = "类别"
    date: str = "初始日期"
    number: str = ""
    x: str = ""
    y: str = ""
    key: str = ""


@dataclass(frozen=True)
class Sheet:
    """Columns by heading, all of one length; geometry in the coordinates of the file, None for a table with x and y."""

    columns: dict[str, Column]
    heads: Heads
    geometry: Geometries | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def taken(self, rows: NDArray[np.int64]) -> Sheet:
        """These rows, in this order."""
        columns = {head: column[rows] for head, column in self.columns.items()}
        return replace(self, columns=columns, geometry=None if self.geometry is None else self.geometry[rows])


@dataclass(frozen=True)
class Defect:
    """So many rows spoiled in this way; `value` is the wrong value where the kind has none of its own."""

    kind: str
    count: int
    value: str = ""


def spoiled(
    sheet: Sheet, defects: Iterable[Defect], rng: np.random.Generator
) -> tuple[Sheet, dict[str, NDArray[np.int64]]]:
    """The sheet with defective rows among the good ones, and the positions (from 0) of those of each kind."""
    kinds = [defect for defect in defects for _i in range(defect.count)]
    count = len(sheet)
    source = rng.choice(count // 2, len(kinds), replace=False)
    bad = sheet.taken(source)
    bad.columns[sheet.heads.code] = _spare_codes(bad.columns[sheet.heads.code])
    if sheet.heads.key:
        bad.columns[sheet.heads.key] = _spare_keys(bad.columns[sheet.heads.key])
    for row, defect in enumerate(kinds):
        SPOIL[defect.kind](bad, row, defect.value, sheet.columns[sheet.heads.code][source[row]])
    # A repeated code comes after the row that it repeats: every copy is placed behind its original.
    places = np.concatenate([np.arange(count), rng.uniform(source + 1.0, count)])
    order = np.argsort(places, kind="stable")
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    where: dict[str, list[int]] = {}
    for row, defect in enumerate(kinds):
        where.setdefault(defect.kind, []).append(int(position[count + row]))
    return _joined(sheet, bad).taken(order), {kind: np.sort(rows) for kind, rows in where.items()}


def _spare_codes(codes: Column) -> Column:
    return np.array([f"{code[:10]}{FIRST_SPARE + i}" for i, code in enumerate(codes)], dtype=object)


def _spare_keys(keys: Column) -> Column:
    return np.array([f"{key[:-5]}9{i:04d}" for i, key in enumerate(keys, 1)], dtype=object)


def _joined(sheet: Sheet, bad: Sheet) -> Sheet:
    columns = {head: np.concatenate([column, bad.columns[head]]) for head, column in sheet.columns.items()}
    if sheet.geometry is None or bad.geometry is None:
        return replace(sheet, columns=columns)
    return replace(sheet, columns=columns, geometry=np.concatenate([sheet.geometry, bad.geometry]))


Spoiler = Callable[[Sheet, int, str, str], None]


def _set(head: str, wrong: str = "") -> Spoiler:
    """Write a wrong value into the column that `Heads` calls `head`."""

    def spoil(sheet: Sheet, row: int, value: str, _code: str) -> None:
        sheet.columns[getattr(sheet.heads, head)][row] = wrong or value

    return spoil


def _repeat_code(sheet: Sheet, row: int, _value: str, code: str) -> None:
    sheet.columns[sheet.heads.code][row] = code


def _no_geometry(sheet: Sheet, row: int, _value: str, _code: str) -> None:
    _geometry(sheet)[row] = None


def _bow_tie(sheet: Sheet, row: int, _value: str, _code: str) -> None:
    """A polygon whose outline crosses itself in the middle: repairing it halves its area."""
    west, south, east, north = shapely.bounds(_geometry(sheet)[row])
    _geometry(sheet)[row] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


def _outside(sheet: Sheet, row: int, value: str, _code: str) -> None:
    """At the origin of the coordinates, or (`value` = `far`) 60 km off."""
    if sheet.geometry is None:
        x = f"{float(sheet.columns[sheet.heads.x][row]) + FAR_AWAY:.3f}" if value == "far" else "0"
        y = sheet.columns[sheet.heads.y][row] if value == "far" else "0"
        sheet.columns[sheet.heads.x][row], sheet.columns[sheet.heads.y][row] = x, y
    else:
        shift = np.array([FAR_AWAY, 0.0]) if value == "far" else -shapely.get_coordinates(sheet.geometry[row])[:1]
        sheet.geometry[row] = shapely.transform(sheet.geometry[row], lambda xy: xy + shift)


def _swapped(sheet: Sheet, row: int, _value: str, _code: str) -> None:
    if sheet.geometry is None:
        x, y = sheet.heads.x, sheet.heads.y
        sheet.columns[x][row], sheet.columns[y][row] = sheet.columns[y][row], sheet.columns[x][row]
    else:
        sheet.geometry[row] = shapely.transform(sheet.geometry[row], lambda xy: xy[:, ::-1])


def _no_position(sheet: Sheet, row: int, _value: str, _code: str) -> None:
    sheet.columns[sheet.heads.x][row] = sheet.columns[sheet.heads.y][row] = ""


def _geometry(sheet: Sheet) -> Geometries:
    if sheet.geometry is None:
        raise TypeError("a table with x and y has no geometry to spoil")
    return sheet.geometry


SPOIL: dict[str, Spoiler] = {
    "code_repeated": _repeat_code,
    "code_damaged": _set("code", DAMAGED_CODE),
    "class_unknown": _set("klass"),
    "number_bad": _set("number", NO_NUMBER),
    "date_bad": _set("date", IMPOSSIBLE_DATE),
    "geometry_missing": _no_geometry,
    "geometry_invalid": _bow_tie,
    "outside_district": _outside,
    "axes_swapped": _swapped,
    "position_missing": _no_position,
    "position_not_number": _set("x", NO_PLACE),
}


def spelled_dates(dates: Column, style: str, rng: np.random.Generator, other: str = "%Y-%m-%d") -> Column:
    """Dates in the supplier's `style` (strftime, `/` without leading zeros), one in twelve in another; unknown ones blank."""
    common = _dates(dates, style)
    rare = _dates(dates, other)
    return np.where(rng.random(len(dates)) < 1 / 12, rare, common)


def _dates(dates: Column, style: str) -> Column:
    words = {day: _date(day, style) for day in np.unique(dates)}
    return np.array([words.get(day, "") for day in dates], dtype=object)


def _date(day: Any, style: str) -> str:
    if np.isnat(day):
        return ""
    plain = day.astype(object)
    return f"{plain.year}/{plain.month}/{plain.day}" if style == "/" else plain.strftime(style)


def spelled_numbers(values: Column, rng: np.random.Generator, decimals: int = 0, full_width: float = 0.02) -> Column:
    """Numbers as text; a few in full-width digits, as a Chinese keyboard writes them; unknown ones blank."""
    wide = rng.random(len(values)) < full_width
    text = np.array(["" if np.isnan(v) else f"{v:.{decimals}f}" for v in np.asarray(values, float)], dtype=object)
    text[wide] = [t.translate(FULL_WIDTH) for t in text[wide]]
    return text


def with_stray_blanks(words: Column, rng: np.random.Generator, share: float = 0.01) -> Column:
    """Text, a few times with the blank that a hand leaves behind it."""
    stray = rng.random(len(words)) < share
    return np.where(stray, np.asarray(words, object) + " ", np.asarray(words, object))
