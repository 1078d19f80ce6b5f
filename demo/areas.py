"""Areas: unit grids, the communities that they partition, subdistricts and the district.

Unit grids come first: the plots between streets, alleys and rivers, cut down to about 10,000 m². Everything above is a
union of grids, so borders follow streets and water and the levels partition one another without gap or overlap.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import NODING, Geometries, cut_down, faces
from demo.ground import density
from demo.network import Network
from demo.outline import DISTRICT_CODE, metres, outline
from demo.regions import Neighbours, grow, middles, neighbours, shares, spread
from demo.roads import ALLEY, ARTERIAL
from demo.water import LOCAL, Water
from registry.database.statements import folder

LARGEST_GRID = 14_400.0
SMALLEST_GRID = 3_000.0
ROW_HEIGHT = 100.0
"""Metres: grids whose middles differ less to the north count as one row when they are numbered west to east."""
FEWEST_COMMUNITIES = 3

SUBDISTRICT_MIDDLES = {
    "330105001": (120.1470, 30.2830), "330105002": (120.1500, 30.2930), "330105003": (120.1330, 30.3040),
    "330105004": (120.1260, 30.3110), "330105005": (120.1290, 30.3240), "330105007": (120.1470, 30.3060),
    "330105008": (120.1500, 30.3290), "330105009": (120.1060, 30.3360), "330105010": (120.1400, 30.3560),
    "330105011": (120.1900, 30.3780), "330105012": (120.1580, 30.2640), "330105013": (120.1640, 30.2740),
    "330105014": (120.1740, 30.2640), "330105015": (120.1830, 30.2730), "330105016": (120.1630, 30.2870),
    "330105017": (120.1760, 30.2900), "330105018": (120.1720, 30.3100), "330105019": (120.1800, 30.3420),
}  # fmt: skip
"""Roughly where each subdistrict has its middle (general knowledge); the borders are the generator's own."""


@dataclass(frozen=True)
class Areas:
    """One level of areas: codes, names, English names ("" unknown), codes of the level above, polygons in EPSG:4549."""

    code: NDArray[Any]
    name: NDArray[Any]
    name_en: NDArray[Any]
    parent: NDArray[Any]
    geometry: Geometries


@dataclass(frozen=True)
class Hierarchy:
    """The four levels, from the top."""

    district: Areas
    subdistrict: Areas
    community: Areas
    grid: Areas

    def levels(self) -> Iterator[tuple[str, Areas]]:
        """Name and areas of each level, from the top."""
        yield from vars(self).items()


def draw_areas(
    network: Network,
    water: Water,
    hill: shapely.Polygon,
    communities: int,
    names: list[str],
    rng: np.random.Generator,
) -> Hierarchy:
    """The whole hierarchy with exactly `communities` communities, called by the first of `names`."""
    grid, block_of = _grids(network, water, hill, rng)
    border = neighbours(network.blocks, _walls(network, water))
    subdistrict_of = _subdistricts(network.blocks, border)
    community_of = _communities(network.blocks, border, subdistrict_of, communities)
    grid, owner = _without_slivers(grid, community_of[block_of])
    return _hierarchy(grid, owner, _first_of(community_of, subdistrict_of), names)


def _grids(
    network: Network, water: Water, hill: shapely.Polygon, rng: np.random.Generator
) -> tuple[Geometries, NDArray[np.int64]]:
    """Unit grids, and the block in which each lies."""
    edges = np.array([outline().exterior, hill.exterior], dtype=object)
    roads = network.streets.lines[network.streets.klass < ALLEY]
    lines = (edges, roads, water.lines, network.cuts)
    cuts = cut_down(faces(*lines), LARGEST_GRID, rng)
    grid = faces(*lines, cuts)
    where, block = shapely.STRtree(network.blocks).query(shapely.point_on_surface(grid), predicate="intersects")
    return grid, block[np.unique(where, return_index=True)[1]]


def _walls(network: Network, water: Water) -> shapely.Geometry:
    """What the border of a community rather follows than crosses: wide water and wide roads."""
    streets = network.streets
    return shapely.union_all(
        [*water.lines[water.level < LOCAL], *streets.lines[streets.klass <= ARTERIAL]], grid_size=NODING
    )


def _subdistricts(blocks: Geometries, border: Neighbours) -> NDArray[np.int64]:
    """For each block the position of its subdistrict in `SUBDISTRICT_MIDDLES`."""
    wanted = metres(np.array(list(SUBDISTRICT_MIDDLES.values())))
    seeds = shapely.STRtree(blocks).nearest(shapely.points(wanted))
    return grow(seeds, border, len(blocks), np.ones(len(blocks), bool))


def _communities(
    blocks: Geometries, border: Neighbours, subdistrict: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """For each block the number of its community: numbered through, subdistrict by subdistrict."""
    middle = middles(blocks)
    weight = shapely.area(blocks) * density(middle)
    people = np.bincount(subdistrict, weight, minlength=len(SUBDISTRICT_MIDDLES))
    community = np.full(len(blocks), -1)
    first = 0
    for k, number in enumerate(shares(people, count, FEWEST_COMMUNITIES)):
        members = np.flatnonzero(subdistrict == k)
        community[members] = first + spread(members, middle, weight, int(number), border)[members]
        first += int(number)
    return community


def _without_slivers(grid: Geometries, owner: NDArray[np.int64]) -> tuple[Geometries, NDArray[np.int64]]:
    """Join every grid that is too small to the neighbour with which it shares the longest border.

    Neighbours in its own community come first; a sliver that is cut off from its community goes over to another.
    """
    small = np.flatnonzero(shapely.area(grid) < SMALLEST_GRID)
    at, other = shapely.STRtree(grid).query(grid[small], predicate="touches")
    at = small[at]
    length = shapely.length(shapely.intersection(grid[at], grid[other]))
    group = np.arange(len(grid))
    for i in np.lexsort([-length, owner[at] != owner[other], at]):
        if group[at[i]] == at[i] and length[i] > 0 and _root(group, other[i]) != at[i]:
            group[at[i]] = _root(group, other[i])
    root = np.array([_root(group, i) for i in range(len(grid))])
    kept = np.unique(root)
    joined = grid[kept]
    for k in np.flatnonzero(np.bincount(root, minlength=len(grid))[kept] > 1):
        joined[k] = shapely.union_all(grid[root == kept[k]])
    return joined, owner[kept]


def _root(group: NDArray[np.int64], i: int) -> int:
    while group[i] != i:
        i = int(group[i])
    return i


def _hierarchy(
    grid: Geometries, community: NDArray[np.int64], subdistrict: NDArray[np.int64], names: list[str]
) -> Hierarchy:
    """Number, name and unite. `community` is the owner of each grid, `subdistrict` that of each community."""
    towns, parts = _reference(), _united(grid, community)
    within = _numbered(parts, subdistrict)
    town_code = np.array(list(SUBDISTRICT_MIDDLES))
    code = np.array([f"{town_code[s]}{n:03d}" for s, n in zip(subdistrict, within, strict=True)])
    number = _numbered(grid, community)
    grid_code = np.array([f"{code[c]}{n:03d}" for c, n in zip(community, number, strict=True)])
    wholes = _united(parts, subdistrict)
    district = np.array([shapely.coverage_union_all(wholes)], dtype=object)
    called = np.array(names[: len(parts)])
    blank = np.full(len(parts), "")
    grid_name = np.array([f"{called[c]}{n:03d}号网格" for c, n in zip(community, number, strict=True)])
    town_name, town_name_en = (np.array([towns[c][key] for c in town_code]) for key in ("name_zh", "name_en"))
    return Hierarchy(
        Areas(_one(DISTRICT_CODE), _one("拱墅区"), _one("Gongshu District"), _one(DISTRICT_CODE[:4] + "00"), district),
        Areas(town_code, town_name, town_name_en, np.full(len(town_code), DISTRICT_CODE), wholes),
        _in_order(Areas(code, called, blank, town_code[subdistrict], parts)),
        _in_order(Areas(grid_code, grid_name, np.full(len(grid), ""), code[community], grid)),
    )


def _one(value: str) -> NDArray[Any]:
    return np.array([value])


def _reference() -> dict[str, dict[str, str]]:
    text = folder().joinpath("reference", "subdistricts.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def _united(parts: Geometries, owner: NDArray[np.int64]) -> Geometries:
    order = np.argsort(owner, kind="stable")
    groups = np.split(parts[order], np.flatnonzero(np.diff(owner[order])) + 1)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)


def _numbered(parts: Geometries, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers from 1 inside each owner: row by row from the north, in a row from the west."""
    east, north = middles(parts).T
    order = np.lexsort([east, -np.floor(north / ROW_HEIGHT), owner])
    number = np.empty(len(parts), np.int64)
    first = np.searchsorted(owner[order], owner[order])
    number[order] = np.arange(len(parts)) - first + 1
    return number


def _in_order(areas: Areas) -> Areas:
    order = np.argsort(areas.code)
    return Areas(*(column[order] for column in vars(areas).values()))


def _first_of(community: NDArray[np.int64], subdistrict: NDArray[np.int64]) -> NDArray[np.int64]:
    """The subdistrict of each community, from those of the blocks."""
    return subdistrict[np.unique(community, return_index=True)[1]]
