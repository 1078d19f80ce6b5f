"""How alike two lines or two areas are: how much of each runs along the other, how far off, how much ground they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shapes = NDArray[Any]

STRETCHES = 48
"""A line is looked at in about so many stretches of equal length."""
SHORTEST_M = 0.25


@dataclass(frozen=True)
class Likeness:
    """`along`: the share of the one that runs within the tolerance of the other, the lesser of both ways. `metres`: how far
    apart they are on average, no distance counted for more than twice the tolerance. `shared`: the area in common as a share
    of the area of both together; 0 for lines."""

    along: Floats
    metres: Floats
    shared: Floats


def compare(delivered: Shapes, known: Shapes, tolerance: float) -> Likeness:
    """Compare lines or areas pairwise, in plane coordinates in metres. Areas by their boundaries and by their ground."""
    areas = shapely.get_dimensions(delivered) == 2
    lines, others = (
        np.where(areas, shapely.boundary(delivered), delivered),
        np.where(areas, shapely.boundary(known), known),
    )
    there, off = _along(lines, others, tolerance)
    back, off_back = _along(others, lines, tolerance)
    shared = np.zeros(len(delivered))
    common = shapely.area(shapely.intersection(delivered[areas], known[areas]))
    shared[areas] = common / (shapely.area(delivered[areas]) + shapely.area(known[areas]) - common)
    return Likeness(np.minimum(there, back), (off + off_back) / 2, shared)


def _along(lines: Shapes, others: Shapes, tolerance: float) -> tuple[Floats, Floats]:
    """The share of each line within the tolerance of the other, and its mean distance from it: by the middles of stretches."""
    step = np.maximum(shapely.length(lines) / STRETCHES, SHORTEST_M)
    parts, pair = shapely.get_parts(shapely.segmentize(lines, step), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inside = part[1:] == part[:-1]
    length = np.hypot(*(xy[1:] - xy[:-1]).T)[inside]
    middle = shapely.points(((xy[1:] + xy[:-1]) / 2)[inside])
    owner = pair[part[1:][inside]]
    distance = np.minimum(shapely.distance(middle, others[owner]), 2 * tolerance)
    whole = np.maximum(np.bincount(owner, length, len(lines)), 1e-9)
    near = np.bincount(owner, length * (distance <= tolerance), len(lines)) / whole
    return near, np.bincount(owner, length * distance, len(lines)) / whole
