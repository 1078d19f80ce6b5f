"""What points are placed on: streets, rivers and paths in parks, each with its name and with the order of its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.greens import Greens
from demo.ground import Floats, density
from demo.network import Streets
from demo.outline import outline
from demo.placement import Arms, Clearance, Ints, arms
from demo.regions import middles
from demo.roads import BRANCH
from demo.water import Water

STREET_WEIGHT = np.array([0.0, 1.1, 1.5, 1.2, 0.9, 0.5])
GREEN_WEIGHT = {
    "公园": 6.0, "广场": 4.0, "社区公园": 3.0, "滨水绿地": 2.0, "口袋公园": 1.2, "小区绿地": 0.7, "附属绿地": 0.4,
}  # fmt: skip
PATH_INSET = 3.5
NOISE = 0.6
COMPASS = np.array(["北", "东北", "东", "东南", "南", "西南", "西", "西北"])


@dataclass(frozen=True)
class Surroundings:
    """Lines to place things on, with names, and turns: what is surveyed first has the smaller turn.

    The old town and the main streets come first, so that a street is recorded either fully or hardly at all, as
    censuses are made street by street.
    """

    streets: Streets
    street_names: NDArray[Any]
    street_turn: Floats
    water: Water
    river_names: NDArray[Any]
    paths: Geometries
    path_names: NDArray[Any]
    path_turn: Floats
    arms: Arms
    clearance: Clearance

    def streets_in_turn(self, classes: str, rng: np.random.Generator) -> Ints:
        """Streets whose class is one of the digits, in the order of their turn, somewhat shuffled."""
        rows = np.flatnonzero(np.isin(self.streets.klass, [int(c) for c in classes]))
        return rows[_shuffled(self.street_turn[rows], rng)]

    def paths_in_turn(self, rng: np.random.Generator) -> Ints:
        """Paths in green spaces in the order of their turn, somewhat shuffled."""
        return _shuffled(self.path_turn, rng)

    def arms_in_turn(self, classes: str, rng: np.random.Generator) -> Arms:
        """Arms of crossings at which both streets are of these classes, crossing by crossing."""
        wanted = [int(c) for c in classes]
        klass = self.streets.klass
        both = np.isin(klass[self.arms.street], wanted) & np.isin(klass[self.arms.other], wanted)
        chosen = self.arms.taken(np.flatnonzero(both))
        turn = np.full(int(self.arms.node.max()) + 1, np.inf)
        np.minimum.at(turn, chosen.node, self.street_turn[chosen.street])
        turn *= rng.uniform(1 - NOISE, 1 + NOISE, len(turn))
        return chosen.taken(np.lexsort([chosen.node, turn[chosen.node]]))


def look_around(
    streets: Streets,
    street_names: list[str],
    water: Water,
    river_names: list[str],
    greens: Greens,
    green_names: NDArray[Any],
    rng: np.random.Generator,
) -> Surroundings:
    """Everything a point can stand on."""
    paths, green = _paths(greens)
    weight = np.array([GREEN_WEIGHT.get(kind, 0.0) for kind in greens.kind])[green] * shapely.length(paths) ** 0.3
    return Surroundings(
        streets,
        np.array(street_names),
        rng.exponential(1.0, len(streets.lines)) / (density(middles(streets.lines)) * STREET_WEIGHT[streets.klass]),
        water,
        np.array(river_names),
        paths,
        green_names[green],
        rng.exponential(1.0, len(paths)) / weight,
        arms(streets, BRANCH),
        Clearance(streets, water, outline()),
    )


def compass(bearing: Floats) -> NDArray[Any]:
    """The nearest of eight directions, in Chinese, of bearings in degrees."""
    words: NDArray[Any] = COMPASS[np.round(bearing / 45.0).astype(int) % 8]
    return words


def _paths(greens: Greens) -> tuple[Geometries, Ints]:
    """A path inside the edge of every green space that people walk in, and which green space it is."""
    open_to_all = np.flatnonzero(np.isin(greens.kind, list(GREEN_WEIGHT)))
    parts, owner = shapely.get_parts(shapely.buffer(greens.geometry[open_to_all], -PATH_INSET), return_index=True)
    large = shapely.area(parts) > 60.0
    return shapely.get_exterior_ring(parts[large]), open_to_all[owner[large]]


def _shuffled(turn: Floats, rng: np.random.Generator) -> Ints:
    shuffled: Ints = np.argsort(turn * rng.uniform(1 - NOISE, 1 + NOISE, len(turn)), kind="stable")
    return shuffled
