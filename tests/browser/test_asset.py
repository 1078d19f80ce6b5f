"""From a point on the map to its card, its page and its history; from words to the same card; all by keyboard too."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .conftest import Visiting
from .demo_district import DISTRICT
from .ground import Thing, alone, choose, click, things, tiles, view
from .visit import Visit

STREET = f"/{DISTRICT}/map#18/30.31500/120.15000"
TRIPLE = ("主管部门", "权属单位", "养护单位")


def chosen_by_click(visit: Visit) -> Thing:
    """A component of the view, chosen with the mouse."""
    thing = alone(visit, things(tiles(visit, view(visit)[0])), "component")
    click(visit, thing)
    expect(visit.page.locator("#card h2")).to_be_visible()
    return thing


def fact(page: Page, label: str) -> str:
    """What stands beside a label."""
    return page.locator(".fact", has=page.locator("dt", has_text=label)).first.locator("dd").inner_text()


def in_sight(visit: Visit) -> bool:
    """Whether the chosen asset's mark is on the map, and not under the card."""
    frame = visit.frame()
    mark = visit.page.locator(".leaflet-highlight-pane path").last.bounding_box()
    card = visit.page.locator("#card").bounding_box()
    if not (mark and card):
        return False
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    return frame["x"] < x < card["x"] and frame["y"] < y < frame["y"] + frame["height"]


def test_a_click_on_a_component_opens_its_card_and_from_there_its_page(visiting: Visiting) -> None:
    visit = visiting("admin", STREET)
    thing = chosen_by_click(visit)
    page, card = visit.page, visit.page.locator("#card")
    assert visit.query == f"asset={thing.id}"
    code = card.locator(".code").first.inner_text()
    assert re.fullmatch(r"330105\d{10}", code)
    facts = {label: fact(page, label) for label in TRIPLE}
    assert all(facts.values())
    expect(card.locator(".history li").first).to_contain_text("登记入库")
    assert in_sight(visit)
    card.get_by_role("link", name="打开资产页").click()
    page.wait_for_url(f"**/{DISTRICT}/assets/{thing.id}")
    visit.drawn()
    expect(page.locator(".asset-head .code")).to_have_text(code)
    assert {label: fact(page, label) for label in TRIPLE} == facts
    expect(page.get_by_role("heading", name="历史")).to_be_visible()
    expect(page.locator(".history li").first).to_contain_text(
        re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d.*登记入库", re.DOTALL)
    )
    page.get_by_role("link", name="在地图上看").click()
    page.wait_for_url(f"**/map?asset={thing.id}*")
    visit.drawn()
    expect(card.locator(".code").first).to_have_text(code)


def test_a_code_typed_leads_to_the_asset_without_a_mouse(visiting: Visiting) -> None:
    visit = visiting("admin")
    code = visit.asked(f"/{DISTRICT}/api/suggest?q=3301050118")["assets"][0]["code"]
    visit.page.keyboard.press("/")
    expect(visit.page.locator("#search")).to_be_focused()
    visit.search(code)
    visit.redrawn(lambda: visit.page.keyboard.press("Enter"))
    expect(visit.page.locator("#card .code").first).to_have_text(code)
    expect(visit.page.locator("#card h2")).to_be_focused()
    assert view(visit)[0] >= 18
    visit.until(lambda: in_sight(visit), "the asset to be in sight")


def test_a_name_typed_leads_to_the_asset_and_escape_back(visiting: Visiting) -> None:
    visit = visiting("inspector")
    name = visit.asked(f"/{DISTRICT}/api/suggest?q=公园")["assets"][0]["name"]
    visit.search(name)
    visit.redrawn(lambda: visit.page.keyboard.press("Enter"))
    expect(visit.page.locator("#card h2")).to_have_text(name)
    visit.until(lambda: in_sight(visit), "the asset to be in sight")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#card")).to_be_hidden()
    expect(visit.page.locator(".leaflet-highlight-pane path")).to_have_count(0)
    expect(visit.page.locator("#search")).to_be_focused()
    assert visit.query == ""


def test_suggestions_go_round_and_away(visiting: Visiting) -> None:
    visit = visiting("inspector")
    field, offers = visit.page.locator("#search"), visit.page.locator("#suggestions [role=option]")
    visit.search("井盖")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    visit.page.keyboard.press("ArrowUp")
    expect(offers.last).to_have_attribute("aria-selected", "true")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#suggestions")).to_be_hidden()
    expect(field).to_have_value("井盖")
    visit.page.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_the_middle_of_the_map_is_the_pointer_of_the_keyboard(visiting: Visiting) -> None:
    visit = visiting("inspector", STREET)
    thing = alone(visit, things(tiles(visit, 18)), "component")
    visit.open("/sign-in")  # a new page: an address that differs behind the hash alone is the same one
    visit.open(f"/{DISTRICT}/map#19/{thing.lat:.5f}/{thing.lon:.5f}")
    visit.map.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#card h2")).to_be_focused()
    assert visit.query == f"asset={thing.id}"
    visit.page.keyboard.press("Escape")
    expect(visit.map).to_be_focused()


def test_several_assets_under_one_click_are_leafed_through(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/map#16/30.31500/120.15000")
    click(visit, choose(visit, things(tiles(visit, 16)), lambda _thing, others: others > 1, near=6))
    place = visit.page.locator("#card-place")
    expect(place).to_have_text(re.compile(r"1 / \d+"))
    first = visit.query
    visit.page.get_by_role("button", name="此处下一项").click()
    expect(place).to_have_text(re.compile(r"2 / \d+"))
    assert visit.query != first
