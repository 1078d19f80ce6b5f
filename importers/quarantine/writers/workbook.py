"""Rows of a sheet into another workbook: what stands above the table stays, cells keep value and look."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importers.profiles.column_names import QUARANTINE_REASON, QUARANTINE_ROW
from importers.quarantine.rows import QuarantinedRows
from registry.i18n import _

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# openpyxl holds fifty times the file in memory; beyond this size a sheet passes through row by row, without its look.
LARGEST_WITH_LOOK = 24 << 20
LONGEST_CELL = 32_000
REASON_WIDTH, ROW_WIDTH = 60, 10
REASON_COLOUR, HEADING_COLOUR = "FFF2CC", "F4B183"


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The sheet alone in a workbook of the same name in `folder`; XLS and ODS become XLSX."""
    target = folder / f"{path.stem}.xlsx"
    if _keeps_look(path):
        _with_look(path, quarantined, target)
    else:
        _values_only(path, quarantined, target)
    return [target]


def _keeps_look(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        sheets = [m for m in archive.infolist() if m.filename.startswith("xl/worksheets/")]
    return bool(sheets) and sum(m.file_size for m in sheets) <= LARGEST_WITH_LOOK


def _with_look(path: Path, quarantined: QuarantinedRows, target: Path) -> None:
    """The workbook itself, with the waiting rows moved up and everything else taken out."""
    from openpyxl import load_workbook

    book = load_workbook(path, data_only=True)
    for name in book.sheetnames:
        if name != quarantined.layer:
            del book[name]
    sheet = book[quarantined.layer]
    top = quarantined.first
    _fill_merged(sheet, top)
    for place, number in enumerate(quarantined.numbers.tolist()):
        _move_up(sheet, number, top + place)
    sheet.delete_rows(top + len(quarantined.numbers), sheet.max_row)
    if quarantined.header_row is None:
        sheet.insert_rows(1)
        for column, name in enumerate(_numbered(_width(sheet, top + 1)), 1):
            sheet.cell(1, column, name)
        top += 1
    _tell(sheet, quarantined, top)
    book.save(target)


def _fill_merged(sheet: Worksheet, top: int) -> None:
    """Merged cells of the table are taken apart, each row getting the value: their rows may not stay together."""
    for area in [area for area in sheet.merged_cells.ranges if area.max_row >= top]:
        value = sheet.cell(area.min_row, area.min_col).value
        sheet.unmerge_cells(str(area))
        for row in range(max(area.min_row, top), area.max_row + 1):
            sheet.cell(row, area.min_col).value = value


def _move_up(sheet: Worksheet, number: int, row: int) -> None:
    from openpyxl.cell import Cell

    if number == row:
        return
    for column in range(1, sheet.max_column + 1):
        source, target = sheet.cell(number, column), sheet.cell(row, column)
        target.value, target.data_type = source.value, source.data_type
        if isinstance(source, Cell) and isinstance(target, Cell):
            target._style = copy(source._style)  # type: ignore[attr-defined]  # nothing else takes a look over whole
    sheet.row_dimensions[row].height = sheet.row_dimensions[number].height


def _tell(sheet: Worksheet, quarantined: QuarantinedRows, top: int) -> None:
    """Reason and number behind the table, or in the columns that an earlier reason stands in."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    heading = quarantined.header_row or 1
    reason, number = _columns(sheet, heading, top)
    before = [sheet.cell(row, number).value for row in range(top, top + len(quarantined.numbers))]
    for column, name, width in ((reason, QUARANTINE_REASON, REASON_WIDTH), (number, QUARANTINE_ROW, ROW_WIDTH)):
        cell = sheet.cell(heading, column, name)
        cell.fill, cell.font = PatternFill("solid", fgColor=HEADING_COLOUR), Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.cell(heading, reason).comment = Comment(_explained(), "registry", width=320, height=120)
    for row, (source, earlier) in enumerate(zip(quarantined.numbers.tolist(), before, strict=True), top):
        reason_cell = sheet.cell(row, reason)
        reason_cell.value, reason_cell.data_type = _text(quarantined.reasons[source]), "s"
        reason_cell.fill = PatternFill("solid", fgColor=REASON_COLOUR)
        reason_cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, number).value = source if earlier is None else earlier


def _columns(sheet: Worksheet, heading: int, top: int) -> tuple[int, int]:
    """Where reason and number stand: where they stood before, or in the first two columns without content."""
    names = {str(cell.value): column for column, cell in enumerate(sheet[heading], 1)}
    if QUARANTINE_REASON in names and QUARANTINE_ROW in names:
        return names[QUARANTINE_REASON], names[QUARANTINE_ROW]
    free = max(_width(sheet, heading), _width(sheet, top)) + 1
    return free, free + 1


def _width(sheet: Worksheet, first: int) -> int:
    """How many columns have content from a row on."""
    filled = (c.column for row in sheet.iter_rows(min_row=first) for c in row if c.value is not None)
    return max(filled, default=0)


def _values_only(path: Path, quarantined: QuarantinedRows, target: Path) -> None:
    """Row by row: of a workbook too large to be held with its look, or of a kind that nobody writes."""
    from openpyxl import Workbook
    from openpyxl.worksheet.cell_range import CellRange

    rows, merged = _rows(path, quarantined.layer)
    kept = [rows[number - 1] for number in quarantined.numbers.tolist()]
    width = max((len(row) for row in [*rows[: quarantined.first - 1], *kept]), default=0)
    names = list(rows[quarantined.header_row - 1]) if quarantined.header_row else _numbered(width)
    before = names.index(QUARANTINE_ROW) if QUARANTINE_ROW in names else None
    dropped = {place for place, name in enumerate(names) if name in (QUARANTINE_REASON, QUARANTINE_ROW)}
    book = Workbook(write_only=True)
    sheet = book.create_sheet(quarantined.layer)
    for line, row in enumerate(rows[: quarantined.first - 1] if quarantined.header_row else [names], 1):
        added = [QUARANTINE_REASON, QUARANTINE_ROW] if line == (quarantined.header_row or 1) else ["", ""]
        sheet.append(_cells(sheet, row, dropped, width, added))
    for (first, left), (last, right) in merged:
        if quarantined.header_row and last < quarantined.first - 1:  # the heading is read by what is merged in it
            sheet.merged_cells.add(
                CellRange(min_row=first + 1, min_col=left + 1, max_row=last + 1, max_col=right + 1).coord
            )
    for number, row in zip(quarantined.numbers.tolist(), kept, strict=True):
        source = row[before] if before is not None and row[before] != "" else number
        sheet.append(_cells(sheet, row, dropped, width, [_text(quarantined.reasons[number]), source]))
    book.save(target)


def _cells(sheet: Any, row: Sequence[Any], dropped: set[int], width: int, values: list[Any]) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell

    own = [value for place, value in enumerate(row) if place not in dropped]
    for value in [*own, *[""] * (width - len(dropped) - len(own)), *values]:
        whole = isinstance(value, float) and value.is_integer()
        cell = WriteOnlyCell(sheet, int(value) if whole else None if value == "" else value)
        if isinstance(value, str) and value:
            cell.data_type = "s"  # text stays text, whatever it begins with
        yield cell


def _rows(path: Path, layer: str) -> tuple[list[list[Any]], list[Any]]:
    """The values of a sheet from its first row on, merged cells filled down, and what is merged."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(layer)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    merged = sheet.merged_cell_ranges or []
    for (top, left), (bottom, _right) in merged:
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
    return rows, merged


def _numbered(width: int) -> list[str]:
    """The names by which the columns of a table without a heading go."""
    return [f"column_{number}" for number in range(1, width + 1)]


def _text(reason: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", reason)[:LONGEST_CELL]


def _explained() -> str:
    return _("本列与“原行号”由登记册填写。改好本行的单元格后，把本文件原样再次上传即可：这两列不会导入。")
