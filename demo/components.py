"""Where the urban components stand: spots for every kind of `component_kinds`, as many as it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.component_kinds import Kind
from demo.ground import Floats
from demo.network import Streets
from demo.placement import Ints, Spots, at_arms, strung
from demo.surroundings import Surroundings, compass

ENOUGH = 1.8
"""How many times as many spots as wanted are tried: some fall on a carriageway or into the water."""
FEWEST_LINES = 12
CORNER_STEP = 1.7
ON_THE_CARRIAGEWAY = frozenset({"gutter", "lane", "axis"})
PATH_OFFSET = 0.8
BANK_OFFSET = 1.4


@dataclass(frozen=True)
class Placed:
    """The spots of one kind, and where a surveyor would say that each is."""

    kind: Kind
    spots: Spots
    location: NDArray[Any]


def place(kind: Kind, around: Surroundings, rng: np.random.Generator) -> Placed:
    """Exactly `kind.count` spots. Raises ValueError if the district has no room for them."""
    if kind.place == "crossing":
        spots, location = _at_crossings(kind, around, rng)
    elif kind.place == "park":
        spots, location = _in_parks(kind, around, rng)
    elif kind.place == "bank":
        spots, location = _on_banks(kind, around, rng)
    else:
        spots, location = _along_streets(kind, around, rng)
    if len(spots) < kind.count:
        raise ValueError(f"room for {len(spots)} of {kind.count} components of class {kind.code}")
    return Placed(kind, spots.taken(np.arange(kind.count)), location[: kind.count])


def _along_streets(kind: Kind, around: Surroundings, rng: np.random.Generator) -> tuple[Spots, NDArray[Any]]:
    streets = around.streets
    rows = _as_many_as_needed(around.streets_in_turn(kind.streets, rng), shapely.length(streets.lines), kind)
    tried = strung(streets.lines, rows, kind.spacing, _offset(kind.place, streets), kind.sides, rng)
    clear = around.clearance
    spots = clear.on_land(tried) if kind.place in ON_THE_CARRIAGEWAY else clear.off_the_carriageway(tried)
    side = compass(spots.bearing - 90.0 * spots.side)
    mark = spots.station.astype(int)
    name = around.street_names[spots.line]
    text = [f"{n}{s}侧K{m // 1000}+{m % 1000:03d}" for n, s, m in zip(name, side, mark, strict=True)]
    return spots, np.array(text, dtype=object)


def _offset(place: str, streets: Streets) -> Floats:
    """Metres from the centre line to where things of this place stand, for each street."""
    kerb, red_line = streets.half_carriageway, streets.half_width
    return {
        "gutter": kerb - 0.35,
        "kerb": kerb + 0.6,
        "tree": kerb + 1.3,
        "pavement": (kerb + red_line) / 2,
        "wall": red_line - 0.7,
        "lane": kerb * 0.55,
        "axis": np.full(len(kerb), 0.9),
    }[place]


def _as_many_as_needed(rows: Ints, length: Floats, kind: Kind) -> Ints:
    """The first lines that together have room for the kind, and some more."""
    room = np.cumsum(length[rows]) / kind.spacing * (2 if kind.sides == "both" else 1)
    return rows[: max(int(np.searchsorted(room, kind.count * ENOUGH)) + 1, FEWEST_LINES)]


def _at_crossings(kind: Kind, around: Surroundings, rng: np.random.Generator) -> tuple[Spots, NDArray[Any]]:
    chosen = around.arms_in_turn(kind.streets, rng)
    chosen = chosen.taken(np.arange(len(chosen.node)) < kind.count * ENOUGH)
    away = 2.0 + CORNER_STEP * (int(kind.code) % 7)
    tried = at_arms(around.streets, chosen, away, 0.9)
    tried = Spots(tried.xy, np.arange(len(tried)), tried.station, tried.side, tried.bearing)
    spots = around.clearance.off_the_carriageway(tried)
    arm = chosen.taken(spots.line)
    heading = compass(spots.bearing + np.where(arm.heading > 0, 0.0, 180.0))
    names = zip(around.street_names[arm.street], around.street_names[arm.other], heading, strict=True)
    return spots, np.array([f"{street}与{other}交叉口{h}侧" for street, other, h in names], dtype=object)


def _in_parks(kind: Kind, around: Surroundings, rng: np.random.Generator) -> tuple[Spots, NDArray[Any]]:
    rows = _as_many_as_needed(around.paths_in_turn(rng), shapely.length(around.paths), kind)
    offset = rng.uniform(-PATH_OFFSET, PATH_OFFSET, len(around.paths))
    spots = around.clearance.off_the_carriageway(strung(around.paths, rows, kind.spacing, offset, "one", rng))
    return spots, around.path_names[spots.line].astype(object) + "内"


def _on_banks(kind: Kind, around: Surroundings, rng: np.random.Generator) -> tuple[Spots, NDArray[Any]]:
    water = around.water
    rows = rng.permutation(len(water.lines))
    tried = strung(water.lines, rows, kind.spacing, water.width / 2 + BANK_OFFSET, kind.sides, rng)
    spots = around.clearance.off_the_carriageway(tried)
    bank = compass(spots.bearing - 90.0 * spots.side)
    names = zip(around.river_names[spots.line], bank, strict=True)
    return spots, np.array([f"{name}{side}岸" for name, side in names], dtype=object)
