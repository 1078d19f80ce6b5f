"""Every row is accepted, warned of, or quarantined with a reason; none is dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from normalised import GONGSHU, GREEN, HERE, LAMP, LAYERS, ROAD, as_tuples, delivery, prepared

from importers.normalise.normaliser import Normaliser
from importers.profiles.profile import Profile
from importers.validate.duplicates import FirstSeen
from importers.validate.validator import Checked, Validator

CODED = replace(LAMP, columns={"码": "code"})


def checked(columns: dict[str, Any], profile: Profile, **how: Any) -> Checked:
    validator = Validator(LAYERS[profile.layer], "330105", GONGSHU)
    return validator.check(prepared(columns, profile, **how))


def around(*shapes: shapely.Geometry | None) -> dict[str, Any]:
    """Shapes drawn in metres, set down in the district, as a geometry argument."""
    moved = [None if s is None else shapely.transform(s, lambda c: c / 100_000 + HERE) for s in shapes]
    return {"columns": {"a": [str(n) for n in range(len(shapes))]}, "geometry": np.array(moved)}


def test_codes():
    codes = ["3301050118000001", "33010501180000", "3.30105E+15", "3301060118000003", "3301050117000004", None]
    batch = checked({"码": codes}, CODED)
    assert as_tuples(batch.problems) == [
        ("code_malformed", 12, "码", "33010501180000"),
        ("code_damaged", 13, "码", "3.30105E+15"),
        ("code_of_other_district", 14, "码", "3301060118000003"),
        ("code_class_differs", 15, "码", "3301050117000004"),
    ]
    assert batch.accepted.tolist() == [True, False, False, False, True, True]
    assert batch.quarantined.tolist() == [False, True, True, True, False, False]


def test_codes_that_all_end_in_zero_were_rounded_by_a_spreadsheet():
    rounded = [f"33010501180{n:04d}0" for n in range(10)]
    assert {str(p.code) for p in checked({"码": rounded}, CODED).problems} == {"code_damaged"}
    assert checked({"码": rounded[:9]}, CODED).problems == []
    assert checked({"码": [*rounded, "3301050118000011"]}, CODED).problems == []


def test_repeated_codes_name_the_first_row_across_batches():
    validator = Validator(LAYERS["component"], "330105", GONGSHU)
    source, rows = delivery({"码": ["3301050118000001", "3301050118000002", "3301050118000001"]})
    normaliser = Normaliser(CODED, LAYERS["component"], source)
    first = validator.check(normaliser.prepare(rows))
    later = validator.check(normaliser.prepare(replace(rows, numbers=rows.numbers + 100)))
    assert [(p.row, p.details) for p in first.problems] == [(13, {"first": 11})]
    assert [(p.row, p.details) for p in later.problems] == [
        (111, {"first": 11}),
        (112, {"first": 12}),
        (113, {"first": 11}),
    ]
    assert "第 11 行" in str(later.problems[0])


def test_keys_repeated_and_missing():
    batch = checked({"编号": ["a", None, "a"]}, replace(LAMP, columns={"编号": "external_key"}))
    assert as_tuples(batch.problems) == [("key_missing", 12, "编号", ""), ("key_repeated", 13, "编号", "a")]
    assert batch.accepted.tolist() == [True, True, False]


def test_first_seen_agrees_with_a_dictionary():
    random = np.random.default_rng(7)
    seen, truth = FirstSeen(), {}
    row = 0
    for size in (1, 50, 0, 300, 1000, 3, 700):
        values = [None if n % 17 == 0 else f"k{n}" for n in random.integers(0, 1500, size)]
        rows = np.arange(row, row + size)
        row += size
        places, first = seen.repeated(pa.array(values, pa.string()), rows)
        expected = []
        for number, value in zip(rows, values, strict=True):
            if value is not None and truth.setdefault(value, number) != number:
                expected.append((number, truth[value]))
        assert list(zip(rows[places], first, strict=True)) == expected


def test_dates_in_the_future_and_the_wrong_way_round():
    tomorrow = str(date.today() + timedelta(days=1))
    profile = replace(LAMP, columns={"初": "surveyed_on", "变": "changed_on"})
    batch = checked({"初": ["2024-03-15", "2024-03-15"], "变": ["2023-01-01", tomorrow]}, profile)
    assert as_tuples(batch.problems) == [
        ("dates_reversed", 11, "变", "2023-01-01"),
        ("date_in_future", 12, "变", tomorrow),
    ]
    assert batch.accepted.all()


def test_names_over_length():
    batch = checked({"名": ["路" * 200, "路" * 201]}, replace(LAMP, columns={"名": "name"}))
    assert [(str(p.code), p.row) for p in batch.problems] == [("name_too_long", 12)]
    assert len(batch.problems[0].value) == 80


def test_attributes_against_the_schema():
    mapping = {"宽": "attributes.width_m", "路面": "attributes.pavement", "起": "attributes.start"}
    columns = {"宽": ["12", "-1", "900"], "路面": ["沥青", "木板", "沥青"], "起": ["甲", "乙", "丙" * 201]}
    lines = np.array([shapely.LineString([HERE, (120.16, 30.33)])] * 3)
    batch = checked(columns, replace(ROAD, columns=mapping), geometry=lines)
    assert sorted(as_tuples(batch.problems)) == [
        ("value_not_listed", 12, "路面", "木板"),
        ("value_out_of_range", 12, "宽", "-1"),
        ("value_out_of_range", 13, "宽", "900"),
        ("value_too_long", 13, "起", "丙" * 79 + "…"),
    ]
    listed = next(p for p in batch.problems if p.code == "value_not_listed")
    assert "沥青、水泥、其他" in listed.message


def test_required_attributes_patterns_and_closed_schemas():
    layer = LAYERS["camera"]
    strict = {
        **layer.schema, "required": ["gb28181_id"], "additionalProperties": False,
        "properties": {"gb28181_id": {"type": "string", "title": "国标编码", "pattern": "^[0-9]{20}$"}},
    }  # fmt: skip
    layer = replace(layer, schema=strict)
    profile = Profile("camera", {"国标": "attributes.gb28181_id"}, constants={"class": "枪机"})
    source, rows = delivery({"国标": ["33010500001320000001", "12", None], "多余": [None, None, "x"]})
    batch = Validator(layer).check(Normaliser(profile, layer, source).prepare(rows))
    found = [t[:3] for t in as_tuples(batch.problems)]
    assert ("value_pattern", 12, "国标") in found
    assert ("attribute_required", 13, "国标") in found
    assert any(code == "attribute_invalid" and row == 13 for code, row, _field in found)
    assert batch.accepted.tolist() == [True, False, False]


def test_the_schema_of_a_class_binds_its_rows_only():
    layer = LAYERS["component"]
    lamp = {"type": "object", "properties": {"height_m": {"type": "number", "maximum": 20, "title": "灯高"}}}
    classes = tuple(replace(c, schema=lamp) if c.code == "0118" else c for c in layer.classes)
    layer = replace(layer, classes=classes)
    source, rows = delivery({"类": ["0118", "0117", "0118"], "灯高": ["30", "30", "8"]})
    profile = Profile("component", {"类": "class", "灯高": "attributes.height_m"}, scheme="CJ/T 214-2007")
    batch = Validator(layer).check(Normaliser(profile, layer, source).prepare(rows))
    assert [t[:3] for t in as_tuples(batch.problems)] == [("value_out_of_range", 11, "灯高")]


def test_a_value_of_another_type_than_the_schema_wants():
    layer = LAYERS["camera"]
    strict = {**layer.schema, "properties": {"ports": {"type": ["array", "string"], "title": "端口"}}}
    layer = replace(layer, schema={**strict, "additionalProperties": {"type": "string"}})
    source, rows = delivery({"多": [1, None], "端口": ["a", "b"]})
    profile = Profile("camera", {"端口": "attributes.ports"}, constants={"class": "枪机"})
    batch = Validator(layer).check(Normaliser(profile, layer, source).prepare(rows))
    assert [t[:2] for t in as_tuples(batch.problems)] == [("value_type", 11)]
    assert batch.accepted.tolist() == [False, True]


def test_places_outside_the_district():
    near, far, swapped = (120.2595123, 30.3212345), (121.5123456, 31.2123456), (HERE[1], HERE[0])
    shapes = shapely.points([HERE, near, far, swapped])
    batch = checked({"a": ["1", "2", "3", "4"]}, LAMP, geometry=shapes)
    assert as_tuples(batch.problems) == [
        ("outside_district", 13, "", "121.5123456, 31.2123456"),
        ("axes_swapped", 14, "", "30.3200456, 120.1550123"),
    ]
    assert batch.accepted.tolist() == [True, True, False, False]


def test_a_river_may_leave_the_district():
    river = np.array([shapely.LineString([HERE, (120.9, 30.9)])])
    assert checked({"a": ["x"]}, ROAD, geometry=river).accepted.all()


def test_without_a_district_nothing_is_outside():
    batch = Validator(LAYERS["component"]).check(
        prepared({"a": ["x"]}, LAMP, geometry=shapely.points([-68.7712345], [44.8012345]))
    )
    assert batch.problems == []


@pytest.mark.parametrize(
    ("shape", "profile", "code"),
    [
        (shapely.Point(0, 0), LAMP, None),
        (shapely.MultiPoint([(0, 0)]), LAMP, None),
        (shapely.MultiPoint([(0, 0), (1, 1)]), LAMP, "geometry_many_points"),
        (shapely.Point(), LAMP, "geometry_empty"),
        (shapely.LineString([(0, 0), (9, 9)]), LAMP, "geometry_type"),
        (shapely.LineString([(0, 0), (9, 9)]), ROAD, None),
        (shapely.MultiLineString([[(0, 0), (9, 9)]]), ROAD, None),
        (shapely.LineString([(5, 5), (5, 5)]), ROAD, "geometry_without_extent"),
        (shapely.box(0, 0, 9, 9), ROAD, "geometry_type"),
        (shapely.box(0, 0, 90, 90), GREEN, None),
        (shapely.LineString([(0, 0), (9, 9)]), GREEN, "geometry_type"),
        (shapely.GeometryCollection([shapely.Point(0, 0)]), GREEN, "geometry_type"),
        (shapely.Polygon([(0, 0), (90, 90), (90, 0), (0, 90)]), GREEN, "geometry_invalid"),
        (None, GREEN, "geometry_missing"),
    ],
)
def test_kinds_of_geometry(shape, profile, code):
    batch = checked(profile=profile, **around(shape))
    assert [str(p.code) for p in batch.problems] == ([code] if code else [])
    if code is None:
        stored = {"component": "Point", "road": "MultiLineString", "green": "MultiPolygon"}[profile.layer]
        assert batch.prepared.geometry[0].geom_type == stored


def test_a_spike_is_repaired_and_told():
    spike = shapely.Polygon([(0, 0), (90, 0), (90, 90), (45, 90), (45, 190), (45, 90), (0, 90)])
    assert not spike.is_valid
    batch = checked(profile=GREEN, **around(spike))
    assert [str(p.code) for p in batch.problems] == ["geometry_repaired"]
    (repaired,) = batch.prepared.geometry
    assert (repaired.geom_type, repaired.is_valid, batch.accepted.all()) == ("MultiPolygon", True, True)
    assert "自相" in batch.problems[0].message


def test_coordinates_that_are_no_numbers():
    batch = checked({"a": ["x"]}, LAMP, geometry=shapely.points([np.nan], [30.3]))
    assert [str(p.code) for p in batch.problems] == ["geometry_not_finite"]
    line = shapely.LineString([HERE, (np.inf, 30.3)])
    batch = checked({"a": ["x"]}, ROAD, geometry=np.array([line]))
    assert [str(p.code) for p in batch.problems] == ["geometry_not_finite"]
    assert not batch.accepted.any()


def test_everything_wrong_with_a_row_is_told_at_once():
    columns = {"码": ["12"], "类": ["不明物"], "状态": ["坏"], "日期": ["某日"]}
    mapping = {"码": "code", "类": "class", "状态": "state", "日期": "surveyed_on"}
    batch = checked(columns, Profile("component", mapping), geometry=np.array([None]))
    assert {str(p.code) for p in batch.problems} == {
        "code_malformed", "class_unknown", "state_unknown", "date_bad", "geometry_missing",
    }  # fmt: skip
    assert [p.row for p in batch.problems] == [11] * 5


def test_problems_come_in_the_order_of_rows():
    source, rows = delivery({"码": ["1", "3301050118000001", "2"]})
    normaliser = Normaliser(replace(CODED, crs="GCJ-02"), LAYERS["component"], source)
    batch = Validator(LAYERS["component"]).check(normaliser.prepare(rows))
    assert [p.row for p in batch.problems] == [None, 11, 13]


def test_the_price_of_bad_rows_grows_with_their_number_and_no_faster():
    import time

    def spent(count: int) -> float:
        columns = {"码": [f"bad{n}" for n in range(count)], "日期": ["某日"] * count}
        began = time.process_time()
        batch = checked(columns, replace(LAMP, columns={"码": "code", "日期": "surveyed_on"}))
        assert len(batch.problems) >= 2 * count
        return time.process_time() - began

    few, many = min(spent(1_000) for _again in range(3)), min(spent(16_000) for _again in range(2))
    assert many < 16 * few * 3  # were it quadratic, 256 times
