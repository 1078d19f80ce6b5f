"""GeoPackage, GeoJSON (whole or line by line, and ESRI's), KML, FlatGeobuf: layers of features, by GDAL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from importers.encoding.detect import chosen, codec_name, detect_file, is_utf8
from importers.errors import DamagedFile
from importers.read import gdal
from importers.read.file_type import RECORD_SEPARATOR, UTF8_MARK, UTF16_MARKS, Format, file_type, legible
from importers.read.gdal_layers import declared, layer_of, rows_of
from importers.read.kml import true_name, with_plain_names
from importers.read.transcode import in_utf8
from importers.records import SAMPLE_ROWS, DeclaredCrs, Encoding, Request, Rows, SourceLayer, choose
from registry.i18n import N_, Words

MADE = {
    "GPKG": Format.GEOPACKAGE, "LIBKML": Format.KML, "KML": Format.KML, "FlatGeobuf": Format.FLATGEOBUF,
    "GeoJSONSeq": Format.GEOJSONSEQ,
}  # fmt: skip
IMPLY_WGS84 = frozenset({"LIBKML", "KML", "GeoJSON", "GeoJSONSeq"})
# How a placemark is drawn, which every KML has whether anybody meant it or not.
DISPLAY = frozenset({"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"})
XML_ENCODING = re.compile(rb"""(<\?xml[^>]*encoding\s*=\s*["'])([\w.-]+)""")
XML_ENCODING_TEXT = re.compile(XML_ENCODING.pattern.decode())
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """All layers that hold rows or columns. Raises DamagedFile, UndecodableText."""
    encoding = _encoding(path, request)
    with _readable(path, encoding) as readable:
        return [_layer(readable, layer, path, encoding) for layer in gdal.layers(readable, one=_is_json(path))]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Features in batches, numbered from 1 in file order; those of a GeoPackage by their fid, as QGIS shows it."""
    encoding = _encoding(path, request)
    with _readable(path, encoding) as readable:
        layer = request.layer or choose(gdal.layer_names(readable), None)
        yield from _rows(readable, layer, request.batch_rows, encoding, whole=_is_json(readable))


def _rows(readable: Path, layer: str, batch_rows: int, encoding: Encoding, whole: bool = False) -> Iterator[Rows]:
    with readable.open("rb") as file:
        start = file.read(6)
    is_kml, seen = _is_kml(readable), 0
    for batch in gdal.features(readable, layer, batch_rows):
        count = len(batch.ids)
        in_order = np.arange(seen + 1, seen + count + 1, dtype=np.int64)
        seen += count
        said = replace(batch, columns=_said_in_kml(batch.columns)) if is_kml else batch
        yield rows_of(said, batch.ids if start == b"SQLite" else in_order, encoding)
    if whole:
        _check_lines(readable, seen)


def _said_in_kml(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    return {true_name(name): column for name, column in columns.items() if name not in DISPLAY}


def _check_lines(readable: Path, seen: int) -> None:
    """GDAL passes over a line that is no feature; here it is an error, with the number of the line."""
    import orjson

    with readable.open("rb") as file:
        if file.read(1) == RECORD_SEPARATOR or file_type(readable)[0] is not Format.GEOJSONSEQ:
            return
        file.seek(0)
        if sum(1 for line in file if line.strip()) == seen:
            return
        file.seek(0)
        for number, line in enumerate(file, 1):
            try:
                orjson.loads(line.removeprefix(UTF8_MARK) if line.strip() else b"{}")
            except orjson.JSONDecodeError as error:
                raise DamagedFile("geojson.line_bad", name=readable.name, line=number, reason=error) from error


def _layer(readable: Path, layer: gdal.GdalLayer, path: Path, encoding: Encoding) -> SourceLayer:
    first = next(_rows(readable, layer.name, SAMPLE_ROWS, encoding), None)
    # GDAL answers WGS 84 for every GeoJSON without a `crs` member: the format's rule, not this file's word.
    implied = layer.driver in IMPLY_WGS84 and not _says_crs(path)
    crs: DeclaredCrs = declared(layer.crs, "format" if implied else "file")
    return layer_of(layer, first, MADE.get(layer.driver, Format.GEOJSON), encoding, crs)


def _says_crs(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        return b'"crs"' in head or b'"crs"' in file.read()


def _starts_with(path: Path, signs: tuple[bytes, ...]) -> bool:
    with path.open("rb") as file:
        return legible(file.read(64)).startswith(signs)


def _is_json(path: Path) -> bool:
    return _starts_with(path, (b"{", b"[", RECORD_SEPARATOR))


def _is_kml(path: Path) -> bool:
    return _starts_with(path, (b"<",))


def _encoding(path: Path, request: Request) -> Encoding:
    """Of JSON and KML as the text is; the other formats leave no choice."""
    if request.encoding and (_is_json(path) or _is_kml(path)):
        return chosen(request.encoding)
    if _is_json(path) or _declares_other(path) or (_is_kml(path) and not is_utf8(path)):
        return detect_file(path)
    return Encoding("UTF-8", "format", Words(N_("该格式规定为 UTF-8")))


def _declares_other(path: Path) -> bool:
    """Whether a KML is in UTF-16, or says that it is in some encoding other than UTF-8."""
    if not _is_kml(path):
        return False
    with path.open("rb") as file:
        head = file.read(256)
    said = XML_ENCODING.search(head)
    return head.startswith(UTF16_MARKS) or (said is not None and codec_name(said[2].decode()) != "utf-8")


@contextmanager
def _readable(path: Path, encoding: Encoding) -> Iterator[Path]:
    """The file itself, or a copy in UTF-8: GDAL passes other bytes through as they are."""
    if codec_name(encoding.name) in ("utf-8", "utf-8-sig") and not _declares_other(path):
        _refuse_entities(path)
        with with_plain_names(path) if _is_kml(path) else nullcontext(path) as readable:
            yield readable
        return
    with in_utf8(path, encoding, _declaring_utf8) as copy:
        _refuse_entities(copy)
        with with_plain_names(copy) if _is_kml(copy) else nullcontext(copy) as readable:
            yield readable


def _declaring_utf8(head: str) -> str:
    return XML_ENCODING_TEXT.sub(r"\1UTF-8", head, count=1) if head.startswith("<") else head


def _refuse_entities(path: Path) -> None:
    """A KML that defines entities of its own wants to swell, or to read another file."""
    if not _is_kml(path):
        return
    with path.open("rb") as file:
        end = b""
        while chunk := file.read(1 << 20):
            if ENTITIES.search(end + chunk):
                raise DamagedFile("file.xml_entities", name=path.name)
            end = chunk[-16:]
