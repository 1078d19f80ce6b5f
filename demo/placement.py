"""Where things stand: strung along streets, at crossings, on paths in parks, on river banks.

A spot is a point with what a surveyor would write about it. All of this is arithmetic on arrays; no loop per thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.ground import Floats
from demo.network import Streets
from demo.water import Water

AHEAD = 0.5
KERB_TOLERANCE = 0.7
END_MARGIN = 9.0
WATER_MARGIN = 0.8
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spots:
    """Points of EPSG:4549 on lines: (n, 2) coordinates, line, metres from its start, side (1 left, -1 right, 0 on it).

    `bearing` is the direction of the line there, in degrees clockwise from north.
    """

    xy: Floats
    line: Ints
    station: Floats
    side: Ints
    bearing: Floats

    def __len__(self) -> int:
        return len(self.line)

    def taken(self, rows: NDArray[Any]) -> Spots:
        """These rows, in this order."""
        return Spots(*(column[rows] for column in vars(self).values()))


def joined(parts: list[Spots]) -> Spots:
    """All spots of several kinds, one after the other."""
    return Spots(*(np.concatenate(columns) for columns in zip(*(vars(p).values() for p in parts), strict=True)))


def beside(lines: Geometries, line: Ints, station: Floats, side: Ints, offset: Floats) -> Spots:
    """Spots at `station` metres along lines, `offset` metres to the left (side 1) or right (side -1) of them."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], station))
    back = np.where(station + AHEAD > shapely.length(lines[line]), -AHEAD, AHEAD)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], station + back))
    along = (ahead - here) / back[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    bearing = np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360
    return Spots(here + normal * (side * offset)[:, None], line, station, side, bearing)


def stations(lines: Geometries, rows: Ints, spacing: float, rng: np.random.Generator) -> tuple[Ints, Floats, Ints]:
    """Line, metres along it and ordinal of points every `spacing` metres on the lines `rows`, in their order."""
    room = shapely.length(lines[rows]) - 2 * END_MARGIN
    start = END_MARGIN + rng.uniform(0, 1, len(rows)) * np.minimum(spacing, np.maximum(room, 0)) * 0.5
    count = np.where(room > 0, np.floor((room + END_MARGIN - start) / spacing) + 1, 0).astype(np.int64)
    first = np.repeat(np.cumsum(count) - count, count)
    ordinal = np.arange(count.sum()) - first
    return np.repeat(rows, count), np.repeat(start, count) + ordinal * spacing, ordinal


def strung(
    lines: Geometries, rows: Ints, spacing: float, offset: Floats, sides: str, rng: np.random.Generator
) -> Spots:
    """Spots every `spacing` metres along lines, `offset` (per line) metres from them.

    `sides`: `alternate`, `both`, or `one` (the same side all along a line).
    """
    line, station, ordinal = stations(lines, rows, spacing, rng)
    if sides == "both":
        line, station, side = np.repeat(line, 2), np.repeat(station, 2), np.tile([1, -1], len(line))
    elif sides == "alternate":
        side = np.where(ordinal % 2 == 0, 1, -1)
    else:
        side = np.where(rng.random(len(lines)) < 0.5, 1, -1)[line]
    station = station + rng.normal(0, 0.02 * spacing, len(station)).clip(-2.5, 2.5)
    return beside(lines, line, station.clip(0.5), side, offset[line] + rng.normal(0, 0.06, len(line)))


class Clearance:
    """Knows the water and the carriageways, cut into short pieces for the index."""

    def __init__(self, streets: Streets, water: Water, district: shapely.Polygon) -> None:
        reach = streets.half_carriageway - KERB_TOLERANCE
        self._carriageways = shapely.STRtree(_short_buffers(streets.lines, reach))
        self._water = shapely.STRtree(_short_buffers(water.lines, water.width / 2 + WATER_MARGIN))
        self._district = district
        shapely.prepare(self._district)

    def on_land(self, spots: Spots) -> Spots:
        """Without those in the water or outside the district."""
        return spots.taken(self._inside(spots) & ~_within(self._water, spots))

    def off_the_carriageway(self, spots: Spots) -> Spots:
        """Without those in the water, outside the district, or on any street's carriageway."""
        free = self._inside(spots) & ~_within(self._water, spots) & ~_within(self._carriageways, spots)
        return spots.taken(free)

    def _inside(self, spots: Spots) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = shapely.contains_xy(self._district, *spots.xy.T)
        return inside


def _within(tree: shapely.STRtree, spots: Spots) -> NDArray[np.bool_]:
    found = np.zeros(len(spots), bool)
    found[tree.query(shapely.points(spots.xy), predicate="intersects")[0]] = True
    return found


def _short_buffers(lines: Geometries, reach: Floats) -> Geometries:
    """Every straight piece of the lines, widened by the `reach` of its line."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, 120.0), return_index=True)
    same = line[1:] == line[:-1]
    pieces = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
    buffers: Geometries = shapely.buffer(pieces, reach[line[:-1][same]], quad_segs=3)
    return buffers


@dataclass(frozen=True)
class Arms:
    """The arms of crossings: from crossing `node` at `xy` along `street` (its station there), `heading` 1 or -1 along it.

    `other` is the street that it crosses. `rank` is the smaller class of the two: how important the crossing is.
    """

    node: Ints
    xy: Floats
    street: Ints
    station: Floats
    heading: Ints
    other: Ints
    rank: Ints

    def taken(self, rows: NDArray[Any]) -> Arms:
        """These rows, in this order."""
        return Arms(*(column[rows] for column in vars(self).values()))


def arms(streets: Streets, smallest: int) -> Arms:
    """Every arm of every crossing of streets up to class `smallest`; an arm is at least 25 m long."""
    rows = np.flatnonzero(streets.klass <= smallest)
    lines = streets.lines[rows]
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    one, other = one[one < other], other[one < other]
    met, pair = shapely.get_coordinates(shapely.intersection(lines[one], lines[other]), return_index=True)
    first = np.sort(np.unique(np.round(met / 12.0), axis=0, return_index=True)[1])
    met, a, b = met[first], one[pair[first]], other[pair[first]]
    node = np.tile(np.arange(len(met)), 4)
    street, crossed = np.concatenate([a, a, b, b]), np.concatenate([b, b, a, a])
    heading = np.repeat([1, -1, 1, -1], len(met))
    xy = np.tile(met, (4, 1))
    station = shapely.line_locate_point(lines[street], shapely.points(xy))
    left = np.where(heading > 0, shapely.length(lines[street]) - station, station)
    found = Arms(node, xy, rows[street], station, heading, rows[crossed],
                 np.minimum(streets.klass[rows[a]], streets.klass[rows[b]])[node])  # fmt: skip
    order = np.lexsort([found.heading, found.street, found.node])
    return found.taken(order[left[order] > 25.0])


def at_arms(streets: Streets, chosen: Arms, away: float, offset: float, side: int = -1) -> Spots:
    """Spots at arms: `away` metres past the crossed carriageway, `offset` metres outside the kerb, `side` as seen outward."""
    back = streets.half_carriageway[chosen.other] + away
    station = chosen.station + chosen.heading * back
    room = shapely.length(streets.lines[chosen.street])
    out = streets.half_carriageway[chosen.street] + offset
    return beside(streets.lines, chosen.street, station.clip(0.5, room - 0.5), side * chosen.heading, out)
