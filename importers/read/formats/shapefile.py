"""Shapefiles: attributes by `dbf`, points read in one piece, lines and areas by GDAL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.errors import DamagedFile
from importers.problems.problem import Problem
from importers.read import gdal
from importers.read.file_type import beside
from importers.read.formats.dbf import Table, column, deleted
from importers.read.table import undecodable
from importers.records import (
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
from registry.i18n import N_, Words

HEADER = 100
KINDS = {1: "point", 3: "line", 5: "polygon", 8: "point", 31: "polygon"}
POINT = 1
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The header of a .shp: geometry kind, dimensions, box, and whether every record is a single point."""

    path: Path
    code: int
    box: Box

    @property
    def kind(self) -> str:
        """point, line, polygon or mixed."""
        return KINDS.get(self.code % 10, "mixed") if self.code != 31 else "polygon"

    @property
    def dimensions(self) -> str:
        """XY, XYZ or XYM."""
        return "XY" + ("Z" if 10 < self.code < 20 or self.code == 31 else "M" if 20 < self.code < 30 else "")


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """The one layer of a shapefile. Raises DamagedFile, UndecodableText."""
    shapes, table = _shapes(path), _table(path)
    encoding = _encoding(path, table, request)
    columns: tuple[Column, ...] = ()
    if table is not None:
        first = table.records(0, SAMPLE_ROWS)
        arrays = [column(first, field, encoding.name) for field in table.fields]
        columns = described(dict(zip(table.names(encoding.name), arrays, strict=True)))
    rows = table.count_live() if table is not None else None
    return [
        SourceLayer(
            path.stem, "Shapefile", rows, columns, shapes.kind, encoding, _crs(path), shapes.dimensions, shapes.box
        )
    ]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Records in batches, numbered from 1 as in QGIS and ArcGIS; records marked as deleted are left out."""
    choose([path.stem], request.layer)
    shapes, table = _shapes(path), _table(path)
    encoding = _encoding(path, table, request)
    points = _points(shapes)
    _check_count(path, points, table)
    if points is not None:
        batches = _point_batches(points, request.batch_rows)
    else:
        # The table is read by `dbf`; Latin-1 reads any column name, and none of them is wanted here.
        lines = gdal.features(path, None, request.batch_rows, columns=[], encoding="ISO-8859-1")
        batches = ((f.ids, f.geometry) for f in lines)
    names = table.names(encoding.name) if table is not None else []
    for ids, geometry in batches:
        if table is None:
            yield Rows(ids + 1, {}, geometry)
        else:
            yield _joined(table, names, encoding, ids, geometry)


def _joined(table: Table, names: list[str], encoding: Encoding, ids: NDArray[np.int64], geometry: Geometries) -> Rows:
    """Attributes and shapes of the same records, without the deleted ones."""
    start, stop = int(ids[0]), int(ids[-1]) + 1
    records = table.records(start, stop)
    arrays = [column(records, field, encoding.name) for field in table.fields]
    keep = np.zeros(stop - start, dtype=bool)
    keep[ids - start] = True
    keep &= ~deleted(records)
    if not keep.all():
        arrays = [array.filter(keep) for array in arrays]
        geometry = geometry[keep[ids - start]]
    columns = dict(zip(names, arrays, strict=True))
    numbers = np.flatnonzero(keep) + start + 1
    problems: list[Problem] = undecodable(numbers, columns, encoding.name)
    return Rows(numbers, columns, geometry, problems)


def _check_count(path: Path, points: Points | None, table: Table | None) -> None:
    """Shapes and records are joined by position alone: with unequal numbers every row could be another's."""
    index = beside(path, ".shx")
    shapes = len(points) if points is not None else (index.stat().st_size - HEADER) // 8 if index is not None else None
    if table is not None and shapes is not None and shapes != table.count:
        raise DamagedFile("shapefile.counts_differ", shapes=shapes, records=table.count)


def _point_batches(points: Points, size: int) -> Iterator[tuple[NDArray[np.int64], Geometries]]:
    for start in range(0, len(points), size):
        part = points[start : start + size]
        yield np.arange(start, start + len(part), dtype=np.int64), shapely.points(part)


def _points(shapes: Shapes) -> Points | None:
    """Coordinates of a file of single points, n × 2; None where records differ in length (null shapes, other types).

    Records of one length need neither GDAL nor the .shx, and GDAL's start-up costs as much as reading 100,000 of them.
    """
    if shapes.code % 10 != POINT:
        return None
    data = np.memmap(shapes.path, dtype=np.uint8, mode="r")[HEADER:]
    if len(data) < 28:
        return np.empty((0, 2)) if len(data) == 0 else None
    length = 8 + 2 * int(data[4:8].view(">i4")[0])
    if len(data) % length:
        return None
    records = data.reshape(-1, length)
    lengths = np.ascontiguousarray(records[:, 4:8]).view(">i4")
    types = np.ascontiguousarray(records[:, 8:12]).view("<i4")
    if (8 + 2 * lengths != length).any() or (types != shapes.code).any():
        return None
    return np.ascontiguousarray(records[:, 12:28]).view("<f8")


def _shapes(path: Path) -> Shapes:
    head = path.open("rb").read(HEADER)
    if len(head) < HEADER:
        raise DamagedFile("shapefile.damaged", name=path.name)
    shapes = Shapes(path, int.from_bytes(head[32:36], "little"), tuple(np.frombuffer(head[36:68], "<f8").tolist()))
    if shapes.code % 10 != POINT and shapes.code and beside(path, ".shx") is None:
        raise DamagedFile("shapefile.shx_missing", name=path.stem)
    return shapes


def _table(path: Path) -> Table | None:
    found = beside(path, ".dbf")
    return Table(found) if found is not None else None


def _encoding(path: Path, table: Table | None, request: Request) -> Encoding:
    if table is None:
        return Encoding("UTF-8", "format", Words(N_("没有属性表")))
    declared = beside(path, ".cpg")
    said = declared.read_text("ascii", "replace").strip() if declared is not None else None
    return table.encoding(request.encoding, said or None)


def _crs(path: Path) -> DeclaredCrs:
    found = beside(path, ".prj")
    text = found.read_text("utf-8", "replace").strip("\ufeff \r\n\t\0") if found is not None else ""
    if not text:
        return DeclaredCrs()
    name = re.search(r'"([^"]*)"', text)
    return DeclaredCrs(text, name[1] if name else text[:60], "prj")
