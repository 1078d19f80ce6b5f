"""Without a mouse: everything can be reached, and one always sees where one is."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import DISTRICT
from .visit import Visit

# What marks the element in focus; "" where nothing does.
MARK = """() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const name = here.id || here.title || here.getAttribute("aria-label") || here.textContent.trim().slice(0, 30);
  const box = here.getBoundingClientRect();
  return { name: `${here.tagName.toLowerCase()} ${name}`, outlined, visible: box.width > 0 && box.height > 0 };
}"""


def walk(visit: Visit, most: int = 90) -> list[str]:
    """Tab through the page until it begins again: the names of what was met, each of them marked."""
    met: list[str] = []
    visit.page.locator("body").press("Tab")
    while len(met) < most:
        here = visit.page.evaluate(MARK)
        if here["name"].startswith("body") or (met and here["name"] == met[0]):
            return met
        assert here["outlined"], f"nothing marks {here['name']}"
        assert here["visible"], f"{here['name']} cannot be seen"
        met.append(here["name"])
        visit.page.keyboard.press("Tab")
    raise AssertionError(f"no end: {met}")


def test_the_whole_map_page_can_be_walked(visiting: Visiting) -> None:
    visit = visiting("admin")
    visit.total()
    met = walk(visit)
    assert met[0].endswith("跳到内容")
    for wanted in ("input search", "input layer-camera", "input as-of", "a to-list", "button English"):
        assert wanted in met
    for wanted in ("放大", "缩小", "全屏", "我的位置", "量距离", "量面积", "按矩形范围筛选"):
        assert any(wanted in name for name in met), wanted
    assert any(name.startswith("div map_") for name in met), "the map itself"


def test_the_list_can_be_walked(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/assets?q=3301052107000001")
    met = walk(visit)
    assert "input f-q" in met
    assert "select f-layer" in met


def test_the_skip_link_skips(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/assets")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#main")).to_be_focused()


def test_escape_closes_what_is_on_top(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/map?asset=1")
    card, menu = visit.page.locator("#card"), visit.page.locator(".menu-body")
    expect(card.locator("h2")).to_be_visible()
    visit.page.locator(".menu summary").focus()
    visit.page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(card).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_the_map_is_moved_by_its_keys(visiting: Visiting) -> None:
    visit = visiting("inspector", f"/{DISTRICT}/map#15/30.31500/120.15000")
    visit.map.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.until(lambda: not visit.page.url.endswith("#15/30.31500/120.15000"), "the map to move")
    visit.redrawn(lambda: visit.page.keyboard.press("+"))
    visit.until(lambda: "#16/" in visit.page.url, "the map to come nearer")
