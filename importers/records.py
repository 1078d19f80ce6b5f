"""What a reader tells of a file before and while it is read. Plain values: no reader, no database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from importers.cells.sexagesimal import are_packed
from importers.errors import ChooseLayer
from importers.problems.problem import Problem
from registry.i18n import N_, Words

Geometries = NDArray[np.object_]
Box = tuple[float, float, float, float]

BATCH_ROWS = 16_384
SAMPLE_ROWS = 1_000
SAMPLE_VALUES = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as far as the first rows tell.

    `type` is text, integer, number, boolean, date or datetime; `samples` are the first distinct values; `distinct` is
    their number by that of rows, so that it is 1 for a key and near 0 for an empty column or a class. `unit` is what a row
    of units says; `packed` tells that the numbers are degrees, minutes and seconds written as one, 120.0918 for 120°09′18″.
    """

    name: str
    type: str
    samples: tuple[str, ...] = ()
    distinct: float = 0.0
    unit: str = ""
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text.

    `basis` is option, bom, cpg, ldid, header (of a drawing or MapInfo file), content or format; `evidence` says why.
    """

    name: str
    basis: str
    evidence: Words


@dataclass(frozen=True, slots=True)
class DeclaredCrs:
    """What the file says of its coordinate system.

    `basis` is prj (a .prj beside a shapefile), file (inside the file), format (the file is silent, its format implies
    WGS 84), detected (found out by `importers.crs.detect`) or none. `text` is WKT or an authority code, empty for none.
    """

    text: str = ""
    name: str = ""
    basis: str = "none"


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """One layer, sheet or table of a file. `geometry` is point, line, polygon, mixed or None for a table.

    `extent` is the box of the first rows in source coordinates, None where unknown; `rows` is None where counting would
    mean reading everything.
    """

    name: str
    format: str
    rows: int | None
    columns: tuple[Column, ...]
    geometry: str | None
    encoding: Encoding
    crs: DeclaredCrs
    dimensions: str = "XY"
    extent: Box | None = None
    header_row: int | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of rows as the file has them.

    `numbers` are the row numbers a person sees in the file: sheet row, line of the text file, record or feature number
    from 1. `columns` are Arrow arrays of equal length; text is trimmed, an empty cell is null, and nothing that was text
    became a number. `geometry` is in source coordinates. `problems` are those of reading.
    """

    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    geometry: Geometries | None = None
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller wants read, and what he knows better than the file."""

    layer: str | None = None
    encoding: str | None = None
    header_row: int | None = None
    batch_rows: int = BATCH_ROWS


def choose(names: list[str], asked: str | None) -> str:
    """The layer to read: the one asked for, or the only one. Raises ChooseLayer, naming what there is."""
    if asked is None and len(names) == 1:
        return names[0]
    if asked is None:
        raise ChooseLayer("source.layers_several", names=names)
    if asked not in names:
        raise ChooseLayer("source.layer_unknown", name=asked, names=names or Words(N_("空")))
    return asked


def described(columns: dict[str, pa.Array]) -> tuple[Column, ...]:
    """Columns as they are shown before an import: name, type, sample values."""
    return tuple(_described(name, array) for name, array in columns.items())


def with_units(columns: tuple[Column, ...], units: dict[str, str]) -> tuple[Column, ...]:
    """The same columns, each with its unit where one is told."""
    return tuple(replace(column, unit=units.get(column.name, "")) for column in columns)


def _described(name: str, array: pa.Array) -> Column:
    values = array.drop_null().unique()
    shown = tuple(_shown(value) for value in values[:SAMPLE_VALUES].to_pylist())
    share = round(len(values) / max(1, len(array)), 3)
    return Column(name, type_of(array.type), shown, share, packed=are_packed(array))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def type_of(column: pa.DataType) -> str:
    """The word for an Arrow type in `Column.type`."""
    if pa.types.is_boolean(column):
        return "boolean"
    if pa.types.is_integer(column):
        return "integer"
    if pa.types.is_floating(column) or pa.types.is_decimal(column):
        return "number"
    if pa.types.is_date(column):
        return "date"
    return "datetime" if pa.types.is_timestamp(column) else "text"
