"""Cells: numbers with units, dates in all their spellings, yes and no, codes, degrees."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from importers.cells import numbers as values
from importers.cells import units
from importers.cells.dates import dates, parse_date, read_date
from importers.cells.numbers import NotThis
from importers.normalise.positions import parse_ordinate
from importers.problems.codes import Code


@pytest.mark.parametrize(
    "text",
    ["20240315", "2024-03-15", "2024/3/15", "2024.3.15", "2024年3月15日", "２０２４年３月１５号", "45366", "45366.5",
     "2024-03-15 08:30:00", "2024-03-15T08:30:00Z", "20240315083000", "2024 年 3 月 15 日", "20240315.0", "202403150830",
     "二〇二四年三月十五日", "二○二四年三月十五号", "15-Mar-24", "15 March 2024", "Mar 15, 2024", "15-3月-24", "3/15/2024",
     "15/03/2024", "15.3.2024", "2024-03-14T23:30:00Z", "2024-03-15T23:30:00+08:00", "2024-03-15 00:10+0800",
     "2024-03-15 上午8:30", "2024/3/15 8时30分", "1710432000000", "2024-03-15 08:30:00.000 PM"],
)  # fmt: skip
def test_spellings_of_a_day(text):
    assert read_date(text) == (date(2024, 3, 15), None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇〇九年十月三十一日", (2009, 10, 31)),
        ("二〇二四年十二月廿一日", (2024, 12, 21)),
        ("二〇二四年二月十日", (2024, 2, 10)),
        ("3/3/2024", (2024, 3, 3)),
        ("31-Dec-99", (1999, 12, 31)),
    ],
)
def test_days_in_figures_of_several_kinds(text, day):
    assert read_date(text) == (date(*day), None)


@pytest.mark.parametrize("text", ["", "-", "/", "NULL", "<Null>"])
def test_no_date(text):
    assert read_date(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "code", "near"),
    [
        ("0000-00-00", Code.DATE_PLACEHOLDER, "2000-01-01"),
        ("00000000", Code.DATE_PLACEHOLDER, "20000101"),
        ("1900-01-00", Code.DATE_PLACEHOLDER, "1900-01-02"),
        ("1900-01-01 00:00:00", Code.DATE_PLACEHOLDER, "1901-01-01"),
        ("1970/01/01", Code.DATE_PLACEHOLDER, "1970-01-02"),
        ("3/4/2024", Code.DATE_AMBIGUOUS, "3/13/2024"),
        ("24-3-15", Code.DATE_AMBIGUOUS, "2024-3-15"),
        ("民国113年3月15日", Code.DATE_OTHER_CALENDAR, "2024年3月15日"),
        ("113年3月15日", Code.DATE_OTHER_CALENDAR, "2013年3月15日"),
        ("农历二月初六", Code.DATE_OTHER_CALENDAR, "二〇二四年二月六日"),
    ],
)
def test_dates_that_are_named_and_not_guessed(text, code, near):
    assert read_date(text) == (None, code)
    assert read_date(near)[0] is not None
    assert read_date(near)[1] is None


@pytest.mark.parametrize(
    "text",
    ["不详", "20241315", "2024-02-30", "1234", "99999", "0850-01-01", "13/32/2024", "15-Mrt-24", "2024-03-15 左右",
     "二〇二四年十三月一日", "17-18"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert read_date(text) == (None, Code.DATE_BAD)
    with pytest.raises(NotThis):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "month"),
    [("2024年3月", 3), ("2024-03", 3), ("202403", 3), ("2024年", 1), ("2024", 1), ("二〇二四年三月", 3)],
)
def test_a_month_or_a_year_alone_is_told(text, month):
    assert read_date(text) == (date(2024, month, 1), Code.DATE_INCOMPLETE)


def test_typed_dates_pass():
    moments = pa.array([datetime(2024, 3, 15, 8, 30), None])
    assert dates(moments).values.to_pylist() == [date(2024, 3, 15), None]
    assert dates(moments).remarks == {}
    late = pa.array([datetime(2024, 3, 14, 23, 30)], pa.timestamp("ms", "UTC"))
    assert dates(late).values.to_pylist() == [date(2024, 3, 15)], "the day in China"


def test_typed_dates_that_are_none():
    read = dates(pa.array([date(1899, 12, 30), date(850, 1, 1), date(2024, 3, 15), None]))
    assert read.values.to_pylist() == [None, None, date(2024, 3, 15), None]
    assert {code: mask.tolist() for code, mask in read.remarks.items()} == {
        Code.DATE_PLACEHOLDER: [True, False, False, False],
        Code.DATE_BAD: [False, True, False, False],
    }


def test_remarks_on_dates_fall_on_their_rows():
    read = dates(pa.array(["2024-03", None, "3/4/2024", "2024-03-15", "2024-03"]))
    assert read.remarks[Code.DATE_INCOMPLETE].tolist() == [True, False, False, False, True]
    assert read.remarks[Code.DATE_AMBIGUOUS].tolist() == [False, False, True, False, False]
    assert set(read.remarks) == {Code.DATE_INCOMPLETE, Code.DATE_AMBIGUOUS}


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


@pytest.mark.parametrize(
    "text", ["无", "17-18", "3.5亩", "1.2.3", "inf", "abc", "3 4", "１２度半x1", "12,5", "1,20,000"]
)
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


@pytest.mark.parametrize(
    ("text", "code", "is_reported"),
    [
        ("3301050118000001", "3301050118000001", False),
        ("３３０１０５０１１８００００１１", "3301050118000011", False),
        ("'3301050118000001", "3301050118000001", True),
        ("3301050118000001.0", "3301050118000001", True),
        ("330105-0118-000001", "3301050118000001", True),
        ("330105 0118 000001", "3301050118000001", True),
        ("3.30105E+15", "3.30105E+15", False),
        ("LD-7", "LD-7", False),
    ],
)
def test_asset_codes_are_tidied_and_that_is_told(text, code, is_reported):
    read = values.asset_codes(pa.array(["x", text, None]))
    assert read.values.to_pylist() == ["x", code, None]
    assert read.bad.tolist() == [False, is_reported, False]


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
