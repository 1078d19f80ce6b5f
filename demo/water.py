"""Rivers: the main canal, five rivers across the district, and the small canals of a water town that feed them.

They run between the streets of the lattice, meandering a little. Each small canal begins or ends on another river, so
all water is one network, which the streets cross by bridges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.ground import NORTH_END, Floats, Ground
from demo.lattice import EAST_END, WEST_END, Lattice, across_line, along_line, runs
from demo.outline import outline

CITY, DISTRICT, LOCAL = 1, 2, 3
"""Levels of a river: the codes of scheme `local river level`."""
BESIDE = 0.18
"""Share of a lattice cell between an arterial and the river that runs beside it."""
SHORTEST = 320.0
HILL_DISTANCE = 70.0
MEANDER = 18.0
TOUCHING = 2.0


@dataclass(frozen=True)
class Water:
    """Rivers as parallel arrays: centre lines in EPSG:4549, level (`CITY` …), full width in metres."""

    lines: NDArray[Any]
    level: NDArray[np.int64]
    width: Floats

    def surface(self, margin: float = 0.0) -> NDArray[Any]:
        """The water of each river, widened by `margin` metres on both banks."""
        water: NDArray[Any] = shapely.buffer(self.lines, self.width / 2 + margin, cap_style="flat")
        return water


def draw_water(ground: Ground, lattice: Lattice, hill: shapely.Polygon, count: int, rng: np.random.Generator) -> Water:
    """Exactly `count` rivers: the canal first, then the rivers, then small canals in the order in which they join."""
    places = _places(lattice, rng)
    great = list(_great(places))
    small = list(_small(places, rng))
    order = rng.permutation(len(small))
    lines = _joined(
        [_longest(line, ground, hill) for line in great], [_longest(small[i], ground, hill) for i in order], count
    )
    level = np.full(count, LOCAL)
    level[: len(great) + 14] = DISTRICT
    level[:3] = CITY
    width = np.select([level == CITY, level == DISTRICT], [34.0, 20.0], 11.0) + np.round(rng.uniform(-3, 4, count), 1)
    width[0] = 72.0
    return Water(np.array(lines, dtype=object), level, width)


def _places(lattice: Lattice, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One river position per lattice strip, beside one of its arterials: (across, along), with the canal in across."""

    def beside(low: Floats, high: Floats, share: Floats) -> Floats:
        return low + (high - low) * share

    across, along = lattice.across, lattice.along
    share = np.where(rng.random(len(across) - 1) < 0.5, BESIDE, 1 - BESIDE)
    # Away from the streets on the canal's banks, and east of them away from the expressway.
    canal = int(np.flatnonzero(across == 0)[0])
    share[canal - 1], share[canal], share[canal + 1] = BESIDE, 1 - BESIDE, 1 - BESIDE
    share_along = np.where(rng.random(len(along) - 1) < 0.5, BESIDE, 1 - BESIDE)
    places = np.append(beside(across[:-1], across[1:], share), 0.0)
    return np.sort(places), beside(along[:-1], along[1:], share_along)


def _great(places: tuple[Floats, Floats]) -> Iterator[shapely.LineString]:
    """The canal and five rivers, in frame coordinates."""
    across, along = (lambda wanted, p=p: float(p[np.argmin(np.abs(p - wanted))]) for p in places)
    yield across_line(0.0, -500.0, NORTH_END)
    yield across_line(across(1_350.0), -500.0, NORTH_END)
    yield along_line(along(6_400.0), WEST_END, 0.0)
    yield along_line(along(8_800.0), 0.0, EAST_END)
    yield across_line(across(-2_900.0), along(6_400.0), NORTH_END)
    yield along_line(along(12_300.0), 0.0, EAST_END)


def _small(places: tuple[Floats, Floats], rng: np.random.Generator) -> Iterator[shapely.LineString]:
    across, along = places
    for u in across[across != 0]:
        for first, end in runs(rng.random(len(along) - 1) < 0.75, rng.random(len(along) - 1) < 0.5):
            yield across_line(u, along[first], along[end])
    for v in along:
        for first, end in runs(rng.random(len(across) - 1) < 0.75, rng.random(len(across) - 1) < 0.5):
            yield along_line(v, across[first], across[end])


def _longest(line: shapely.LineString, ground: Ground, hill: shapely.Polygon) -> shapely.LineString:
    """The longest part of a frame line inside the outline and off the hill, meandering, in EPSG:4549."""
    u, v = shapely.get_coordinates(shapely.segmentize(line, 25.0)).T
    free = MEANDER * (1 - np.exp(-((u / 200.0) ** 2)))
    sway_u = free * (np.sin(v / 143.0 + u / 310.0) + 0.5 * np.sin(v / 61.0))
    sway_v = free * (np.sin(u / 151.0 + v / 270.0) + 0.5 * np.sin(u / 67.0))
    bent = shapely.LineString(ground.place(u + sway_u, v + sway_v))
    inside = shapely.difference(shapely.intersection(bent, outline()), hill.buffer(HILL_DISTANCE))
    return max(shapely.get_parts(inside), key=shapely.length, default=shapely.LineString())


def _joined(great: list[shapely.LineString], small: list[shapely.LineString], count: int) -> list[shapely.LineString]:
    """The great rivers and as many small ones as make `count`, each touching one before it, none lying on another."""
    candidates = np.array([line for line in small if line.length >= SHORTEST], dtype=object)
    touching, open_ = np.zeros(len(candidates), bool), np.ones(len(candidates), bool)
    kept: list[shapely.LineString] = []

    def keep(line: shapely.LineString) -> None:
        kept.append(line)
        touching[:] |= shapely.distance(candidates, line) < TOUCHING
        open_[:] &= shapely.length(shapely.intersection(candidates, line.buffer(40.0))) < 150.0

    for line in great:
        keep(line)
    while len(kept) < count:
        keep(candidates[np.flatnonzero(touching & open_)[0]])
    return kept
