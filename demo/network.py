"""The whole street network: main streets, branch roads that cut their blocks, alleys inside the blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries, cut_up, faces
from demo.ground import Floats, density
from demo.outline import outline
from demo.roads import ALLEY, BRANCH, HALF_CARRIAGEWAY, HALF_WIDTH
from demo.streets import Street
from demo.water import Water

SMALLEST_CUT_BLOCK = 10_000.0
BRANCH_BLOCK = 55_000.0
ALLEY_BLOCK = 10_000.0
"""Area in m² that branch roads and alleys leave uncut in the old town; elsewhere it is divided by the density."""
PARK_BLOCKS = (95_000.0, 260_000.0)
SURPLUS = 1.22
"""Cuts made for each street kept: some end in the water, some hang on nothing."""
SHORTEST_ALLEY, SHORTEST_BRANCH = 45.0, 90.0
WIDE_RIVER = 17.0
"""Metres: over a wider river branch roads have no bridge."""
ATTACHED = 0.3
BANK = 7.0
DEAD_END_SHARE = 0.4


@dataclass(frozen=True)
class Streets:
    """Centre lines in EPSG:4549 and classes (see `roads`), roads first, then alleys."""

    lines: Geometries
    klass: NDArray[np.int64]

    @property
    def half_width(self) -> Floats:
        """Metres from the centre line to the red line."""
        return HALF_WIDTH[self.klass]

    @property
    def half_carriageway(self) -> Floats:
        """Metres from the centre line to the kerb."""
        return HALF_CARRIAGEWAY[self.klass]


@dataclass(frozen=True)
class Network:
    """Streets, and the ground between them.

    `blocks` lie between roads and water and fill the district; `parks` are some of them; `cuts` are the lines by which
    the others were cut into plots: the alleys, and lines that did not become one.
    """

    streets: Streets
    blocks: Geometries
    parks: Geometries
    cuts: Geometries


def build_network(
    main: list[Street],
    water: Water,
    hill: shapely.Polygon,
    roads: int,
    alleys: int,
    parks: int,
    rng: np.random.Generator,
) -> Network:
    """Exactly `roads` roads and `alleys` alleys; `parks` whole blocks are left uncut to become parks."""
    kinds, lines = [k for k, _ in main], _array([line for _, line in main])
    edges = _array([outline().exterior, hill.exterior])
    branches = _branches(edges, lines, water, hill, roads - len(main), rng)
    lines = np.concatenate([lines, branches])
    blocks = faces(edges, lines, water.lines)
    green = _park_blocks(blocks, hill, parks, rng)
    built = _off_the_hill(np.delete(blocks, green), hill)
    cuts = cut_up(built, ALLEY_BLOCK / _density(built), int(alleys * SURPLUS), rng)
    kept = _alleys(cuts, lines, water, alleys, rng)
    klass = np.concatenate([kinds, np.full(len(branches), BRANCH), np.full(alleys, ALLEY)]).astype(np.int64)
    return Network(Streets(np.concatenate([lines, kept]), klass), blocks, blocks[green], cuts)


def _array(items: list[Any]) -> Geometries:
    return np.array(items, dtype=object)


def _density(blocks: Geometries) -> Floats:
    return density(shapely.get_coordinates(shapely.centroid(blocks)))


def _off_the_hill(blocks: Geometries, hill: shapely.Polygon) -> Geometries:
    inside = shapely.contains(hill, shapely.point_on_surface(blocks))
    built: Geometries = blocks[~inside & (shapely.area(blocks) > SMALLEST_CUT_BLOCK)]
    return built


def _branches(
    edges: Geometries, roads: Geometries, water: Water, hill: shapely.Polygon, count: int, rng: np.random.Generator
) -> Geometries:
    """Exactly `count` branch roads. They cross narrow canals and end at wide rivers."""
    wide = water.width > WIDE_RIVER
    built = _off_the_hill(faces(edges, roads, water.lines[wide]), hill)
    cuts = cut_up(built, BRANCH_BLOCK / _density(built), int(count * SURPLUS), rng)
    dry = _longest_part(shapely.difference(cuts, shapely.union_all(water.surface(BANK)[wide])))
    return _first(dry, _reachable(dry, roads, SHORTEST_BRANCH), count)


def _first(lines: Geometries, able: NDArray[np.bool_], count: int) -> Geometries:
    """The first `count` able lines. Raises ValueError if there are fewer."""
    kept = np.flatnonzero(able)
    if len(kept) < count:
        raise ValueError(f"room for {len(kept)} of {count} streets")
    chosen: Geometries = lines[kept[:count]]
    return chosen


def _park_blocks(blocks: Geometries, hill: shapely.Polygon, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Whole blocks for parks: of a fair size, compact, and each as far from the others as can be."""
    area = shapely.area(blocks)
    compact = area / shapely.area(shapely.oriented_envelope(blocks)) > 0.7
    able: NDArray[np.int64] = np.flatnonzero((area > PARK_BLOCKS[0]) & (area < PARK_BLOCKS[1]) & compact)
    able = able[~shapely.dwithin(blocks[able], shapely.union_all([hill, outline().exterior]), 40.0)]
    middle = shapely.get_coordinates(shapely.centroid(blocks[able]))
    chosen = [int(rng.integers(len(able)))]
    while len(chosen) < count:
        away = np.min([np.hypot(*(middle - middle[i]).T) for i in chosen], axis=0)
        chosen.append(int(np.argmax(away)))
    return able[chosen]


def _alleys(cuts: Geometries, roads: Geometries, water: Water, count: int, rng: np.random.Generator) -> Geometries:
    """Exactly `count` of the cuts: dry, some of them dead ends, every one reachable from a road."""
    dry = _on_land(cuts, water)
    dry = _some_dead_ends(dry, roads, rng)
    return _first(dry, _reachable(dry, roads, SHORTEST_ALLEY), count)


def _on_land(cuts: Geometries, water: Water) -> Geometries:
    """The longest part of each cut that keeps off the water and off the district's border."""
    obstacle = shapely.union_all([*water.surface(BANK), outline().exterior.buffer(15.0)])
    shapely.prepare(obstacle)
    wet = np.flatnonzero(shapely.intersects(cuts, obstacle))
    dry = cuts.copy()
    dry[wet] = _longest_part(shapely.difference(cuts[wet], obstacle))
    return dry


def _longest_part(lines: Geometries) -> Geometries:
    """The longest part of each line; an empty line where nothing is left."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    longest = np.full(len(lines), shapely.LineString(), dtype=object)
    order = np.argsort(shapely.length(parts), kind="stable")
    longest[owner[order]] = parts[order]
    return longest


def _ends(lines: Geometries) -> tuple[Geometries, Geometries]:
    return shapely.get_point(lines, 0), shapely.get_point(lines, -1)


def _some_dead_ends(lines: Geometries, roads: Geometries, rng: np.random.Generator) -> Geometries:
    """Shorten some alleys that begin at a road: they end in their block, where nothing else hangs on them."""
    start, end = _ends(lines)
    from_road = _on_any(start, roads)
    chosen = np.flatnonzero(from_road & (rng.random(len(lines)) < DEAD_END_SHARE) & (shapely.length(lines) > 110))
    stop = shapely.line_interpolate_point(lines[chosen], rng.uniform(0.5, 0.8, len(chosen)), normalized=True)
    lost = shapely.linestrings(np.stack([_xy(stop), _xy(end[chosen])], axis=1))
    tips = np.concatenate([start, end])
    where, tip = shapely.STRtree(tips).query(lost, predicate="dwithin", distance=ATTACHED)
    others = tip % len(lines) != chosen[where]
    free = np.setdiff1d(np.arange(len(chosen)), where[others])
    shortened = lines.copy()
    shortened[chosen[free]] = shapely.linestrings(np.stack([_xy(start[chosen[free]]), _xy(stop[free])], axis=1))
    return shortened


def _xy(points: Geometries) -> Floats:
    coordinates: Floats = shapely.get_coordinates(points)
    return coordinates


def _on_any(points: Geometries, lines: Geometries) -> NDArray[np.bool_]:
    found = np.zeros(len(points), bool)
    found[shapely.STRtree(lines).query(points, predicate="dwithin", distance=ATTACHED)[0]] = True
    return found


def _reachable(lines: Geometries, roads: Geometries, shortest: float) -> NDArray[np.bool_]:
    """Whether a line is long enough and hangs on a road, or on a reachable line that was cut before it."""
    long_enough: NDArray[np.bool_] = shapely.length(lines) >= shortest
    start, end = _ends(lines)
    reached = _on_any(start, roads) | _on_any(end, roads)
    tips = np.concatenate([start, end])
    tip, line = shapely.STRtree(lines).query(tips, predicate="dwithin", distance=ATTACHED)
    later = tip % len(lines)
    earlier = line < later
    for i, j in sorted(zip(later[earlier], line[earlier], strict=True)):
        reached[i] |= reached[j] and long_enough[j]
    return reached & long_enough
