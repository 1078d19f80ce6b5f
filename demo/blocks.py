"""Blocks: the faces between streets and water, and how they are cut into smaller ones by new streets.

A block is cut across its longest side, near the middle, again and again: the largest for its neighbourhood first. The
cuts are the branch roads, then the alleys, then the borders of unit grids; a real town's plots come about in this way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.ground import Floats

NODING = 0.01
"""Grid of the noding in metres: lines that nearly meet are made to meet."""
STRETCH = 3 * NODING
Geometries = NDArray[Any]


def faces(*lines: Geometries) -> Geometries:
    """Polygons between lines of EPSG:4549, noded, in a stable order (south to north, west to east)."""
    noded = shapely.union_all(np.concatenate([np.atleast_1d(part) for part in lines]), grid_size=NODING)
    found: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    middle = shapely.get_coordinates(shapely.point_on_surface(found))
    return found[np.lexsort(np.round(middle, 3).T)]


def cut_up(
    blocks: Geometries, wanted: Floats, count: int, rng: np.random.Generator, straight: float = 4.0
) -> Geometries:
    """Exactly `count` cuts, in the order in which they were made: each ends on block edges or on cuts before it.

    `wanted` is the area in m² that each block should come down to.

    Every cut runs from side to side of its block, turned by a few degrees (`straight` is their standard deviation) so
    that no two streets are quite parallel.
    """
    cuts: list[Geometries] = []
    made = 0
    while made < count:
        need = shapely.area(blocks) / wanted
        chosen = np.argsort(-need, kind="stable")[: min(max(len(blocks) // 3, 1), count - made)]
        line, first, second = map(_longest, _halve(blocks[chosen], rng, straight))
        line = _stretched(line)
        rest = np.delete(np.arange(len(blocks)), chosen)
        blocks = np.concatenate([blocks[rest], first, second])
        wanted = np.concatenate([wanted[rest], wanted[chosen], wanted[chosen]])
        cuts.append(line)
        made += len(chosen)
    return np.concatenate(cuts)


def cut_down(blocks: Geometries, largest: float, rng: np.random.Generator, straight: float = 2.0) -> Geometries:
    """The cuts that bring every block down to `largest` m² or less."""
    cuts: list[Geometries] = []
    while len(blocks := blocks[shapely.area(blocks) > largest]):
        line, first, second = map(shapely.get_parts, _halve(blocks, rng, straight))
        blocks = np.concatenate([first, second])
        cuts.append(_stretched(line))
    return np.concatenate(cuts)


def _halve(blocks: Geometries, rng: np.random.Generator, straight: float) -> tuple[Geometries, Geometries, Geometries]:
    """A cut for each block and the two sides of it, in several parts where the block is bent."""
    middle, axis, reach = _long_axis(blocks)
    shift = rng.uniform(-0.09, 0.09, len(blocks))[:, None] * axis
    turn = np.radians(rng.normal(0, straight, len(blocks)))
    across = _turned(np.column_stack([-axis[:, 1], axis[:, 0]]) / np.hypot(*axis.T)[:, None], turn)
    start, end = middle + shift - across * reach[:, None], middle + shift + across * reach[:, None]
    line = shapely.intersection(shapely.linestrings(np.stack([start, end], axis=1)), blocks)
    side = np.column_stack([across[:, 1], -across[:, 0]]) * reach[:, None]
    half = shapely.polygons(np.stack([start, end, end + side, start + side], axis=1))
    return line, shapely.intersection(blocks, half), shapely.difference(blocks, half)


def _stretched(lines: Geometries) -> Geometries:
    """Straight lines made a little longer at both ends, so that the noding cannot miss what they end on."""
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1)], axis=1)
    over = (ends[:, 1] - ends[:, 0]) * (STRETCH / np.maximum(shapely.length(lines), STRETCH))[:, None]
    longer: Geometries = shapely.linestrings(np.stack([ends[:, 0] - over, ends[:, 1] + over], axis=1))
    return longer


def _long_axis(blocks: Geometries) -> tuple[Floats, Floats, Floats]:
    """Centre, long axis as a vector, and a length that reaches beyond the block, from the oriented envelope."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(blocks)).reshape(-1, 5, 2)
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    longer = (np.hypot(*one.T) >= np.hypot(*two.T))[:, None]
    return corners[:, :4].mean(axis=1), np.where(longer, one, two), np.hypot(*one.T) + np.hypot(*two.T)


def _turned(vectors: Floats, angle: Floats) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack([vectors[:, 0] * cos - vectors[:, 1] * sin, vectors[:, 0] * sin + vectors[:, 1] * cos])


def _longest(geometries: Geometries) -> Geometries:
    """The largest part of each geometry, by length for lines and by perimeter for polygons."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    order = np.lexsort([-shapely.length(parts), owner])
    longest: Geometries = parts[order][np.unique(owner[order], return_index=True)[1]]
    return longest
