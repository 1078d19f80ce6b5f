"""Rows beyond the district's outline: told, because a neighbour's asset slips in easily, and kept, because it may be meant."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.crs.systems import METRES_PER_DEGREE
from importers.normalise.positions import shown
from importers.problems.problem import Code, Problem, at
from importers.records import Geometries

Numbers = NDArray[np.int64]
POINT = 0
# Outlines are drawn to some ten metres, and a river or a kerb on the boundary belongs to both sides.
ALLOWED_M = 200.0


class OutlineCheck:
    """The outline of one district, in degrees, made ready to be asked of many shapes."""

    def __init__(self, outline: shapely.Geometry) -> None:
        self._narrow = math.cos(math.radians(outline.centroid.y))
        self._outline = self._metres(np.array([outline], dtype=object))[0]
        grown = self._outline.buffer(ALLOWED_M)
        self._grown = shapely.transform(grown, lambda points: points / self._scale)
        shapely.prepare(self._grown)

    @property
    def _scale(self) -> NDArray[np.float64]:
        return np.array([self._narrow, 1.0]) * METRES_PER_DEGREE

    def check(self, geometry: Geometries, numbers: Numbers, usable: Mask) -> list[Problem]:
        """Problems of shapes that lie, or reach, further than 200 m outside."""
        rows = np.flatnonzero(usable)
        shapes = geometry[rows]
        if len(shapes) and (shapely.get_type_id(shapes) == POINT).all():
            outside = ~shapely.contains_xy(self._grown, shapely.get_x(shapes), shapely.get_y(shapes))
        else:
            outside = ~shapely.covers(self._grown, shapes)
        rows = rows[outside]
        if not len(rows):
            return []
        shapes = geometry[rows]
        crossing = shapely.intersects(self._grown, shapes)
        metres = self._reach(shapes)
        problems: list[Problem] = []
        for code, mask in ((Code.OUTSIDE_OUTLINE, ~crossing), (Code.CROSSES_OUTLINE, crossing)):
            for row, far in zip(rows[mask], metres[mask], strict=True):
                problems += at(code, [numbers[row]], "", [shown(geometry[row])], metres=round(far))
        return problems

    def _reach(self, shapes: Geometries) -> NDArray[np.float64]:
        """How far the farthest vertex of each shape lies outside."""
        moved = self._metres(shapes)
        points, owner = shapely.get_coordinates(moved, return_index=True)
        far = np.zeros(len(shapes))
        np.maximum.at(far, owner, shapely.distance(self._outline, shapely.points(points)))
        return far

    def _metres(self, shapes: Geometries) -> Geometries:
        moved: Geometries = shapely.set_coordinates(shapes.copy(), shapely.get_coordinates(shapes) * self._scale)
        return moved
