"""One query string makes one filter, and back."""

from urllib.parse import parse_qsl

import pytest

from registry.assets.filters import Filter
from registry.errors import Invalid


@pytest.mark.parametrize(
    "query",
    [
        "",
        "layer=road&layer=alley",
        "class=CJ%2FT+214-2007%3A0118&state=damaged&state=missing",
        "area=330105001&area=330105001001&party=7",
        "q=%E4%B8%8A%E5%A1%98&bbox=120.1234567%2C30.2%2C120.2%2C30.4",
        "as_of=2026-01-31",
    ],
)
def test_a_filter_survives_its_query_string(query: str) -> None:
    once = Filter.parse(parse_qsl(query))
    assert Filter.parse(parse_qsl(once.query_string())) == once


def test_order_and_repetition_do_not_matter() -> None:
    """The same question has one string, so that one tile has one tag."""
    a = Filter.parse(parse_qsl("layer=road&layer=alley&layer=road&state=missing&state=damaged"))
    b = Filter.parse(parse_qsl("state=damaged&layer=alley&state=missing&layer=road"))
    assert a == b
    assert a.query_string() == b.query_string()


def test_what_is_no_filter_is_ignored() -> None:
    assert Filter.parse([("zoom", "12"), ("layer", " "), ("q", "")]) == Filter()


@pytest.mark.parametrize(
    "pair",
    [
        ("state", "gone"), ("class", "0118"), ("class", ":0118"), ("area", "33010"), ("area", "'; --"), ("party", "-1"),
        ("party", "9" * 30), ("bbox", "1,2,3"), ("bbox", "120,30,119,31"), ("bbox", "a,b,c,d"), ("bbox", "nan,0,1,1"),
        ("as_of", "yesterday"), ("as_of", "2026-13-45"), ("q", "x" * 101), ("q", "a\0b"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(pair: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        Filter.parse([pair])
    assert pair[0] in refused.value.message


def test_a_day_means_its_end() -> None:
    moment = Filter.parse([("as_of", "2026-01-31")]).as_of
    assert moment is not None
    assert (moment.hour, moment.minute) == (23, 59)
