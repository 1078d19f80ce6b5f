"""The attribute table of a shapefile, read column by column.

An own reader, because GDAL decodes GBK cell by cell (three quarters of the time of a whole import), cannot hand over a
field name that was cut inside a character, and turns bytes it cannot decode into mojibake without a word. Layout: the
dBase III header of 32 bytes and 32 per field, then records of fixed width.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.encoding.detect import LANGUAGE_BYTES, belongs, chosen, decode, detect
from importers.errors import DamagedFile, UndecodableText
from importers.read.table import trimmed
from importers.records import BATCH_ROWS, Encoding
from registry.i18n import N_, Words

Cells = NDArray[np.uint8]
DELETED = ord("*")
SPACE = 32
END_OF_FIELDS = 0x0D
NAME = 10
SAMPLED_BLOCKS, SAMPLED_BLOCK = 20, 1_000
MOST_SAMPLES = 5_000
PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name as bytes, its dBase type letter, and where it lies in a record.

    `encoding` is set where the column's text is in another encoding than the rest of the table.
    """

    raw_name: bytes
    kind: str
    offset: int
    width: int
    decimals: int
    encoding: str = ""


class Table:
    """A DBF. Records are counted from 0 and include those marked as deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            head = file.read(32)
            if len(head) < 32:
                raise _damaged(path, Words(N_("没有文件头")))
            self.count, self._start, self._width = struct.unpack_from("<IHH", head, 4)
            self.language = LANGUAGE_BYTES.get(head[29])
            described = file.read(max(0, self._start - 32))
        if self._start < 33 or self._width < 1 or len(described) < self._start - 32:
            raise _damaged(path, Words(N_("文件头不完整")))
        self.fields = list(_fields(described))
        if sum(f.width for f in self.fields) + 1 > self._width:
            raise _damaged(path, Words(N_("列宽与记录长度不符")))
        there = (path.stat().st_size - self._start) // self._width
        if there < self.count:
            raise _damaged(
                path, Words(N_("应有 %(count)s 条记录，只有 %(there)s 条"), {"count": self.count, "there": there})
            )

    def records(self, start: int, stop: int) -> Cells:
        """Records as bytes, one row each. Read and not mapped, so that a long table does not fill the memory."""
        stop = min(stop, self.count)
        count = max(0, stop - start) * self._width
        data = np.fromfile(self.path, np.uint8, count, offset=self._start + start * self._width)
        return data.reshape(-1, self._width)

    def count_live(self) -> int:
        """How many records are not marked as deleted."""
        parts = (self.records(start, start + BATCH_ROWS) for start in range(0, self.count, BATCH_ROWS))
        return sum(int((~deleted(part)).sum()) for part in parts)

    def encoding(self, asked: str | None, declared: str | None) -> Encoding:
        """The encoding of names and text: `asked` by the operator, else found out. `declared` is what a .cpg says.

        Found out for all columns together; a column that does not fit the rest is judged for itself and keeps its own.
        Raises UndecodableText, naming the column, where that leads nowhere.
        """
        if asked:
            return chosen(asked)
        said, basis = declared or self.language, "cpg" if declared else "ldid"
        names = [field.raw_name for field in self.fields]
        texts = list(self._texts())
        together = [*names, *(piece for pieces in texts for piece in pieces)]
        try:
            found = detect(together, said, basis)
        except UndecodableText:
            found = self._of_the_most(names, texts, said, basis)
        own = [self._own(field, pieces, found, said, basis) for field, pieces in zip(self.fields, texts, strict=True)]
        self.fields = [replace(f, encoding=e.name if e else "") for f, e in zip(self.fields, own, strict=True)]
        if not any(own):
            return found
        remarks = [self._remark(field, e, found) for field, e in zip(self.fields, own, strict=True) if e is not None]
        return replace(found, basis="content", evidence=reduce(_and, remarks, found.evidence))

    def _of_the_most(self, names: list[bytes], texts: list[list[bytes]], said: str | None, basis: str) -> Encoding:
        """Of a table of several encodings that of the names, where they show any, or else of the most text."""
        order = sorted([pieces for pieces in texts if pieces], key=lambda pieces: -sum(map(len, pieces)))
        if not all(name.isascii() for name in names):
            order.insert(0, names)
        for pieces in order:
            try:
                return detect(pieces, said, basis)
            except UndecodableText:
                continue
        return detect([piece for pieces in order for piece in pieces], said, basis)

    def _own(self, field: Field, pieces: list[bytes], found: Encoding, said: str | None, basis: str) -> Encoding | None:
        """The encoding of a column that is not in that of the table, None for all others."""
        if not pieces or belongs(pieces, found.name):
            return None
        try:
            own = detect(pieces, said, basis)
        except UndecodableText as error:
            name = decode([field.raw_name], found.name)[0]
            raise UndecodableText("text.column_undecodable", column=name, **error.details) from error
        return own if own.name != found.name else None

    def _remark(self, field: Field, own: Encoding, found: Encoding) -> Words:
        name = decode([field.raw_name], found.name)[0]
        values = {"name": name, "encoding": own.name, "why": own.evidence}
        return Words(N_("列“%(name)s”是 %(encoding)s（%(why)s）"), values)

    def names(self, encoding: str) -> list[str]:
        """Field names: half a character at the end is dropped, a repeated name gets a number."""
        names: list[str] = []
        for number, name in enumerate(decode((f.raw_name for f in self.fields), encoding, NAME), 1):
            plain = name.strip(" \ufffd") or f"column_{number}"
            unique, again = plain, 2
            while unique in names:
                unique, again = f"{plain}_{again}", again + 1
            names.append(unique)
        return names

    def _texts(self) -> Iterator[list[bytes]]:
        """For each field its distinct cells that are not ASCII, from blocks of records all over the table."""
        every = max(SAMPLED_BLOCK, self.count // SAMPLED_BLOCKS)
        records = np.concatenate([self.records(at, at + SAMPLED_BLOCK) for at in range(0, max(1, self.count), every)])
        for field in self.fields:
            cells = records[:, field.offset : field.offset + field.width]
            if field.kind != "C" or not cells.size or cells.max() <= 0x7F:
                yield []
                continue
            distinct = _fixed(np.ascontiguousarray(cells)).unique()[:MOST_SAMPLES].to_pylist()
            yield [cell.rstrip(b" \0") for cell in distinct if not cell.isascii()]


def _and(said: Words, more: Words) -> Words:
    return Words(N_("%(said)s；%(more)s"), {"said": said, "more": more})


def deleted(records: Cells) -> NDArray[np.bool_]:
    """Which records are marked as deleted."""
    return np.asarray(records[:, 0] == DELETED)


def column(records: Cells, field: Field, encoding: str) -> pa.Array:
    """The cells of one field: text trimmed, numbers and dates as such, blank cells null."""
    cells = np.array(records[:, field.offset : field.offset + field.width], order="C")
    if field.kind in "NF":
        return _numbers(_ascii(cells), field)
    if field.kind == "D":
        return _dates(_ascii(cells))
    if field.kind == "L":
        return _booleans(_ascii(cells))
    return _ascii(cells) if cells.size == 0 or cells.max() < 0x80 else _text(cells, field.encoding or encoding)


def _fields(described: bytes) -> Iterator[Field]:
    offset = 1
    for place in range(0, len(described) // 32 * 32, 32):
        raw = described[place : place + 32]
        if raw[0] == END_OF_FIELDS:
            return
        kind, width, decimals = chr(raw[11]), raw[16], raw[17]
        if kind == "C" and decimals:
            width += decimals << 8  # long text: some writers keep the high byte of the width here
            decimals = 0
        yield Field(raw[:11].split(b"\0")[0], kind, offset, width, decimals)
        offset += width


def _ascii(cells: Cells) -> pa.Array:
    """Fixed-width cells as trimmed text, null where blank; bytes that are no ASCII become question marks."""
    if cells.shape[1] == 0:
        return pa.nulls(len(cells), pa.string())
    cells[cells == 0] = SPACE
    cells[cells > 0x7F] = ord("?")
    return trimmed(_fixed(cells).cast(pa.binary()).cast(pa.string()))


def _text(cells: Cells, encoding: str) -> pa.Array:
    """Decode each distinct cell once, and all of them in one call."""
    cells[cells == 0] = SPACE
    coded = _fixed(cells).dictionary_encode()
    words = decode((cell.rstrip(b" ") for cell in coded.dictionary.to_pylist()), encoding, cells.shape[1])
    return trimmed(pa.array(words, pa.string()).take(coded.indices))


def _fixed(cells: Cells) -> pa.Array:
    count, width = cells.shape
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, [None, pa.py_buffer(cells)])


def _numbers(text: pa.Array, field: Field) -> pa.Array:
    """Whole numbers where the field says so; what is no number (overflow shows as ***) stays text for a later verdict."""
    if not pc.all(pc.match_substring_regex(text, PLAIN_NUMBER)).as_py():
        return text
    whole = field.kind == "N" and field.decimals == 0 and field.width <= 18
    if whole and not pc.any(pc.match_substring_regex(text, "[.eE]")).as_py():
        return text.cast(pa.int64())
    return text.cast(pa.float64())


def _dates(text: pa.Array) -> pa.Array:
    blank = pc.if_else(pc.match_substring_regex(text, r"^0*$"), pa.scalar(None, pa.string()), text)
    try:
        return pc.strptime(blank, format="%Y%m%d", unit="s").cast(pa.date32())
    except pa.ArrowInvalid:
        return blank


def _booleans(text: pa.Array) -> pa.Array:
    known = pc.match_substring_regex(text, "^[TtYyFfNn]$")
    return pc.if_else(known, pc.match_substring_regex(text, "^[TtYy]$"), pa.scalar(None, pa.bool_()))


def _damaged(path: Path, reason: Words) -> DamagedFile:
    return DamagedFile("dbf.damaged", name=path.name, reason=reason)
