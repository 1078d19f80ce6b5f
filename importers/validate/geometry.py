"""Checks and repairs of geometry in the register's system, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.crs.systems import grown
from importers.normalise.positions import shown
from importers.problems.problem import N_, Code, Problem, at
from importers.records import Box, Geometries
from importers.validate.boundary import OutlineCheck
from importers.validate.vertices import oddities, tidied
from registry.i18n import Words

Numbers = NDArray[np.int64]
Bounds = NDArray[np.float64]

# Shapely's type ids: what a layer of each kind holds, single and multiple.
POINT, LINE, POLYGON, MULTI_POINT, MULTI_LINE, MULTI_POLYGON = 0, 1, 3, 4, 5, 6
SINGLE = {"point": POINT, "line": LINE, "polygon": POLYGON}
MULTIPLE = {"point": MULTI_POINT, "line": MULTI_LINE, "polygon": MULTI_POLYGON}
KIND_NAMES = {"point": N_("点"), "line": N_("线"), "polygon": N_("面")}
# A repair that changes the area by more than this is not a repair but a guess.
LARGEST_CHANGE = 0.001
REASONS = {
    "Self-intersection": N_("自相交"),
    "Ring Self-intersection": N_("环自相接"),
    "Hole lies outside shell": N_("内环在外环之外"),
    "Holes are nested": N_("内环嵌套"),
    "Nested shells": N_("面嵌套"),
    "Interior is disconnected": N_("内部不连通"),
    "Duplicate Rings": N_("环重复"),
    "Too few points in geometry component": N_("点数太少"),
    "Invalid Coordinate": N_("坐标无效"),
}


class ShapeCheck:
    """Checks for one layer kind (point, line, polygon).

    `box` and `outline` are those of the district, in degrees; without one its check is left out. `accepted` are the rows
    whose repair a person has agreed to though it changes the area, or True for all.
    """

    def __init__(
        self,
        kind: str,
        box: Box | None = None,
        outline: shapely.Geometry | None = None,
        accepted: Collection[int] | bool = False,
    ) -> None:
        self.kind, self.accepted = kind, accepted
        self.box = grown(box) if box is not None else None
        self.outline = OutlineCheck(outline) if outline is not None else None

    def check(self, geometry: Geometries, numbers: Numbers, placed: Mask) -> tuple[Geometries, list[Problem]]:
        """Geometries as the layer stores them (Point; Multi* for lines and areas), and what is wrong with them.

        Rows that are not `placed` have been reported before and are passed over.
        """
        if self.kind == "point" and (bounds := _bounds_of_points(geometry)) is not None:
            return geometry, self._elsewhere(geometry, numbers, placed, bounds)
        usable = placed & ~shapely.is_missing(geometry)
        problems: list[Problem] = []
        for code, found in (
            (Code.GEOMETRY_EMPTY, usable & shapely.is_empty(geometry)),
            (Code.GEOMETRY_NOT_FINITE, usable & ~_is_finite(geometry)),
        ):
            problems += at(code, numbers[found])
            usable &= ~found
        wrong, complaints = self._wrong_kind(geometry, numbers, usable)
        problems += complaints
        usable &= ~wrong
        geometry = _as_stored(geometry, self.kind, usable)
        if self.kind == "polygon":
            geometry, bad, complaints = self._repaired(geometry, numbers, usable)
            problems += complaints
            usable &= ~bad
        if self.kind != "point":
            geometry, complaints = tidied(geometry, numbers, usable)
            problems += complaints
        flat = usable & self._without_extent(geometry)
        problems += at(Code.GEOMETRY_WITHOUT_EXTENT, numbers[flat])
        usable &= ~flat
        if self.kind != "point":
            problems += oddities(geometry, numbers, usable, self.kind)
        return geometry, problems + self._elsewhere(geometry, numbers, usable, shapely.bounds(geometry))

    def _wrong_kind(self, geometry: Geometries, numbers: Numbers, usable: Mask) -> tuple[Mask, list[Problem]]:
        types = shapely.get_type_id(geometry)
        many = usable & (types == MULTI_POINT) & (shapely.get_num_geometries(geometry) > 1) & (self.kind == "point")
        wrong = usable & ~np.isin(types, (SINGLE[self.kind], MULTIPLE[self.kind]))
        problems = at(Code.GEOMETRY_MANY_POINTS, numbers[many], "", shapely.get_num_geometries(geometry[many]))
        if wrong.any():
            names = [shape.geom_type for shape in geometry[wrong]]
            problems += at(Code.GEOMETRY_TYPE, numbers[wrong], "", names, expected=Words(KIND_NAMES[self.kind]))
        return many | wrong, problems

    def _repaired(self, geometry: Geometries, numbers: Numbers, usable: Mask) -> tuple[Geometries, Mask, list[Problem]]:
        """Invalid areas repaired by the structure method, which keeps the area where buffer(0) would halve it."""
        invalid = np.flatnonzero(usable & ~shapely.is_valid(geometry))
        bad = np.zeros(len(geometry), dtype=bool)
        problems: list[Problem] = []
        if not len(invalid):
            return geometry, bad, problems
        repaired = shapely.make_valid(geometry[invalid], method="structure", keep_collapsed=False)
        before, after = shapely.area(geometry[invalid]), shapely.area(repaired)
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.where(before > 0, np.abs(after - before) / before, np.inf)
        geometry = geometry.copy()
        for place, shape, part in zip(invalid, repaired, change, strict=True):
            code = self._verdict(numbers[place], part, shape)
            reason, where = _reason(geometry[place])
            problems += at(code, [numbers[place]], "", [where], reason=reason, change=f"{100 * part:.2g}")
            bad[place] = code is Code.GEOMETRY_INVALID
            geometry[place] = geometry[place] if bad[place] else shape
        return _as_stored(geometry, "polygon", usable & ~bad), bad, problems

    def _verdict(self, number: np.int64, change: float, repaired: shapely.Geometry) -> Code:
        """A repair that changes next to nothing, one that a person has agreed to, or one that waits for that."""
        if change <= LARGEST_CHANGE:
            return Code.GEOMETRY_REPAIRED
        agreed = self.accepted if isinstance(self.accepted, bool) else int(number) in self.accepted
        return Code.GEOMETRY_REPAIR_ACCEPTED if agreed and not repaired.is_empty else Code.GEOMETRY_INVALID

    def _without_extent(self, geometry: Geometries) -> Mask:
        if self.kind == "point":
            return np.zeros(len(geometry), dtype=bool)
        size = shapely.length(geometry) if self.kind == "line" else shapely.area(geometry)
        return np.asarray(size == 0)

    def _elsewhere(self, geometry: Geometries, numbers: Numbers, usable: Mask, bounds: Bounds) -> list[Problem]:
        """Rows that touch the box nowhere; and of these, those that would after swapping their axes."""
        if self.box is None:
            return self.outline.check(geometry, numbers, usable) if self.outline is not None else []
        outside = usable & ~_touches(bounds, self.box)
        swapped = outside & _touches(bounds[:, [1, 0, 3, 2]], self.box)
        outside &= ~swapped
        near = usable & ~outside & ~swapped
        problems = self.outline.check(geometry, numbers, near) if self.outline is not None else []
        return (
            problems
            + at(Code.AXES_SWAPPED, numbers[swapped], "", map(shown, geometry[swapped]))
            + at(Code.OUTSIDE_DISTRICT, numbers[outside], "", map(shown, geometry[outside]))
        )


def _is_finite(geometry: Geometries) -> Mask:
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    finite = np.ones(len(geometry), dtype=bool)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _bounds_of_points(geometry: Geometries) -> Bounds | None:
    """The bounds of good points, None where one is missing, empty, of another kind or not finite: then all is looked at."""
    if not (shapely.get_type_id(geometry) == POINT).all():
        return None
    points = shapely.get_coordinates(geometry)
    return np.hstack((points, points)) if len(points) == len(geometry) and np.isfinite(points).all() else None


def _touches(bounds: Bounds, box: Box) -> Mask:
    west, south, east, north = box
    inside = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return np.asarray(inside)


def _as_stored(geometry: Geometries, kind: str, usable: Mask) -> Geometries:
    """One point as Point; lines and areas as Multi*, so that a layer has one type."""
    stored = geometry.copy()
    types = shapely.get_type_id(geometry)
    if kind == "point":
        multiple = usable & (types == MULTI_POINT)
        stored[multiple] = shapely.get_geometry(geometry[multiple], 0)
        return stored
    single = usable & (types == SINGLE[kind])
    gather = shapely.multilinestrings if kind == "line" else shapely.multipolygons
    if single.any():
        stored[single] = gather(geometry[single][:, np.newaxis])
    return stored


def _reason(geometry: shapely.Geometry) -> tuple[Words | str, str]:
    reason, _bracket, where = shapely.is_valid_reason(geometry).partition("[")
    known = REASONS.get(reason)
    return Words(known) if known else reason, where.rstrip("]")
