"""Measuring on the map, and a rectangle as a filter."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .ground import per_layer, things, tiles
from .test_filter import listed
from .visit import Visit

STREET = f"/{DISTRICT}/map#16/30.31500/120.15000"
MEASURE = ".measure"


def put(visit: Visit, *corners: tuple[float, float]) -> None:
    """Click at these places of the page, no faster than a hand: Leaflet.draw takes nothing within 50 ms of a click."""
    for corner in corners:
        visit.page.mouse.move(*corner)
        visit.page.mouse.click(*corner)
        visit.page.wait_for_timeout(80)


def test_a_distance_is_measured_on_the_ellipsoid_and_goes_with_escape(visiting: Visiting) -> None:
    visit = visiting("inspector", STREET)
    visit.page.get_by_role("link", name="量距离").click()
    put(visit, (600, 400), (1000, 400), (1000, 400))
    measured = visit.page.locator(MEASURE)
    # 400 pixels of 2.0609 m at 30.32 degrees north (Web Mercator at zoom 16: 2.3887 m at the equator).
    expect(measured).to_have_text(re.compile(r"^8[23]\d(\.\d)? m"))
    expect(visit.page.locator("#card")).to_be_hidden()
    visit.page.keyboard.press("Escape")
    expect(measured).to_have_count(0)


def test_an_area_is_measured_and_its_edges_may_not_cross(visiting: Visiting) -> None:
    visit = visiting("inspector", STREET)
    visit.page.get_by_role("link", name="量面积").click()
    put(visit, (600, 300), (900, 300), (600, 600))
    visit.page.mouse.move(900, 600)
    put(visit, (760, 240))
    expect(visit.page.locator(".leaflet-error-draw-tooltip")).to_have_text("边线不能交叉")
    put(visit, (500, 450), (600, 300))
    expect(visit.page.locator(MEASURE)).to_have_text(re.compile(r"ha，周长 \d"))
    assert visit.query == ""


def test_a_rectangle_is_a_filter_for_map_and_list(visiting: Visiting) -> None:
    visit = visiting("inspector", STREET)
    visit.page.get_by_role("link", name="按矩形范围筛选").click()
    visit.page.mouse.move(600, 300)
    visit.page.mouse.down()
    visit.page.mouse.move(900, 600, steps=5)
    visit.redrawn(visit.page.mouse.up)
    assert re.fullmatch(r"bbox=(-?\d+\.\d+,){3}-?\d+\.\d+", visit.query)
    expect(visit.page.locator("#chips .chip-value")).to_have_text("地图上的矩形")
    total = visit.total()
    assert 0 < total < sum(COUNTS.values())
    assert per_layer(things(tiles(visit, 16, visit.query)))["component"] == visit.counts()["城市部件"]
    visit.page.locator("#to-list").click()
    assert listed(visit) == total
