"""Tiles over HTTP: the address first, then the ETag, and never one person's bytes for another."""

from __future__ import annotations

import gzip
import os

import mapbox_vector_tile
import pytest
import seed
import shapely
from flask import Flask
from signing_in import Browser, signed_in
from surfaces import tile_at

from registry.database.connections import connect
from registry.tiles.sending import Cut
from web.http.tile_cache import OVERHEAD, TileCache

CLUSTERS = f"/{seed.DISTRICT}/tiles/points/{tile_at(seed.LON - 0.0055, seed.LAT - 0.0002, 12)}"
MERCATOR = f"/{seed.DISTRICT}/tiles/base/{tile_at(seed.LON - 0.0055, seed.LAT - 0.0002, 12)}"
EMPTY = f"/{seed.DISTRICT}/tiles/points/12/0/0.mvt"


@pytest.mark.parametrize(
    "address",
    ["points/17/0/0.mvt", "points/5/32/0.mvt", "points/5/0/32.mvt", "base/0/1/0.mvt", "other/5/0/0.mvt", "points/99999/0/0.mvt",
     "points/5/0/0.mvt?bbox=1,2", "points/5/0/0.mvt?state=gone", "points/5/0/0.mvt?class=x", "points/5/0/0.mvt?as_of=x"],
)  # fmt: skip
def test_a_wrong_address_costs_no_statement(browser: Browser, statements: list[str], address: str) -> None:
    client = browser("inspector")
    statements.clear()
    response = client.get(f"/{seed.DISTRICT}/tiles/{address}")
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["error"] == "invalid"
    assert response.json["message"]
    assert statements == []


@pytest.mark.parametrize("address", ["points/5/-1/0.mvt", "points/a/0/0.mvt", "points/5/0/0.pbf", "points/5/0.mvt"])
def test_what_is_no_tile_address_is_not_found(browser: Browser, address: str) -> None:
    assert browser("inspector").get(f"/{seed.DISTRICT}/tiles/{address}").status_code == 404


def test_a_tile_is_private_and_must_be_asked_for_again(app: Flask) -> None:
    response = signed_in(app, "inspector").get(CLUSTERS)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert {part.strip() for part in response.headers["Vary"].split(",")} >= {"Cookie", "Accept-Encoding"}
    assert response.mimetype == "application/vnd.mapbox-vector-tile"
    assert "Set-Cookie" not in response.headers


def test_what_has_not_changed_is_not_sent_again(browser: Browser, statements: list[str]) -> None:
    client = browser("inspector")
    tag = client.get(CLUSTERS).headers["ETag"]
    statements.clear()
    again = client.get(CLUSTERS, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "private, no-cache"
    # Who asks, in which scope (two), and one row for the tag; no tile.
    assert len(statements) == 4
    assert not [sent for sent in statements if "ST_AsMVT" in sent]


def test_a_tile_is_cut_once(browser: Browser, statements: list[str]) -> None:
    client = browser("inspector")
    first = client.get(f"{CLUSTERS}?q=路灯")
    assert [sent for sent in statements if "ST_AsMVT" in sent]
    statements.clear()
    assert client.get(f"{CLUSTERS}?q=路灯").data == first.data
    assert not [sent for sent in statements if "ST_AsMVT" in sent]


def test_gzip_for_those_who_take_it(browser: Browser) -> None:
    client = browser("inspector")
    plain, squeezed = client.get(CLUSTERS), client.get(CLUSTERS, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.data) == plain.data
    assert plain.headers["ETag"] == squeezed.headers["ETag"]
    assert plain.headers["ETag"].startswith("W/")


def test_an_empty_tile_is_204(browser: Browser) -> None:
    response = browser("inspector").get(EMPTY)
    assert (response.status_code, response.data) == (204, b"")
    assert client_again(browser, response.headers["ETag"]) == 304


def client_again(browser: Browser, tag: str) -> int:
    return browser("inspector").get(EMPTY, headers={"If-None-Match": tag}).status_code


def test_one_persons_tag_never_brings_anothers_bytes(browser: Browser) -> None:
    """Same address, same moment: who may see cameras gets them, who may not gets neither them nor their tag's 304."""
    with_cameras, without = browser("camera_viewer"), browser("inspector")
    for _twice in range(2):  # from the database, and from memory
        more, less = with_cameras.get(CLUSTERS), without.get(CLUSTERS)
        assert more.headers["ETag"] != less.headers["ETag"]
        assert b"camera" in more.data
        assert b"camera" not in less.data
    crossed = without.get(CLUSTERS, headers={"If-None-Match": more.headers["ETag"]})
    assert (crossed.status_code, crossed.data) == (200, less.data)
    crossed = with_cameras.get(CLUSTERS, headers={"If-None-Match": less.headers["ETag"]})
    assert (crossed.status_code, crossed.data) == (200, more.data)


def test_people_of_one_scope_share_a_tile(browser: Browser, statements: list[str]) -> None:
    tag = browser("inspector").get(CLUSTERS).headers["ETag"]
    statements.clear()
    assert browser("both").get(CLUSTERS).headers["ETag"] == tag
    assert not [sent for sent in statements if "ST_AsMVT" in sent]


def test_every_filter_has_its_own_tag_and_equal_ones_share_it(browser: Browser) -> None:
    client = browser("inspector")
    class_ = "class=CJ/T 214-2007:0118"
    different = ["", class_, "state=damaged", "q=路灯", "layer=component", f"{class_}&state=damaged", "as_of=2099-01-01",
                 "area=330105001", "bbox=120.1,30.3,120.2,30.4", "party=1"]  # fmt: skip
    tags = [client.get(f"{CLUSTERS}?{query}").headers["ETag"] for query in different]
    assert len(set(tags)) == len(different)
    swapped = client.get(f"{CLUSTERS}?state=damaged&{class_}&unknown=1&layer=").headers["ETag"]
    assert swapped == tags[5]
    assert client.get(MERCATOR).headers["ETag"] not in tags


def test_what_is_applied_changes_the_tag_and_the_tile(own_app: Flask, seeded_clone: str) -> None:
    client = signed_in(own_app, "inspector")
    before, elsewhere = client.get(CLUSTERS), client.get(EMPTY)
    with connect(seeded_clone) as connection:
        person = _person(seeded_clone, "surveyor")
        lamp = seed.Delivered("CJ/T 214-2007", "0118", shapely.Point(seed.LON - 0.0052, seed.LAT))
        seed.put(connection, seed.DISTRICT, person, "component", [lamp])
    after = client.get(CLUSTERS, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert _counted(after.data) == _counted(before.data) + 1 == seed.COMPONENTS + 1
    assert client.get(EMPTY, headers={"If-None-Match": elsewhere.headers["ETag"]}).status_code == 304


def test_what_is_only_proposed_changes_nothing(own_app: Flask, seeded_clone: str) -> None:
    client = signed_in(own_app, "inspector")
    before = client.get(CLUSTERS)
    with connect(seeded_clone) as connection:
        lamp = seed.Delivered("CJ/T 214-2007", "0118", shapely.Point(seed.LON - 0.0052, seed.LAT))
        person = _person(seeded_clone, "surveyor")
        summary = seed.put(connection, seed.DISTRICT, person, "component", [lamp], apply=False)
    assert summary.added == 1
    assert client.get(CLUSTERS, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304


def _person(database: str, username: str) -> int:
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return int(row[0])


def _counted(data: bytes) -> int:
    features = mapbox_vector_tile.decode(data)["cluster"]["features"]
    return sum(feature["properties"]["n"] for feature in features)


def test_an_ended_session_is_401_and_no_redirect(app: Flask) -> None:
    response = app.test_client().get(CLUSTERS)
    assert response.status_code == 401
    assert "Location" not in response.headers
    assert response.json is not None
    assert response.json["error"] == "signed_out"


def test_the_cache_forgets_the_least_used_first() -> None:
    small, large = Cut(b"0123456789", {"camera": 1}), Cut(os.urandom(2_000), {})
    each = len(TileCache(10_000).put("a", small).body) + OVERHEAD
    cache = TileCache(capacity=10 * each)
    for key in "abcdefghij":
        cache.put(key, small)
    assert cache.get("a") is not None
    cache.put("k", small)
    assert cache.get("b") is None
    found = cache.get("a")
    assert found is not None and found == cache.get("k")
    assert (gzip.decompress(found.body), found.restricted) == (small.body, small.restricted)
    assert cache.put("large", large).body and cache.get("large") is None
    cache.put("a", Cut(b"", {}))
    assert cache.get("c") is not None
    assert cache.get("a") == Cut(b"", {})
