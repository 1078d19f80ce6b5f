"""The three datums a Chinese map application may write: WGS 84, GCJ-02 and BD-09.

WGS 84 stands for CGCS2000 too: the two differ by centimetres, which the register neglects (see `importers.crs.systems`).
Every function takes and returns degrees, longitude first, as arrays of any shape or as scalars, and leaves
coordinates outside the box in which GCJ-02 is defined untouched. Exact means: there and back differs by less than
1e-11 degrees (a thousandth of a millimetre), because the inverses are solved and not approximated; the popular
one-step inverse is off by up to 4 m.

Formulas and constants: the published description of GCJ-02 on the Krasovsky 1940 ellipsoid and Baidu's closed form
on top of it; test vectors in `sql/reference/coord_vectors.csv`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
TOLERANCE = 1e-12
MAX_ROUNDS = 12
BAIDU_ANGLE = np.pi * 3000.0 / 180.0


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 degrees to GCJ-02, the datum of Amap, Tencent and Google in China."""
    return _inside_china(_shift_to_gcj02, lon, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo `wgs84_to_gcj02` exactly."""
    return _inside_china(_inverse_of(_shift_to_gcj02), lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 degrees to BD-09, the datum of Baidu."""
    return _inside_china(_shift_to_bd09, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo `gcj02_to_bd09` exactly."""
    return _inside_china(_inverse_of(_shift_to_bd09), lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 degrees to BD-09."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo `wgs84_to_bd09` exactly."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _inside_china(shift: Callable[[Degrees, Degrees], Pair], lon: ArrayLike, lat: ArrayLike) -> Pair:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    west, south, east, north = CHINA_BOX
    inside = (x > west) & (x < east) & (y > south) & (y < north)
    shifted_x, shifted_y = x.copy(), y.copy()
    if inside.any():
        shifted_x[inside], shifted_y[inside] = shift(x[inside], y[inside])
    return shifted_x, shifted_y


def _shift_to_gcj02(lon: Degrees, lat: Degrees) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    common = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
        + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
        + (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
        + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
        + (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    latitude = np.radians(lat)
    bend = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian_radius = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / (bend * np.sqrt(bend))
    parallel_radius = SEMI_MAJOR_AXIS / np.sqrt(bend) * np.cos(latitude)
    return lon + np.degrees(east / parallel_radius), lat + np.degrees(north / meridian_radius)


def _shift_to_bd09(lon: Degrees, lat: Degrees) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse_of(shift: Callable[[Degrees, Degrees], Pair]) -> Callable[[Degrees, Degrees], Pair]:
    """Solve `shift(w) = g` for w by fixed point: both shifts vary slowly, so each round gains three digits or so."""

    def solve(lon: Degrees, lat: Degrees) -> Pair:
        x, y = lon.copy(), lat.copy()
        for _ in range(MAX_ROUNDS):
            shifted_x, shifted_y = shift(x, y)
            miss_x, miss_y = shifted_x - lon, shifted_y - lat
            x -= miss_x
            y -= miss_y
            if max(np.abs(miss_x).max(), np.abs(miss_y).max()) < TOLERANCE:
                break
        return x, y

    return solve
