"""Excel ledgers (XLSX, XLS, ODS): cells as text, merged cells filled down, title lines above the heading passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from importers.errors import DamagedFile, EmptyFile
from importers.read.file_type import file_type
from importers.read.spreadsheet_size import check_spreadsheet
from importers.read.table import SEARCHED_ROWS, columns_of, unique_names
from importers.read.table_header import DEEPEST, Heading, find_heading
from importers.records import (
    SAMPLE_ROWS,
    DeclaredCrs,
    Encoding,
    Request,
    Rows,
    SourceLayer,
    choose,
    described,
    with_units,
)
from registry.i18n import Words

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cells = list[Any]
FORMAT = Encoding("UTF-8", "format", Words())


# A workbook that is merged all over costs time for nothing.
MOST_FILLED = 5_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in memory; `heading` is None where the data begin without any."""

    rows: list[Cells]
    heading: Heading | None
    names: list[str]

    @property
    def first(self) -> int:
        """Index of the first row of data."""
        return 0 if self.heading is None else self.heading.first


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """Every visible sheet with content. Raises DamagedFile, also for a workbook under a password."""
    with _opened(path) as book:
        return [_layer(sheet, request, file_type(path)[0]) for sheet in _filled(book, path)]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows of one sheet in batches, numbered as Excel numbers them; rows without any content are passed over."""
    with _opened(path) as book:
        if request.layer in book.sheet_names:
            chosen_sheet = book.get_sheet_by_name(request.layer)  # the others are not even parsed
        else:
            offered = {sheet.name: sheet for sheet in _filled(book, path)}
            chosen_sheet = offered[choose(list(offered), request.layer)]
        sheet = _sheet(chosen_sheet, request)
    for start in range(sheet.first, len(sheet.rows), request.batch_rows):
        yield _batch(sheet, start, start + request.batch_rows)


def _layer(source: CalamineSheet, request: Request, made: str) -> SourceLayer:
    sheet = _sheet(source, request)
    first = _batch(sheet, sheet.first, sheet.first + SAMPLE_ROWS)
    rows = sum(any(cell != "" for cell in row) for row in sheet.rows[sheet.first :])
    columns = with_units(described(first.columns), sheet.heading.units if sheet.heading is not None else {})
    header_row = None if sheet.heading is None else sheet.heading.top + 1
    return SourceLayer(source.name, made, rows, columns, None, FORMAT, DeclaredCrs(), header_row=header_row)


def _batch(sheet: Sheet, start: int, stop: int) -> Rows:
    width = len(sheet.names)
    numbered = [(n, row) for n, row in enumerate(sheet.rows[start:stop], start + 1) if any(c != "" for c in row)]
    cells = [[_text(cell) for cell in row[:width]] for _number, row in numbered]
    numbers = np.array([number for number, _row in numbered], dtype=np.int64)
    return Rows(numbers, columns_of(sheet.names, cells))


def _sheet(source: CalamineSheet, request: Request) -> Sheet:
    rows = source.to_python(skip_empty_area=False)
    merged = source.merged_cell_ranges or []
    top = None if request.header_row is None else request.header_row - 1
    if top is not None and not 0 <= top < len(rows):
        raise DamagedFile("workbook.row_missing", name=source.name, row=top + 1)
    searched = rows[: max(SEARCHED_ROWS, 0 if top is None else top + DEEPEST + 2)]
    heading = find_heading([[_text(cell) for cell in row] for row in searched], merged, top)
    _fill_merged(rows, merged, 0 if heading is None else heading.first)
    width = max((len(row) for row in rows), default=0)
    names = heading.names if heading is not None else unique_names([""] * width)
    named = _named(rows, heading, len(names))
    return Sheet(rows, heading, names[:named])


def _named(rows: list[Cells], heading: Heading | None, width: int) -> int:
    """How many columns there are: without those at the end that have neither name nor content."""
    said = rows[heading.top : heading.bottom + 1] if heading is not None else []
    while width and all(_is_blank(row, width - 1) for row in [*said, *rows[:SAMPLE_ROWS]]):
        width -= 1
    return width


def _is_blank(row: Cells, column: int) -> bool:
    return column >= len(row) or row[column] == ""


def _fill_merged(rows: list[Cells], ranges: list[Any], first: int) -> None:
    """Give every row of a cell merged downwards its value. The ranges themselves bound it, so no parent leaks."""
    filled = 0
    for (top, left), (bottom, _right) in ranges:
        if top >= first and bottom < len(rows) and not _is_blank(rows[top], left):
            filled += bottom - top
            if filled > MOST_FILLED:
                raise DamagedFile("workbook.merged_too_much")
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


def _text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a decimal point, dates in ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time | timedelta):
        return cell.isoformat() if not isinstance(cell, timedelta) else str(cell)
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _filled(book: CalamineWorkbook, path: Path) -> list[CalamineSheet]:
    """The visible sheets with anything in them."""
    names = [sheet.name for sheet in book.sheets_metadata if "Visible" in str(sheet.visible)]
    filled = [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.total_height]
    if not filled:
        raise EmptyFile("file.no_rows", name=path.name)
    return filled


class _opened:  # noqa: N801 - reads as a function
    """The workbook, with calamine's complaints as ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> CalamineWorkbook:
        import python_calamine

        check_spreadsheet(self.path)
        try:
            return python_calamine.CalamineWorkbook.from_path(str(self.path))
        except python_calamine.PasswordError as error:
            raise DamagedFile("workbook.locked", name=self.path.name) from error
        except python_calamine.CalamineError as error:
            raise DamagedFile("workbook.unreadable", name=self.path.name, error=error) from error

    def __exit__(self, *_exception: object) -> None:
        return None
