"""CSV, TSV and their relatives: delimiter and heading found out, cells kept as text, lines counted as an editor does."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from importers.encoding.detect import chosen, detect_file
from importers.errors import DamagedFile, UnknownFormat
from importers.problems.problem import Code, Problem
from importers.read.table import SEARCHED_ROWS, columns_of, undecodable, unique_names
from importers.read.table_header import find_heading
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
from registry.i18n import N_, Words

DELIMITERS = ",;\t|，"
SNIFFED_CHARACTERS = 1 << 18
# A cell may hold a large polygon as WKT; one that is longer is a quotation mark that was never closed.
LONGEST_CELL = 16 << 20
MOST_LINES = 100
MOST_COLUMNS = 16_384
AGREEING = 0.5
WKT_STARTS = ("POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION")
csv.field_size_limit(LONGEST_CELL)

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is laid out: `header` is the line on which the heading begins, `first` the first line after it."""

    encoding: Encoding
    delimiter: str
    header: int | None
    first: int
    names: list[str]
    units: dict[str, str] = field(default_factory=dict)


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """The one table of the file. Raises UnknownFormat for prose, UndecodableText, DamagedFile."""
    layout = _layout(path, request)
    lines = _data(path, layout)
    columns = with_units(described(_rows(list(islice(lines, SAMPLE_ROWS)), layout).columns), layout.units)
    rows = sum(1 for _line in _data(path, layout))
    return [
        SourceLayer(path.stem, "CSV", rows, columns, None, layout.encoding, DeclaredCrs(), header_row=layout.header)
    ]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows in batches, numbered by the line on which they begin."""
    choose([path.stem], request.layer)
    layout = _layout(path, request)
    lines = _data(path, layout)
    while batch := list(islice(lines, request.batch_rows)):
        yield _rows(batch, layout)


def _data(path: Path, layout: Layout) -> Iterator[Line]:
    """The rows below the heading."""
    return (line for line in _lines(path, layout.encoding.name, layout.delimiter) if line[0] >= layout.first)


def _rows(batch: list[Line], layout: Layout) -> Rows:
    """Short rows are filled up (spreadsheets leave trailing blanks out), long ones cut and reported."""
    width = len(layout.names)
    numbers = np.fromiter((number for number, _cells in batch), np.int64, len(batch))
    cells = [row for _number, row in batch]
    problems: list[Problem] = []
    for position, row in enumerate(cells):
        if len(row) != width:
            if any(cell.strip() for cell in row[width:]):
                details = {"found": len(row), "expected": width}
                problems.append(Problem(Code.ROW_RAGGED, int(numbers[position]), details=details))
            cells[position] = row[:width] + [""] * (width - len(row))
    columns = columns_of(layout.names, cells)
    return Rows(numbers, columns, None, problems + undecodable(numbers, columns, layout.encoding.name))


def _lines(path: Path, codec: str, delimiter: str) -> Iterator[Line]:
    """Rows with any content, each with the number of its first line.

    A quotation mark that is never closed makes the rest of the file one cell: that is refused, not read.
    """
    line = last = 1
    with path.open(encoding=codec, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for row in reader:
                if reader.line_num - line >= MOST_LINES:
                    open_quote = Words(N_("引号没有成对"))
                    raise DamagedFile("table.line_unreadable", name=path.name, line=line, error=open_quote)
                if any(row):
                    yield line, row
                last, line = line, reader.line_num + 1
            line = last
            file.seek(0)
            list(csv.reader(islice(file, last - 1, None), delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "expected after" not in str(error):  # only the strict reading says so, of text that is harmless
                raise DamagedFile("table.line_unreadable", name=path.name, line=line, error=error) from error


def _layout(path: Path, request: Request) -> Layout:
    encoding = chosen(request.encoding) if request.encoding else detect_file(path)
    with path.open(encoding=encoding.name, errors="replace", newline="") as file:
        text = file.read(SNIFFED_CHARACTERS)
    delimiter = _delimiter(text, path)
    lines = list(islice(_lines(path, encoding.name, delimiter), 100))
    rows = [row for _number, row in lines]
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise DamagedFile("table.too_wide", name=path.name, count=max(map(len, rows)))
    top = None
    if request.header_row is not None:
        top = next((place for place, (number, _row) in enumerate(lines) if number >= request.header_row), None)
    heading = find_heading(rows, top=top)
    if heading is None:
        return Layout(encoding, delimiter, None, 1, unique_names([""] * max(map(len, rows), default=0)))
    first = lines[heading.first][0] if heading.first < len(lines) else sys.maxsize
    names = heading.names[: max(len(rows[row]) for row in range(heading.top, heading.bottom + 1))]
    return Layout(encoding, delimiter, lines[heading.top][0], first, names, heading.units)


def delimiter_of(path: Path, codec: str) -> str:
    """The delimiter of a table. Raises UnknownFormat for prose."""
    with path.open(encoding=codec, errors="replace", newline="") as file:
        return _delimiter(file.read(SNIFFED_CHARACTERS), path)


def _delimiter(text: str, path: Path) -> str:
    """The delimiter that cuts nearly all rows into the same number of cells, at least two, and tears no quoted cell."""
    best, most = "", 0.0
    for delimiter in DELIMITERS:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 100))
        widths = Counter(len(row) for row in rows if any(row))
        if not widths:
            continue
        width, agreeing = widths.most_common(1)[0]
        torn = sum(any(cell.count('"') % 2 for cell in row) for row in rows if any(row))
        share = (agreeing - torn) / widths.total()
        if width > 1 and share >= AGREEING and share * min(width, SEARCHED_ROWS) > most:
            best, most = delimiter, share * min(width, SEARCHED_ROWS)
    if not best and not _is_one_column(text):
        raise UnknownFormat("table.no_separator", name=path.name)
    return best or ","


def _is_one_column(text: str) -> bool:
    """A single column makes sense only as WKT."""
    lines = [line.strip().strip('"').upper() for line in text.splitlines() if line.strip()]
    return any(line.startswith(WKT_STARTS) for line in lines[:5])
