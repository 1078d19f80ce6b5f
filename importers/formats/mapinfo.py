"""MapInfo tables (TAB) and interchange files (MIF with MID), by GDAL, with the charset that their text is in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from importers import gdal
from importers.encoding import chosen, codec_name, detect
from importers.errors import DamagedFile
from importers.formats.dbf import Table
from importers.gdal_layers import layer_of, rows_of
from importers.recognise import Format, beside
from importers.source import SAMPLE_ROWS, Encoding, Request, Rows, SourceLayer, choose
from importers.transcode import lines_with_text
from registry.language import _

HEAD = 1 << 16
CHUNK = 1 << 20
SAMPLED_BLOCKS = 20
CHARSETS = {
    "windowssimpchinese": "gb18030", "windowstradchinese": "cp950", "windowslatin1": "cp1252", "utf-8": "utf-8",
    "windowsjapanese": "cp932", "windowskorean": "cp949", "windowslatin2": "cp1250", "windowscyrillic": "cp1251",
}  # fmt: skip
CHARSET = re.compile(rb"""(!?charset\s+"?)([\w-]+)("?)""", re.IGNORECASE)
KIND = re.compile(rb"^\s*type\s+(\w+)", re.IGNORECASE | re.MULTILINE)
# The other kinds of table name further files, wherever these lie.
WHOLE = frozenset({b"native", b"dbf"})
TABLE_PARTS = (".dat", ".map", ".id", ".ind", ".dbf")


def look(path: Path, request: Request) -> list[SourceLayer]:
    """The one layer of a table. Raises DamagedFile, UndecodableText."""
    encoding = _encoding(path, request)
    with _with_charset(path, encoding) as readable:
        (layer,) = gdal.layers(readable, one=True)
        first = next(_rows(readable, SAMPLE_ROWS, encoding), None)
    return [replace(layer_of(layer, first, Format.MAPINFO, encoding), name=path.stem)]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows in batches, numbered from 1."""
    choose([path.stem], request.layer)
    encoding = _encoding(path, request)
    with _with_charset(path, encoding) as readable:
        yield from _rows(readable, request.batch_rows, encoding)


def _rows(readable: Path, batch_rows: int, encoding: Encoding) -> Iterator[Rows]:
    seen = 0
    for batch in gdal.features(readable, None, batch_rows):
        numbers = np.arange(seen + 1, seen + len(batch.ids) + 1, dtype=np.int64)
        seen += len(numbers)
        yield rows_of(batch, numbers, encoding)


def _encoding(path: Path, request: Request) -> Encoding:
    """What the header declares, if the text bears it out."""
    head, data = _head(path), _data(path, ".mid" if _is_interchange(path) else ".dat")
    if request.encoding:
        return chosen(request.encoding)
    said = _charset(head)
    if data is not None and data.suffix.lower() == ".dat":
        return detect([*lines_with_text(path), *_cells_with_text(data)], said, "header")
    pieces = [line for file in (path, data) if file is not None for line in lines_with_text(file)]
    return detect(pieces, said, "header")


def _cells_with_text(data: Path) -> Iterator[bytes]:
    """Cells that are not ASCII from blocks all over a native table; numbers are binary in it, so its lines say nothing."""
    table = Table(data)
    for start in range(0, max(1, table.count), max(SAMPLE_ROWS, table.count // SAMPLED_BLOCKS)):
        records = table.records(start, start + SAMPLE_ROWS)
        for field in (f for f in table.fields if f.kind == "C"):
            cells = np.ascontiguousarray(records[:, field.offset : field.offset + field.width])
            yield from {cell.tobytes().rstrip(b" \0") for cell in cells[(cells > 0x7F).any(axis=1)]}


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
            raise DamagedFile(
                _("MapInfo 表“%(name)s”的类型“%(kind)s”引用其他文件", name=path.name, kind=said),
                _("请另存为独立的表。"),
            )
        if found is None and kind[1].lower() == b"native":
            raise DamagedFile(_("缺少“%(name)s.dat”", name=path.stem), _("请把 .tab、.dat、.map、.id 一起提交。"))
    return found


def _charset(head: bytes) -> str | None:
    found = CHARSET.search(head)
    return CHARSETS.get(found[2].decode().lower()) if found is not None else None


@contextmanager
def _with_charset(path: Path, encoding: Encoding) -> Iterator[Path]:
    """The file itself, or a stand-in whose header names the charset that its text is in: GDAL believes the header."""
    head = _head(path)
    codec = codec_name(encoding.name)
    meant = next((name for name, known in CHARSETS.items() if known == codec), None)
    if _charset(head) == codec or meant is None:
        yield path
        return
    with TemporaryDirectory(prefix="chengji-") as folder:
        for suffix in (".mid",) if _is_interchange(path) else TABLE_PARTS:
            if (part := beside(path, suffix)) is not None:
                (Path(folder) / f"data{suffix}").symlink_to(part.resolve())
        stand_in = Path(folder) / ("data.mif" if _is_interchange(path) else "data.tab")
        with path.open("rb") as source, stand_in.open("wb") as target:
            target.write(_declaring(source.read(HEAD), meant.encode()))
            while chunk := source.read(CHUNK):
                target.write(chunk)
        yield stand_in


def _declaring(head: bytes, charset: bytes) -> bytes:
    if CHARSET.search(head) is not None:
        return CHARSET.sub(rb"\g<1>" + charset + rb"\g<3>", head)
    first, newline, rest = head.partition(b"\n")
    return first + newline + b'Charset "' + charset + b'"\n' + rest
