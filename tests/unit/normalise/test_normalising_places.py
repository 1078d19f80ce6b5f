"""Rows into the register's places: columns, WKT, axes, zone numbers, precision, and what is told of a whole delivery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from normalised import HERE, LAMP, LAYERS, as_tuples, delivery, prepared

from importers.normalise.normaliser import Normaliser
from importers.records import DeclaredCrs


def test_positions_in_columns():
    columns = {"经度": ["120.1550123", "120°09′18.04″", "", "无", "120.1550123"], "纬度": ["30.3200456"] * 4 + [""]}
    columns = {name: [text or None for text in values] for name, values in columns.items()}
    profile = replace(LAMP, columns={"经度": "x", "纬度": "y"}, crs="EPSG:4490")
    batch = prepared(columns, profile, geometry=None, crs=DeclaredCrs())
    assert batch.placed.tolist() == [True, True, False, False, False]
    np.testing.assert_allclose(shapely.get_x(batch.geometry[:2]), [120.1550123, 120.155011111], atol=1e-9)
    assert sorted(as_tuples(batch.problems)) == [
        ("position_missing", 13, "经度, 纬度", ""),
        ("position_missing", 15, "经度, 纬度", ""),
        ("position_not_number", 14, "经度", "无"),
    ]


def test_positions_as_wkt():
    texts = ["POINT (120.1550123 30.3200456)", "SRID=4490;POINT (120.1550123 30.3200456)", "POINT (120", None]
    profile = replace(LAMP, columns={"g": "wkt"}, crs="EPSG:4490")
    batch = prepared({"g": texts}, profile, geometry=None, crs=DeclaredCrs())
    assert [None if g is None else shapely.get_x(g) for g in batch.geometry] == [120.1550123, 120.1550123, None, None]
    assert [t[:2] for t in as_tuples(batch.problems)] == [("position_missing", 14), ("wkt_bad", 13)]


def test_missing_shapes_of_a_file_are_told():
    shapes = np.array([shapely.Point(HERE), None])
    batch = prepared({"a": ["x", "y"]}, LAMP, geometry=shapes)
    assert as_tuples(batch.problems) == [("geometry_missing", 12, "", "")]
    assert batch.placed.tolist() == [True, False]


def test_axes_are_swapped_on_request():
    batch = prepared({"a": ["x"]}, replace(LAMP, swap_axes=True), geometry=shapely.points([HERE[1]], [HERE[0]]))
    assert shapely.get_coordinates(batch.geometry).tolist() == [list(HERE)]


def test_zone_numbers_in_eastings():
    east = np.array([514_907.0, 40_514_907.0, 39_514_907.0])
    shapes = shapely.points(east, np.full(3, 3_355_597.0))
    batch = prepared({"a": ["x", "y", "z"]}, LAMP, geometry=shapes, crs=DeclaredCrs("EPSG:4549", "", "prj"))
    assert [t[:2] for t in as_tuples(batch.problems)] == [("zone_contradicts", 13), ("zone_prefix_removed", None)]
    assert shapely.equals_exact(batch.geometry[0], batch.geometry[1])
    assert batch.placed.tolist() == [True, True, False]


def test_coordinates_out_of_reach_of_their_system():
    shapes = shapely.points([219_707.0, 1e9], [3_350_626.0, 3_350_626.0])
    batch = prepared({"a": ["x", "y"]}, LAMP, geometry=shapes, crs=DeclaredCrs("EPSG:32651", "", "prj"))
    assert as_tuples(batch.problems) == [("crs_out_of_reach", 12, "", "1000000000, 3350626")]
    assert batch.placed.tolist() == [True, False]


@pytest.mark.parametrize(
    ("decimals", "code"), [(6, None), (5, None), (4, "coordinates_coarse"), (2, "coordinates_too_coarse")]
)
def test_precision_of_degrees(decimals, code):
    random = np.random.default_rng(1)
    shapes = shapely.points(np.round(random.uniform(120.1, 120.2, (200, 2)) - [0, 90], decimals))
    batch = prepared({"a": ["x"] * 200}, LAMP, geometry=shapes)
    assert {str(p.code) for p in batch.problems} == ({code} if code else set())
    assert batch.placed.all() == (decimals > 2)


def test_a_few_round_values_are_chance():
    shapes = shapely.points(np.random.default_rng(1).uniform(120.1, 120.2, (500, 2)) - [0, 90])
    shapes[7] = shapely.Point(120.15, 30.32)
    assert prepared({"a": ["x"] * 500}, LAMP, geometry=shapes).problems == []


def test_metres_are_not_judged_as_degrees():
    shapes = shapely.points([514_907.0], [3_355_597.0])
    assert prepared({"a": ["x"]}, LAMP, geometry=shapes, crs=DeclaredCrs("EPSG:4549", "", "prj")).problems == []


def test_metres_rounded_to_whole_ones_are_told():
    random = np.random.default_rng(1)
    east, north = random.uniform(514_000, 515_000, 50), random.uniform(3_355_000, 3_356_000, 50)
    metres = DeclaredCrs("EPSG:4549", "", "prj")
    coarse = prepared({"a": ["x"] * 50}, LAMP, geometry=shapely.points(np.round(east), np.round(north)), crs=metres)
    assert {str(p.code) for p in coarse.problems} == {"coordinates_whole_metres"}
    assert (len(coarse.problems), coarse.placed.all()) == (50, True)
    fine = prepared({"a": ["x"] * 50}, LAMP, geometry=shapely.points(np.round(east, 1), np.round(north)), crs=metres)
    assert len(fine.problems) < 10


def test_a_zone_number_is_remarked_once():
    source, rows = delivery(
        {"a": ["x"]}, shapely.points([40_514_907.0], [3_355_597.0]), DeclaredCrs("EPSG:4549", "", "prj")
    )
    normaliser = Normaliser(LAMP, LAYERS["component"], source)
    assert [[str(p.code) for p in normaliser.prepare(rows).problems] for _batch in range(2)] == [
        ["zone_prefix_removed"],
        [],
    ]


def test_an_overridden_system_is_remarked_once():
    source, rows = delivery({"a": ["x"]}, crs=DeclaredCrs("EPSG:4490", "CGCS2000", "prj"))
    normaliser = Normaliser(replace(LAMP, crs="GCJ-02"), LAYERS["component"], source)
    assert as_tuples(normaliser.prepare(rows).problems) == [("crs_overridden", None, "", "CGCS2000")]
    assert normaliser.prepare(rows).problems == []


@pytest.mark.parametrize(
    ("dimensions", "codes"), [("XY", []), ("XYZ", ["elevation_dropped"]), ("XYM", ["measure_dropped"])]
)
def test_heights_and_measures_are_told_once(dimensions, codes):
    source, rows = delivery({"a": ["x"]})
    normaliser = Normaliser(LAMP, LAYERS["component"], replace(source, dimensions=dimensions))
    assert [str(p.code) for p in normaliser.prepare(rows).problems] == codes
    assert normaliser.prepare(rows).problems == []
