"""Attributes put together column by column are what they would be row by row."""

from __future__ import annotations

import orjson
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.normalise.attributes import as_json

CELLS = {
    pa.string(): st.text(st.characters(blacklist_categories=("Cs",))),
    pa.int64(): st.integers(-(2**53), 2**53),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False, width=32),
    pa.bool_(): st.booleans(),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, pa.Array], int]:
    count = draw(st.integers(0, 6))
    names = draw(st.lists(st.text(st.characters(blacklist_categories=("Cs",)), max_size=6), max_size=4, unique=True))
    columns = {}
    for name in names:
        kind = draw(st.sampled_from(list(CELLS)))
        cells = draw(st.lists(st.none() | CELLS[kind], min_size=count, max_size=count))
        columns[name] = pa.array(cells, kind)
    return columns, count


@settings(max_examples=60, deadline=None)
@given(tables())
def test_json_of_rows(table):
    columns, count = table
    texts = as_json(list(columns.items()), count).to_pylist()
    assert len(texts) == count, "Arrow's own way of skipping nulls leaves out rows that are null throughout"
    for row, text in enumerate(texts):
        expected = {name: column[row].as_py() for name, column in columns.items() if column[row].is_valid}
        assert orjson.loads(text) == expected


def test_numbers_as_people_write_them():
    (text,) = as_json(
        [("a", pa.array([12.0])), ("b", pa.array([0.1])), ("c", pa.array([3301050118000001]))], 1
    ).to_pylist()
    assert text == '{"a":12,"b":0.1,"c":3301050118000001}'


def test_nan_and_infinity_are_nothing():
    assert as_json([("a", pa.array([float("nan"), float("inf")]))], 2).to_pylist() == ["{}", "{}"]
