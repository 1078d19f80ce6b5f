"""Lines of a text table into another one: the supplier's text is copied as it stands, with the reason in front of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from importers.encoding.detect import codec_name
from importers.profiles.column_names import QUARANTINE_REASON, QUARANTINE_ROW
from importers.quarantine.rows import QuarantinedRows
from importers.read.formats.delimited import delimiter_of

ADDED = (QUARANTINE_REASON, QUARANTINE_ROW)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the table: the line it begins on, its text with the line end, its cells."""

    line: int
    text: str
    cells: list[str]


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The table under the same name in `folder`: lines above the heading, the heading, the waiting rows.

    The two columns stand in front, so that they are found also in rows with too few or too many cells.
    """
    target = folder / path.name
    codec = codec_name(quarantined.encoding) or quarantined.encoding
    delimiter = delimiter_of(path, codec)
    waited_before: list[int] = []
    # Bytes that are no characters pass through as they are.
    with target.open("w", encoding=codec, errors="surrogateescape", newline="") as out:
        if quarantined.header_row is None:
            out.write(_line([*ADDED, *_numbered(path, codec, delimiter)], delimiter, "\n"))
        for record in _records(path, codec, delimiter):
            if record.line == quarantined.header_row:
                waited_before = [place for place, cell in enumerate(record.cells) if cell in ADDED]
            if record.line < quarantined.first:
                out.write(_heading(record, quarantined, waited_before, delimiter))
            elif record.line in quarantined.reasons:
                out.write(_row(record, quarantined, waited_before, delimiter))
    return [target]


def _heading(record: Record, quarantined: QuarantinedRows, waited_before: list[int], delimiter: str) -> str:
    """Lines above the heading stay as they are; of a heading in two lines the second says nothing of our columns."""
    if quarantined.header_row is None or record.line < quarantined.header_row:
        return record.text
    added = list(ADDED) if record.line == quarantined.header_row else ["", ""]
    return _line(added, delimiter, delimiter) + _without(record, waited_before, delimiter)


def _row(record: Record, quarantined: QuarantinedRows, waited_before: list[int], delimiter: str) -> str:
    known = [cell for place, cell in enumerate(record.cells) if place in waited_before and cell.isdigit()]
    number = known[0] if known else str(record.line)
    own = _without(record, waited_before, delimiter)
    end = "" if own.endswith(("\n", "\r")) else "\n"
    return _quoted(quarantined.reasons[record.line]) + _line(["", number], delimiter, delimiter) + own + end


def _without(record: Record, dropped: list[int], delimiter: str) -> str:
    """The supplier's own part of a row; written anew only where an earlier reason has to go."""
    if not dropped:
        return record.text
    return _line([cell for place, cell in enumerate(record.cells) if place not in dropped], delimiter, "\n")


def _quoted(text: str) -> str:
    """A reason in quotation marks, so that its punctuation is never taken for the delimiter."""
    return '"' + text.replace('"', '""') + '"'


def _line(cells: list[str], delimiter: str, end: str) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerow(cells)
    return written.getvalue()


def _numbered(path: Path, codec: str, delimiter: str) -> list[str]:
    """The names by which the columns of a table without a heading go."""
    width = max((len(record.cells) for record in _records(path, codec, delimiter)), default=0)
    return [f"column_{number}" for number in range(1, width + 1)]


def _records(path: Path, codec: str, delimiter: str) -> Iterator[Record]:
    """All rows, blank lines among them; lines are counted as the reader counts them."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    with path.open(encoding=codec, errors="surrogateescape", newline="") as file:
        reader = csv.reader(lines(), delimiter=delimiter)
        line = 1
        for cells in reader:
            yield Record(line, "".join(taken), cells)
            taken.clear()
            line = reader.line_num + 1
