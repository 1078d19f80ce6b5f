"""The only place of pyogrio that reads: layers, and features in batches, from formats that GDAL reads."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from importers.errors import DamagedFile, EmptyFile, UnknownFormat
from importers.records import Geometries, choose

KINDS = {
    "Point": "point", "LineString": "line", "Polygon": "polygon", "CircularString": "line", "CompoundCurve": "line",
    "Curve": "line", "CurvePolygon": "polygon", "Surface": "polygon",
}  # fmt: skip
DRIVERS = frozenset(
    {"ESRI Shapefile", "GPKG", "OpenFileGDB", "GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "LIBKML", "KML", "DXF",
     "MapInfo File", "FlatGeobuf"}
)  # fmt: skip
# Drivers that follow a file's word to other files, to the network, to commands or to shared libraries.
NEVER = "OGR_VRT,GDALG,ADBC,HTTP,WFS,OAPIF,OGCAPI,CSW,EEDA,NGW,Carto,AmigoCloud,PLSCENES,Elasticsearch,SQLite,GPSBabel"
# One point for a block, not its line work; a closed line is an area; `drawing` hands over UTF-8. FlatGeobuf's own way to
# Arrow forgets the offsets of null geometries (GDAL 3.12), which takes the process down; GDAL's general way is sound.
OPTIONS = {
    "DXF_INLINE_BLOCKS": "FALSE", "DXF_CLOSED_LINE_AS_POLYGON": "TRUE", "DXF_ENCODING": "UTF-8",
    "OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES",
}  # fmt: skip
# Circular string to multi-surface in WKB; GEOS has no such things, so GDAL has to cut them into straight pieces.
CURVES = frozenset({8, 9, 10, 11, 12, 13, 14})
STRAIGHT = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class GdalLayer:
    """What GDAL tells of a layer before reading it; `geometry` is its name for the type, None for a table."""

    name: str
    rows: int
    crs: str
    geometry: str | None
    driver: str


@dataclass(frozen=True, slots=True)
class Features:
    """A batch: feature ids, attribute columns by name, geometries (None where null), whether any had been curved."""

    ids: NDArray[np.int64]
    columns: dict[str, pa.Array]
    geometry: Geometries
    curved: bool = False


def layers(path: Path, one: bool = False) -> list[GdalLayer]:
    """All layers of a file; `one` where the format has but one, which spares an opening: of a GeoJSON, a reading.

    Raises DamagedFile when GDAL cannot open it.
    """
    with _speaking(path):
        pyogrio = _pyogrio()
        names = [(None, "")] if one else pyogrio.list_layers(path)
        listed = [
            _described(pyogrio.read_info(path, layer=name, force_feature_count=True), geometry is not None)
            for name, geometry in names
        ]
    if not listed:
        raise EmptyFile("file.no_rows", name=path.name)
    if listed[0].driver not in DRIVERS:
        raise UnknownFormat("file.kind_unsupported", name=path.name, kind=listed[0].driver)
    return listed


def layer_names(path: Path) -> list[str]:
    """Names alone, without counting features."""
    with _speaking(path):
        return [str(name) for name, _geometry in _pyogrio().list_layers(path)]


def _pyogrio() -> Any:
    """GDAL without the drivers that nobody wants: it asks for their names in the environment when it is loaded."""
    if "pyogrio" not in sys.modules:
        os.environ["GDAL_SKIP"] = NEVER
    import pyogrio

    pyogrio.set_gdal_config_options(OPTIONS)
    return pyogrio


def _described(info: dict[str, Any], spatial: bool) -> GdalLayer:
    geometry = info["geometry_type"] if spatial else None
    return GdalLayer(str(info["layer_name"]), int(info["features"]), info["crs"] or "", geometry, info["driver"])


def features(
    path: Path,
    layer: str | None,
    batch_rows: int,
    columns: list[str] | None = None,
    encoding: str | None = None,
    **options: str,
) -> Iterator[Features]:
    """Stream a layer. Curves arrive as lines, M values do not arrive; a geometry that cannot be built is None.

    `encoding` is for formats that do not say theirs; without it even the names of unwanted columns must be UTF-8.
    `options` are the driver's open options. Raises ChooseLayer for a layer that is not there.
    """
    with ExitStack() as opened:
        with _speaking(path):
            _pyogrio()
            import pyogrio.errors
            import pyogrio.raw

            how = {"columns": columns, "batch_size": batch_rows, "return_fids": True, "use_pyarrow": True,
                   "encoding": encoding, **options}  # fmt: skip
            try:
                meta, reader = opened.enter_context(pyogrio.raw.open_arrow(path, layer=layer, **how))
            except pyogrio.errors.DataLayerError:
                choose(layer_names(path), layer)
                raise
        while (batch := _next(reader, path)) is not None:
            if batch.num_rows:
                yield _features(batch, meta["geometry_name"] or "wkb_geometry", path, layer)


def _next(reader: pa.RecordBatchReader, path: Path) -> pa.RecordBatch | None:
    with _speaking(path):
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None


def _features(batch: pa.RecordBatch, geometry_name: str, path: Path, layer: str | None) -> Features:
    names = batch.schema.names
    place = len(names) - 1 - names[::-1].index(geometry_name) if geometry_name in names else -1
    columns: dict[str, pa.Array] = {}
    for position, name in enumerate(names):
        if position not in (0, place):
            columns[_unused(name, columns)] = batch.column(position)
    ids = batch.column(0).to_numpy().astype(np.int64)
    if place < 0:
        return Features(ids, columns, np.full(batch.num_rows, None, dtype=object))
    wkb, curved = _straight(batch.column(place), ids, path, layer)
    with _speaking(path):
        return Features(ids, columns, shapely.from_wkb(wkb, on_invalid="fix"), curved)


def _straight(column: pa.Array, ids: NDArray[np.int64], path: Path, layer: str | None) -> tuple[Geometries, bool]:
    """WKB that GEOS can read: curves are read again in straight pieces, solids and the like are left out."""
    wkb = column.to_numpy(zero_copy_only=False)
    kinds = wkb_kinds(column)
    curved = np.isin(kinds, list(CURVES))
    if not curved.any() and np.isin(kinds, [0, *STRAIGHT]).all():
        return wkb, False
    wkb = wkb.copy()
    wkb[~np.isin(kinds, list(STRAIGHT))] = None
    if curved.any():
        import pyogrio.raw

        with _speaking(path):
            read = pyogrio.raw.read(path, layer=layer, columns=[], fids=ids[curved], return_fids=True)
        wkb[np.searchsorted(ids, read[1])] = read[2]
    return wkb, bool(curved.any())


def wkb_kinds(column: pa.Array) -> NDArray[np.int64]:
    """The geometry type in each WKB without its dimensions, 0 where null. GEOS reads those of `STRAIGHT`."""
    heads = pc.binary_slice(column, 0, 5).dictionary_encode()
    known = [
        int.from_bytes(head[1:5], "little" if head[:1] == b"\x01" else "big") for head in heads.dictionary.to_pylist()
    ]
    plain = np.array([(kind & 0x0FFFFFFF) % 1000 for kind in known] + [0], dtype=np.int64)
    return np.asarray(plain[heads.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)])


def _unused(name: str, taken: dict[str, Any]) -> str:
    unique, again = name, 2
    while unique in taken:
        unique, again = f"{name}_{again}", again + 1
    return unique


def kind_of(geometry: str | None) -> tuple[str | None, str]:
    """GDAL's type name, such as `MultiPolygon Z`, as kind (point, line, polygon, mixed, None) and dimensions."""
    if geometry is None:
        return None, "XY"
    shape, _space, dimensions = geometry.removeprefix("2.5D ").partition(" ")
    kind = KINDS.get(shape.removeprefix("Multi"), "mixed")
    has_z = geometry.startswith("2.5D")
    return kind, "XY" + (dimensions if dimensions in ("Z", "M", "ZM") else "Z" if has_z else "")


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """GDAL's complaints as ours. What it merely warns of shows again as problems of rows."""
    _pyogrio()
    import pyogrio.errors

    # Anything a damaged file may raise inside pyogrio is a verdict on the file, not a fault of the program.
    failures = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    except (
        *failures,
        UnicodeDecodeError,
        OSError,
        IndexError,
        ValueError,
        NotImplementedError,
        pa.ArrowException,
        shapely.errors.GEOSException,
    ) as error:
        reason = str(error).replace(str(path), path.name).split(";")[0]
        if "not recognized" in reason:
            raise UnknownFormat("file.no_spatial_data", name=path.name) from error
        raise DamagedFile("file.damaged", name=path.name, reason=reason[:300]) from error
