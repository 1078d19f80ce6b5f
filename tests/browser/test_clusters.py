"""What the map draws adds up to the truth, from the whole district down to single points."""

from __future__ import annotations

from .conftest import Visiting
from .demo_district import COUNTS, DISTRICT
from .ground import arrived, box, click, per_layer, things, tiles, view
from .visit import Visit

POINTS = {layer: COUNTS[layer] for layer in ("component", "camera")}
WHOLE = f"/{DISTRICT}/map#12/30.33020/120.15300"


def counted(visit: Visit, query: str) -> dict[str, int]:
    """The server's counts of the point layers."""
    answer = visit.asked(f"/{DISTRICT}/api/counts?{query}")
    return {layer: n for layer, n in answer["layers"].items() if n and layer in POINTS}


def test_the_first_view_counts_the_whole_district(visiting: Visiting) -> None:
    visit = visiting("admin")
    shown = arrived(visit, 12) + arrived(visit, 13)
    assert len({tile.z for tile in shown}) == 1, "one zoom is drawn"
    assert per_layer(things(shown)) == POINTS


def test_clusters_add_up_at_every_zoom(visiting: Visiting) -> None:
    visit = visiting("admin", WHOLE)
    assert per_layer(things(tiles(visit, 12))) == POINTS
    for zoom in (13, 14, 15):
        visit.redrawn(visit.page.locator(".leaflet-control-zoom-in").click)
        shown = tiles(visit, zoom)
        assert per_layer(things(shown)) == counted(visit, f"bbox={box(shown)}"), f"zoom {zoom}"


def test_from_far_away_they_add_up_too(visiting: Visiting) -> None:
    visit = visiting("admin", WHOLE)
    for zoom in (11, 10, 9, 8):
        visit.redrawn(visit.page.locator(".leaflet-control-zoom-out").click)
        assert per_layer(things(tiles(visit, zoom))) == POINTS, f"zoom {zoom}"


def test_a_click_on_a_cluster_leads_nearer_until_there_are_single_points(visiting: Visiting) -> None:
    visit = visiting("inspector", WHOLE)
    for zoom in (12, 14):
        largest = max(things(tiles(visit, zoom)), key=lambda thing: thing.count)
        visit.redrawn(lambda at=largest: click(visit, at))
        visit.until(lambda at=zoom: view(visit)[0] == at + 2, "the map to come two zooms nearer")
    ids = [thing.id for thing in things(tiles(visit, 16))]
    assert ids
    assert None not in ids
    assert visit.query == "", "a click on a cluster chooses nothing"


def test_an_area_found_by_name_shows_each_of_its_points_once(visiting: Visiting) -> None:
    visit = visiting("admin")
    area = visit.asked(f"/{DISTRICT}/api/suggest?q=001号网格")["areas"][0]
    visit.search(area["name"])
    visit.redrawn(lambda: visit.page.keyboard.press("Enter"))
    assert visit.query == f"area={area['code']}"
    assert visit.page.locator("#chips .chip-value").inner_text() == area["name"]
    zoom = view(visit)[0]
    assert zoom >= 16, "the map went there"
    ids = [thing.id for thing in things(tiles(visit, zoom, visit.query))]
    assert len(ids) == len(set(ids)) == sum(counted(visit, visit.query).values()) > 0
