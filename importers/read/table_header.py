"""The heading of a text table: over one row or three, with parents above their children, and units below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from importers.cells import units
from importers.read.table import SEARCHED_ROWS, find_header, unique_names

DEEPEST = 3
TITLE = 0.6
BRACKETS = "()（）[]【】"
# (top, left), (bottom, right), all from 0, all inclusive.
Merged = tuple[tuple[int, int], tuple[int, int]]
Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """Which rows are heading, from 0, both inclusive; the names made of them; units, where a row below tells them.

    `first` is the first row of data.
    """

    top: int
    bottom: int
    first: int
    names: list[str]
    units: dict[str, str]


def find_heading(rows: Cells, merged: Iterable[Merged] = (), top: int | None = None) -> Heading | None:
    """The heading among the first rows, None when the data begin without any. `top` is where a person says it begins.

    Cells over several columns are parents of those below them, and names are joined as `parent/child`.
    """
    ranges = [m for m in merged if m[0][0] < SEARCHED_ROWS or (top is not None and m[0][0] <= top + DEEPEST)]
    searched = rows[: max(SEARCHED_ROWS, 0 if top is None else top + DEEPEST + 1)]
    width = max(map(len, searched), default=0)
    filled = _filled(searched, ranges, width)
    if top is None and (top := find_header(filled)) is None:
        return None
    if top >= len(filled):
        return None
    bottom = _bottom(filled, searched, ranges, top)
    names = unique_names([_joined(filled, top, bottom, column) for column in range(width)])
    units = _units(filled, bottom)
    named = {names[column]: unit for column, unit in (units or {}).items()}
    return Heading(top, bottom, bottom + (1 if units is None else 2), names, named)


def _filled(rows: Cells, ranges: list[Merged], width: int) -> list[list[str]]:
    """The rows, each as wide as the widest, with merged cells written out; titles across the sheet are left alone.

    A row in which a cell is merged downwards is no title, whatever lies beside that cell.
    """
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    deep = {top for (top, _left), (bottom, _right) in ranges if bottom > top}
    for (top, left), (bottom, right) in ranges:
        is_title = right - left + 1 >= TITLE * width and width > 1 and top not in deep
        if top >= len(filled) or left >= width or is_title:
            continue
        for row in filled[top : min(bottom, top + DEEPEST) + 1]:
            row[left : right + 1] = [rows[top][left] if left < len(rows[top]) else ""] * (
                min(right, width - 1) - left + 1
            )
    return filled


def _bottom(filled: list[list[str]], rows: Cells, ranges: list[Merged], top: int) -> int:
    """The last row of the heading: as far as its merged cells reach, or a row that fills the gaps under its parents."""
    bottom = top
    while bottom < min(top + DEEPEST, len(filled)) - 1:
        here = [m for m in ranges if m[0][0] <= bottom <= m[1][0] and m[0][0] >= top]
        deeper = any(last > bottom for (_first, _left), (last, _right) in here)
        parents = any(right > left and last == bottom for (_first, left), (last, right) in here)
        below = filled[bottom + 1]
        if not (((deeper or parents) and _is_words(below)) or (not here and _fills_gaps(filled, bottom, rows))):
            break
        bottom += 1
    return bottom if _says_more(filled, top, bottom) else top


def _says_more(filled: list[list[str]], top: int, bottom: int) -> bool:
    """Whether the further rows of a heading say anything that the first does not."""
    return any(filled[row][column] not in ("", filled[top][column]) for row in range(top + 1, bottom + 1)
               for column in range(len(filled[top])))  # fmt: skip


def _is_words(row: Sequence[str]) -> bool:
    words = [cell for cell in row if cell.strip()]
    return bool(words) and not any(_is_number(word) for word in words)


def _fills_gaps(filled: list[list[str]], row: int, rows: Cells) -> bool:
    """Without merged cells, as in a CSV: the next row has words under gaps and the cells left of them, and nowhere else."""
    above, below = filled[row], filled[row + 1]
    spanned = _spanned(above)
    if not spanned or not _is_words(below) or len(rows) <= row + 2:
        return False
    there = {column for column, cell in enumerate(below) if cell.strip()}
    return there == spanned and len(spanned) < len(above)


def _spanned(row: Sequence[str]) -> set[int]:
    """Columns under a cell that gaps follow, the cell's own among them."""
    spanned: set[int] = set()
    for column in range(1, len(row)):
        if not row[column].strip() and (row[column - 1].strip() or column - 1 in spanned):
            spanned |= {column - 1, column}
    return spanned


def _joined(filled: list[list[str]], top: int, bottom: int, column: int) -> str:
    """The name of a column: its cells from the top down, each once; a gap in a parent row takes the parent to its left."""
    words: list[str] = []
    for row in range(top, bottom + 1):
        cell = " ".join(filled[row][column].split())
        if not cell and row < bottom:
            left = (filled[row][c] for c in range(column, -1, -1))
            cell = " ".join(next((c for c in left if c.strip()), "").split())
        if cell and (not words or words[-1] != cell):
            words.append(cell)
    return "/".join(words)


def _units(filled: list[list[str]], bottom: int) -> dict[int, str] | None:
    """The units by column where the row below the heading holds nothing else."""
    if bottom + 2 >= len(filled):
        return None
    cells = {column: cell.strip().strip(BRACKETS) for column, cell in enumerate(filled[bottom + 1]) if cell.strip()}
    known = {column: cell for column, cell in cells.items() if units.is_known(cell)}
    others = [cell for column, cell in cells.items() if column not in known and cell not in ("-", "—", "/", "无", "")]
    return known if known and not others else None


def _is_number(word: str) -> bool:
    return word.strip().replace(".", "", 1).lstrip("+-").isdigit()
