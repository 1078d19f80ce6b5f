"""A workbook as Excel 97 wrote it (BIFF8 in a compound file), put together by hand: no library in use writes it any more."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
# The main stream lies in full sectors only from this size on.
SMALLEST = 4096
Merged = tuple[int, int, int, int]


def write_xls(
    path: Path, sheet: str, rows: Sequence[Sequence[str | float | None]], merged: Iterable[Merged] = ()
) -> None:
    """One sheet of texts and numbers; `merged` are first row, last row, first column, last column, from 0."""
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 1996, 0, 6))
    name = sheet.encode("utf-16-le")
    size = len(start) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IHBB", size, 0, len(sheet), 1) + name)
    globals_ = start + bound + _record(0x000A, b"")
    assert len(globals_) == size
    _compound(path, globals_ + _sheet(rows, list(merged)))


def _sheet(rows: Sequence[Sequence[str | float | None]], merged: list[Merged]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6))
    width = max(map(len, rows))
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                body += _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(cell), 1) + text)
            elif cell is not None:
                body += _record(0x0203, struct.pack("<HHHd", row, column, 0, cell))
    body += _record(0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged))
    return body + _record(0x000A, b"")


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(path: Path, stream: bytes) -> None:
    """A compound file of one stream: header, allocation table, directory, the stream itself."""
    stream = stream.ljust(max(SMALLEST, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    chain = [TABLE, END, *range(3, count + 2), END]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, SMALLEST, END, 0, END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    path.write_bytes(head + table + directory.ljust(SECTOR, b"\0") + stream)


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, FREE, FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
