"""GeoParquet, and plain Parquet tables. GDAL's wheels have no driver for it; Arrow reads it directly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from importers.errors import DamagedFile
from importers.read.gdal import STRAIGHT, wkb_kinds
from importers.read.table import plain
from importers.records import (
    SAMPLE_ROWS,
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
from registry.i18n import N_, Words

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

KINDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
CRS84 = DeclaredCrs("EPSG:4326", "OGC:CRS84", "format")


@dataclass(frozen=True, slots=True)
class Geo:
    """The `geo` metadata: the geometry column, and what it says of types and coordinate system."""

    column: str
    types: tuple[str, ...]
    crs: DeclaredCrs


def inspect(path: Path, request: Request) -> list[SourceLayer]:  # noqa: ARG001 - every reader is called alike
    """The one table. Raises DamagedFile."""
    file = _open(path)
    geo = _geo(file)
    first = next(_batches(file, geo, SAMPLE_ROWS), None)
    columns: tuple[Column, ...] = ()
    extent = None
    if first is not None:
        columns = described(first.columns)
        if first.geometry is not None and np.isfinite(bounds := shapely.total_bounds(first.geometry)).all():
            extent = tuple(bounds.tolist())
    kinds = {KINDS.get(t.removesuffix(" Z").removeprefix("Multi"), "mixed") for t in geo.types} if geo else set()
    kind = None if geo is None else kinds.pop() if len(kinds) == 1 else "mixed"
    dimensions = "XYZ" if geo and any(t.endswith(" Z") for t in geo.types) else "XY"
    encoding = Encoding("UTF-8", "format", Words(N_("该格式规定为 UTF-8")))
    crs = geo.crs if geo else DeclaredCrs()
    return [
        SourceLayer(path.stem, "GeoParquet", file.metadata.num_rows, columns, kind, encoding, crs, dimensions, extent)
    ]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows in batches, numbered from 1."""
    choose([path.stem], request.layer)
    file = _open(path)
    return _batches(file, _geo(file), request.batch_rows)


def _batches(file: ParquetFile, geo: Geo | None, size: int) -> Iterator[Rows]:
    seen = 0
    try:
        for batch in file.iter_batches(batch_size=size):
            numbers = np.arange(seen + 1, seen + batch.num_rows + 1, dtype=np.int64)
            seen += batch.num_rows
            yield Rows(numbers, *_split(batch, geo))
    except (pa.ArrowException, OSError, shapely.errors.GEOSException) as error:
        raise _damaged(str(error)[:300]) from error


def _split(batch: pa.RecordBatch, geo: Geo | None) -> tuple[dict[str, pa.Array], Geometries | None]:
    columns: dict[str, pa.Array] = {}
    geometry: Geometries | None = None
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if geo is not None and name == geo.column:
            stored = column.storage if isinstance(column.type, pa.BaseExtensionType) else column
            straight = pa.array(np.isin(wkb_kinds(stored), list(STRAIGHT)))
            wkb = pc.if_else(straight, stored, None)
            geometry = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="fix")
        elif (array := plain(column)) is not None:
            columns[name] = array
    return columns, geometry


def _open(path: Path) -> ParquetFile:
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(str(error)[:300]) from error


def _damaged(reason: Words | str) -> DamagedFile:
    return DamagedFile("geoparquet.damaged", reason=reason)


def _geo(file: ParquetFile) -> Geo | None:
    """None for a table without `geo` metadata."""
    raw = (file.metadata.metadata or {}).get(b"geo")
    if raw is None:
        return None
    try:
        geo = json.loads(raw)
        name = str(geo["primary_column"])
        described: dict[str, Any] = geo["columns"][name]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(Words(N_("“geo”元数据不完整"))) from error
    if described.get("encoding") != "WKB":
        raise _damaged(Words(N_("几何编码为“%(encoding)s”，只支持 WKB"), {"encoding": str(described.get("encoding"))}))
    return Geo(name, tuple(described.get("geometry_types") or ()), _crs(described))


def _crs(described: dict[str, Any]) -> DeclaredCrs:
    """Absent means WGS 84, null means unknown: so says the specification."""
    if "crs" not in described:
        return CRS84
    crs = described["crs"]
    if crs is None:
        return DeclaredCrs()
    name = str(crs.get("name", "")) if isinstance(crs, dict) else str(crs)
    authority = crs.get("id") or {} if isinstance(crs, dict) else {}
    if authority.get("authority") == "EPSG":
        return DeclaredCrs(f"EPSG:{authority['code']}", name, "file")
    if authority.get("code") in ("CRS84", "CRS84h"):
        return DeclaredCrs("EPSG:4326", "OGC:CRS84", "file")
    return DeclaredCrs(json.dumps(crs) if isinstance(crs, dict) else name, name, "file")
