"""One question, one answer: list, map, counts and their numbers agree; and a page costs as many queries as it should."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import seed
from signing_in import Browser
from surfaces import listed, tile

QUERIES = [
    "",
    "layer=component",
    "layer=component&layer=road",
    "class=CJ/T 214-2007:0118",
    "class=CJ/T 214-2007:0118&class=local river level:2",
    "state=damaged",
    "state=damaged&state=intact",
    "state=retired",
    "area=330105001",
    "area=330105001001",
    "area=330105002",
    "q=试验",
    "q=路灯",
    "q=井盖",
    "q=3301050118",
    "q=100%25",
    "q=_",
    "bbox=120.1445,30.3150,120.1455,30.3175",
    "bbox=120.10,30.28,120.20,30.36&state=damaged&q=路灯",
    "as_of=2099-12-31",
    "as_of=2001-01-01",
]
NUMBERS = {
    "": 84,
    "layer=component": 70,
    "class=CJ/T 214-2007:0118": 35,
    "state=damaged": 7,
    "q=试验": 10,
    "as_of=2001-01-01": 0,
}


@pytest.mark.parametrize("query", QUERIES)
def test_list_counts_and_map_agree(browser: Browser, query: str) -> None:
    client = browser("camera_viewer")
    lines = listed(client, query)
    assert len({id for id, _layer in lines}) == len(lines)
    answer: dict[str, Any] = client.get(f"/{seed.DISTRICT}/api/counts?{query}").json  # type: ignore[assignment]
    per_layer = Counter(layer for _id, layer in lines)
    assert answer["total"] == len(lines) == NUMBERS.get(query, len(lines))
    assert {layer: n for layer, n in answer["layers"].items() if n} == per_layer
    for layer, classes in answer["classes"].items():
        assert sum(found["n"] for found in classes) == per_layer[layer]
    points = {layer: n for layer, n in per_layer.items() if layer in ("component", "camera")}
    assert _clustered(client, query) == points
    assert f"<strong>{len(lines)}</strong>" in client.get(f"/{seed.DISTRICT}/assets?{query}").text


def _clustered(client: Any, query: str) -> dict[str, int]:
    """What the map counts at display zoom 10."""
    counted: Counter[str] = Counter()
    for feature in tile(client, "points", 9, query).get("cluster", {"features": []})["features"]:
        counted[feature["properties"]["l"]] += feature["properties"]["n"]
    return dict(counted)


def test_bad_ones_are_counted_on_the_map_too(browser: Browser) -> None:
    features = tile(browser("inspector"), "points", 9)["cluster"]["features"]
    assert sum(feature["properties"]["b"] for feature in features) == 7


def test_pages_follow_one_another_forwards_and_back(browser: Browser) -> None:
    client = browser("camera_viewer")
    first = client.get(f"/{seed.DISTRICT}/assets")
    assert 'rel="prev"' not in first.text
    second = client.get(_link(first.text, "next"))
    assert 'rel="next"' not in second.text
    back = client.get(_link(second.text, "prev"))
    assert _rows(back.text) == _rows(first.text)
    assert len(_rows(first.text)) == 50
    assert len(_rows(second.text)) == 34


def _link(page: str, relation: str) -> str:
    return page.partition(f'rel="{relation}" href="')[2].partition('"')[0].replace("&amp;", "&")


def _rows(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('<th scope="row"><a href="')[1:]]


def test_the_list_keeps_its_filter_from_page_to_page(browser: Browser) -> None:
    page = browser("camera_viewer").get(
        f"/{seed.DISTRICT}/assets?layer=component&class=CJ/T 214-2007:0102&class=CJ/T 214-2007:0118"
    )
    link = _link(page.text, "next")
    assert link.count("class=CJ%2FT+214-2007%3A01") == 2
    assert "layer=component" in link


def test_the_list_shows_names_and_not_numbers(browser: Browser) -> None:
    page = browser("inspector").get(f"/{seed.DISTRICT}/assets?layer=component&q=路灯").text
    for shown in ("试验养护有限公司", "测试区西街道", "城市部件", "路灯"):
        assert shown in page


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/map", 6),
        ("/assets", 14),
        ("/assets?layer=component&state=damaged&area=330105001", 14),
        ("/assets/{component}", 20),
        ("/assets/{component}/card", 18),
        ("/api/counts", 6),
        ("/api/suggest?q=试验", 10),
        ("/api/identify?zoom=17&lon=120.145&lat=30.3198", 6),
    ],
)
def test_how_many_statements_a_page_costs(
    browser: Browser, statements: list[str], asset_ids: dict[str, dict[str, list[int]]], address: str, most: int
) -> None:
    """A bound, and the same number for fifty rows as for one: nothing asks once per row."""
    client = browser("inspector")
    address = address.format(component=asset_ids[seed.DISTRICT]["component"][30])
    assert client.get(f"/{seed.DISTRICT}{address}").status_code == 200
    statements.clear()
    client.get(f"/{seed.DISTRICT}{address}")
    assert len(statements) <= most, "\n\n".join(statements)


def test_a_long_list_costs_no_more_than_a_short_one(browser: Browser, statements: list[str]) -> None:
    client = browser("inspector")
    costs = []
    for query in ("q=试验河1", "layer=component"):
        statements.clear()
        client.get(f"/{seed.DISTRICT}/assets?{query}")
        costs.append(len(statements))
    assert costs[0] == costs[1]
