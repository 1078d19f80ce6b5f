"""The review of a change set as a person does it: look at the map, choose rows, accept and reject, decide, apply."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import DISTRICT
from .proposal import propose
from .visit import Visit


@pytest.fixture
def proposed(demo_database: str) -> int:
    """A delivery to the demo district, proposed: two lamps changed, one moved, one doubtful, two new."""
    return propose(demo_database)


def open_review(
    visiting: Visiting, proposed: int, username: str = "surveyor", query: str = "", **options: Any
) -> Visit:
    visit = visiting(username, f"/{DISTRICT}/changes/{proposed}{query}", **options)
    visit.drawn()
    return visit


def counts(visit: Visit) -> dict[str, int]:
    return {
        button.get_attribute("data-kind") or "": int(button.locator(".kind-count").inner_text())
        for button in visit.page.locator("#kinds .kind").all()
    }


def test_rows_are_filtered_chosen_and_rejected_by_keyboard(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed)
    page = visit.page
    assert counts(visit) == {"add": 2, "update": 2, "move": 1, "retire": 0, "conflict": 0, "doubtful": 1}
    visit.redrawn(page.locator("[data-kind=update].kind").click)
    expect(page.locator(".row")).to_have_count(2)
    assert visit.query == "kind=update"
    page.keyboard.press("j")
    expect(page.locator("#card h2")).to_be_visible()
    expect(page.locator("#card .compare")).to_contain_text("破损")
    page.keyboard.press("r")
    expect(page.locator(".row.is-chosen")).to_have_class(re.compile("is-rejected"))
    expect(page.locator("#accept-found")).to_have_text("接受这 1 行")
    page.keyboard.press("a")
    expect(page.locator(".row.is-chosen")).to_have_class(re.compile("is-accepted"))
    page.keyboard.press("j")
    expect(page.locator("#card h2")).to_have_text("高杆灯")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_a_moved_row_is_drawn_with_its_way_and_found_on_the_map(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed, query="?kind=move")
    before = visit.map.screenshot()
    visit.page.locator(".row .row-open").click()
    expect(visit.page.locator("#card")).to_contain_text("移动 19")
    assert visit.map.screenshot() != before
    visit.page.locator("#card-close").click()
    frame = visit.frame()
    visit.page.mouse.click(frame["x"] + (frame["width"] - 388) / 2, frame["y"] + 8)
    expect(visit.page.locator("#card")).to_be_hidden()


def test_an_area_drawn_on_the_map_is_rejected_and_taken_back(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed)
    page, frame = visit.page, visit.frame()
    page.locator(".leaflet-draw-draw-rectangle").click()
    page.mouse.move(frame["x"] + 20, frame["y"] + 150)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] - 80, frame["y"] + frame["height"] - 20, steps=5)
    page.mouse.up()
    visit.redrawn(page.locator(".area-buttons .button", has_text="拒绝").click)
    notice = page.locator("#map-notice")
    expect(notice).to_contain_text("已拒绝 5 行")
    expect(page.locator(".row.is-rejected")).to_have_count(5)
    visit.redrawn(notice.get_by_role("button", name="撤销").click)
    expect(page.locator(".row.is-accepted")).to_have_count(5)


def test_a_doubtful_row_is_decided_from_its_card(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed)
    page = visit.page
    page.locator(".row[data-kind=doubtful] .row-open").click()
    expect(page.locator("#card .candidate")).to_have_count(2)
    page.keyboard.press("a")
    expect(page.locator("#map-notice")).to_contain_text("存疑")
    visit.redrawn(page.locator("#card .candidate").first.get_by_role("button", name="就是它").click)
    expect(page.locator("[data-kind=doubtful] .kind-count")).to_have_text("0")
    expect(page.locator("#card")).to_contain_text("人工判断")
    visit.redrawn(page.locator("#card").get_by_role("button", name="都不是").click)
    expect(page.locator("[data-kind=add] .kind-count")).to_have_text("3")


def test_the_confirmation_says_what_will_be_applied_and_applies_it(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed, query="?kind=add&kind=move")
    page = visit.page
    visit.redrawn(page.locator("#reject-found").click)
    page.locator("#ask-apply").click()
    dialog = page.locator("#apply-dialog")
    expect(dialog.locator("[data-kind=update] .is-applied")).to_have_text("2")
    expect(dialog.locator("[data-kind=add] .is-left")).to_have_text("2")
    expect(dialog.locator("[data-kind=retire]")).to_be_hidden()
    dialog.get_by_role("button", name="应用").click()
    expect(page.locator(".flash")).to_contain_text("已应用")
    visit.drawn()
    expect(page.locator(".review-status")).to_have_text("已应用")
    expect(page.locator("[data-decide]")).to_have_count(0)


def test_an_inspector_looks_and_decides_nothing(visiting: Visiting, proposed: int) -> None:
    visit = open_review(visiting, proposed, "inspector")
    visit.page.locator(".row .row-open").first.click()
    expect(visit.page.locator("#card h2")).to_be_visible()
    for tool in ("[data-decide]", "#accept-found", ".leaflet-draw", "dialog"):
        expect(visit.page.locator(tool)).to_have_count(0)
    visit.page.keyboard.press("r")
    expect(visit.page.locator(".row.is-rejected")).to_have_count(0)


def test_on_a_phone_the_map_stays_above_list_and_card(phone: Visiting, proposed: int) -> None:
    visit = open_review(phone, proposed)
    page = visit.page
    page.locator(".row .row-open").first.scroll_into_view_if_needed()
    page.locator(".row .row-open").first.click()
    expect(page.locator("#card h2")).to_be_visible()
    card, frame = page.locator("#card").bounding_box(), visit.frame()
    assert card is not None
    assert card["y"] >= frame["y"] + frame["height"] - 1, "the card covers the list, not the map"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
