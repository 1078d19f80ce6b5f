"""Regions of blocks: which block belongs to which of several middles, so that every region hangs together."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.ground import Floats

Neighbours = dict[int, list[tuple[int, float]]]
"""For each block the blocks beside it and what it costs to go there."""
SHORT_BORDER, LAST_RESORT = 15.0, 5_000.0
WALL_COST = 2.4
ON_WALL = 3.0
ROUNDS = 8


def neighbours(blocks: Geometries, walls: shapely.Geometry) -> Neighbours:
    """Blocks with a common border, at the distance of their middles; dearer across `walls` (canal, main roads).

    Regions grow round walls rather than across them, so their borders come to lie on the walls. A short border is a last
    resort: without it a sliver between two roads would belong to nobody.
    """
    one, other = shapely.STRtree(blocks).query(blocks, predicate="touches")
    one, other = one[one < other], other[one < other]
    border = shapely.intersection(blocks[one], blocks[other])
    middle = middles(blocks)
    cost = np.hypot(*(middle[one] - middle[other]).T)
    shapely.prepare(walls)
    cost = np.where(shapely.dwithin(shapely.point_on_surface(border), walls, ON_WALL), WALL_COST, 1.0) * cost
    length = shapely.length(border)
    cost = cost + np.where(length < SHORT_BORDER, LAST_RESORT, 0.0)
    found: Neighbours = defaultdict(list)
    for i, j, c, shared in zip(one, other, cost, length, strict=True):
        if shared > 0:
            found[int(i)].append((int(j), float(c)))
            found[int(j)].append((int(i), float(c)))
    return found


def middles(blocks: Geometries) -> Floats:
    """Centroids as an (n, 2) array."""
    centroids: Floats = shapely.get_coordinates(shapely.centroid(blocks))
    return centroids


def grow(seeds: Iterable[int], beside: Neighbours, count: int, within: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each of `count` blocks the position of the seed that reaches it most cheaply through blocks `within`; else -1."""
    owner = np.full(count, -1)
    queue = [(0.0, k, int(seed)) for k, seed in enumerate(seeds)]
    heapq.heapify(queue)
    while queue:
        cost, k, block = heapq.heappop(queue)
        if owner[block] >= 0 or not within[block]:
            continue
        owner[block] = k
        for other, step in beside[block]:
            if owner[other] < 0:
                heapq.heappush(queue, (cost + step, k, other))
    return owner


def shares(weights: NDArray[Any], total: int, least: int) -> NDArray[np.int64]:
    """Whole numbers of at least `least` in proportion to `weights`, adding up to `total` (largest remainders)."""
    exact = least + (total - least * len(weights)) * weights / weights.sum()
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: total - whole.sum()]] += 1
    return whole


def spread(
    blocks: NDArray[np.int64], middle: Floats, weight: Floats, count: int, beside: Neighbours
) -> NDArray[np.int64]:
    """Divide `blocks` into `count` connected regions of similar weight: k-means whose distance runs through blocks."""
    within = np.zeros(len(middle), bool)
    within[blocks] = True
    seeds = [int(blocks[np.argmax(weight[blocks])])]
    while len(seeds) < count:
        away = np.min([np.hypot(*(middle[blocks] - middle[s]).T) for s in seeds], axis=0)
        seeds.append(int(blocks[np.argmax(away * np.sqrt(weight[blocks]))]))
    for _round in range(ROUNDS):
        owner = grow(seeds, beside, len(middle), within)
        seeds = [_heart(np.flatnonzero(owner == k), middle, weight) for k in range(count)]
    return grow(seeds, beside, len(middle), within)


def _heart(members: NDArray[np.int64], middle: Floats, weight: Floats) -> int:
    """The member nearest to the weighted middle of its region; no sliver, from which nothing could grow."""
    centre = np.average(middle[members], axis=0, weights=weight[members])
    able = members[weight[members] >= weight[members].mean() / 2]
    return int(able[np.argmin(np.hypot(*(middle[able] - centre).T))])
