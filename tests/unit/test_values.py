"""Cells: numbers with units, dates in all their spellings, yes and no, codes, degrees."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from importers import units, values
from importers.positions import parse_ordinate
from importers.values import NotThis


@pytest.mark.parametrize(
    "text",
    ["20240315", "2024-03-15", "2024/3/15", "2024.3.15", "2024年3月15日", "２０２４年３月１５号", "45366", "45366.5",
     "2024-03-15 08:30:00", "2024-03-15T08:30:00Z", "20240315083000", "2024 年 3 月 15 日"],
)  # fmt: skip
def test_spellings_of_a_day(text):
    assert values.parse_date(text) == date(2024, 3, 15)


@pytest.mark.parametrize("text", ["", "-", "/", "0000-00-00", "00000000", "NULL", "<Null>"])
def test_no_date(text):
    assert values.parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["不详", "20241315", "2024-02-30", "15/03/2024", "24-3-15", "1234", "99999", "0850-01-01"]
)
def test_what_is_no_date(text):
    with pytest.raises(NotThis):
        values.parse_date(text)


def test_year_and_month_alone():
    assert values.parse_date("2024年3月") == date(2024, 3, 1)


def test_typed_dates_pass():
    moments = pa.array([datetime(2024, 3, 15, 8, 30), None])
    assert values.dates(moments).values.to_pylist() == [date(2024, 3, 15), None]


@pytest.mark.parametrize(
    ("text", "given", "wanted", "expected"),
    [
        ("12.5", "", "m", 12.5),
        ("１２．５", "", "m", 12.5),
        ("1,200", "", "m", 1200),
        ("约3.5米", "", "m", 3.5),
        ("3.5m", "", "m", 3.5),
        ("350毫米", "", "m", 0.35),
        ("1.2", "km", "m", 1200),
        ("1.2km", "m", "m", 1200),
        ("3", "亩", "m2", 2000),
        ("3㎡", "", "m2", 3),
        ("12m²", "", "m2", 12),
        ("0.5公顷", "", "m2", 5000),
        ("35%", "", "%", 35),
        ("12株", "", "", 12),
        ("-3e2", "", "", -300),
    ],
)
def test_numbers_and_their_units(text, given, wanted, expected):
    read = values.numbers(pa.array([text]), given, wanted)
    assert read.values.to_pylist() == [pytest.approx(expected)]
    assert not read.bad.any()


@pytest.mark.parametrize("text", ["无", "17-18", "3.5亩", "1.2.3", "inf", "abc", "3 4", "１２度半x1"])
def test_what_is_no_number_of_metres(text):
    read = values.numbers(pa.array(["1", text]), "", "m")
    assert (read.values.to_pylist(), read.bad.tolist()) == ([1.0, None], [False, True])


def test_what_programs_write_for_nothing_is_nothing():
    read = values.numbers(pa.array(["", "-", "/", "NULL", "<Null>", "#N/A", None]))
    assert read.values.null_count == 7
    assert not read.bad.any()


def test_typed_numbers_are_scaled_and_freed_of_nan():
    read = values.numbers(pa.array([1.5, float("nan"), float("inf"), None]), "km", "m")
    assert read.values.to_pylist() == [1500.0, None, None, None]
    assert not read.bad.any()


def test_a_column_in_a_unit_that_cannot_be_converted_is_bad_as_a_whole():
    assert values.numbers(pa.array([1.5, None]), "亩", "m").bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("m²", "m2", 1), ("KM", "m", 1000), ("亩", "ha", 1 / 15), ("kg", "m", None)]
)
def test_factors(a, b, expected):
    assert units.factor(a, b) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("name", "unit"),
    [("width_m", "m"), ("declared_area_m2", "m2"), ("size_mm", "mm"), ("lanes", ""), ("greening_rate", "%")],
)
def test_the_unit_an_attribute_is_kept_in(name, unit):
    assert units.unit_of(name) == unit


def test_yes_and_no():
    read = values.booleans(pa.array(["是", "Y", "1", "否", "无", "N", "0", "", None, "也许"]))
    assert read.values.to_pylist() == [True, True, True, False, False, False, False, None, None, None]
    assert read.bad.tolist() == [False] * 9 + [True]


def test_codes_are_half_width_and_bare():
    column = pa.array(["３３０１０５０１１８００００１", " 330 105", "'0012", "LD-7", None])
    assert values.codes(column).to_pylist() == ["330105011800001", "330105", "0012", "LD-7", None]


def test_text_of_typed_columns():
    assert values.as_text(pa.array([3301050118000001, None])).to_pylist() == ["3301050118000001", None]
    assert values.as_text(pa.array([3301050118000001.0, 1.5, float("nan")])).to_pylist() == [
        "3301050118000001",
        "1.5",
        None,
    ]
    assert values.as_text(pa.array([True, None])).to_pylist() == ["true", None]
    assert values.as_text(pa.array([date(2024, 3, 15)])).to_pylist() == ["2024-03-15"]


def test_a_distinct_value_is_converted_once():
    seen = []

    def parse(text: str) -> int:
        seen.append(text)
        if text == "x":
            raise NotThis(text)
        return int(text)

    read = values.converted(pa.array(["1", "x", None, "1", "x", "2"]), parse, pa.int64())
    assert seen == ["1", "x", "2"]
    assert read.values.to_pylist() == [1, None, None, 1, None, 2]
    np.testing.assert_array_equal(read.bad, [False, True, False, False, True, False])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120.155", 120.155),
        ("１２０．１５５", 120.155),
        ("120°09′18.0″", 120.155),
        ("120度9分18秒", 120.155),
        ("120:09:18", 120.155),
        ("120°9.3'", 120.155),
        ("30.32N", 30.32),
        ("E120.155", 120.155),
        ("北纬30°19′12″", 30.32),
        ("3°9'59.3\"W", -3.166472222),
        ("-3.5", -3.5),
        ("3355597.2235", 3355597.2235),
    ],
)
def test_spellings_of_an_ordinate(text, expected):
    assert parse_ordinate(text) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("text", ["无", "120.1.5", "120°61′00″", "湖墅南路", "120.155,30.32", "X=12"])
def test_what_is_no_ordinate(text):
    with pytest.raises(NotThis):
        parse_ordinate(text)
