"""MapInfo tables (TAB) and interchange files (MIF with MID), by GDAL, their text decoded here.

GDAL believes the header, knows GBK but not GB18030, and hands over what it cannot decode as something else without a word.
So it is shown a header in UTF-8 that names no charset, and passes the bytes of cells through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from importers.encoding.detect import chosen, codec_name, decode, detect, lines_with_text, refuse_mixed
from importers.errors import DamagedFile
from importers.read import gdal
from importers.read.file_type import Format, beside
from importers.read.formats.dbf import Table
from importers.read.gdal_layers import layer_of, rows_of
from importers.read.transcode import in_utf8
from importers.records import SAMPLE_ROWS, Encoding, Request, Rows, SourceLayer, choose

HEAD = 1 << 16
CHUNK = 1 << 20
SAMPLED_BLOCKS = 20
CHARSETS = {
    "windowssimpchinese": "gb18030", "windowstradchinese": "cp950", "windowslatin1": "cp1252", "utf-8": "utf-8",
    "windowsjapanese": "cp932", "windowskorean": "cp949", "windowslatin2": "cp1250", "windowscyrillic": "cp1251",
}  # fmt: skip
CHARSET = re.compile(rb"""(!?charset\s+"?)([\w-]+)("?)""", re.IGNORECASE)
CHARSET_TEXT = re.compile(CHARSET.pattern.decode(), re.IGNORECASE)
KIND = re.compile(rb"^\s*type\s+(\w+)", re.IGNORECASE | re.MULTILINE)
# The other kinds of table name further files, wherever these lie.
WHOLE = frozenset({b"native", b"dbf"})
FIELD = re.compile(
    rb"^\s*\S+\s+(char|integer|smallint|largeint|decimal|float|date|time|datetime|logical)\b\s*(?:\((\d+)[\d\s,]*\))?",
    re.IGNORECASE | re.MULTILINE,
)
# As many bytes as a cell can have.
WIDEST = 254
TABLES = (".dat", ".dbf")
TABLE_PARTS = (".dat", ".map", ".id", ".ind", ".dbf")


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """The one layer of a table. Raises DamagedFile, UndecodableText."""
    encoding = _encoding(path, request)
    with _readable(path, encoding) as readable:
        (layer,) = gdal.layers(readable, one=True)
        first = next(_rows(readable, SAMPLE_ROWS, encoding), None)
    return [replace(layer_of(layer, first, Format.MAPINFO, encoding), name=path.stem)]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows in batches, numbered from 1."""
    choose([path.stem], request.layer)
    encoding = _encoding(path, request)
    with _readable(path, encoding) as readable:
        yield from _rows(readable, request.batch_rows, encoding)


def _rows(readable: Path, batch_rows: int, encoding: Encoding) -> Iterator[Rows]:
    inside = replace(encoding, name="UTF-8") if _is_interchange(readable) else encoding
    widths = [int(width or WIDEST) for _kind, width in FIELD.findall(_head(readable))]
    seen = 0
    for batch in gdal.features(readable, None, batch_rows):
        numbers = np.arange(seen + 1, seen + len(batch.ids) + 1, dtype=np.int64)
        seen += len(numbers)
        known = dict(zip(batch.columns, widths, strict=False))
        columns = {
            name: _decoded(column, inside.name, known.get(name, WIDEST)) if pa.types.is_string(column.type) else column
            for name, column in batch.columns.items()
        }
        yield rows_of(replace(batch, columns=columns), numbers, encoding)


def _decoded(column: pa.Array, encoding: str, width: int) -> pa.Array:
    """Bytes that arrive as text: each distinct cell is decoded once; what is cut off inside a character loses the half."""
    coded = column.cast(pa.binary()).dictionary_encode()
    words = decode(coded.dictionary.to_pylist(), codec_name(encoding) or encoding, width)
    return pa.array(words, pa.string()).take(coded.indices)


def _encoding(path: Path, request: Request) -> Encoding:
    """What the header declares, if the text bears it out."""
    head, data = _head(path), _data(path, ".mid" if _is_interchange(path) else ".dat")
    if request.encoding:
        return chosen(request.encoding)
    said = _charset(head)
    if data is not None and data.suffix.lower() in TABLES:
        return detect([*lines_with_text(path), *_cells_with_text(head, data)], said, "header")
    files = [file for file in (path, data) if file is not None]
    found = detect([line for file in files for line in lines_with_text(file)], said, "header")
    for file in files:
        refuse_mixed(file, found)
    return found


def _cells_with_text(head: bytes, data: Path) -> Iterator[bytes]:
    """Cells that are not ASCII from blocks all over a table; numbers are binary in a native one, so its lines say nothing."""
    table = Table(data)
    fields = [field for field, is_text in zip(table.fields, _are_text(head, table), strict=False) if is_text]
    for start in range(0, max(1, table.count), max(SAMPLE_ROWS, table.count // SAMPLED_BLOCKS)):
        records = table.records(start, start + SAMPLE_ROWS)
        for field in fields:
            cells = np.ascontiguousarray(records[:, field.offset : field.offset + field.width])
            yield from {cell.tobytes().rstrip(b" \0") for cell in cells[(cells > 0x7F).any(axis=1)]}


def _are_text(head: bytes, table: Table) -> list[bool]:
    """Which fields hold text: by the definition, for a native table calls nearly all of its fields text."""
    if table.path.suffix.lower() == ".dbf":
        return [field.kind == "C" for field in table.fields]
    return [kind.lower() == b"char" for kind, _width in FIELD.findall(head)]


def _is_interchange(path: Path) -> bool:
    return not _head(path).lstrip().lower().startswith(b"!table")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _data(path: Path, suffix: str) -> Path | None:
    """The file with the attributes; a MIF whose features have none needs no MID."""
    found = beside(path, suffix)
    kind = KIND.search(_head(path))
    if suffix == ".dat":
        if kind is None or kind[1].lower() not in WHOLE:
            said = kind[1].decode("ascii", "replace") if kind is not None else ""
            raise DamagedFile("mapinfo.refers_elsewhere", name=path.name, kind=said)
        if kind[1].lower() == b"dbf":
            return beside(path, ".dbf")
        if found is None:
            raise DamagedFile("mapinfo.dat_missing", name=path.stem)
    return found


def _charset(head: bytes) -> str | None:
    found = CHARSET.search(head)
    return CHARSETS.get(found[2].decode().lower()) if found is not None else None


@contextmanager
def _readable(path: Path, encoding: Encoding) -> Iterator[Path]:
    """A stand-in whose header is UTF-8 and names no charset; of an interchange file the whole text is UTF-8."""
    is_interchange = _is_interchange(path)
    with TemporaryDirectory(prefix="chengji-") as folder, ExitStack() as copies:
        for suffix in (".mid",) if is_interchange else TABLE_PARTS:
            if (part := beside(path, suffix)) is not None:
                readable = copies.enter_context(in_utf8(part, encoding)) if is_interchange else part
                (Path(folder) / f"data{suffix}").symlink_to(readable.resolve())
        stand_in = Path(folder) / ("data.mif" if is_interchange else "data.tab")
        with (
            path.open(encoding=codec_name(encoding.name) or encoding.name, errors="replace", newline="") as source,
            stand_in.open("w", encoding="utf-8", newline="") as target,
        ):
            target.write(CHARSET_TEXT.sub(r"\g<1>Neutral\g<3>", source.read(HEAD)))
            while chunk := source.read(CHUNK):
                target.write(chunk)
        yield stand_in
