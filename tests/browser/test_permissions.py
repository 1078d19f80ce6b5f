"""Cameras are a restricted layer: for somebody without the grant they do not exist, anywhere the browser gets to."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .ground import corner, tiles
from .visit import Visit

# Words of the camera layer; the classes of the national lists named 监控电子眼 belong to it too.
WORDS = ("camera", "监控", "摄像", "枪机", "球机")
PLACES = ("/map", "/tiles/points/", "/api/counts", "/api/suggest", "/api/identify", "/assets")


def look_around(visit: Visit) -> list[str]:
    """Past the whole district, single points, a search, clicks, the list and an asset: what was told of cameras."""
    visit.counts()
    heard = words_shown(visit)
    visit.open(f"/{DISTRICT}/assets")
    heard += words_shown(visit)
    visit.open(f"/{DISTRICT}/map#17/30.31500/120.15000")
    visit.page.locator("#search").fill("机")
    expect(visit.page.locator("#suggestions")).to_be_visible()
    visit.page.keyboard.press("Escape")
    tile = tiles(visit, 17)[0]
    lon, lat = corner(tile.x + 0.5, tile.y + 0.5, tile.z)
    place = f"zoom=10&lon={lon}&lat={lat}"
    with visit.page.expect_response("**/api/identify**"):
        visit.page.evaluate("url => fetch(url).then((answer) => answer.text())", f"/{DISTRICT}/api/identify?{place}")
    heard += words_shown(visit)
    visit.open(f"/{DISTRICT}/assets?layer=component")
    heard += words_shown(visit)
    visit.page.locator("tbody th a").first.click()
    visit.drawn()
    return heard + words_shown(visit)


def words_shown(visit: Visit) -> list[str]:
    """Which words the server's answers for this page contain, and where; files of the program are no answers."""
    visit.page.wait_for_load_state("networkidle")
    bodies = {r.url: r.body() for r in visit.responses if r.status == 200 and "/static/" not in r.url}
    visit.responses.clear()
    return [f"{word} in {url}" for url, body in bodies.items() for word in WORDS if word.encode() in body]


def test_the_inspector_meets_no_camera(visiting: Visiting) -> None:
    visit = visiting("inspector")
    assert visit.total() == sum(COUNTS.values()) - COUNTS["camera"]
    assert "视频监控" not in visit.counts()
    assert look_around(visit) == []


def test_with_the_grant_the_same_way_leads_past_cameras(visiting: Visiting) -> None:
    """So the test above would have seen them."""
    heard = look_around(visiting("admin"))
    assert [place for place in PLACES if not any(place in line for line in heard)] == []


def test_a_camera_asked_for_by_number_is_not_there(visiting: Visiting) -> None:
    admin, inspector = visiting("admin", "/sign-in"), visiting("inspector", "/sign-in")
    camera = admin.asked(f"/{DISTRICT}/api/suggest?q=枪机")["assets"][0]["id"]
    absent = 10 ** len(str(camera))
    for suffix in ("", "/card"):
        paths = [f"{inspector.server}/{DISTRICT}/assets/{id}{suffix}" for id in (camera, absent)]
        answers = [inspector.context.request.get(path) for path in paths]
        assert [answer.status for answer in answers] == [404, 404]
        assert "枪机" not in answers[0].text()
