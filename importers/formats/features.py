"""GeoPackage, GeoJSON (and ESRI's JSON), KML, FlatGeobuf: layers of features, by GDAL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import shapely

from importers import gdal
from importers.encoding import chosen, codec_name, detect_file
from importers.recognise import UTF8_MARK, Format
from importers.source import (
    SAMPLE_ROWS,
    Box,
    Column,
    DeclaredCrs,
    Encoding,
    Geometries,
    Request,
    Rows,
    SourceLayer,
    choose,
    described,
)
from importers.table import plain, undecodable
from registry.language import _

DRIVERS = {"GPKG": Format.GEOPACKAGE, "LIBKML": Format.KML, "KML": Format.KML, "FlatGeobuf": Format.FLATGEOBUF}
KINDS = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}


def look(path: Path, request: Request) -> list[SourceLayer]:
    """All layers that hold rows or columns. Raises DamagedFile, UndecodableText."""
    encoding = _encoding(path, request)
    with _in_utf8(path, encoding) as readable:
        return [_layer(readable, layer, path, encoding) for layer in gdal.layers(readable, one=_is_json(path))]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Features in batches, numbered from 1 in file order; those of a GeoPackage by their fid, as QGIS shows it."""
    encoding = _encoding(path, request)
    with _in_utf8(path, encoding) as readable:
        keep_ids = readable.open("rb").read(6) == b"SQLite"
        layer = request.layer or choose(gdal.layer_names(readable), None)
        seen = 0
        for batch in gdal.features(readable, layer, request.batch_rows):
            count = len(batch.ids)
            numbers = batch.ids if keep_ids else np.arange(seen + 1, seen + count + 1, dtype=np.int64)
            seen += count
            columns = _plain(batch.columns)
            yield Rows(numbers, columns, batch.geometry, undecodable(numbers, columns, encoding.name))


def _plain(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    arrays = ((name, plain(column)) for name, column in columns.items())
    return {name: array for name, array in arrays if array is not None}


def _layer(readable: Path, layer: gdal.GdalLayer, path: Path, encoding: Encoding) -> SourceLayer:
    first = next(gdal.features(readable, layer.name, SAMPLE_ROWS), None)
    columns: tuple[Column, ...] = ()
    geometry: Geometries = np.empty(0, dtype=object)
    if first is not None:
        columns, geometry = described(_plain(first.columns)), first.geometry
    kind, dimensions = gdal.kind_of(layer.geometry)
    if kind == "mixed":
        kind = _kind_of(geometry)
    if dimensions == "XY" and shapely.has_z(geometry).any():
        dimensions = "XYZ"
    made = DRIVERS.get(layer.driver, Format.GEOJSON)
    crs = _crs(layer, path)
    return SourceLayer(layer.name, made, layer.rows, columns, kind, encoding, crs, dimensions, _extent(geometry))


def _kind_of(geometry: Geometries) -> str:
    kinds = {KINDS.get(int(code), "mixed") for code in np.unique(shapely.get_type_id(geometry)) if code >= 0}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _extent(geometry: Geometries) -> Box | None:
    if not len(geometry) or not np.isfinite(bounds := shapely.total_bounds(geometry)).all():
        return None
    return tuple(bounds.tolist())


def _crs(layer: gdal.GdalLayer, path: Path) -> DeclaredCrs:
    if not layer.crs:
        return DeclaredCrs()
    # GDAL answers WGS 84 for every GeoJSON without a `crs` member: the format's rule, not this file's word.
    implied = layer.driver in ("LIBKML", "KML", "GeoJSON") and not _says_crs(path)
    name = re.search(r'"([^"]*)"', layer.crs)
    return DeclaredCrs(layer.crs, name[1] if name else layer.crs, "format" if implied else "file")


def _says_crs(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        return b'"crs"' in head or b'"crs"' in file.read()


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).removeprefix(UTF8_MARK).lstrip().startswith((b"{", b"["))


def _encoding(path: Path, request: Request) -> Encoding:
    if not _is_json(path):
        return Encoding("UTF-8", "format", _("该格式规定为 UTF-8"))
    return chosen(request.encoding) if request.encoding else detect_file(path)


@contextmanager
def _in_utf8(path: Path, encoding: Encoding) -> Iterator[Path]:
    """The file itself, or a copy in UTF-8: GDAL passes other bytes through as they are."""
    if codec_name(encoding.name) in ("utf-8", "utf-8-sig"):
        yield path
        return
    with TemporaryDirectory(prefix="chengji-") as folder:
        copy = Path(folder) / path.name
        with path.open(encoding=encoding.name, errors="replace") as source, copy.open("w", encoding="utf-8") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        yield copy
