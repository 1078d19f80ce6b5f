"""On a phone the map is everything; panel and card are sheets from below."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import PHONE, Visiting
from .demo_district import DISTRICT
from .ground import on_screen, things, tiles, view

WIDTH, HEIGHT = PHONE["viewport"]["width"], PHONE["viewport"]["height"]
STREET = f"/{DISTRICT}/map#18/30.31500/120.15000"


PAGES = ("/map", "/map?asset=1", "/assets", "/assets/1", "/none")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_wider_than_the_screen(phone: Visiting, language: str) -> None:
    visit = phone("admin", "/password")
    visit.forgiven = ("404",)
    if language == "en":
        visit.page.locator(".language").click()
    for path in ("/password", *(f"/{DISTRICT}{page}" for page in PAGES), "/sign-in"):
        if path == "/sign-in":
            visit.context.clear_cookies(name="chengji")
        visit.open(path)
        expect(visit.page.locator("html")).to_have_attribute("lang", language)
        assert visit.page.evaluate("document.documentElement.scrollWidth") == WIDTH, path


def test_the_panel_comes_and_goes(phone: Visiting) -> None:
    visit = phone("inspector")
    panel, button = visit.page.locator("#panel"), visit.page.get_by_role("button", name="图层", exact=True)
    expect(panel).not_to_be_visible()
    button.tap()
    expect(panel).to_be_in_viewport(ratio=0.99)
    expect(button).to_have_attribute("aria-expanded", "true")
    panel.get_by_role("button", name="破损", exact=True).tap()
    expect(panel.locator("#chips .chip")).to_have_count(1)
    panel.get_by_role("button", name="关闭").tap()
    expect(panel).not_to_be_visible()
    button.tap()
    panel.get_by_role("button", name="破损", exact=True).focus()
    visit.page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()


def test_the_card_is_a_sheet_that_grows(phone: Visiting) -> None:
    visit = phone("inspector", STREET)
    found = things(tiles(visit, 18))
    places = on_screen(visit, found)
    middle = (places[:, 0] > 60) & (places[:, 0] < 280) & (places[:, 1] > 250) & (places[:, 1] < 600)
    x, y = places[middle][0]
    visit.page.touchscreen.tap(float(x), float(y))
    card = visit.page.locator("#card")
    expect(card.locator("h2")).to_be_visible()
    low = card.bounding_box()
    assert low
    assert (low["x"], low["width"]) == (0, WIDTH)
    assert low["y"] + low["height"] == pytest.approx(HEIGHT, abs=1)
    mark = visit.page.locator(".leaflet-highlight-pane path").last.bounding_box()
    assert mark
    assert mark["y"] + mark["height"] < low["y"], "the chosen one is not under its card"
    expect(card.get_by_role("link", name="打开资产页")).to_be_in_viewport()
    card.get_by_role("button", name="展开或收起").tap()
    visit.until(lambda: (card.bounding_box() or low)["height"] > 1.5 * low["height"], "the card to grow")
    card.get_by_role("button", name="关闭卡片").tap()
    expect(card).to_be_hidden()


def test_a_finger_leads_nearer_too(phone: Visiting) -> None:
    visit = phone("inspector", f"/{DISTRICT}/map#12/30.33020/120.15300")
    largest = max(things(tiles(visit, 12)), key=lambda thing: thing.count)
    x, y = on_screen(visit, [largest])[0]
    visit.redrawn(lambda: visit.page.touchscreen.tap(float(x), float(y)))
    visit.until(lambda: view(visit)[0] == 14, "the map to come two zooms nearer")
