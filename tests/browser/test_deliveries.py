"""A surveyor's path in the browser: drop a file, say what its columns are, check, apply, undo; and what can go wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from registry.database.connections import connect

from .conftest import PHONE, Visiting
from .demo_district import DISTRICT
from .visit import Visit

LIST = f"/{DISTRICT}/deliveries"
BENCHES = """编号,名称,类别,经度,纬度
X-{n}1,北凳,路灯,120.15011,30.32011
X-{n}2,南凳,长椅,120.15022,30.32022
"""
LAMPS = Path(__file__).resolve().parents[1] / "data" / "lamps.geojson"
PLACE = re.compile(r"/deliveries/\d+/1$")
# Files as a person drops them: the browser makes them, so that nothing is read from this machine.
DROP = """([zone, name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, {lastModified: 1}));
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def drop(visit: Visit, name: str, text: str) -> None:
    """Drop a file on the page, and wait until it has become a delivery."""
    zone = visit.page.locator("[data-upload]").first
    visit.page.evaluate(DROP, [zone.element_handle(), name, text])
    visit.page.wait_for_url(PLACE)


def ended(visit: Visit, badge: str) -> None:
    """Wait until the step has ended, without a reload by hand."""
    expect(visit.page.locator(".delivery-head .badge")).to_have_text(badge, timeout=60_000)


def test_from_drop_to_register_and_back(visiting: Visiting) -> None:
    visit = visiting("surveyor", LIST)
    page = visit.page
    drop(visit, "长凳.csv", BENCHES.format(n=1))
    ended(visit, "待核对")
    page.locator("#look-layer").select_option("component")
    page.wait_for_url(re.compile("layer=component"))
    with page.expect_navigation():
        page.get_by_label("类别", exact=True).select_option("keep")
    with page.expect_navigation():
        page.get_by_label("类别", exact=True).select_option("class")
    expect(page.locator("#words")).to_contain_text("长椅")
    page.locator("#words select").first.select_option("0118")
    page.get_by_text("EPSG:4490", exact=False).first.click()
    page.get_by_role("button", name="检查", exact=True).click()
    ended(visit, "待审核")
    expect(page.locator(".panel-now .tally.is-added").first).to_contain_text("2")
    expect(page.get_by_role("link", name="在地图上审核")).to_be_visible()
    page.get_by_text("应用…").click()
    page.get_by_role("button", name="确认应用").click()
    ended(visit, "已应用")
    page.get_by_text("撤销…").click()
    page.get_by_role("button", name="确认撤销").click()
    ended(visit, "已撤销")
    visit.open(LIST)
    expect(page.locator(".delivery-table tbody tr").first).to_contain_text("已撤销")


def test_a_file_that_cannot_be_read_says_why(visiting: Visiting) -> None:
    visit = visiting("surveyor", LIST)
    drop(visit, "图纸.csv", "%PDF-1.7 nothing of ours")
    ended(visit, "失败")
    expect(visit.page.locator(".panel-now")).to_contain_text("失败，因为")
    expect(visit.page.locator(".panel-now")).to_contain_text("PDF")
    visit.page.get_by_role("button", name="继续").click()
    ended(visit, "失败")


def test_an_empty_file_is_refused_before_it_is_sent(visiting: Visiting) -> None:
    visit = visiting("surveyor", LIST)
    visit.page.evaluate(DROP, [visit.page.locator("[data-upload]").element_handle(), "空.csv", ""])
    expect(visit.page.locator(".drop-error").first).to_have_text("文件“空.csv”是空的。")
    assert visit.answers("/uploads") == []


def test_an_upload_survives_a_cut_connection(visiting: Visiting) -> None:
    visit = visiting("surveyor", LIST)
    visit.forgiven = ("ERR_",)
    cuts = []

    def cut(route) -> None:  # type: ignore[no-untyped-def]
        if route.request.method == "PUT" and len(cuts) < 2:
            cuts.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    visit.page.route("**/uploads/**", cut)
    drop(visit, "长凳.csv", BENCHES.format(n=2))
    assert len(cuts) == 2
    ended(visit, "待核对")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_on_a_phone_nothing_is_wider_than_the_screen(phone: Visiting, language: str) -> None:
    visit = phone("surveyor", LIST, locale=language)
    width = PHONE["viewport"]["width"]
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    drop(visit, f"{'一个很长很长的交付文件名' * 6}_{language}.csv", BENCHES.format(n=3))
    ended(visit, "待核对" if language == "zh-CN" else "To be confirmed")
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    visit.open(LIST)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width


def test_an_inspector_reads_and_changes_nothing(visiting: Visiting) -> None:
    visit = visiting("inspector", LIST)
    expect(visit.page.get_by_role("heading", name="交付").first).to_be_visible()
    expect(visit.page.locator("[data-upload]")).to_have_count(0)


def test_a_running_check_is_cancelled_and_begun_again(visiting: Visiting, demo_database: str) -> None:
    visit = visiting("surveyor", LIST)
    page = visit.page
    drop(visit, "路灯.geojson", LAMPS.read_text(encoding="utf-8"))
    ended(visit, "待核对")
    with connect(demo_database, role="chengji_owner") as connection:
        connection.execute("LOCK TABLE registry.change, registry.problem IN SHARE MODE")  # the check stands still here
        page.get_by_role("button", name="检查", exact=True).click()
        ended(visit, "处理中")
        page.get_by_role("button", name="取消", exact=True).click()
        ended(visit, "已取消")
        expect(page.locator(".panel-now")).to_contain_text("没有留下任何改动")
        connection.rollback()
    page.get_by_role("button", name="重新开始这一步").click()
    ended(visit, "待审核")


def test_the_first_rows_follow_the_mapping(visiting: Visiting) -> None:
    visit = visiting("surveyor", f"{LIST}")
    page = visit.page
    drop(visit, "长凳.csv", BENCHES.format(n=4))
    ended(visit, "待核对")
    rows = page.locator("[data-preview] tbody tr")
    expect(rows.nth(1).locator(".is-refused")).to_have_text(re.compile("长椅"))
    expect(page.locator("[data-preview]")).not_to_contain_text("120.15011")
    page.locator("#words select").first.select_option("0118")
    expect(rows.nth(1).locator(".is-refused")).to_have_count(0)
    page.get_by_text("EPSG:4490", exact=False).first.click()
    expect(rows.first).to_contain_text("120.15011, 30.32011")
    page.get_by_label("名称", exact=True).first.select_option("owner")
    expect(page.locator("[data-preview] thead")).to_contain_text("权属单位")


def test_lamps(visiting: Visiting) -> None:
    """The file that everybody delivers is understood without a single choice."""
    visit = visiting("surveyor", LIST)
    drop(visit, "路灯.geojson", LAMPS.read_text(encoding="utf-8"))
    ended(visit, "待核对")
    visit.page.get_by_role("button", name="检查", exact=True).click()
    ended(visit, "待审核")
