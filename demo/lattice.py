"""The lattice of main lines in the bent frame: where arterials run, and how finely each cell between them is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.ground import NORTH_END, Floats, Ground, density

WEST_END, EAST_END = -7_500.0, 8_000.0
SOUTH_END = 300.0
DENSE = 0.52


@dataclass(frozen=True)
class Lattice:
    """Arterial positions in frame metres: `across` west to east (0, the canal, is one of them), `along` south to north;
    whole metres, so that lines that share a position share it exactly.

    `dense[i, j]` tells that the cell between `across[i]`, `across[i + 1]` and `along[j]`, `along[j + 1]` lies in the
    old town and is cut in three where others are cut in two.
    """

    across: Floats
    along: Floats
    dense: NDArray[np.bool_]


def draw_lattice(ground: Ground, rng: np.random.Generator) -> Lattice:
    """Positions with uneven gaps: 650 m apart in the south, 1,150 m in the north, about 950 m from west to east."""
    east = 760.0 + np.concatenate([[0], np.cumsum(rng.uniform(840, 1_060, 9))])
    west = -700.0 - np.concatenate([[0], np.cumsum(rng.uniform(840, 1_060, 8))])
    across = np.round(np.concatenate([west[west > WEST_END][::-1], [0.0], east[east < EAST_END]]))
    along = [SOUTH_END]
    while along[-1] < NORTH_END:
        along.append(round(along[-1] + (640 + along[-1] * 0.031) * rng.uniform(0.93, 1.07)))
    u, v = np.meshgrid(_middles(across), _middles(np.array(along)), indexing="ij")
    dense = density(ground.place(u.ravel(), v.ravel())).reshape(u.shape) > DENSE
    return Lattice(across, np.array(along), dense)


def _middles(positions: Floats) -> Floats:
    return (positions[1:] + positions[:-1]) / 2


def runs(kept: NDArray[np.bool_], broken: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and one-past-last index of every run of kept segments; `broken[i]` ends a run before segment i."""
    start = None
    for i, keep in enumerate(kept):
        if start is not None and (not keep or broken[i]):
            yield start, i
            start = None
        if keep and start is None:
            start = i
    if start is not None:
        yield start, len(kept)


def across_line(across: float, start: float, end: float) -> shapely.LineString:
    """A line of constant `across`: northwards."""
    return shapely.LineString([(across, start), (across, end)])


def along_line(along: float, start: float, end: float) -> shapely.LineString:
    """A line of constant `along`: eastwards."""
    return shapely.LineString([(start, along), (end, along)])
