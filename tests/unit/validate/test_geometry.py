"""Geometry that is valid and yet odd; repairs that a person agrees to; the district's outline; what lies where another lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from normalised import GONGSHU, GREEN, HERE, LAMP, LAYERS, ROAD, as_tuples, delivery, prepared

from importers.normalise.normaliser import Normaliser
from importers.profiles.profile import Profile
from importers.validate.proximity import NearSeen
from importers.validate.validator import Checked, Validator

METRE = 1 / 111_320
NARROW = np.cos(np.radians(HERE[1]))


def place(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """A shape drawn in metres, set down in the district."""
    return None if shape is None else shapely.transform(shape, lambda c: np.round(c * METRE / [NARROW, 1] + HERE, 9))


def check(profile: Profile, *shapes: shapely.Geometry | None, **rules: Any) -> Checked:
    geometry = np.array([place(shape) for shape in shapes], dtype=object)
    validator = Validator(LAYERS[profile.layer], "330105", GONGSHU, **rules)
    return validator.check(prepared({"a": [str(n) for n in range(len(shapes))]}, profile, geometry=geometry))


def names(batch: Checked) -> list[tuple[str, int | None]]:
    return [(str(p.code), p.row) for p in batch.problems]


BOW_TIE = shapely.Polygon([(0, 0), (90, 90), (90, 0), (0, 90)])
SQUARE = shapely.box(0, 0, 90, 90)
# (layer, shape that has it, shape that nearly has it, code)
ODD = [
    (ROAD, shapely.LineString([(0, 0), (9, 0), (9, 0), (9, 9)]), shapely.LineString([(0, 0), (9, 0), (9, 0.001)]),
     "vertices_repeated"),
    (GREEN, shapely.Polygon([(0, 0), (9, 0), (9, 0), (9, 9)]), shapely.Polygon([(0, 0), (9, 0), (9, 9)]), "vertices_repeated"),
    (ROAD, shapely.MultiLineString([[(0, 0), (9, 0)], [(20, 5), (20, 5)]]),
     shapely.MultiLineString([[(0, 0), (9, 0)], [(20, 5), (20, 5.01)]]), "line_parts_dropped"),
    (ROAD, shapely.LineString([(0, 0), (100, 0), (60, 1), (60, 40)]), shapely.LineString([(0, 0), (100, 0), (60, 3), (60, 40)]),
     "geometry_spike"),
    (GREEN, shapely.Polygon([(0, 0), (90, 0), (90, 90), (46, 90), (45, 190), (45, 90), (0, 90)]),
     shapely.Polygon([(0, 0), (90, 0), (90, 90), (60, 90), (45, 190), (45, 90), (0, 90)]), "geometry_spike"),
    (GREEN, shapely.Polygon([(45, 190), (45, 90), (0, 90), (0, 0), (90, 0), (90, 90), (46, 90)]), SQUARE, "geometry_spike"),
    (ROAD, shapely.LineString([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0), (30, 0)]),
     shapely.LineString([(0, 0), (50, 0), (50, 50), (20, 50), (20, -30)]), "line_overlaps_itself"),
    (ROAD, shapely.MultiLineString([[(0, 0), (50, 0)], [(20, 0), (90, 0)]]),
     shapely.MultiLineString([[(0, 0), (50, 0)], [(20, 0), (20, 60)]]), "line_overlaps_itself"),
    (GREEN, shapely.box(0, 0, 0.9, 0.9), shapely.box(0, 0, 1.1, 1.1), "area_tiny"),
    (GREEN, shapely.MultiPolygon([SQUARE, shapely.box(100, 100, 100.5, 100.5)]),
     shapely.MultiPolygon([SQUARE, shapely.box(100, 100, 102, 102)]), "ring_tiny"),
    (GREEN, SQUARE.difference(shapely.box(40, 40, 40.5, 40.5)), SQUARE.difference(shapely.box(40, 40, 42, 42)), "ring_tiny"),
]  # fmt: skip


@pytest.mark.parametrize(("profile", "shape", "near", "code"), ODD)
def test_odd_shapes_go_in_and_are_told(profile, shape, near, code):
    assert names(check(profile, near)) == []
    batch = check(profile, shape)
    assert names(batch) == [(code, 11)]
    assert batch.accepted.all()
    assert shapely.is_valid(batch.prepared.geometry).all()


def test_repeated_vertices_and_empty_parts_are_gone():
    lines = (
        shapely.LineString([(0, 0), (9, 0), (9, 0), (9, 9)]),
        shapely.MultiLineString([[(0, 0), (9, 0)], [(20, 5), (20, 5)]]),
    )
    batch = check(ROAD, *lines)
    assert shapely.get_num_coordinates(batch.prepared.geometry).tolist() == [3, 2]
    assert [p.value for p in batch.problems] == ["1", "1"]
    alone = check(ROAD, shapely.MultiLineString([[(5, 5), (5, 5)], [(20, 5), (20, 5)]]))
    assert names(alone) == [("geometry_without_extent", 11)]


def test_a_spike_names_its_vertex():
    (problem,) = check(ROAD, shapely.LineString([(0, 0), (100, 0), (60, 1), (60, 40)])).problems
    x, y = shapely.get_coordinates(place(shapely.Point(100, 0)))[0]
    assert problem.value == f"{x:.10g}, {y:.10g}"


def test_a_repair_that_changes_the_area_waits_for_a_yes():
    assert names(check(GREEN, BOW_TIE, BOW_TIE)) == [("geometry_invalid", 11), ("geometry_invalid", 12)]
    assert "accept_repairs" in check(GREEN, BOW_TIE).problems[0].remedy
    some = check(GREEN, BOW_TIE, BOW_TIE, accepted=(12,))
    assert names(some) == [("geometry_invalid", 11), ("geometry_repair_accepted", 12)]
    assert some.accepted.tolist() == [False, True]
    assert shapely.is_valid(some.prepared.geometry[1])
    both = check(GREEN, BOW_TIE, shapely.box(0, 0, 9, 9), accepted=True)
    assert names(both) == [("geometry_repair_accepted", 11)]
    assert both.problems[0].details == {"change": "inf"} or float(both.problems[0].details["change"]) > 0.1


def test_nothing_is_left_to_accept_of_a_shape_without_area():
    flat = shapely.Polygon([(0, 0), (9, 0), (18, 0)])
    assert names(check(GREEN, flat, accepted=True)) == [("geometry_invalid", 11)]


def outline(size: float = 1000) -> shapely.Geometry:
    shape = place(shapely.box(-size, -size, size, size))
    assert shape is not None
    return shape


def test_points_beyond_the_outline_are_told_with_how_far():
    shapes = [shapely.Point(x, 0) for x in (0, 1000, 1190, 1210, 2500)]
    batch = check(LAMP, *shapes, outline=outline())
    assert names(batch) == [("outside_outline", 14), ("outside_outline", 15)]
    assert batch.accepted.all()
    metres = [p.details["metres"] for p in batch.problems if p.details]
    assert metres == [pytest.approx(210, abs=3), pytest.approx(1500, abs=10)]
    assert check(LAMP, *shapes).problems == [], "without an outline nothing is said"


def test_lines_partly_and_wholly_beyond_the_outline():
    inside, across, beyond = ([(a, 0), (b, 0)] for a, b in ((0, 1150), (0, 1900), (1400, 1900)))
    batch = check(ROAD, *map(shapely.LineString, (inside, across, beyond)), outline=outline())
    assert names(batch) == [("crosses_outline", 12), ("outside_outline", 13)]
    assert [p.details["metres"] for p in batch.problems if p.details] == [pytest.approx(900, abs=6)] * 2


def test_what_is_beyond_the_box_is_an_error_only():
    far = shapely.Point(40_000, 0)
    assert names(check(LAMP, far, outline=outline())) == [("outside_district", 11)]


def lamps(east: list[float], accuracy: list[str | None] | None = None, **columns: list[Any]) -> Checked:
    shapes = np.array([place(shapely.Point(x, 0)) for x in east], dtype=object)
    mapping = {"编号": "external_key", "名": "name", "精度": "accuracy", "类": "class"}
    columns = {"编号": [f"k{n}" for n in range(len(east))], "精度": accuracy or [None] * len(east), **columns}
    columns = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    profile = Profile("component", {k: v for k, v in mapping.items() if k in columns}, scheme="CJ/T 214-2007",
                      constants={} if "类" in columns else {"class": "0118"})  # fmt: skip
    return Validator(LAYERS["component"]).check(prepared(columns, profile, geometry=shapes))


def test_the_same_place_twice_names_the_other_row():
    batch = lamps([0, 10, 0.4, 10.7, 0.9])
    assert names(batch) == [("place_repeated", 13), ("place_repeated", 15)]
    assert [p.details for p in batch.problems] == [{"first": 11, "metres": "0.40"}, {"first": 13, "metres": "0.50"}]
    assert batch.accepted.all()


@pytest.mark.parametrize(
    ("accuracy", "apart", "far"), [("A", 0.45, 0.6), ("B", 0.9, 1.1), ("C", 9.5, 10.5), (None, 0.45, 0.6)]
)
def test_how_near_is_near_depends_on_the_accuracy(accuracy, apart, far):
    assert names(lamps([0, apart], [accuracy] * 2)) == [("place_repeated", 12)]
    assert names(lamps([0, far], [accuracy] * 2)) == []


def test_other_classes_and_names_at_one_place_are_others():
    assert names(lamps([0, 0.2], 类=["0118", "0117"])) == []
    assert names(lamps([0, 0.2], 名=["东灯", "西灯"])) == []
    assert names(lamps([0, 0.2], 名=["路灯", None])) == [("place_repeated", 12)], "unnamed it bears its class's name"


def test_rows_that_wait_are_nobodys_twin():
    shapes = np.array([place(shapely.Point(0, 0))] * 2, dtype=object)
    profile = replace(LAMP, columns={"状态": "state", "编号": "external_key"})
    batch = prepared({"状态": ["坏", "完好"], "编号": ["a", "b"]}, profile, geometry=shapes)
    assert names(Validator(LAYERS["component"]).check(batch)) == [("state_unknown", 11)]


def test_areas_and_lines_must_be_alike_in_extent():
    parcels = (SQUARE, shapely.box(0.2, 0, 90.2, 90), shapely.box(20, 20, 70, 70))
    assert names(check(GREEN, *parcels)) == [("place_repeated", 12)]
    road = shapely.LineString([(0, 0), (90, 90)])
    assert names(check(ROAD, road, shapely.LineString([(0, 0), (0, 90), (90, 90)]), road.reverse())) == [
        ("place_repeated", 13)
    ]


def test_near_rows_are_found_across_batches_as_by_measuring_all():
    random = np.random.default_rng(3)
    count, size = 3000, 500
    east, north = random.uniform(0, 400, count), random.uniform(0, 400, count)
    kinds, accuracy = random.integers(0, 3, count), random.choice([0.5, 1.0, 10.0], count, p=[0.6, 0.35, 0.05])
    shapes = shapely.points(HERE[0] + east * METRE / NARROW, HERE[1] + north * METRE)
    rows = np.arange(100, 100 + count)
    seen, found = NearSeen("point"), {}
    for begin in range(0, count, size):
        part = slice(begin, begin + size)
        near = seen.repeated(shapes[part], kinds[part], np.zeros(size, np.uint32), rows[part], accuracy[part])
        found |= dict(zip(rows[part][near.places].tolist(), near.first.tolist(), strict=True))
    expected, doubtful = {}, set()
    for n in range(count):
        apart = np.hypot(east[:n] - east[n], north[:n] - north[n])
        same = kinds[:n] == kinds[n]
        if (same & (np.abs(apart - accuracy[n]) < 0.03)).any():
            doubtful.add(100 + n)  # the grid is a centimetre wide
        if (near_duplicates := np.flatnonzero(same & (apart <= accuracy[n]))).size:
            expected[100 + n] = 100 + int(near_duplicates[0])
    assert len(expected) > 80
    assert {k: v for k, v in found.items() if k not in doubtful} == {
        k: v for k, v in expected.items() if k not in doubtful
    }


def test_a_row_that_is_another_in_everything_is_told():
    columns = {"备注": ["甲", "甲", "乙", None, None]}
    here = shapely.points([HERE] * 5)
    batch = Validator(LAYERS["component"]).check(prepared(columns, LAMP, geometry=here))
    assert names(batch) == [
        ("row_repeated", 12), ("place_repeated", 13), ("place_repeated", 14), ("row_repeated", 15)
    ]  # fmt: skip
    assert batch.accepted.all()
    assert batch.has_problem.all(), "the first of them too: without it the others would pass"
    keyed = prepared({**columns, "编号": list("abcde")}, replace(LAMP, columns={"编号": "external_key"}), geometry=here)
    assert "row_repeated" not in {name for name, _row in names(Validator(LAYERS["component"]).check(keyed))}


def test_rows_are_remembered_from_batch_to_batch():
    source, rows = delivery({"备注": ["甲"]})
    validator, normaliser = Validator(LAYERS["component"]), Normaliser(LAMP, LAYERS["component"], source)
    assert validator.check(normaliser.prepare(rows)).problems == []
    again = validator.check(normaliser.prepare(replace(rows, numbers=rows.numbers + 100)))
    assert as_tuples(again.problems) == [("row_repeated", 111, "", "")]
    assert again.problems[0].details == {"first": 11}


DRAWING = """0\nSECTION\n2\nENTITIES\n0\n{entity}\n8\n路\n{points}\n0\nENDSEC\n0\nEOF\n"""
ARC = "100\nAcDbEntity\n100\nAcDbCircle\n10\n0\n20\n0\n40\n50\n100\nAcDbArc\n50\n0\n51\n90"
STRAIGHT = "100\nAcDbEntity\n100\nAcDbLine\n10\n0\n20\n0\n11\n50\n21\n50"


@pytest.mark.parametrize(("entity", "points", "expected"), [("ARC", ARC, True), ("LINE", STRAIGHT, False)])
def test_curves_become_chains_of_lines_and_that_is_told(tmp_path, entity, points, expected):
    from importers.read.reader import inspect, read

    file = tmp_path / "a.dxf"
    file.write_text(DRAWING.format(entity=entity, points=points), encoding="utf-8")
    (source,) = inspect(file)
    problems = [str(p.code) for rows in read(file, source.name) for p in rows.problems]
    assert ("curves_linearised" in problems) == expected
