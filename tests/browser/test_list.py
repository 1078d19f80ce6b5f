"""The list: page by page there and back, filtered by its form."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .test_filter import listed
from .visit import Visit


def rows(visit: Visit) -> list[str]:
    """The codes on the page."""
    return visit.page.locator("tbody td.code").all_inner_texts()


def test_pages_follow_one_another_and_lead_back(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/assets?layer=river")
    assert listed(visit) == COUNTS["river"]
    first = rows(visit)
    expect(visit.page.locator("[rel=prev]")).to_have_count(0)
    visit.page.get_by_role("link", name="下一页").click()
    visit.page.wait_for_url("**after=**")
    second = rows(visit)
    assert (len(first), len(second)) == (50, COUNTS["river"] - 50)
    assert not set(first) & set(second)
    assert "layer=river" in visit.query
    expect(visit.page.locator("[rel=next]")).to_have_count(0)
    visit.page.get_by_role("link", name="上一页").click()
    expect(visit.page.locator("[rel=prev]")).to_have_count(0)
    assert rows(visit) == first


def test_the_form_asks_at_once_and_leaves_no_empty_fields_in_the_address(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/assets")
    page = visit.page
    page.locator("#f-layer").select_option("component")
    page.wait_for_url("**/assets?layer=component")
    assert listed(visit) == COUNTS["component"]
    page.locator("#f-class").select_option(label="路灯")
    page.wait_for_url("**class=**")
    page.locator("#f-q").fill("330105")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=330105**")
    assert sorted(pair.partition("=")[0] for pair in visit.query.split("&")) == ["class", "layer", "q"]
    assert 0 < listed(visit) < COUNTS["component"]
    page.get_by_role("link", name="清除", exact=True).click()
    page.wait_for_url(f"**/{DISTRICT}/assets")
    assert listed(visit) == sum(COUNTS.values())


def test_a_line_leads_to_the_asset_and_to_its_place(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/assets?layer=road")
    name = visit.page.locator("tbody th a").first.inner_text()
    visit.page.locator("tbody .row-action a").first.click()
    visit.drawn()
    expect(visit.page.locator("#card h2")).to_have_text(name)
    visit.page.locator("#card").get_by_role("link", name="打开资产页").click()
    expect(visit.page.locator("h1")).to_have_text(name)
    visit.page.locator(".crumbs a").nth(1).click()
    visit.page.wait_for_url("**/assets?layer=road")
