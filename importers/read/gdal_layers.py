"""What GDAL tells of a layer, in the terms of every reader: a `SourceLayer` before reading, `Rows` while reading."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from importers.geometry_collections import unwrapped
from importers.problems.problem import Code, Problem
from importers.read import gdal
from importers.read.table import plain, undecodable
from importers.records import Box, Column, DeclaredCrs, Encoding, Geometries, Rows, SourceLayer, described

KINDS = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}


def layer_of(
    layer: gdal.GdalLayer, first: Rows | None, made: str, encoding: Encoding, crs: DeclaredCrs | None = None
) -> SourceLayer:
    """A layer as it is shown before an import; `first` are its first rows, `made` the name of its format."""
    columns: tuple[Column, ...] = described(first.columns) if first is not None else ()
    nothing: Geometries = np.empty(0, dtype=object)
    geometry = first.geometry if first is not None and first.geometry is not None else nothing
    kind, dimensions = gdal.kind_of(layer.geometry)
    if kind == "mixed":
        kind = kind_of(geometry)
    if dimensions == "XY" and shapely.has_z(geometry).any():
        dimensions = "XYZ"
    crs = declared(layer.crs, "file") if crs is None else crs
    return SourceLayer(layer.name, made, layer.rows, columns, kind, encoding, crs, dimensions, extent(geometry))


def rows_of(batch: gdal.Features, numbers: NDArray[np.int64], encoding: Encoding) -> Rows:
    """A batch of features as rows, with what there is to say of it."""
    columns = plain_columns(batch.columns)
    problems = undecodable(numbers, columns, encoding.name)
    if batch.curved:
        problems.append(Problem(Code.CURVES_LINEARISED))
    return Rows(numbers, columns, batch.geometry, problems)


def plain_columns(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Columns that a register can keep, in the few types that it knows."""
    arrays = ((name, plain(column)) for name, column in columns.items())
    return {name: array for name, array in arrays if array is not None}


def declared(crs: str, basis: str) -> DeclaredCrs:
    """WKT or an authority code as what the file declares; its name is the first quoted word."""
    if not crs:
        return DeclaredCrs()
    name = re.search(r'"([^"]*)"', crs)
    return DeclaredCrs(crs, name[1] if name else crs, basis)


def kind_of(geometry: Geometries) -> str:
    """The kind that all geometries share, or mixed."""
    types = np.unique(shapely.get_type_id(unwrapped(geometry)))
    kinds = {KINDS.get(int(code), "mixed") for code in types if code >= 0}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def extent(geometry: Geometries) -> Box | None:
    """The box of some geometries, None where they have none."""
    if not len(geometry) or not np.isfinite(bounds := shapely.total_bounds(geometry)).all():
        return None
    return tuple(bounds.tolist())
