"""Coming in, staying, going: languages, sign-out, and a session that ends while somebody looks at the map."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import DISTRICT, PASSWORD

# Every text and every attribute that is read out or shown on pointing.
SAID = """(part) => [part.innerText, ...[...part.querySelectorAll("*")].flatMap(
  (one) => ["title", "aria-label", "placeholder", "alt"].map((name) => one.getAttribute(name) ?? ""))]"""
STREET = f"/{DISTRICT}/map#16/30.31500/120.15000"


def test_english_and_back_without_losing_the_place(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/map?state=damaged#16/30.31500/120.15000")
    for label, language, heading in (("English", "en", "Layers"), ("中文", "zh-CN", "图层")):
        visit.page.get_by_role("button", name=label, exact=True).click()
        expect(visit.page.locator("html")).to_have_attribute("lang", language)
        expect(visit.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        visit.drawn()
        assert visit.page.url.endswith("/map?state=damaged#16/30.31500/120.15000")


def test_in_english_nothing_chinese_is_left_but_names(visiting: Visiting) -> None:
    visit = visiting("inspector", "/sign-in", extra_http_headers={"Accept-Language": "en"})
    visit.page.get_by_role("button", name="English").click()
    visit.open(f"/{DISTRICT}/map")
    visit.counts()
    for part in ("#panel", ".nav", ".leaflet-control-container", "#search-form"):
        said = " ".join(visit.page.locator(part).evaluate(SAID))
        assert not re.search("[\u4e00-\u9fff]", said), said


def test_signing_out_ends_the_session_and_signing_in_leads_back(visiting: Visiting) -> None:
    visit = visiting(None, STREET)  # nobody yet: the door
    assert parse_qs(urlsplit(visit.page.url).query)["next"] == [f"/{DISTRICT}/map"]
    visit.sign_in("contractor", PASSWORD)
    visit.drawn()
    visit.page.locator(".menu summary").click()
    visit.page.get_by_role("button", name="退出登录").click()
    visit.page.wait_for_url("**/sign-in")
    visit.page.goto(f"{visit.server}/{DISTRICT}/assets?layer=road")
    expect(visit.page.locator("[name=username]")).to_be_focused()
    visit.sign_in("contractor", PASSWORD)
    assert visit.page.url.endswith(f"/{DISTRICT}/assets?layer=road")


def test_a_wrong_password_is_told_in_words(visiting: Visiting) -> None:
    visit = visiting(None, "/sign-in")
    visit.page.locator("[name=username]").fill("contractor")
    visit.page.locator("[name=password]").fill("wrong")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(visit.page.locator("[name=username]")).to_have_value("contractor")
    visit.sign_in("contractor", PASSWORD)


def test_a_session_that_ended_is_told_on_the_map_and_the_way_back_is_kept(visiting: Visiting) -> None:
    visit = visiting("inspector", STREET)
    visit.total()
    visit.forgiven = ("401",)
    visit.context.clear_cookies()
    visit.page.locator(".leaflet-control-zoom-in").click()
    again = visit.page.locator("#map-notice a")
    expect(again).to_be_visible()
    seen = visit.page.url
    again.click()
    visit.page.wait_for_url("**/sign-in?**")
    visit.sign_in("inspector", PASSWORD)
    visit.drawn()
    assert visit.page.url == seen
