"""One question for map and list; what is on the screen is in the address, and comes back from it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .ground import per_layer, things, tiles, view
from .visit import Visit, number

WHOLE = f"/{DISTRICT}/map#12/30.33020/120.15300"


def listed(visit: Visit) -> int:
    """The number of assets that the list tells."""
    return number(visit.page.locator(".list-total strong").inner_text())


def press_state(visit: Visit, name: str) -> Callable[[], None]:
    """Pressing the button of a lifecycle state."""
    return visit.page.locator("#states").get_by_role("button", name=name).click


def test_a_state_narrows_map_and_list_alike(visiting: Visiting) -> None:
    visit = visiting("admin", WHOLE)
    visit.total()
    visit.redrawn(press_state(visit, "破损"))
    assert visit.query == "state=damaged"
    shown = tiles(visit, 12, "state=damaged")
    total, per_name = visit.total(), visit.counts()
    points = per_layer(things(shown))
    assert 0 < total < sum(COUNTS.values())
    assert points == {"component": per_name["城市部件"], "camera": per_name["视频监控"]}
    visit.page.locator("#to-list").click()
    expect(visit.page.locator("#f-state")).to_have_value("damaged")
    assert visit.query == "state=damaged"
    assert listed(visit) == total
    expect(visit.page.locator("tbody .state.is-damaged")).to_have_count(50)
    visit.page.get_by_role("link", name="在地图上看").first.click()
    visit.drawn()
    assert visit.query == "state=damaged"
    assert visit.total() == total


def test_classes_and_states_go_together_and_come_off_one_by_one(visiting: Visiting) -> None:
    visit = visiting("inspector", WHOLE)
    visit.total()
    visit.page.get_by_role("button", name="城市部件的分类").click()
    visit.redrawn(visit.page.locator(".class-row", has_text="路灯").first.click)
    visit.redrawn(press_state(visit, "丢失"))
    lamps = visit.total()
    assert "class=CJ/T" in visit.query.replace("%2F", "/")
    assert "state=missing" in visit.query
    expect(visit.page.locator("#chips .chip")).to_have_count(2)
    visit.redrawn(visit.page.locator("#chips .chip", has_text="丢失").click)
    assert visit.total() > lamps > 0
    visit.redrawn(visit.page.get_by_role("button", name="清除全部条件").click)
    assert visit.query == ""
    assert visit.total() == sum(COUNTS.values()) - COUNTS["camera"]


def test_a_layer_that_is_switched_off_is_drawn_and_asked_no_more(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/map#18/30.31500/120.15000")
    box = visit.page.get_by_role("checkbox", name="视频监控")
    before = len(visit.answers("/tiles/"))
    with_cameras = visit.map.screenshot()
    box.uncheck()
    assert visit.page.url.endswith("/off:camera")
    assert visit.map.screenshot() != with_cameras
    assert len(visit.answers("/tiles/")) == before, "switching a layer off asks for nothing"
    with visit.page.expect_request("**/api/identify**") as asked:
        visit.map.click(position={"x": 300, "y": 300})
    assert "layer=camera" not in asked.value.url
    assert "layer=component" in asked.value.url
    visit.page.reload()
    visit.drawn()
    expect(box).not_to_be_checked()
    expect(visit.page.get_by_role("checkbox", name="城市部件")).to_be_checked()


def test_an_address_shows_another_person_the_same(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/map#17/30.31500/120.15000")
    visit.redrawn(press_state(visit, "完好"))
    visit.page.get_by_role("checkbox", name="绿地").uncheck()
    asset = visit.asked(f"/{DISTRICT}/api/suggest?q=公园")["assets"][0]
    visit.search(asset["name"])
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#card h2")).to_have_text(asset["name"])
    total, place = visit.total(), view(visit)
    other = visiting("surveyor", visit.page.url.removeprefix(visit.server))
    assert view(other) == place
    assert other.total() == total
    expect(other.page.locator("#card h2")).to_have_text(asset["name"])
    expect(other.page.get_by_role("checkbox", name="绿地")).not_to_be_checked()
    expect(other.page.locator("#states [data-state=intact]")).to_have_attribute("aria-pressed", "true")


def test_the_whole_in_whatever_window_comes_back_from_its_address(visiting: Visiting) -> None:
    visit = visiting("admin", viewport={"width": 1280, "height": 800})
    visit.redrawn(lambda: (visit.map.focus(), visit.page.keyboard.press("ArrowRight"), press_state(visit, "废弃")()))
    place = view(visit)
    assert place[0] % 1, "between two whole zooms, to fill the window"
    visit.page.reload()
    visit.drawn()
    visit.redrawn(visit.page.get_by_role("button", name="清除全部条件").click)
    assert view(visit)[0] == place[0]


def test_back_and_forth_through_the_history(visiting: Visiting) -> None:
    visit = visiting("inspector", WHOLE)
    everything = visit.total()
    visit.redrawn(press_state(visit, "破损"))
    damaged = visit.total()
    visit.redrawn(visit.page.go_back)
    assert visit.total() == everything
    visit.redrawn(visit.page.go_forward)
    assert visit.total() == damaged


def test_a_filter_that_nothing_meets_says_so(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/map?q=没有这样的名字")
    expect(visit.page.locator("#map-notice")).to_contain_text("没有符合条件的资产")
    assert visit.total() == 0
    visit.page.locator("#to-list").click()
    expect(visit.page.get_by_role("heading", name="没有符合条件的资产")).to_be_visible()
