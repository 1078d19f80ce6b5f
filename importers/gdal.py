"""The only place of pyogrio: layers, and features in batches, from formats that GDAL reads."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from importers.errors import DamagedFile, UnknownFormat
from importers.source import Geometries, choose
from registry.language import _

KINDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}


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
    """A batch: feature ids, attribute columns by name, geometries (None where null)."""

    ids: NDArray[np.int64]
    columns: dict[str, pa.Array]
    geometry: Geometries


def layers(path: Path, one: bool = False) -> list[GdalLayer]:
    """All layers of a file; `one` where the format has but one, which spares an opening: of a GeoJSON, a reading.

    Raises DamagedFile when GDAL cannot open it.
    """
    import pyogrio

    with _speaking(path):
        names = [(None, "")] if one else pyogrio.list_layers(path)
        return [
            _described(pyogrio.read_info(path, layer=name, force_feature_count=True), geometry is not None)
            for name, geometry in names
        ]


def layer_names(path: Path) -> list[str]:
    """Names alone, without counting features."""
    import pyogrio

    with _speaking(path):
        return [str(name) for name, _geometry in pyogrio.list_layers(path)]


def _described(info: dict[str, Any], spatial: bool) -> GdalLayer:
    geometry = info["geometry_type"] if spatial else None
    return GdalLayer(str(info["layer_name"]), int(info["features"]), info["crs"] or "", geometry, info["driver"])


def features(
    path: Path, layer: str | None, batch_rows: int, columns: list[str] | None = None, encoding: str | None = None
) -> Iterator[Features]:
    """Stream a layer. Curves arrive as lines, M values do not arrive; a geometry that cannot be built is None.

    `encoding` is for formats that do not say theirs; without it even the names of unwanted columns must be UTF-8.
    Raises ChooseLayer for a layer that is not there.
    """
    import pyogrio.errors
    import pyogrio.raw

    with ExitStack() as opened:
        with _speaking(path):
            how = {"columns": columns, "batch_size": batch_rows, "return_fids": True, "use_pyarrow": True,
                   "encoding": encoding}  # fmt: skip
            try:
                meta, reader = opened.enter_context(pyogrio.raw.open_arrow(path, layer=layer, **how))
            except pyogrio.errors.DataLayerError:
                choose(layer_names(path), layer)
                raise
        while (batch := _next(reader, path)) is not None:
            if batch.num_rows:
                yield _features(batch, meta["geometry_name"] or "wkb_geometry")


def _next(reader: pa.RecordBatchReader, path: Path) -> pa.RecordBatch | None:
    with _speaking(path):
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None


def _features(batch: pa.RecordBatch, geometry_name: str) -> Features:
    names = batch.schema.names
    place = len(names) - 1 - names[::-1].index(geometry_name) if geometry_name in names else -1
    columns: dict[str, pa.Array] = {}
    for position, name in enumerate(names):
        if position not in (0, place):
            columns[_unused(name, columns)] = batch.column(position)
    if place < 0:
        geometry: Geometries = np.full(batch.num_rows, None, dtype=object)
    else:
        wkb = batch.column(place).to_numpy(zero_copy_only=False)
        geometry = shapely.from_wkb(wkb, on_invalid="fix")
    return Features(batch.column(0).to_numpy().astype(np.int64), columns, geometry)


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
    kind = KINDS.get(shape.removeprefix("Multi").replace("CurvePolygon", "Polygon"), "mixed")
    has_z = geometry.startswith("2.5D")
    return kind, "XY" + (dimensions if dimensions in ("Z", "M", "ZM") else "Z" if has_z else "")


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """GDAL's complaints as ours. What it merely warns of shows again as problems of rows."""
    import pyogrio.errors

    # Anything a damaged file may raise inside pyogrio is a verdict on the file, not a fault of the program.
    failures = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    except (*failures, UnicodeDecodeError, OSError, IndexError, pa.ArrowInvalid, shapely.errors.GEOSException) as error:
        reason = str(error).replace(str(path), path.name).split(";")[0]
        if "not recognized" in reason:
            raise UnknownFormat(
                _("“%(name)s”不含可识别的空间数据", name=path.name), _("请提供要素（FeatureCollection）或图形。")
            ) from error
        raise DamagedFile(
            _("读不了文件“%(name)s”：%(reason)s", name=path.name, reason=reason[:300]), _("请供图单位检查并重新导出。")
        ) from error
