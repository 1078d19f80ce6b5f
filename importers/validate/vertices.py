"""What is odd about the vertices, parts and rings of lines and areas, although they are valid. Geometry in degrees.

Lengths and areas are taken on a plane that fits the place of each shape: within a district good to a few per mille.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.crs.systems import METRES_PER_DEGREE
from importers.normalise.positions import shown
from importers.problems.problem import Code, Problem, at
from importers.records import Geometries

Numbers = NDArray[np.int64]
Places = NDArray[np.intp]
Floats = NDArray[np.float64]

LINE = 1  # Shapely's type id
SHARPEST = np.cos(np.radians(2.0))
SHORTEST_SPIKE_M = 1.0
SMALLEST_M2 = 1.0
LEAST_OVERLAP_M = 0.1


def tidied(geometry: Geometries, numbers: Numbers, usable: Mask) -> tuple[Geometries, list[Problem]]:
    """Without repeated vertices, and lines without parts of no length; told, because it changes what was delivered.

    Lines and areas alike; a shape without any extent is left for another check.
    """
    geometry = geometry.copy()
    rows = np.flatnonzero(usable & (shapely.length(geometry) > 0))
    problems = _without_empty_parts(geometry, numbers, rows)
    fewer = shapely.remove_repeated_points(geometry[rows], 0.0)
    dropped = shapely.get_num_coordinates(geometry[rows]) - shapely.get_num_coordinates(fewer)
    changed = dropped > 0
    geometry[rows[changed]] = fewer[changed]
    return geometry, problems + at(Code.VERTICES_REPEATED, numbers[rows[changed]], "", dropped[changed])


def oddities(geometry: Geometries, numbers: Numbers, usable: Mask, kind: str) -> list[Problem]:
    """Spikes; lines that cover themselves; areas, parts and holes that are next to nothing."""
    rows = np.flatnonzero(usable)
    if not len(rows):
        return []
    shapes, numbers = geometry[rows], numbers[rows]
    if kind == "line":
        parts, owner = shapely.get_parts(shapes, return_index=True)
        return _spikes(parts, owner, numbers, closed=False) + _overlaps(shapes, numbers)
    polygons, polygon_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    owner = polygon_owner[ring_owner]
    return _spikes(rings, owner, numbers, closed=True) + _tiny(rings, owner, numbers)


def narrowing(geometry: Geometries) -> Floats:
    """How many degrees of latitude a degree of longitude is worth where each shape lies."""
    bounds = shapely.bounds(geometry)
    narrow: Floats = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    return narrow


def _without_empty_parts(geometry: Geometries, numbers: Numbers, rows: Places) -> list[Problem]:
    """Drop parts of no length, in place: of lines they are told, of areas they are empty and hold nothing."""
    many = rows[shapely.get_num_geometries(geometry[rows]) > 1]
    parts, owner = shapely.get_parts(geometry[many], return_index=True)
    empty = shapely.length(parts) == 0
    if not empty.any():
        return []
    count = np.bincount(owner[empty], minlength=len(many))
    keep = ~empty & (count > 0)[owner]
    places, member = np.unique(owner[keep], return_inverse=True)
    lines = shapely.get_type_id(parts[empty])[0] == LINE
    gather = shapely.multilinestrings if lines else shapely.multipolygons
    geometry[many[places]] = gather(parts[keep], indices=member)
    if not lines:
        return []
    return at(Code.LINE_PARTS_DROPPED, numbers[many[places]], "", count[places])


def _spikes(chains: Geometries, owner: Places, numbers: Numbers, closed: bool) -> list[Problem]:
    """Vertices at which a chain of vertices turns back upon itself, both ways for more than a metre."""
    narrow = narrowing(chains)
    points, chain = shapely.get_coordinates(chains, return_index=True)
    before, after = _neighbours(chain, closed)
    scale = np.column_stack((narrow[chain], np.ones(len(chain)))) * METRES_PER_DEGREE
    back, ahead = (points[before] - points) * scale, (points[after] - points) * scale
    lengths = np.hypot(*back.T), np.hypot(*ahead.T)
    with np.errstate(invalid="ignore", divide="ignore"):  # ends of a chain are their own neighbours
        cosine = (back * ahead).sum(axis=1) / (lengths[0] * lengths[1])
    sharp = (cosine > SHARPEST) & (np.minimum(*lengths) > SHORTEST_SPIKE_M)
    found, first = np.unique(owner[chain[sharp]], return_index=True)
    where = shapely.points(points[sharp][first])
    return at(Code.GEOMETRY_SPIKE, numbers[found], "", map(shown, where))


def _neighbours(chain: Places, closed: bool) -> tuple[Places, Places]:
    """Of each vertex the one before and the one after in its chain; at the ends of an open chain itself.

    The last vertex of a ring repeats the first: before the first stands the last but one, and the last is left out.
    """
    places = np.arange(len(chain))
    starts = np.r_[True, chain[1:] != chain[:-1]] if len(chain) else np.zeros(0, dtype=bool)
    ends = np.r_[starts[1:], True] if len(chain) else starts
    before, after = places - ~starts, places + ~ends
    if closed:
        before[starts] = places[ends] - 1
    return before, after


def _overlaps(shapes: Geometries, numbers: Numbers) -> list[Problem]:
    """Lines that run along themselves; crossing or touching oneself is no fault."""
    crossing = np.flatnonzero(~shapely.is_simple(shapes))
    if not len(crossing):
        return []
    flat = _scaled(shapes[crossing])
    twice = shapely.length(flat) - shapely.length(shapely.node(flat))
    over = twice > LEAST_OVERLAP_M
    return at(Code.LINE_OVERLAPS_ITSELF, numbers[crossing[over]], "", [f"{metres:.1f}" for metres in twice[over]])


def _tiny(rings: Geometries, owner: Places, numbers: Numbers) -> list[Problem]:
    """Areas of less than a square metre; parts and holes of that size in larger ones."""
    area = shapely.area(shapely.polygons(rings)) * narrowing(rings) * METRES_PER_DEGREE**2
    tiny = area < SMALLEST_M2
    if not tiny.any():
        return []
    alone = np.bincount(owner, minlength=len(numbers)) == 1
    problems: list[Problem] = []
    for code, mask in ((Code.AREA_TINY, tiny & alone[owner]), (Code.RING_TINY, tiny & ~alone[owner])):
        found, first = np.unique(owner[mask], return_index=True)
        problems += at(code, numbers[found], "", [f"{size:.2g}" for size in area[mask][first]])
    return problems


def _scaled(geometry: Geometries) -> Geometries:
    """The same shapes in metres."""
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    scale = np.column_stack((narrowing(geometry)[owner], np.ones(len(owner)))) * METRES_PER_DEGREE
    moved: Geometries = shapely.set_coordinates(geometry.copy(), points * scale)
    return moved
