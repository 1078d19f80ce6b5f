"""The pictures of README and docs, from the demo district: `make screenshots`.

Not collected with the tests, but taken with their fixtures: so nothing has to run, and what a page complains of fails here too.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from .conftest import Visiting
from .demo_district import DISTRICT
from .ground import alone, click, on_screen, things, tiles
from .picture import save
from .proposal import propose
from .visit import Visit

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST_BYTES = 400_000
STREET = f"/{DISTRICT}/map#18/30.30700/120.16550"


def take(visit: Visit, name: str) -> None:
    """The page as it is now, when everything has come, without a pointer on anything."""
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_load_state("networkidle")
    visit.page.wait_for_timeout(1000)  # tiles fade in, names follow the tiles
    path = IMAGES / f"{name}.png"
    save(visit.context, visit.page.screenshot(), path)
    assert path.stat().st_size < MOST_BYTES


def test_the_whole_district(visiting: Visiting) -> None:
    visit = visiting("surveyor")
    visit.total()
    take(visit, "map")


def test_a_street_with_a_card_and_its_page(visiting: Visiting) -> None:
    visit = visiting("surveyor", STREET)
    visit.total()
    click(visit, alone(visit, things(tiles(visit, 18)), "component"))
    expect(visit.page.locator("#card h2")).to_be_visible()
    take(visit, "map-detail")
    visit.page.get_by_role("link", name="打开资产页").click()
    visit.drawn()
    take(visit, "asset")


def test_a_list(visiting: Visiting) -> None:
    take(visiting("surveyor", f"/{DISTRICT}/assets?layer=component&state=damaged"), "list")


def test_a_delivery(visiting: Visiting) -> None:
    lamps = Path(__file__).resolve().parents[1] / "data" / "lamps_gb18030.csv"
    visit = visiting("surveyor", f"/{DISTRICT}/deliveries")
    visit.page.locator("[data-upload] input").set_input_files(lamps)
    expect(visit.page.locator(".delivery-head .badge")).to_have_text("待核对", timeout=60_000)
    take(visit, "delivery-look")
    visit.page.locator("[name=crs][value='EPSG:4490']").check()
    visit.page.get_by_role("button", name="检查", exact=True).click()
    expect(visit.page.locator(".delivery-head .badge")).to_have_text("待审核", timeout=60_000)
    take(visit, "delivery-check")


def test_a_review(visiting: Visiting, demo_database: str) -> None:
    visit = visiting("surveyor", f"/{DISTRICT}/changes/{propose(demo_database)}")
    visit.drawn()
    visit.page.locator(".row[data-kind=doubtful] .row-open").click()
    expect(visit.page.locator("#card .candidate")).to_have_count(2)
    take(visit, "review")


def test_a_phone(phone: Visiting) -> None:
    visit = phone("inspector", STREET)
    found = [thing for thing in things(tiles(visit, 18)) if thing.layer == "component"]
    places = on_screen(visit, found)
    x, y = places[abs(places - (187, 300)).sum(axis=1).argmin()]
    visit.page.touchscreen.tap(float(x), float(y))
    expect(visit.page.locator("#card h2")).to_be_visible()
    take(visit, "phone")
