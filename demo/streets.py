"""The main streets: a ring of expressways, arterials on the lattice, secondary roads between them.

Laid out straight in the frame (see `ground`), then bent, cut off at the outline and stopped at the foot of the hill,
where a road runs round. Everything starts and ends on something else, so the network is connected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.ground import NORTH_END, Floats, Ground
from demo.lattice import EAST_END, WEST_END, Lattice, across_line, along_line, runs
from demo.outline import outline
from demo.roads import ARTERIAL, EXPRESSWAY, SECONDARY

RING_CORNER = 750.0
RING_WEST, RING_EAST = -1_650.0, 2_700.0
RING_SOUTH, RING_NORTH = 4_900.0, 9_300.0
CANAL_SIDE = 165.0
"""Frame metres from the canal to the streets that follow its banks."""
SHORTEST = 260.0
KEPT_SHARE = 0.85
Street = tuple[int, shapely.LineString]
Mask = NDArray[np.bool_]


def main_streets(ground: Ground, lattice: Lattice, hill: shapely.Polygon, rng: np.random.Generator) -> list[Street]:
    """Expressways, arterials and secondary roads as (class, line in EPSG:4549), in that order."""
    fast = list(_expressways(lattice))
    main = list(_arterials(lattice, shapely.union_all(fast), rng))
    lesser = list(_secondaries(lattice, rng))
    found = [
        *((EXPRESSWAY, line) for line in _on_the_ground(fast, ground, hill)),
        *((ARTERIAL, line) for line in _on_the_ground(main, ground, hill)),
        *((SECONDARY, line) for line in _on_the_ground(lesser, ground, hill)),
    ]
    return found + [(SECONDARY, line) for line in _round(hill)]


def _nearest(positions: Floats, wanted: float) -> float:
    return float(positions[np.argmin(np.abs(positions - wanted))])


def _expressways(lattice: Lattice) -> Iterator[shapely.LineString]:
    """A ring in four parts, three roads out of it and one across the north, in frame coordinates."""
    west, east = (_nearest(lattice.across, u) for u in (RING_WEST, RING_EAST))
    south, north = (_nearest(lattice.along, v) for v in (RING_SOUTH, RING_NORTH))
    r = RING_CORNER
    yield _side((west + r, south + r), (east - r, south + r), r, 225)
    yield _side((east - r, south + r), (east - r, north - r), r, 315)
    yield _side((east - r, north - r), (west + r, north - r), r, 45)
    yield _side((west + r, north - r), (west + r, south + r), r, 135)
    middle = _nearest(lattice.across, 760.0)
    yield across_line(middle, 0.0, south)
    yield across_line(middle, north, NORTH_END)
    yield along_line(_nearest(lattice.along, 7_300.0), WEST_END, west)
    yield along_line(_nearest(lattice.along, 11_400.0), WEST_END, EAST_END)


def _side(first: tuple[float, float], second: tuple[float, float], radius: float, start: float) -> shapely.LineString:
    """One side of the ring: half a corner about `first`, a straight, half a corner about `second`; `start` degrees."""
    angle = np.radians(start + np.arange(0, 46, 5))
    corners = [
        np.round(np.asarray(centre) + radius * np.column_stack([np.cos(a), np.sin(a)]), 6)
        for centre, a in ((first, angle), (second, angle + np.pi / 4))
    ]
    return shapely.LineString(np.concatenate(corners))


def _arterials(lattice: Lattice, fast: shapely.Geometry, rng: np.random.Generator) -> Iterator[shapely.LineString]:
    """Every line of the lattice but the canal, without what the expressways took, in lengths of some kilometres."""
    for across in lattice.across[lattice.across != 0]:
        for start, end in _lengths(lattice.along, rng):
            yield from _lines(shapely.difference(across_line(across, start, end), fast))
    for along in lattice.along:
        for start, end in _lengths(lattice.across, rng):
            yield from _lines(shapely.difference(along_line(along, start, end), fast))


def _lengths(positions: Floats, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Cut a line that crosses others at `positions` into named lengths of three to five crossings."""
    i = int(rng.integers(-3, 0))
    while i < len(positions) - 1:
        step = int(rng.integers(3, 6))
        yield positions[max(i, 0)], positions[min(i + step, len(positions) - 1)]
        i += step


def _lines(geometry: shapely.Geometry) -> Iterator[shapely.LineString]:
    parts = shapely.get_parts(shapely.line_merge(geometry))
    yield from (part for part in parts if part.length > 0)


def _secondaries(lattice: Lattice, rng: np.random.Generator) -> Iterator[shapely.LineString]:
    """The lines that cut lattice cells in two, or in three where the town is dense; and the streets along the canal."""
    for i, (west, east) in enumerate(zip(lattice.across, lattice.across[1:], strict=False)):
        for cut, present in _cuts(west, east, lattice.dense[i], rng):
            yield from (across_line(cut, s, e) for s, e in _stretches(lattice.along, present, rng))
    stops, cell = _stops_across(lattice)
    for j, (south, north) in enumerate(zip(lattice.along, lattice.along[1:], strict=False)):
        for cut, present in _cuts(south, north, lattice.dense[:, j], rng):
            kept = _with_few_bridges(stops, present[cell], rng)
            yield from (along_line(cut, s, e) for s, e in _stretches(stops, kept, rng))


def _cuts(low: float, high: float, dense: Mask, rng: np.random.Generator) -> Iterator[tuple[float, Mask]]:
    """Positions between `low` and `high`, each with the cells in which it is used: all along the canal, most elsewhere."""
    width = high - low

    def mostly(cells: Mask) -> Mask:
        return cells & (rng.random(len(cells)) < KEPT_SHARE)

    if 0 in (low, high):
        yield (CANAL_SIDE if low == 0 else -CANAL_SIDE), np.ones(len(dense), bool)
        yield (low + high) * 0.6, mostly(dense)
    else:
        yield low + width * rng.uniform(0.45, 0.55), mostly(~dense)
        yield low + width * rng.uniform(0.31, 0.36), mostly(dense)
        yield low + width * rng.uniform(0.64, 0.69), mostly(dense)


def _stops_across(lattice: Lattice) -> tuple[Floats, NDArray[np.int64]]:
    """Where an eastward street may begin or end (arterials and canal banks), and the lattice cell of each segment."""
    lines = lattice.across[lattice.across != 0]
    stops = np.sort(np.concatenate([lines, [-CANAL_SIDE, CANAL_SIDE]]))
    cell = np.searchsorted(lattice.across, (stops[1:] + stops[:-1]) / 2 - 1e-6, side="right") - 1
    return stops, np.clip(cell, 0, len(lattice.across) - 2)


def _with_few_bridges(stops: Floats, kept: Mask, rng: np.random.Generator) -> Mask:
    """Let a secondary road cross the canal only sometimes, and only where it goes on on both sides."""
    bridge = int(np.searchsorted(stops, -CANAL_SIDE))
    kept[bridge] = kept[bridge - 1] and kept[bridge + 1] and rng.random() < 0.45
    return kept


def _stretches(stops: Floats, kept: Mask, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    for first, end in runs(kept, rng.random(len(kept)) < 0.22):
        yield stops[first], stops[end]


def _on_the_ground(
    lines: Iterable[shapely.LineString], ground: Ground, hill: shapely.Polygon
) -> Iterator[shapely.LineString]:
    """Bend frame lines into EPSG:4549, cut them at the outline and at the hill, drop stumps."""
    for line in lines:
        bent = ground.line(*shapely.get_coordinates(line).T)
        inside = shapely.difference(shapely.intersection(bent, outline()), hill)
        yield from (part for part in shapely.get_parts(inside) if part.length >= SHORTEST)


def _round(hill: shapely.Polygon) -> Iterator[shapely.LineString]:
    """The road at the foot of the hill, in two halves."""
    foot = shapely.get_coordinates(hill.exterior)
    middle = len(foot) // 2
    yield shapely.LineString(foot[: middle + 1])
    yield shapely.LineString(foot[middle:])
