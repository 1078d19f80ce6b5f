"""GCJ-02 and BD-09 against the reference vectors, and back again."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from importers.crs import gcj02 as c
from registry.database.statements import statement

VECTORS = list(csv.DictReader(io.StringIO(statement("reference/coord_vectors.csv"))))
DIRECTIONS = [
    (c.wgs84_to_gcj02, "wgs84", "gcj02"),
    (c.gcj02_to_wgs84, "gcj02", "wgs84"),
    (c.gcj02_to_bd09, "gcj02", "bd09"),
    (c.bd09_to_gcj02, "bd09", "gcj02"),
    (c.wgs84_to_bd09, "wgs84", "bd09"),
    (c.bd09_to_wgs84, "bd09", "wgs84"),
]


def column(datum: str) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([float(row[f"{datum}_lon"]) for row in VECTORS]),
        np.array([float(row[f"{datum}_lat"]) for row in VECTORS]),
    )


@pytest.mark.parametrize(("convert", "source", "target"), DIRECTIONS)
def test_reference_vectors(convert, source, target):
    lon, lat = convert(*column(source))
    expected_lon, expected_lat = column(target)
    np.testing.assert_allclose(lon, expected_lon, rtol=0, atol=1e-9)
    np.testing.assert_allclose(lat, expected_lat, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("there", "back"),
    [(c.wgs84_to_gcj02, c.gcj02_to_wgs84), (c.gcj02_to_bd09, c.bd09_to_gcj02), (c.wgs84_to_bd09, c.bd09_to_wgs84)],
)
def test_round_trip_over_the_whole_country(there, back):
    random = np.random.default_rng(30428)
    lon, lat = random.uniform(74, 134, 20_000), random.uniform(4, 53, 20_000)
    lon_again, lat_again = back(*there(lon, lat))
    np.testing.assert_allclose(lon_again, lon, rtol=0, atol=1e-11)
    np.testing.assert_allclose(lat_again, lat, rtol=0, atol=1e-11)


def test_scalars_and_shapes_are_kept():
    lon, lat = c.wgs84_to_gcj02(120.155, 30.32)
    assert (lon.shape, lat.shape) == ((), ())
    lon, lat = c.gcj02_to_wgs84(np.full((2, 3), 120.16), np.full((2, 3), 30.32))
    assert (lon.shape, lat.shape) == ((2, 3), (2, 3))


@pytest.mark.parametrize("convert", [direction[0] for direction in DIRECTIONS])
def test_outside_china_and_unknown_are_untouched(convert):
    lon, lat = convert([-68.77, np.nan, 120.0], [44.8, 30.0, np.nan])
    assert (lon[0], lat[0]) == (-68.77, 44.8)
    assert np.isnan(lon[1]) and lat[1] == 30.0
    assert lon[2] == 120.0 and np.isnan(lat[2])


def test_input_is_not_changed():
    lon, lat = np.array([120.155]), np.array([30.32])
    c.gcj02_to_wgs84(lon, lat)
    assert (lon[0], lat[0]) == (120.155, 30.32)
