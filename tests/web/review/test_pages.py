"""The review page over HTTP: who may look, who may decide, and that page, list, counts and tiles say the same."""

from __future__ import annotations

import re
from typing import Any

import mapbox_vector_tile
import pytest
import seed
import shapely
from flask import Flask
from flask.testing import FlaskClient
from seed import Delivered, put
from signing_in import csrf_token, signed_in
from surfaces import tile_at

from registry.database.connections import connect
from web.review import ANNOUNCEMENT
from web.review import pages as review_page

CJ = "CJ/T 214-2007"
LON, LAT = seed.LON - 0.005, seed.LAT


@pytest.fixture
def proposed(seeded_clone: str, asset_ids: dict[str, dict[str, list[int]]]) -> int:
    """A delivery of five rows, proposed: two lamps changed, one moved by 19 m, two added."""
    with connect(seeded_clone, role="chengji_owner") as connection:
        first = asset_ids[seed.DISTRICT]["component"][:3]
        codes = dict(connection.execute("SELECT id, code FROM registry.asset WHERE id = ANY (%s)", (first,)).fetchall())
        places = dict(
            connection.execute(
                "SELECT id, ST_AsText(geom) FROM registry.asset WHERE id = ANY (%s)", (first,)
            ).fetchall()
        )
        kinds = dict(
            connection.execute("SELECT id, class FROM registry.asset WHERE id = ANY (%s)", (first,)).fetchall()
        )
        who = connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert who is not None

    def known(n: int, east: float = 0.0, **values: Any) -> Delivered:
        place = shapely.from_wkt(places[first[n]])
        return Delivered(CJ, kinds[first[n]], shapely.Point(place.x + east, place.y), code=codes[first[n]], **values)

    rows = [
        known(0, state="missing", maintainer="<b>新</b>养护公司"),
        known(1, name="高杆灯"),
        known(2, east=0.0002),
        *(Delivered(CJ, "0118", shapely.Point(LON + 0.001 * n, LAT)) for n in (1, 2)),
    ]
    with connect(seeded_clone) as connection:
        return put(connection, seed.DISTRICT, int(who[0]), "component", rows, apply=False).change_set


@pytest.fixture
def address(proposed: int) -> str:
    return f"/{seed.DISTRICT}/changes/{proposed}"


def post(client: FlaskClient, address: str, act: str, query: str = "", **form: str) -> Any:
    token = csrf_token(client, "/password")
    return client.post(f"{address}/{act}?{query}", data={"csrf_token": token, **form})


def status(database: str, change_set: int) -> str:
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute("SELECT status FROM registry.change_set WHERE id = %s", (change_set,)).fetchone()
    assert row is not None
    return str(row[0])


def test_page_list_counts_and_tile_say_the_same(own_app: Flask, address: str) -> None:
    client = signed_in(own_app, "surveyor")
    page = client.get(address).text
    shown = re.findall(r'class="row is-\w+" data-seq="(\d+)" data-kind="(\w+)"', page)
    counted = client.get(f"{address}/counts").json
    assert counted is not None
    assert {kind: kind_counts["n"] for kind, kind_counts in counted["kinds"].items() if kind_counts["n"]} == {
        "add": 2,
        "update": 2,
        "move": 1,
    }
    assert sorted(kind for _seq, kind in shown) == ["add", "add", "move", "update", "update"]
    assert "文件共 5 行" in page
    tile = mapbox_vector_tile.decode(client.get(f"{address}/tiles/{tile_at(LON, LAT, 12)}").data)
    assert {str(f["id"]) for f in tile["change"]["features"]} == {seq for seq, _kind in shown}
    moved = client.get(f"{address}/rows?kind=move").text
    assert "移动 19.2 m" in moved
    assert moved.count("data-kind=") == 1


def test_old_and_new_stand_side_by_side_and_names_are_text(own_app: Flask, address: str) -> None:
    client = signed_in(own_app, "inspector")
    card = client.get(f"{address}/rows/2").text
    assert "<del>完好</del>" in card or "<del>破损</del>" in card
    assert "<ins>丢失</ins>" in card
    assert "<b>" not in card
    assert "&lt;b&gt;新&lt;/b&gt;养护公司" in card
    for absent in ("/rows/99", "/rows/99999999999"):
        assert client.get(address + absent).status_code == 404


LOOKS = ("", "/rows", "/rows/2", "/counts", "/stale", "/tiles/12/3415/1689.mvt")


@pytest.mark.parametrize(
    ("username", "expected"),
    [("inspector", 200), ("admin", 200), ("contractor", 404), ("unmapped", 404), ("neighbour", 404)],
)
def test_who_may_look(own_app: Flask, address: str, username: str, expected: int) -> None:
    client = signed_in(own_app, username)
    for look in LOOKS:
        assert client.get(address + look).status_code in ((200, 204) if expected == 200 else (404,)), look


def test_a_set_of_another_district_and_none_at_all_are_one_answer(own_app: Flask, proposed: int) -> None:
    client = signed_in(own_app, "neighbour")
    for look in LOOKS:
        for absent in (f"/{seed.OTHER_DISTRICT}/changes/{proposed}", f"/{seed.OTHER_DISTRICT}/changes/987654321"):
            assert client.get(absent + look).status_code == 404


ACTS = {"accept": {"accepted": "no"}, "decide": {"row": "2", "asset": ""}, "apply": {}, "reject": {}, "again": {}}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("username", "expected"), [("inspector", 403), ("contractor", 404), ("neighbour", 404)])
def test_who_may_not_decide(
    own_app: Flask, seeded_clone: str, proposed: int, address: str, act: str, username: str, expected: int
) -> None:
    client = signed_in(own_app, username)
    assert post(client, address, act, **ACTS[act]).status_code == expected
    assert status(seeded_clone, proposed) == "proposed"


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_decided_without_the_token(own_app: Flask, address: str, act: str) -> None:
    response = signed_in(own_app, "surveyor").post(f"{address}/{act}", data=ACTS[act])
    assert response.status_code == 400


def test_an_inspector_is_offered_nothing_to_decide(own_app: Flask, address: str) -> None:
    page = signed_in(own_app, "inspector").get(address).text
    assert "您可以查看，不能审核" in page
    for tool in ("data-decide", "apply-dialog", "accept-found", "L.Control.Draw"):
        assert tool not in page
        assert tool in signed_in(own_app, "surveyor").get(address).text


def test_accepting_rejecting_and_applying(own_app: Flask, seeded_clone: str, proposed: int, address: str) -> None:
    client = signed_in(own_app, "surveyor")
    answer = post(client, address, "accept", "kind=add", accepted="no").json
    assert (answer["done"], answer["to_accept"], answer["decisions"]["rejected"]) == (2, 2, 2)
    assert post(client, address, "accept", "kind=add", accepted="yes").json["done"] == 2
    assert post(client, address, "accept", accepted="no", rows="2,4").json["done"] == 2
    area = shapely.to_geojson(shapely.box(LON + 0.0015, LAT - 0.001, LON + 0.0025, LAT + 0.001))
    assert post(client, address, "accept", accepted="no", area=area).json["done"] == 1
    response = post(client, address, "apply")
    assert (response.status_code, response.location) == (303, address)
    assert status(seeded_clone, proposed) == "applied"
    with connect(seeded_clone, role="chengji_owner") as connection:
        written = connection.execute("SELECT name FROM registry.asset WHERE change_set = %s ORDER BY name", (proposed,))
        assert [name for (name,) in written] == ["路灯", "高杆灯"]
    page = client.get(address).text
    assert "已应用" in page
    assert "data-decide" not in page
    assert post(client, address, "accept", accepted="yes").status_code == 409


@pytest.mark.parametrize(
    "form", [{}, {"accepted": "x"}, {"accepted": "no", "rows": "x"}, {"accepted": "no", "area": "x"}]
)
def test_a_decision_that_is_none(own_app: Flask, address: str, form: dict[str, str]) -> None:
    client = signed_in(own_app, "surveyor")
    assert post(client, address, "accept", **form).status_code in (400, 422)
    assert client.get(f"{address}/counts").json["decisions"]["rejected"] == 0  # type: ignore[index]


@pytest.mark.parametrize("query", ["kind=x", "class=x", "decision=x", "q=" + "x" * 101])
def test_a_filter_that_cannot_be_is_400(own_app: Flask, address: str, query: str) -> None:
    client = signed_in(own_app, "inspector")
    for look in LOOKS:
        if look not in ("/rows/2", "/stale"):
            assert client.get(f"{address}{look}?{query}").status_code == 400, look


def test_a_rejected_set_is_closed(own_app: Flask, seeded_clone: str, proposed: int, address: str) -> None:
    client = signed_in(own_app, "surveyor")
    assert post(client, address, "reject").status_code == 303
    assert status(seeded_clone, proposed) == "rejected"
    assert post(client, address, "reject").status_code == 409
    assert "已拒绝" in client.get(address).text


def test_rows_that_somebody_changed_meanwhile_are_named(
    own_app: Flask, seeded_clone: str, proposed: int, address: str
) -> None:
    client = signed_in(own_app, "surveyor")
    assert client.get(f"{address}/stale").json == {"rows": []}
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute(
            "UPDATE registry.asset SET version = version + 1 WHERE id = (SELECT asset_id FROM registry.change"
            " WHERE change_set = %s AND seq = 2)",
            (proposed,),
        )
    (row,) = client.get(f"{address}/stale").json["rows"]  # type: ignore[index]
    assert (row["row"], row["words"]) == (2, "已被别人改动")
    page = client.post(
        f"{address}/apply", data={"csrf_token": csrf_token(client, "/password")}, follow_redirects=True
    ).text
    assert "第 2 行" in page
    assert status(seeded_clone, proposed) == "proposed"
    again = post(client, address, "again")
    assert again.status_code == 409, "there is no file to compare again"


def test_an_undo_is_reviewed_and_compared_again(own_app: Flask, seeded_clone: str, proposed: int, address: str) -> None:
    from registry.access.scope import open_scope_by_name
    from registry.changes import change_sets

    client = signed_in(own_app, "surveyor")
    post(client, address, "apply")
    with connect(seeded_clone) as connection:
        scope = open_scope_by_name(connection, seed.DISTRICT, "surveyor")
        undo = change_sets.undo(connection, scope, proposed).change_set
    page = client.get(f"/{seed.DISTRICT}/changes/{undo}").text
    assert len(re.findall(r'data-kind="retire" data-decision="accepted"', page)) == 2
    response = post(client, f"/{seed.DISTRICT}/changes/{undo}", "again")
    assert response.status_code == 303
    assert response.location != f"/{seed.DISTRICT}/changes/{undo}"
    assert status(seeded_clone, undo) == "rejected"
    assert client.get(response.location).status_code == 200


def test_a_tile_that_has_not_changed_is_not_sent_again(own_app: Flask, address: str) -> None:
    client = signed_in(own_app, "surveyor")
    tile = f"{address}/tiles/{tile_at(LON, LAT, 12)}"
    first = client.get(tile)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert client.get(tile, headers={"If-None-Match": tag}).status_code == 304
    post(client, address, "accept", accepted="no", rows="2")
    assert client.get(tile, headers={"If-None-Match": tag}).status_code == 200
    assert client.get(f"{address}/tiles/12/0/0.mvt").status_code == 204
    assert client.get(f"{address}/tiles/17/0/0.mvt").status_code == 400


def test_cameras_want_the_grant(own_app: Flask, seeded_clone: str) -> None:
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT id FROM registry.change_set WHERE district = %s AND layer = 'camera'", (seed.DISTRICT,)
        ).fetchone()
    assert row is not None
    for username, expected in (("admin", 404), ("surveyor", 404), ("inspector", 404), ("camera_viewer", 200)):
        client = signed_in(own_app, username)
        for look in ("", "/rows", "/counts", "/tiles/16/0/0.mvt"):
            answer = client.get(f"/{seed.DISTRICT}/changes/{row[0]}{look}")
            assert answer.status_code in ((200, 204) if expected == 200 else (404,)), (username, look)


def test_the_page_costs_few_statements_however_many_rows(own_app: Flask, address: str, statements: list[str]) -> None:
    client = signed_in(own_app, "surveyor")
    client.get(address)
    statements.clear()
    client.get(address)
    assert len(statements) <= 22
    assert len([text for text in statements if "count(*) FILTER" in text]) == 1, "counts are one statement"


def test_the_blueprint_is_part_of_the_application(app: Flask) -> None:
    assert review_page.blueprint.url_prefix == "/<district:district>/changes"
    assert "web.review.pages:blueprint" in ANNOUNCEMENT.blueprints
