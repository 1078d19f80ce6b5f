"""Areas from a file: subdistricts, communities and unit grids as polygons with their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from importers.crs.systems import resolve
from importers.crs.transform import to_register
from importers.errors import NoGeometry
from importers.inspection.crs_choice import peeked, settled
from importers.problems.problem import Problem
from importers.profiles.profile import Profile
from importers.read.reader import inspect, read
from importers.records import Geometries, choose
from registry.areas.areas import AreaShape
from registry.assets.reference_features import Reference


@dataclass(frozen=True)
class AreaColumns:
    """Which columns hold code and names; a file of one polygon may give its code instead."""

    code: str = "code"
    name: str = "name"
    name_en: str = "name_en"
    only_code: str | None = None


def read_areas(
    path: Path,
    layer: str | None,
    crs: str | None,
    columns: AreaColumns,
    known: Reference | None = None,
    tell: Callable[[Problem], None] = print,
) -> Iterator[AreaShape]:
    """The polygons of one layer of a file, in EPSG:4490, repaired where they cross themselves.

    Without `crs` they are held against what is `known` of the district, as the assets of a delivery are; a system that was
    found out is told. Raises SourceError as `importers.read.reader` does, UnknownCrs where a person must say, NoGeometry
    for a row without a polygon.
    """
    offered = inspect(path)
    name = choose([source.name for source in offered], layer)
    source = next(s for s in offered if s.name == name)
    first, batches = peeked(read(path, source.name))
    swapped = False
    if crs is None and known is not None and first is not None and first.geometry is not None:
        choice = settled(source, Profile(""), first.geometry, known)
        source, swapped = choice.source, choice.profile.swap_axes
        for remark in choice.problems:
            tell(remark)
    given = resolve(source, crs)
    for rows in batches:
        if rows.geometry is None:
            raise NoGeometry("area.without_shape", name=source.name)
        shapes = shapely.make_valid(
            to_register(_turned(rows.geometry, swapped), given), method="structure", keep_collapsed=False
        )
        codes = _texts(rows.columns.get(columns.code), len(rows), columns.only_code)
        names = _texts(rows.columns.get(columns.name), len(rows), "")
        english = _texts(rows.columns.get(columns.name_en), len(rows), "")
        if bad := np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6))).tolist():
            raise NoGeometry("area.not_polygon", row=int(rows.numbers[bad[0]]))
        yield from map(AreaShape, codes, names, english, shapes)


def _turned(geometry: Geometries, swapped: bool) -> Geometries:
    turned: Geometries = shapely.transform(geometry, lambda places: places[:, ::-1]) if swapped else geometry
    return turned


def _texts(column: pa.Array | None, count: int, otherwise: str | None) -> list[str]:
    if column is None:
        return [otherwise or ""] * count
    return [str(value) if value is not None else "" for value in column.to_pylist()]
