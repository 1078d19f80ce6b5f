"""Whether a spreadsheet can be opened at all: its library makes room for every cell between the first and the last."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from importers.errors import DamagedFile
from importers.read import archive

LARGEST_PART = 200 << 20
LARGEST = 400 << 20
MOST_CELLS = 12_000_000
CHUNK = 1 << 20
OVERLAP = 64
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", re.DOTALL)
ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d+)"')
PARTS = re.compile(r"xl/(worksheets/[^/]+|sharedStrings|workbook|styles)\.xml|content\.xml", re.IGNORECASE)


def check_spreadsheet(path: Path) -> None:
    """Raise DamagedFile for a workbook that would swell, define entities, or have a cell in a far corner."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    with archive.opened(path) as book:
        parts = [m for m in book.infolist() if PARTS.fullmatch(m.filename)]
        if sum(m.file_size for m in parts) > LARGEST or any(m.file_size > LARGEST_PART for m in parts):
            raise _too_large(path)
        for part in parts:
            _check_part(path, book, part)
            if part.filename == "content.xml" and _cells_of_ods(book.read(part)) > MOST_CELLS:
                raise _too_large(path)


def _check_part(path: Path, book: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    rows = columns = 0
    with book.open(part) as file:
        end = b""
        while chunk := file.read(CHUNK):
            text = end + chunk
            if ENTITIES.search(text):
                raise DamagedFile("file.xml_entities", name=path.name)
            if "worksheets" in part.filename:
                found = CELL.findall(text)
                rows = max([rows, *(int(row) for _column, row in found[-1:]), *_far(found)])
                columns = max([columns, *(_number(column) for column in {column for column, _row in found})])
            end = text[-OVERLAP:]
    if rows * columns > MOST_CELLS:
        raise _too_large(path)


def _cells_of_ods(content: bytes) -> int:
    """Rows and columns up to the last that hold anything, by which one row may stand for a million."""
    rows = columns = pending = 0
    for row in ODS_ROW.finditer(content):
        repeated = ROWS_REPEATED.search(row[1])
        pending += int(repeated[1]) if repeated is not None else 1
        filled = row[2][: row[2].rfind(b"<text:p") + 1]
        if filled:
            rows, pending = rows + pending, 0
            again = sum(int(number) - 1 for number in COLUMNS_REPEATED.findall(filled))
            columns = max(columns, filled.count(b"table-cell ") + filled.count(b"table-cell>") + again)
    return rows * columns


def _far(found: list[tuple[bytes, bytes]]) -> set[int]:
    """Row numbers of six digits and more, wherever they stand: rows need not be in order."""
    return {int(row) for row in {row for _column, row in found if len(row) >= 6}}


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = 26 * number + letter - 64
    return number


def _too_large(path: Path) -> DamagedFile:
    return DamagedFile("workbook.too_large", name=path.name)
