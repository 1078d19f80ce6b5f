"""Green spaces: the wooded hill, parks, banks of rivers, strips beside streets, corners, squares, gardens of estates.

Each kind proposes more pieces of land than are wanted; pieces are taken in random order, what an earlier kind has taken
is cut off, and no two overlap. Red lines and banks are never crossed, because all pieces are cut from `land.parcels`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.ground import Floats, density
from demo.network import Network, Streets
from demo.regions import middles
from demo.roads import ARTERIAL, BRANCH, EXPRESSWAY, SECONDARY
from demo.water import Water

TWO_BANKS = 36
"""How many pieces of river bank have a second part on the other bank: multi-part polygons, as deliveries have them."""
FARTHEST_BANK = 90.0
BLOB_CORNERS = 28
WIDE = 25.0
FINEST = 0.02


@dataclass(frozen=True)
class Greens:
    """Polygons in EPSG:4549, the kind of each (a key of `SHARES`), its class code in scheme CJJ/T 85-2017.

    `beside` is the position of the street or river that a strip follows, -1 for other kinds.
    """

    geometry: Geometries
    kind: NDArray[Any]
    code: NDArray[Any]
    beside: NDArray[np.int64]


@dataclass(frozen=True)
class Land:
    """What green spaces are laid out on."""

    network: Network
    water: Water
    hill: shapely.Polygon
    parcels: Geometries


@dataclass(frozen=True)
class Pieces:
    """Candidates of one kind, best first."""

    geometry: Geometries
    beside: NDArray[np.int64]


def _plain(geometry: Geometries) -> Pieces:
    return Pieces(geometry, np.full(len(geometry), -1))


def _forest(land: Land, _rng: np.random.Generator) -> Pieces:
    return _plain(_parcels_in(land, np.array([land.hill], dtype=object)))


def _parks(land: Land, _rng: np.random.Generator) -> Pieces:
    return _plain(_parcels_in(land, land.network.parks))


def _parcels_in(land: Land, frames: Geometries) -> Geometries:
    """The largest parcel inside each frame."""
    frame, parcel = shapely.STRtree(shapely.point_on_surface(land.parcels)).query(frames, predicate="contains")
    order = np.lexsort([-shapely.area(land.parcels[parcel]), frame])
    first = np.unique(frame[order], return_index=True)[1]
    largest: Geometries = land.parcels[parcel[order][first]]
    return largest


def _community_parks(land: Land, rng: np.random.Generator) -> Pieces:
    return _plain(_compact(land.parcels, 9_000, 36_000, rng))


def _squares(land: Land, rng: np.random.Generator) -> Pieces:
    found = _compact(land.parcels, 3_500, 9_000, rng)
    return _plain(found[np.argsort(-density(middles(found)), kind="stable")[:80]])


def _compact(parcels: Geometries, least: float, most: float, rng: np.random.Generator) -> Geometries:
    area = shapely.area(parcels)
    round_enough = area / shapely.length(parcels) ** 2 > 0.045
    chosen = np.flatnonzero((area > least) & (area < most) & round_enough)
    inside: Geometries = shapely.buffer(parcels[rng.permutation(chosen)], -1.5, join_style="mitre")
    return inside


def _banks(land: Land, rng: np.random.Generator) -> Pieces:
    """Strips of parcels along the water, those of wide rivers first."""
    water = land.water
    deep, shallow = rng.uniform(24, 38, len(water.width)), rng.uniform(13, 22, len(water.width))
    reach = water.width / 2 + np.where(water.width > WIDE, deep, shallow)
    pieces = _strips(water.lines, reach, land.parcels, 700.0, 7.0, rng)
    order = np.argsort(-water.width[pieces.beside] * rng.uniform(0.4, 1.0, len(pieces.beside)), kind="stable")
    return Pieces(pieces.geometry[order], pieces.beside[order])


def _shelter_belts(land: Land, rng: np.random.Generator) -> Pieces:
    return _street_strips(land, (EXPRESSWAY,), (18.0, 26.0), 1_500.0, rng)


def _verges(land: Land, rng: np.random.Generator) -> Pieces:
    return _street_strips(land, (ARTERIAL, ARTERIAL, SECONDARY), (7.0, 11.0), 500.0, rng)


def _street_strips(
    land: Land, classes: tuple[int, ...], depth: tuple[float, float], least: float, rng: np.random.Generator
) -> Pieces:
    streets = land.network.streets
    chosen = np.flatnonzero(np.isin(streets.klass, classes))
    reach = streets.half_width[chosen] + rng.uniform(*depth, len(chosen))
    pieces = _strips(streets.lines[chosen], reach, land.parcels, least, depth[0] * 0.7, rng)
    return Pieces(pieces.geometry, chosen[pieces.beside])


def _strips(
    lines: Geometries, reach: Floats, parcels: Geometries, least: float, thin: float, rng: np.random.Generator
) -> Pieces:
    """What lies within `reach` of a line, parcel by parcel: at least `least` m², on average at least `thin` m wide."""
    zones = shapely.buffer(lines, reach, cap_style="flat", quad_segs=4)
    zone, parcel = shapely.STRtree(parcels).query(zones, predicate="intersects")
    parts, pair = shapely.get_parts(shapely.intersection(zones[zone], parcels[parcel]), return_index=True)
    wide = 2 * shapely.area(parts) / np.maximum(shapely.length(parts), 1.0)
    good = np.flatnonzero((shapely.area(parts) >= least) & (wide >= thin) & (shapely.get_type_id(parts) == 3))
    good = rng.permutation(good)
    return Pieces(parts[good], zone[pair[good]])


def _corners(land: Land, rng: np.random.Generator) -> Pieces:
    """Corners of parcels at crossings of streets, cut off askew; one corner of a crossing, seldom two."""
    crossing = junctions(land.network.streets, BRANCH)
    squares = shapely.buffer(crossing, rng.uniform(58, 88, len(crossing)), quad_segs=1)
    square, parcel = shapely.STRtree(land.parcels).query(squares, predicate="intersects")
    order = rng.permutation(len(square))
    order = np.concatenate([order[np.unique(square[order], return_index=True)[1]], order[: len(crossing) // 8]])
    order = order[rng.permutation(len(order))]
    found = shapely.intersection(squares[square[order]], land.parcels[parcel[order]])
    return _plain(found[(shapely.area(found) > 350) & (shapely.get_type_id(found) == 3)])


def junctions(streets: Streets, smallest: int) -> Geometries:
    """Where streets up to class `smallest` meet or cross, each once, in a stable order."""
    lines = streets.lines[streets.klass <= smallest]
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    met = shapely.get_coordinates(shapely.intersection(lines[one[one < other]], lines[other[one < other]]))
    points: Geometries = shapely.points(met[np.sort(np.unique(np.round(met / 12.0), axis=0, return_index=True)[1])])
    return points


def _gardens(land: Land, rng: np.random.Generator) -> Pieces:
    """An uneven patch in the middle of a parcel, away from its edges: the garden of an estate or a yard."""
    area = shapely.area(land.parcels)
    chosen = rng.permutation(np.flatnonzero((area > 5_000) & (area < 70_000)))
    chosen = chosen[~shapely.contains(land.hill, land.parcels[chosen])]
    inner = shapely.buffer(land.parcels[chosen], -11.0)
    blobs = _blobs(middles(land.parcels[chosen]), np.sqrt(area[chosen]) * rng.uniform(0.14, 0.27, len(chosen)), rng)
    found = shapely.intersection(inner, blobs)
    return _plain(found[(shapely.area(found) > 450) & (shapely.get_type_id(found) == 3)])


def _blobs(middle: Floats, radius: Floats, rng: np.random.Generator) -> Geometries:
    angle = np.linspace(0, 2 * np.pi, BLOB_CORNERS, endpoint=False)
    wave = [
        rng.uniform(0.03, 0.24 / k, (len(radius), 1)) * np.sin(k * angle + rng.uniform(0, 6.28, (len(radius), 1)))
        for k in (2, 3, 4)
    ]
    away = radius[:, None] * (1 + sum(wave))
    rings = np.stack([middle[:, :1] + away * np.cos(angle), middle[:, 1:] + away * np.sin(angle)], axis=2)
    blobs: Geometries = shapely.polygons(rings)
    return blobs


Proposal = Callable[[Land, np.random.Generator], Pieces]
# kind: how many, which classes (taken in turn), who proposes, least area that a piece may be cut down to.
SHARES: dict[str, tuple[int, tuple[str, ...], Proposal, float]] = {
    "森林公园": (1, ("EG12",), _forest, 1e6),
    "公园": (9, ("G11", "G11", "EG13", "G11", "G134", "G11", "G133", "G11", "G139"), _parks, 5e4),
    "社区公园": (64, ("G12",), _community_parks, 6_000.0),
    "广场": (12, ("G3",), _squares, 3_000.0),
    "滨水绿地": (230, ("G14",), _banks, 500.0),
    "防护林带": (54, ("G2",), _shelter_belts, 1_000.0),
    "口袋公园": (120, ("G14",), _corners, 300.0),
    "街旁绿地": (180, ("SG",), _verges, 350.0),
    "小区绿地": (200, ("RG",), _gardens, 400.0),
    "附属绿地": (80, ("AG", "BG", "AG", "MG", "UG", "BG"), _gardens, 400.0),
}


def draw_greens(land: Land, rng: np.random.Generator) -> Greens:
    """As many greens as `SHARES` says, none overlapping another. What one kind finds no room for falls to the next.

    Raises ValueError if there is no room for all.
    """
    taken: Geometries = np.array([], dtype=object)
    kinds: list[str] = []
    codes: list[str] = []
    beside: list[int] = []
    wanted = 0
    for kind, (count, classes, propose, least) in SHARES.items():
        wanted += count
        pieces = propose(land, rng)
        chosen, geometry = _free(pieces.geometry, taken, wanted - len(taken), least)
        if kind == "滨水绿地":
            geometry = _two_banks(geometry, np.delete(pieces.geometry, chosen), taken)
        taken = np.concatenate([taken, geometry])
        kinds += [kind] * len(geometry)
        codes += [classes[i % len(classes)] for i in range(len(geometry))]
        beside += pieces.beside[chosen].tolist()
    if len(taken) < wanted:
        raise ValueError(f"room for {len(taken)} of {wanted} green spaces")
    # Corners closer than this could cross over when coordinates are rounded for a delivery.
    taken = shapely.set_precision(taken, FINEST)
    return Greens(taken, np.array(kinds), np.array(codes), np.array(beside))


def _free(pieces: Geometries, taken: Geometries, count: int, least: float) -> tuple[NDArray[np.int64], Geometries]:
    """The first `count` pieces that are still large enough without what is taken, and what is left of each."""
    left = _without(pieces, taken)
    able = np.flatnonzero(shapely.area(left) >= least)
    one, other = shapely.STRtree(left[able]).query(left[able], predicate="intersects")
    clash: dict[int, list[int]] = {}
    for i, j in zip(one[other < one], other[other < one], strict=True):
        clash.setdefault(int(i), []).append(int(j))
    chosen: list[int] = []
    kept: set[int] = set()
    for i in range(len(able)):
        if len(chosen) == count:
            break
        if kept.isdisjoint(clash.get(i, ())):
            kept.add(i)
            chosen.append(i)
    return able[chosen], left[able[chosen]]


def _without(pieces: Geometries, taken: Geometries) -> Geometries:
    """Each piece without the taken land within a metre of it; the largest part of what is left."""
    left = pieces.copy()
    piece, other = shapely.STRtree(taken).query(pieces, predicate="intersects")
    for i in np.unique(piece):
        rest = shapely.difference(pieces[i], shapely.buffer(shapely.union_all(taken[other[piece == i]]), 1.0))
        left[i] = max(shapely.get_parts(rest), key=shapely.area, default=shapely.Polygon())
    return left


def _two_banks(greens: Geometries, spare: Geometries, taken: Geometries) -> Geometries:
    """Join some greens with a spare piece on the other bank."""
    used = shapely.STRtree(np.concatenate([greens, taken]))
    free = spare[[len(used.query(piece, predicate="intersects")) == 0 for piece in spare]]
    joined = greens.copy()
    near, piece = shapely.STRtree(free).query_nearest(greens, max_distance=FARTHEST_BANK, all_matches=False)
    seen: set[int] = set()
    for i, j in zip(near, piece, strict=True):
        if len(seen) < TWO_BANKS and j not in seen and not any(free[j].intersects(free[k]) for k in seen):
            seen.add(int(j))
            joined[i] = shapely.MultiPolygon([greens[i], free[j]])
    return joined
