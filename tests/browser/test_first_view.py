"""What comes first: the district's numbers, and what a page costs. Figures of time are shown, never judged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .visit import Visit, number

NAMES = {
    "camera": "视频监控",
    "component": "城市部件",
    "road": "主次干道",
    "alley": "背街小巷",
    "river": "河道",
    "green": "绿地",
}
MOST_BYTES = 400_000
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const [drawn] = performance.getEntriesByName("map-drawn");
  return { loaded: page.loadEventEnd, drawn: drawn?.startTime ?? 0 };
}"""


def test_the_map_shows_the_whole_district(visiting: Visiting) -> None:
    visit = visiting("admin")
    assert visit.counts() == {NAMES[layer]: n for layer, n in COUNTS.items()}
    assert visit.total() == sum(COUNTS.values())


def test_the_list_tells_the_same_numbers(visiting: Visiting) -> None:
    visit = visiting("admin", f"/{DISTRICT}/assets")
    assert number(visit.page.locator(".list-total strong").inner_text()) == sum(COUNTS.values())
    offered = visit.page.locator("#f-layer option").all_inner_texts()
    for layer, n in COUNTS.items():
        assert f"{NAMES[layer]}（{n:,}）" in offered
    expect(visit.page.locator("tbody tr")).to_have_count(50)


@pytest.mark.parametrize("page", ["map", "list", "asset", "sign-in"])
def test_a_page_costs_little_and_asks_nobody_else(
    visiting: Visiting, figures: Callable[[str, str], None], page: str
) -> None:
    """With empty caches. That nothing complained and no other host was asked, `visiting` checks for every test."""
    address = {
        "map": f"/{DISTRICT}/map",
        "list": f"/{DISTRICT}/assets",
        "asset": _asset(visiting),
        "sign-in": "/sign-in",
    }
    visit = visiting(None if page == "sign-in" else "admin", address[page])
    if page == "map":
        visit.total()
    elif page == "asset":
        visit.drawn()
    visit.page.wait_for_load_state("networkidle")
    figures(page, f"{visit.bytes / 1000:.0f} KB in {len(visit.responses)} answers, {_time(visit)}")
    assert 5_000 < visit.bytes < MOST_BYTES


def _asset(visiting: Visiting) -> str:
    link = visiting("admin", f"/{DISTRICT}/assets?layer=component").page.locator("tbody th a").first
    return link.get_attribute("href") or ""


def _time(visit: Visit) -> str:
    times = visit.page.evaluate(TIMES)
    loaded = f"loaded after {times['loaded']:.0f} ms"
    return f"{loaded}, map drawn after {times['drawn']:.0f} ms" if times["drawn"] else loaded
