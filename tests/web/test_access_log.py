"""Every door to restricted rows writes the access log, and one that forgets shows no row.

The doors are those of the application's own address table: a view that is added tomorrow is asked for here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import seed
from delivering import filled_in, post, send
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from signing_in import signed_in
from surfaces import tile_at
from werkzeug.test import TestResponse

from importers.jobs.worker import run
from registry.access.access_log import look
from registry.access.scope import open_scope_by_name
from registry.changes import change_sets
from registry.database.connections import connect
from registry.photos import photos as attachments
from registry.photos.photos import Photo
from web.http.routing import district_blueprint
from web.http.transaction import raw, scope, session

ROOT = Path(__file__).resolve().parents[2]
HERE = f"/{seed.DISTRICT}"
WHO = "camera_surveyor"
# One camera that goes in, one of a class that nobody knows, one without a place.
CAMERAS = """编号,名称,类别,经度,纬度
CAM-91,密探新机,枪机,120.1501,30.3201
CAM-92,密探怪机,怪机,120.1502,30.3202
CAM-93,密探缺位,枪机,,
""".encode()


@dataclass
class Stage:
    """A register with cameras in it, in a delivery, in a proposal, and with photos; and the browser of who may see them."""

    client: FlaskClient
    database: str
    camera: int
    party: int
    photo: int
    unassigned: int
    photo_set: int
    delivery: str
    review: str
    row: int
    code: str

    def get(self, address: str) -> TestResponse:
        return self.client.get(address if address.startswith("/") else f"{HERE}/{address}")

    def post(self, address: str, **fields: str) -> TestResponse:
        answer: TestResponse = post(self.client, address if address.startswith("/") else f"{HERE}/{address}", **fields)
        return answer

    def logged(self) -> list[tuple[str, str, str]]:
        """Who, layer, act of each entry."""
        with connect(self.database, role="chengji_owner") as connection:
            return connection.execute(
                "SELECT p.username, l.layer, l.act FROM registry.access_log l"
                " JOIN registry.person p ON p.id = l.person_id ORDER BY l.id"
            ).fetchall()


@pytest.fixture
def stage(upload_app: Flask, seeded_clone: str, home: Path, asset_ids: dict[str, dict[str, list[int]]]) -> Stage:
    client = signed_in(upload_app, WHO)
    delivery = send(client, "探头.csv", CAMERAS)
    run(seeded_clone, once=True)
    form = filled_in(client.get(f"{delivery}?edit=1&layer=camera").text, "/check")
    assert post(client, f"{delivery}/check", **(form | {"layer": "camera", "crs": "EPSG:4490"})).status_code == 303
    run(seeded_clone, once=True)
    found = re.search(r'href="(/\d+/changes/\d+)"', client.get(delivery).text)
    assert found, "nothing to review"
    with connect(seeded_clone) as connection:
        who = open_scope_by_name(connection, seed.DISTRICT, WHO)
        applied, (photo,) = attachments.propose(connection, who, home, "camera", "x", [_photo("CAM-1.jpg", "#579")])
        change_sets.apply(connection, who, applied)
        photo_set, (unassigned,) = attachments.propose(
            connection, who, home, "camera", "y", [_photo("IMG_1.jpg", "#975")]
        )
        (party,) = connection.execute("SELECT id FROM registry.party WHERE name LIKE '密探%'").fetchone() or (0,)
    with connect(seeded_clone, role="chengji_owner") as connection:
        number = found[1].rpartition("/")[2]
        (row,) = connection.execute(
            "SELECT min(seq) FROM registry.change WHERE change_set = %s", (number,)
        ).fetchone() or (0,)
        (code,) = connection.execute("SELECT code FROM registry.asset WHERE id = %s", (photo.asset_id,)).fetchone() or (
            "",
        )
    camera = photo.asset_id
    assert camera in asset_ids[seed.DISTRICT]["camera"]
    return Stage(client, seeded_clone, camera, party, photo.id, unassigned.id, photo_set, delivery, found[1], row, code)


def _photo(name: str, colour: str) -> Photo:
    made = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(made, "JPEG")
    return Photo(name, made.getvalue(), 90, 60)


def _tile(tileset: str, z: int, query: str = "") -> str:
    return f"tiles/{tileset}/{tile_at(seed.LON - 0.006, seed.LAT - 0.0002, z)}?{query}"


def _filled(stage: Stage) -> dict[str, str]:
    return filled_in(stage.get(f"{stage.delivery}?edit=1&layer=camera").text, "/check")


Door = Callable[[Stage], TestResponse]
# By endpoint; each address shows something of a camera. In the order in which they can be walked through.
DOORS: dict[str, list[Door]] = {
    "map.show": [lambda s: s.get(f"map?party={s.party}")],
    "register.listing": [lambda s: s.get("assets"), lambda s: s.get("assets?q=CAM-1")],
    "register.page": [lambda s: s.get(f"assets/{s.camera}")],
    "register.card": [lambda s: s.get(f"assets/{s.camera}/card")],
    "tiles.tile": [
        lambda s: s.get(_tile("points", 16)), lambda s: s.get(_tile("points", 14)), lambda s: s.get(_tile("points", 8)),
        lambda s: s.get(_tile("points", 12, "q=CAM-1")), lambda s: s.get(_tile("points", 12, "q=CAM-1")),  # out of memory
        lambda s: s.get(_tile("points", 12, "bbox=120.1435,30.31,120.1445,30.33")),
        lambda s: s.get(_tile("points", 12, "as_of=2099-01-01&layer=camera")),
    ],
    "questions.counts": [lambda s: s.get("api/counts"), lambda s: s.get("api/counts?bbox=120.1435,30.31,120.1445,30.33")],
    "questions.identify": [lambda s: s.get(f"api/identify?zoom=17&lon={seed.LON - 0.006}&lat={seed.LAT}")],
    "questions.suggest": [lambda s: s.get("api/suggest?q=密探")],
    "photos.full": [lambda s: s.get(f"assets/{s.camera}/photos/{s.photo}")],
    "photos.thumbnail": [lambda s: s.get(f"assets/{s.camera}/photos/{s.photo}.thumb")],
    "unassigned_photos.listing": [lambda s: s.get("photos")],
    "unassigned_photos.full": [lambda s: s.get(f"photos/{s.unassigned}.jpg")],
    "unassigned_photos.thumbnail": [lambda s: s.get(f"photos/{s.unassigned}.thumb")],
    "deliveries.listing": [lambda s: s.get("deliveries")],  # how many photos wait
    "deliveries.show": [lambda s: s.get(s.delivery), lambda s: s.get(f"{s.delivery}?edit=1")],
    "deliveries.problems": [lambda s: s.get(f"{s.delivery}/problems?code=class_unknown&field=类别")],
    "deliveries.preview": [lambda s: s.post(f"{s.delivery}/preview", **_filled(s))],
    "papers.record": [lambda s: s.get(f"{s.delivery.rpartition('/')[0]}/record")],
    "papers.record_pdf": [lambda s: s.get(f"{s.delivery.rpartition('/')[0]}/record.pdf")],
    "papers.quarantined": [lambda s: s.get(f"{s.delivery}/waiting")],
    "review.page": [lambda s: s.get(s.review)],
    "review.rows": [lambda s: s.get(f"{s.review}/rows")],
    "review.row": [lambda s: s.get(f"{s.review}/rows/{s.row}")],
    "review.counts": [lambda s: s.get(f"{s.review}/counts")],
    "review.tile": [
        lambda s: s.get(f"{s.review}/tiles/{tile_at(120.1501, 30.3201, 16)}"),
        lambda s: s.get(f"{s.review}/tiles/{tile_at(120.1501, 30.3201, 9)}"),
    ],
    "review.accept": [lambda s: s.post(f"{s.review}/accept", accepted="no", rows=str(s.row))],
    "register.edit": [lambda s: s.post(f"assets/{s.camera}/edit", base_version="1", name="密探改名")],
    "deliveries.check": [lambda s: s.post(f"{s.delivery}/check", **_filled(s), preview="1")],
    "unassigned_photos.assign": [lambda s: s.post(f"photos/{s.unassigned}", code=s.code)],
    "unassigned_photos.apply": [lambda s: s.post(f"photos/sets/{s.photo_set}/apply")],
}  # fmt: skip
_ASKS = "asks the worker for a step, which writes its own entry"
NO_ROWS = {
    "static": "files of the program", "home.index": "names of districts", "home.health": "no data",
    "home.choose_language": "no data",
    "deliveries.latest": "leads on",
    "deliveries.check_again": "leads on", "deliveries.progress": "state of a step", "deliveries.step": _ASKS,
    "deliveries.inspect": _ASKS, "deliveries.repairs": _ASKS, "deliveries.cancel": _ASKS,
    "deliveries.reject": "closes a proposal", "deliveries.another": "names a file once more",
    "review.stale": "here no row is stale: see test_rows_that_no_longer_fit_are_a_look",
    "review.resolve": "answers with the counts that review.accept answers with; here no row is doubtful",
    "review.apply": _ASKS, "review.reject": "closes a proposal", "review.again": _ASKS,
    "uploads.begin": "takes in", "uploads.state": "takes in", "uploads.append": "takes in", "uploads.finish": "takes in",
    "uploads.discard": "takes in",
}  # fmt: skip


def test_every_view_is_a_door_or_says_why_it_shows_no_row(app: Flask) -> None:
    views = {rule.endpoint for rule in app.url_map.iter_rules()}
    accounts = {view for view in views if view.startswith(("security.", "account."))}
    assert views - accounts == DOORS.keys() | NO_ROWS.keys()
    assert not DOORS.keys() & NO_ROWS.keys()


def test_every_door_writes_the_log(stage: Stage) -> None:
    for endpoint, ways in DOORS.items():
        for nth, way in enumerate(ways):
            before = len(stage.logged())
            answer = way(stage)
            assert answer.status_code < 500, (endpoint, nth, answer.status_code)
            added = stage.logged()[before:]
            assert added, (endpoint, nth, answer.status_code, answer.text[:300])
            assert {(who, layer) for who, layer, _act in added} == {(WHO, "camera")}


def test_rows_that_no_longer_fit_are_a_look(stage: Stage) -> None:
    with connect(stage.database, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.change SET accepted = true, scheme = 'gone' WHERE layer = 'camera'")
    before = len(stage.logged())
    assert stage.get(f"{stage.review}/stale").json != {"rows": []}
    assert [act.startswith("changes ") for _who, _layer, act in stage.logged()[before:]] == [True]


def test_nothing_shown_nothing_written(stage: Stage) -> None:
    """The same doors, asked for what is not restricted."""
    before = stage.logged()
    for address in (
        "assets?layer=road", "assets?q=试验河", "api/counts?layer=component", "api/counts?q=试验河", _tile("base", 12),
        _tile("points", 12, "layer=component"), "tiles/points/16/0/0.mvt", "map", "api/suggest?q=试验河",
        "api/identify?zoom=17&lon=120.2&lat=30.4",
    ):  # fmt: skip
        assert stage.get(address).status_code < 300, address
    assert stage.logged() == before


def test_a_tile_that_the_browser_has_is_in_the_log_once_a_day(stage: Stage) -> None:
    address = f"{HERE}/{_tile('points', 14)}"
    tag = stage.get(address).headers["ETag"]
    before = len(stage.logged())
    assert stage.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert len(stage.logged()) == before
    assert stage.get(address).status_code == 200
    assert len(stage.logged()) == before + 1


def test_a_door_that_forgets_shows_no_row(own_app: Flask) -> None:
    """A view of somebody who never heard of the log: on the connection itself, by its own SQL, for one with the grant."""
    forgetful = district_blueprint("forgetful", __name__, "/forgetful")
    rows = "SELECT count(*) FROM registry.{} WHERE layer = 'camera'"

    @forgetful.get("/<table>")
    def read(table: str) -> str:
        assert "camera" in scope().layers
        found = raw(session()).execute(rows.format(table).encode()).fetchone()
        return str(found)

    @forgetful.get("/<table>/looking")
    def looking(table: str) -> str:
        with look(session(), scope(), "toy") as seen:
            found = raw(session()).execute(rows.format(table).encode()).fetchone()
            seen.layers({"camera": 1})
        after = raw(session()).execute(rows.format(table).encode()).fetchone()
        return f"{found} {after}"

    @forgetful.get("/silent")
    def silent() -> str:
        with look(session(), scope(), "toy"):
            pass
        return "never"

    own_app.register_blueprint(forgetful)
    client = signed_in(own_app, "camera_viewer")
    for table in ("asset", "asset_cell", "change"):
        assert client.get(f"{HERE}/forgetful/{table}").text == "(0,)"
        shown, after = client.get(f"{HERE}/forgetful/{table}/looking").text.split(") (")
        assert shown != "(0," and after == "0,)"
    for person in ("camera_viewer", "inspector"):
        assert signed_in(own_app, person).get(f"{HERE}/forgetful/silent").status_code == 500


def test_one_file_opens_what_is_closed() -> None:
    """Who else opened the restricted rows could forget the entry."""
    opens = re.compile(r"registry\.looking|begin_look|end_look")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("registry", "importers", "web", "demo", "sql")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sql") and opens.search(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "registry/access/access_log.py", "registry/access/scope.py", "sql/functions/015_looks.sql",
        "sql/policies/025_looks.sql",
    }  # fmt: skip
