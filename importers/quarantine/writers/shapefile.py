"""Records of a shapefile into another one, byte by byte: text in its encoding, shapes with Z and M, null shapes as such."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from importers.encoding.detect import codec_name
from importers.errors import DamagedFile
from importers.profiles.column_names import QUARANTINE_REASON_DBF, QUARANTINE_ROW_DBF
from importers.quarantine.rows import QuarantinedRows, cut_to
from importers.read.file_type import beside
from importers.read.formats.dbf import SPACE, Cells, Field, Table
from importers.records import BATCH_ROWS

HEADER = 100
NULL_SHAPE, POINTS = 0, (1, 11, 21)
WIDEST_CELL = 254
ROW_WIDTH = 10
COPIED = (".prj", ".qpj", ".dbt", ".fpt")
EMPTY_TABLE = struct.pack("<4BIHH20x", 3, 126, 1, 1, 0, 33, 1)
# What other programs understand in a .cpg; Python's name of GB18030 is none of it.
NAMES_FOR_OTHERS = {"gb18030": "GBK", "utf-8-sig": "UTF-8"}


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The parts of a shapefile under the same name in `folder`. Raises DamagedFile."""
    target = folder / path.name
    _write_shapes(path, target, quarantined.numbers)
    _write_table(path, target.with_suffix(".dbf"), quarantined)
    for suffix in COPIED:
        if (part := beside(path, suffix)) is not None:
            shutil.copyfile(part, target.with_suffix(suffix))
    codec = codec_name(quarantined.encoding) or quarantined.encoding
    target.with_suffix(".cpg").write_text(NAMES_FOR_OTHERS.get(codec, codec.upper()), encoding="ascii")
    return sorted(folder.glob(f"{glob_safe(target.stem)}.*"))


def glob_safe(stem: str) -> str:
    """A file name as a pattern that matches nothing else."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in stem)


def _write_shapes(path: Path, target: Path, numbers: NDArray[np.int64]) -> None:
    index, at = bytearray(), HEADER
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    head = bytearray(path.open("rb").read(HEADER))
    with target.open("wb") as shapes:
        shapes.write(head)
        for place, content in enumerate(_contents(path, numbers), 1):
            shapes.write(struct.pack(">2i", place, len(content) // 2) + content)
            index += struct.pack(">2i", at // 2, len(content) // 2)
            at += 8 + len(content)
            if (box := _box(content)) is not None:
                low, high = np.fmin(low, box[:2]), np.fmax(high, box[2:])
        if np.isfinite(low).all():
            head[36:68] = struct.pack("<4d", *low, *high)
        shapes.seek(0)
        shapes.write(_of_length(head, at))
    target.with_suffix(".shx").write_bytes(_of_length(head, HEADER + len(index)) + bytes(index))


def _contents(path: Path, numbers: NDArray[np.int64]) -> Iterator[bytes]:
    """The shapes of these records without their headers."""
    with path.open("rb") as file:
        for offset in _offsets(path, numbers):
            file.seek(offset)
            header = file.read(8)
            if len(header) < 8:
                raise DamagedFile("shapefile.damaged", name=path.name)
            yield file.read(2 * struct.unpack(">i", header[4:])[0])


def _offsets(path: Path, numbers: NDArray[np.int64]) -> list[int]:
    """Where records begin: by the .shx, or without one by their common length, as only points can do without it."""
    index = beside(path, ".shx")
    if index is not None:
        entries = np.fromfile(index, ">i4", offset=HEADER).reshape(-1, 2)
        return [int(offset) for offset in 2 * entries[numbers - 1, 0].astype(np.int64)]
    with path.open("rb") as file:
        file.seek(HEADER + 4)
        length = 8 + 2 * struct.unpack(">i", file.read(4))[0]
    return [HEADER + (int(number) - 1) * length for number in numbers]


def _box(content: bytes) -> tuple[float, ...] | None:
    kind = struct.unpack("<i", content[:4])[0]
    if kind == NULL_SHAPE:
        return None
    if kind in POINTS:
        return struct.unpack("<2d", content[4:20]) * 2
    return struct.unpack("<4d", content[4:36])


def _of_length(head: bytearray, length: int) -> bytes:
    return bytes(head[:24]) + struct.pack(">i", length // 2) + bytes(head[28:])


def _write_table(path: Path, target: Path, quarantined: QuarantinedRows) -> None:
    found = beside(path, ".dbf")
    table = Table(found) if found is not None else None
    head = found.open("rb").read(32) if found is not None else EMPTY_TABLE
    fields = [field for field in table.fields if field.raw_name != QUARANTINE_REASON_DBF.encode()] if table else []
    reasons = _encoded(quarantined)
    width = max(1, max(map(len, reasons), default=1))
    numbered = any(field.raw_name == QUARANTINE_ROW_DBF.encode() for field in fields)
    added = [(QUARANTINE_REASON_DBF, "C", width), *([] if numbered else [(QUARANTINE_ROW_DBF, "N", ROW_WIDTH)])]
    described = b"".join(_descriptor(f.raw_name, f.kind, f.width, f.decimals) for f in fields)
    described += b"".join(_descriptor(name.encode(), kind, size, 0) for name, kind, size in added)
    record = 1 + sum(field.width for field in fields) + sum(size for _name, _kind, size in added)
    with target.open("wb") as file:
        file.write(head[:4] + struct.pack("<IHH", len(reasons), 33 + len(described), record) + head[12:32])
        file.write(described + b"\r")
        for own, places in _own_cells(table, fields, quarantined.numbers):
            columns = [np.full((len(own), 1), SPACE, np.uint8), own, _fixed(reasons[places], width)]
            if not numbered:
                rows = [str(number).encode().rjust(ROW_WIDTH) for number in quarantined.numbers[places].tolist()]
                columns.append(_fixed(rows, ROW_WIDTH))
            file.write(np.hstack(columns).tobytes())
        file.write(b"\x1a")


def _own_cells(
    table: Table | None, fields: Sequence[Field], numbers: NDArray[np.int64]
) -> Iterator[tuple[Cells, slice]]:
    """The supplier's cells of these records as bytes, in parts; with each part where it belongs among the numbers."""
    if table is None:
        yield np.empty((len(numbers), 0), np.uint8), slice(0, len(numbers))
        return
    for start in range(0, table.count, BATCH_ROWS):
        places = slice(*np.searchsorted(numbers, (start + 1, start + BATCH_ROWS + 1)).tolist())
        if places.start < places.stop:
            records = table.records(start, start + BATCH_ROWS)[numbers[places] - 1 - start]
            cells = [records[:, field.offset : field.offset + field.width] for field in fields]
            yield np.hstack([np.empty((len(records), 0), np.uint8), *cells]), places


def _fixed(cells: Sequence[bytes], width: int) -> Cells:
    return np.frombuffer(b"".join(cell.ljust(width) for cell in cells), np.uint8).reshape(len(cells), width)


def _descriptor(name: bytes, kind: str, width: int, decimals: int) -> bytes:
    """A field of a DBF. A text wider than a byte can say keeps the rest where the decimals of a number are."""
    if kind == "C":
        width, decimals = width & 0xFF, width >> 8
    return name[:11].ljust(11, b"\0") + kind.encode("latin-1") + bytes(4) + bytes([width, decimals]) + bytes(14)


def _encoded(quarantined: QuarantinedRows) -> list[bytes]:
    """The reasons as a cell holds them: cut between characters, as codes where the encoding has no such words."""
    codec = codec_name(quarantined.encoding) or "utf-8"
    texts = []
    for number in quarantined.numbers.tolist():
        try:
            raw = quarantined.reasons[number].encode(codec)
        except UnicodeEncodeError:
            raw = quarantined.short[number].encode(codec, "replace")
        texts.append(cut_to(raw, WIDEST_CELL, codec))
    return texts
