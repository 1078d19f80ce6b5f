"""Rows of one class and name that lie where an earlier row lies: over millions of rows, in 16 bytes a row.

A place is one 64-bit number: class, strip of latitude, longitude, place within the strip. Sorted, all rows of a class that lie
between two longitudes in one strip stand together, so that two binary searches find the neighbours of a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.crs.systems import METRES_PER_DEGREE
from importers.records import Geometries

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

# In centimetres: strips of 20 m, 2^26 on either axis: 671 km, more than any district.
STRIP, REACH = 2_000, 1 << 26
CLASS_SHIFT, STRIP_SHIFT, EAST_SHIFT = np.uint64(53), np.uint64(37), np.uint64(11)
WITHIN = np.uint64((1 << 11) - 1)


@dataclass(frozen=True, slots=True)
class Near:
    """Rows (positions in the batch) near an earlier one, the number of that row, and how many metres lie between."""

    places: Numbers
    first: Numbers
    metres: Floats


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows sorted by key, with the hash of the name and, unless they are points, width, height and length in metres."""

    keys: Keys
    rows: NDArray[np.uint32]
    names: NDArray[np.uint32]
    sizes: NDArray[np.float32] | None

    def __len__(self) -> int:
        return len(self.keys)

    def ordered(self) -> _Run:
        order = np.argsort(self.keys, kind="stable")
        sizes = None if self.sizes is None else self.sizes[order]
        return _Run(self.keys[order], self.rows[order], self.names[order], sizes)

    def with_run(self, other: _Run) -> _Run:
        sizes = None if self.sizes is None or other.sizes is None else np.concatenate((self.sizes, other.sizes))
        return _Run(
            np.concatenate((self.keys, other.keys)), np.concatenate((self.rows, other.rows)),
            np.concatenate((self.names, other.names)), sizes,
        ).ordered()  # fmt: skip


class NearSeen:
    """Remembers where every row of a delivery lay. `kind` is the layer's: point, line, polygon."""

    def __init__(self, kind: str) -> None:
        self._has_sizes = kind != "point"
        self._runs: list[_Run] = []
        self._origin: tuple[float, float, float] | None = None

    def repeated(
        self, geometry: Geometries, classes: Numbers, names: NDArray[np.uint32], rows: Numbers, tolerance: Floats
    ) -> Near:
        """Rows within their `tolerance` (metres, at most 10) of an earlier row of the same class and name.

        `geometry` in degrees, none missing; `names` are hashes; `rows` unique over the delivery. Lines and areas must be
        alike in extent and length too. What lies 335 km from the first row is passed over.
        """
        if not len(rows):
            return Near(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        x, y, sizes = self._metres(geometry)
        inside = (np.abs(x) < REACH // 2 - STRIP) & (np.abs(y) < REACH // 2 - STRIP)
        east = np.where(inside, x, 0).astype(np.int64) + REACH // 2
        north = np.where(inside, y, 0).astype(np.int64) + REACH // 2
        reach = np.ceil(tolerance * 100).astype(np.int64)
        keys = _key(classes, north // STRIP, east, north % STRIP)
        asked = np.flatnonzero(inside)
        asked = asked[np.argsort(keys[asked], kind="stable")]  # searched in the order in which they are found
        fresh = _Run(keys[asked], rows[asked].astype(np.uint32), names[asked], None if sizes is None else sizes[asked])
        found = [
            self._near(run, classes, east, north, reach, asked, rows, names, sizes)
            for run in (*self._runs, fresh)
            if len(run)
        ]
        self._remember(fresh)
        return _earliest(found)

    def _metres(self, geometry: Geometries) -> tuple[Floats, Floats, NDArray[np.float32] | None]:
        """Middle of each shape in centimetres from the first one, and its sizes in metres."""
        if self._has_sizes:
            west, south, east, north = shapely.bounds(geometry).T
            lon, lat = (west + east) / 2, (south + north) / 2
        else:
            lon, lat = shapely.get_coordinates(geometry).T
        if self._origin is None:
            self._origin = (lon[0], lat[0], np.cos(np.radians(lat[0])))
        lon0, lat0, narrow = self._origin
        x = np.round((lon - lon0) * (narrow * METRES_PER_DEGREE * 100))
        y = np.round((lat - lat0) * (METRES_PER_DEGREE * 100))
        if not self._has_sizes:
            return x, y, None
        sizes = np.column_stack(((east - west) * narrow, north - south, shapely.length(geometry)))
        return x, y, (sizes * METRES_PER_DEGREE).astype(np.float32)

    def _near(
        self, run: _Run, classes: Numbers, east: Numbers, north: Numbers, reach: Numbers, asked: Numbers, rows: Numbers,
        names: NDArray[np.uint32], sizes: NDArray[np.float32] | None,
    ) -> tuple[Numbers, Numbers, Floats]:  # fmt: skip
        """Positions in the batch, row numbers of their neighbours in the run, and the metres between."""
        low, high = (north - reach) // STRIP, (north + reach) // STRIP
        both = asked[low[asked] != high[asked]]
        place = np.concatenate((asked, both))
        strip = np.concatenate((low[asked], high[both]))
        begin = _key(classes[place], strip, east[place] - reach[place], np.zeros_like(strip))
        end = _key(classes[place], strip, east[place] + reach[place], np.full_like(strip, int(WITHIN)))
        start, stop = np.searchsorted(run.keys, begin, "left"), np.searchsorted(run.keys, end, "right")
        count = stop - start
        place, start, count = place[count > 0], start[count > 0], count[count > 0]
        mine = np.repeat(place, count)
        other = np.repeat(start - np.r_[0, np.cumsum(count)[:-1]], count) + np.arange(count.sum())
        keep = (run.rows[other] < rows[mine]) & (run.names[other] == names[mine])
        mine, other = mine[keep], other[keep]
        keys = run.keys[other]
        other_east = ((keys >> EAST_SHIFT) & np.uint64(REACH - 1)).astype(np.int64)
        other_north = ((keys >> STRIP_SHIFT) & np.uint64(0xFFFF)).astype(np.int64) * STRIP + (keys & WITHIN).astype(
            np.int64
        )
        apart = np.hypot(other_east - east[mine], other_north - north[mine])
        near = apart <= reach[mine]
        if sizes is not None and run.sizes is not None:
            near &= (np.abs(sizes[mine] - run.sizes[other]) <= reach[mine, None] / 50).all(axis=1)
        return mine[near], run.rows[other[near]].astype(np.int64), apart[near] / 100

    def _remember(self, fresh: _Run) -> None:
        """Runs of like size are merged, so that there are never more than a few."""
        if not len(fresh):
            return
        self._runs.append(fresh)
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(before.with_run(last))


def _key(classes: Numbers, strip: Numbers, east: Numbers, within: Numbers) -> Keys:
    key: Keys = (
        (classes.astype(np.uint64) << CLASS_SHIFT)
        | (strip.astype(np.uint64) << STRIP_SHIFT)
        | (east.astype(np.uint64) << EAST_SHIFT)
        | within.astype(np.uint64)
    )
    return key


def _earliest(found: list[tuple[Numbers, Numbers, Floats]]) -> Near:
    """Of several neighbours of a row the earliest."""
    places, first, metres = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((first, places))
    distinct, begin = np.unique(places[order], return_index=True)
    return Near(distinct, first[order][begin], metres[order][begin])
