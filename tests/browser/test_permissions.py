"""Cameras are a restricted layer: for somebody without the grant they do not exist, anywhere the browser gets to."""

from __future__ import annotations

from playwright.sync_api import Response, expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .visit import Visit

WORDS = ("camera", "监控", "摄像", "枪机", "球机")


def look_around(visit: Visit) -> None:
    """The whole district, single points, a search, a card, the list, an asset's page."""
    visit.counts()
    visit.open(f"/{DISTRICT}/map#17/30.31500/120.15000")
    visit.page.locator("#search").fill("机")
    expect(visit.page.locator("#suggestions")).to_be_visible()
    visit.page.keyboard.press("Escape")
    visit.map.click(position={"x": 400, "y": 400})
    visit.open(f"/{DISTRICT}/assets")
    visit.page.locator("tbody th a").first.click()
    visit.drawn()


def told(visit: Visit) -> list[str]:
    """The words on the list that an answer of the server contains; files of the program are no answers."""
    found = []
    for response in visit.responses:
        if "/static/" not in response.url and response.status == 200:
            body = _text(response)
            found += [f"{word} in {response.url}" for word in WORDS if word in body]
    return found


def _text(response: Response) -> str:
    return response.body().decode("utf-8", "replace")


def test_the_inspector_meets_no_camera(visiting: Visiting) -> None:
    visit = visiting("inspector")
    assert visit.total() == sum(COUNTS.values()) - COUNTS["camera"]
    assert "视频监控" not in visit.counts()
    look_around(visit)
    assert told(visit) == []


def test_with_the_grant_the_same_way_leads_past_cameras(visiting: Visiting) -> None:
    """So the test above would have seen them."""
    visit = visiting("admin")
    look_around(visit)
    kinds = {kind for kind in ("/map", "/tiles/points/", "/api/counts", "/api/suggest", "/assets") if any(
        kind in line for line in told(visit))}  # fmt: skip
    assert kinds == {"/map", "/tiles/points/", "/api/counts", "/api/suggest", "/assets"}
