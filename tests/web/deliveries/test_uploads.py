"""Uploads in pieces: whole or absent, continued where they were cut, nobody else's; and what becomes of them."""

from __future__ import annotations

import hashlib
import io
import os
import random
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import seed
from delivering import BASE, LIST, begin, finish, headers, put
from flask import Flask
from flask.testing import FlaskClient
from signing_in import csrf_token, signed_in

from registry.database.connections import connect


def rows(database: str, question: str) -> list[tuple[Any, ...]]:
    with connect(database, role="chengji_owner") as connection:
        return connection.execute(question).fetchall()  # type: ignore[arg-type]


def test_a_file_in_pieces_becomes_a_delivery(surveyor: FlaskClient, seeded_clone: str, home: Path) -> None:
    body = random.Random(1).randbytes(300_000)
    begun = begin(surveyor, ("路灯.csv", len(body)))
    assert begun.status_code == 200, begun.text
    token = begun.json["upload"]
    for start in range(0, len(body), 100_000):
        piece = body[start : start + 100_000]
        answer = put(surveyor, token, start, piece, **{"X-Piece-SHA256": hashlib.sha256(piece).hexdigest()})
        assert (answer.status_code, answer.json["received"]) == (200, start + len(piece))
    done = finish(surveyor, token)
    assert done.status_code == 200, done.text
    (id, number, name, size, checksum, step, status, job) = rows(
        seeded_clone, "SELECT delivery, number, name, bytes, sha256, step, status, job FROM registry.delivery_file"
    )[0]
    assert done.json["url"] == f"{LIST}/{id}/{number}"
    assert (name, size, checksum) == ("路灯.csv", len(body), hashlib.sha256(body).hexdigest())
    assert (step, status) == ("look", "queued")
    assert rows(seeded_clone, "SELECT id, status::text FROM queue.procrastinate_jobs") == [(job, "todo")]
    stored = home / "deliveries" / seed.DISTRICT / str(id) / "1" / "路灯.csv"
    assert stored.read_bytes() == body
    assert not (home / "deliveries" / "incoming" / token).exists()


def test_asking_twice_to_finish_is_one_delivery(surveyor: FlaskClient, seeded_clone: str) -> None:
    token = begin(surveyor, ("a.csv", 3)).json["upload"]
    put(surveyor, token, 0, b"a,b")
    assert finish(surveyor, token).json == finish(surveyor, token).json
    assert rows(seeded_clone, "SELECT count(*) FROM registry.delivery") == [(1,)]


def test_parts_dropped_together_are_a_sound_zip(surveyor: FlaskClient, home: Path) -> None:
    parts = {"点.shp": os.urandom(70_001), "点.dbf": b"x", "点.cpg": b"", "点.prj": "GEOGCS中".encode() * 3_000}
    whole = b"".join(parts.values())
    token = begin(surveyor, *((name, len(body)) for name, body in parts.items())).json["upload"]
    for start in range(0, len(whole), 33_333):  # pieces that begin and end inside parts
        assert put(surveyor, token, start, whole[start : start + 33_333]).status_code == 200
    assert finish(surveyor, token).status_code == 200
    stored = next(p for p in (home / "deliveries" / seed.DISTRICT).rglob("*") if p.is_file())
    assert stored.name == "点.zip"
    with zipfile.ZipFile(stored) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == parts
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_what_was_cut_off_goes_on_where_it_was(surveyor: FlaskClient, upload_app: Flask, seeded_clone: str) -> None:
    body = os.urandom(50_000)
    token = begin(surveyor, ("a.csv", len(body))).json["upload"]
    put(surveyor, token, 0, body[:20_000])
    cut = surveyor.put(
        f"{BASE}/{token}?offset=20000",
        input_stream=io.BytesIO(body[20_000:23_000]),  # the connection ends before the announced length
        headers={**headers(surveyor), "Content-Type": "application/octet-stream"},
        environ_overrides={"CONTENT_LENGTH": "30000"},
    )
    assert cut.status_code == 400
    again = signed_in(upload_app, "surveyor")  # another day, another session
    begun = begin(again, ("a.csv", len(body))).json
    assert (begun["upload"], begun["received"]) == (token, 20_000)
    assert put(again, token, 20_000, body[20_000:]).json["received"] == len(body)
    assert finish(again, token).status_code == 200
    assert rows(seeded_clone, "SELECT sha256 FROM registry.delivery_file") == [(hashlib.sha256(body).hexdigest(),)]


def test_a_piece_must_follow_and_be_whole(surveyor: FlaskClient) -> None:
    token = begin(surveyor, ("a.csv", 10)).json["upload"]
    assert put(surveyor, token, 4, b"late").status_code == 409
    assert put(surveyor, token, 0, b"spoilt", **{"X-Piece-SHA256": "0" * 64}).status_code == 400
    assert surveyor.get(f"{BASE}/{token}").json["received"] == 0
    assert put(surveyor, token, 0, b"more than ten").status_code == 400
    assert put(surveyor, token, 0, b"").status_code == 400
    assert finish(surveyor, token).status_code == 409
    assert put(surveyor, token, 0, b"0123456789").json["received"] == 10
    assert put(surveyor, token, 0, b"0123456789").status_code == 409


def test_limits(surveyor: FlaskClient, home: Path) -> None:
    too_large = begin(surveyor, ("a.csv", (20 << 20) + 1))
    assert too_large.status_code == 422 and "20 MB" in too_large.json["message"]
    for parts in ([], [("a.csv", 0)], [("a.csv", -5), ("b.csv", 10)], [("a", 1), ("A", 1)], [("a", 1)] * 300):
        refused = begin(surveyor, *parts)
        assert refused.status_code == 422 and refused.json["message"], parts
    token = begin(surveyor, ("a.csv", 18 << 20)).json["upload"]
    assert put(surveyor, token, 0, bytes((8 << 20) + 1)).status_code == 413
    assert put(surveyor, token, 0, bytes(8 << 20)).status_code == 200
    assert surveyor.post(BASE, data=b"x" * (3 << 20), headers=headers(surveyor)).status_code == 413
    for payload in (
        "[]",
        '{"parts": 5}',
        '{"parts": [{"name": 1, "bytes": 2}]}',
        "{",
        '{"parts": [{"name": "a", "bytes": true}]}',
    ):
        answer = surveyor.post(BASE, data=payload, headers={**headers(surveyor), "Content-Type": "application/json"})
        assert answer.status_code == 422, payload


def test_unfinished_uploads_make_room_for_new_ones_and_are_swept(surveyor: FlaskClient, home: Path) -> None:
    tokens = [begin(surveyor, (f"{n}.csv", 10)).json["upload"] for n in range(12)]
    there = [surveyor.get(f"{BASE}/{token}").status_code for token in tokens]
    assert there.count(200) == 8 and there[-1] == 200
    for file in (home / "deliveries" / "incoming").iterdir():
        os.utime(file, (time.time() - 90_000,) * 2)
    kept = begin(surveyor, ("new.csv", 10)).json["upload"]
    assert {p.name for p in (home / "deliveries" / "incoming").iterdir()} == {kept, f"{kept}.json"}


def test_a_full_disk_leaves_no_half_file(surveyor: FlaskClient, home: Path) -> None:
    token = begin(surveyor, ("a.csv", 1 << 20)).json["upload"]
    arriving = home / "deliveries" / "incoming" / token
    arriving.unlink()
    arriving.symlink_to("/dev/full")  # the kernel's own full disk
    answer = put(surveyor, token, 0, bytes(1 << 20))
    assert answer.status_code == 503 and "磁盘" in answer.json["message"]
    assert str(home) not in answer.text
    assert not arriving.is_symlink() and surveyor.get(f"{BASE}/{token}").status_code == 404


def test_no_room_is_said_before_anything_is_sent(
    surveyor: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.deliveries.uploads.SPARE_BYTES", 1 << 60)
    assert begin(surveyor, ("a.csv", 10)).status_code == 503
    assert list((home / "deliveries" / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("username", "status"), [("inspector", 403), ("contractor", 403), ("unmapped", 404), ("neighbour", 404)]
)
def test_who_may_not_write_uploads_nothing(upload_app: Flask, home: Path, username: str, status: int) -> None:
    client = signed_in(upload_app, username)
    token = {"X-CSRFToken": csrf_token(client, "/password")}
    answer = client.post(BASE, json={"parts": [{"name": "a.csv", "bytes": 3}]}, headers=token)
    assert answer.status_code == status
    assert not (home / "deliveries").exists()


def test_an_upload_is_its_owners_alone(surveyor: FlaskClient, upload_app: Flask) -> None:
    token = begin(surveyor, ("a.csv", 3)).json["upload"]
    other = signed_in(upload_app, "camera_surveyor")
    assert other.get(f"{BASE}/{token}").status_code == 404
    assert put(other, token, 0, b"abc").status_code == 404
    assert finish(other, token).status_code == 404
    assert other.delete(f"{BASE}/{token}", headers=headers(other)).status_code == 404
    assert begin(other, ("a.csv", 3)).json["upload"] != token
    assert surveyor.delete(f"{BASE}/{token}", headers=headers(surveyor)).status_code == 204
    assert surveyor.get(f"{BASE}/{token}").status_code == 404
    for strange in ("..", "%2e%2e%2fsecret-key", "a" * 32, "A" * 32, "0" * 33, "0" * 31 + "/"):
        assert surveyor.get(f"{BASE}/{strange}").status_code in (404, 308), strange


def test_without_the_token_of_the_page_nothing_is_taken(surveyor: FlaskClient, home: Path) -> None:
    assert surveyor.post(BASE, json={"parts": [{"name": "a", "bytes": 1}]}).status_code == 400
    token = begin(surveyor, ("a.csv", 3)).json["upload"]
    assert surveyor.put(f"{BASE}/{token}?offset=0", data=b"abc").status_code == 400
    assert surveyor.post(f"{BASE}/{token}/finish").status_code == 400
    assert surveyor.get(f"{BASE}/{token}").json["received"] == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\交付\\路灯.csv", "路灯.csv"),
        (".hidden.csv", "hidden.csv"),
        ("a\r\n\tb.csv", "ab.csv"),
        ("\u202egnp.csv", "gnp.csv"),
        ("😀路灯.csv", "😀路灯.csv"),
        ("长" * 500 + ".csv", "长" * 38 + ".csv"),
    ],
)
def test_hostile_names_are_tamed(surveyor: FlaskClient, home: Path, seeded_clone: str, given: str, kept: str) -> None:
    token = begin(surveyor, (given, 3)).json["upload"]
    put(surveyor, token, 0, b"a,b")
    url = finish(surveyor, token).json["url"]
    assert rows(seeded_clone, "SELECT name FROM registry.delivery_file") == [(kept,)]
    assert (home / "deliveries" / seed.DISTRICT / url.split("/")[-2] / "1" / kept).read_bytes() == b"a,b"
    page = surveyor.get(url)
    assert page.status_code == 200 and kept in page.text and str(home) not in page.text


def test_names_of_which_nothing_is_left(surveyor: FlaskClient) -> None:
    for name in ("", "..", "/", "\u202e", "\0"):
        assert begin(surveyor, (name, 3)).status_code == 422, repr(name)


def test_mended_rows_join_a_delivery_that_was_checked(
    surveyor: FlaskClient, upload_app: Flask, seeded_clone: str
) -> None:
    token = begin(surveyor, ("a.csv", 3)).json["upload"]
    put(surveyor, token, 0, b"a,b")
    id = int(finish(surveyor, token).json["url"].split("/")[-2])
    assert begin(surveyor, ("mended.csv", 3), delivery=id).status_code == 404  # no layer yet
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.delivery SET layer = 'component'")
        connection.execute('UPDATE registry.delivery_file SET orders = \'{"crs": "EPSG:4490"}\'')
    token = begin(surveyor, ("mended.csv", 3), delivery=id).json["upload"]
    put(surveyor, token, 0, b"a,b")
    assert finish(surveyor, token).json["url"] == f"{LIST}/{id}/2"
    files = rows(seeded_clone, "SELECT name, step, orders FROM registry.delivery_file WHERE number = 2")
    assert files == [("mended.csv", "check", {"crs": "EPSG:4490"})]
    stranger = signed_in(upload_app, "neighbour")
    address = f"/{seed.OTHER_DISTRICT}/uploads"
    token_of = {"X-CSRFToken": csrf_token(stranger, f"/{seed.OTHER_DISTRICT}/assets")}
    payload = {"parts": [{"name": "x.csv", "bytes": 3}], "delivery": id}
    assert stranger.post(address, json=payload, headers=token_of).status_code == 404
