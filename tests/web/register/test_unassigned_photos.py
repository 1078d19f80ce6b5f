"""Photos from a crew's zip to their assets: `registry photos` as a process, then the page on which a person says the rest."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import seed
from delivering import post
from flask import Flask
from flask.testing import FlaskClient
from PIL import ExifTags, Image
from signing_in import signed_in

from registry.access.scope import open_scope_by_name
from registry.changes import change_sets
from registry.database.connections import connect
from registry.messages import Message

PHOTOS = f"/{seed.DISTRICT}/photos"
GPS = ExifTags.GPS


def jpeg(shade: int, place: tuple[float, float] | None) -> bytes:
    """As a phone writes it: place in degrees, minutes and seconds, and when."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 09:30:00"
    if place:
        lon, lat = ((float(int(v)), float(int(v % 1 * 60)), round(v * 60 % 1 * 60, 6)) for v in place)
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {GPS.GPSLongitude: lon, GPS.GPSLongitudeRef: "E", GPS.GPSLatitude: lat, GPS.GPSLatitudeRef: "N"}
        )
    made = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 120, 90)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def components(database: str) -> list[tuple[str, float, float]]:
    with connect(database, role="chengji_owner") as connection:
        return connection.execute(
            "SELECT code, ST_X(geom), ST_Y(geom) FROM registry.asset WHERE district = %s AND layer = 'component'"
            " AND state <> 'retired' ORDER BY code",
            (seed.DISTRICT,),
        ).fetchall()


@pytest.fixture
def crew(seeded_clone: str, home: Path, tmp_path: Path) -> dict[str, Any]:
    """A zip of photos, imported and applied by the command: what it answered."""
    (code, lon, lat), *_others = components(seeded_clone)
    file = tmp_path / "现场.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{code}.jpg", jpeg(10, None))
        archive.writestr("near.jpg", jpeg(60, (lon + 0.0004, lat)))
        archive.writestr("nowhere.jpg", jpeg(110, None))
        archive.writestr("notes.txt", "no photo")
    return command(seeded_clone, home, str(file), "--apply") | {"code": code}


def command(database: str, home: Path, *arguments: str) -> dict[str, Any]:
    program = [sys.executable, "-P", "-m", "registry.commands.main", "photos", *arguments]
    more = ["--layer", "component", "--json", "--district", seed.DISTRICT, "--as", "surveyor"]
    variables = {**os.environ, "DATABASE_URL": database, "REGISTRY_HOME": str(home)}
    done = subprocess.run([*program, *more], env=variables, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(page: str) -> list[str]:
    return re.findall(r"<h2><bdi>([^<]+)</bdi></h2>", page)


def test_the_command_and_then_a_person(
    surveyor: FlaskClient, upload_app: Flask, seeded_clone: str, crew: dict[str, Any]
) -> None:
    assert [(p["name"], p["reason"]) for p in crew["photos"]] == [
        (f"{crew['code']}.jpg", ""), ("near.jpg", "nothing_near"), ("nowhere.jpg", "no_position"),
    ]  # fmt: skip
    assert len(crew["refused"]) == 1 and "2 张照片待指定" in surveyor.get(f"/{seed.DISTRICT}/deliveries").text
    page = surveyor.get(PHOTOS).text
    assert names(page) == ["near.jpg", "nowhere.jpg"] and "15 米内没有该图层的资产" in page
    assert "2026-11-20" in page and re.search(rf'name="near" value="{crew["code"]}"', page)
    first, second = re.findall(r'<img src="([^"]+)\.thumb"', page)
    assert surveyor.get(f"{first}.thumb").mimetype == surveyor.get(f"{first}.jpg").mimetype == "image/jpeg"

    assert post(surveyor, second, code="").status_code == 422
    assert post(surveyor, second, code="3301059999999999").status_code == 404
    assert post(surveyor, first, near=crew["code"]).status_code == 303
    assert names(surveyor.get(PHOTOS).text) == ["nowhere.jpg"]
    assert surveyor.get(f"{first}.thumb").status_code == 404
    assert post(surveyor, first, near=crew["code"]).status_code == 404
    with connect(seeded_clone) as connection:
        scope = open_scope_by_name(connection, seed.DISTRICT, "surveyor")
        (asset,) = {p["asset_id"] for p in crew["photos"] if p["asset_id"]}
        shown = surveyor.get(f"/{seed.DISTRICT}/assets/{asset}").text
        assert len(re.findall(r'<img src="[^"]+\.thumb"', shown)) == 2
        number, title = connection.execute(
            "SELECT id, source -> 'title' FROM registry.change_set ORDER BY id DESC LIMIT 1"
        ).fetchone()  # type: ignore[misc]
        assert Message.of(title).message == "指定照片“near.jpg”"
        change_sets.apply(connection, scope, change_sets.undo(connection, scope, number).change_set)
    assert names(surveyor.get(PHOTOS).text) == ["near.jpg", "nowhere.jpg"], "an undo lets it wait again"
    assert post(surveyor, second, drop="1").status_code == 303
    assert names(surveyor.get(PHOTOS).text) == ["near.jpg"]


def test_who_may_not_write_the_layer_sees_none_of_it(
    upload_app: Flask, surveyor: FlaskClient, crew: dict[str, Any]
) -> None:
    address = re.findall(r'<img src="([^"]+)\.thumb"', surveyor.get(PHOTOS).text)[0]
    for name, answers in (("inspector", (403, 404)), ("contractor", (404, 404)), ("neighbour", (404, 404))):
        other = signed_in(upload_app, name)
        assert other.get(PHOTOS).status_code in answers, name
        assert other.get(f"{address}.thumb").status_code == other.get(f"{address}.jpg").status_code == 404, name
        assert post(other, address, code=crew["code"]).status_code in (403, 404), name
    assert names(surveyor.get(PHOTOS).text) == ["near.jpg", "nowhere.jpg"]


def test_before_they_are_applied_photos_are_settled_in_their_set(
    surveyor: FlaskClient, seeded_clone: str, home: Path, tmp_path: Path
) -> None:
    (code, *_place), *_others = components(seeded_clone)
    for shade, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        (tmp_path / name).write_bytes(jpeg(shade * 40, None))
        command(seeded_clone, home, str(tmp_path / name))
    page = surveyor.get(PHOTOS).text
    assert names(page) == ["a.jpg", "b.jpg", "c.jpg"] and "0 张已归入资产，1 张待指定" in page
    first, second, _third = re.findall(r'<img src="([^"]+)\.thumb"', page)
    assert post(surveyor, first, code=f" {code} ").status_code == 303
    assert post(surveyor, second, drop="1").status_code == 303
    page = surveyor.get(PHOTOS).text
    assert names(page) == ["c.jpg"] and "1 张已归入资产，0 张待指定" in page
    for address in re.findall(r'action="([^"]+/apply)"', page):
        assert post(surveyor, address).status_code == 303
    page = surveyor.get(PHOTOS).text
    assert names(page) == ["c.jpg"] and "待应用的照片" not in page
    assert post(surveyor, f"{PHOTOS}/sets/999/apply").status_code == 404


def test_the_page_without_photos_explains_itself(surveyor: FlaskClient) -> None:
    page = surveyor.get(PHOTOS).text
    assert "没有待指定的照片" in page and "registry photos" in page
    assert "张照片待指定" not in surveyor.get(f"/{seed.DISTRICT}/deliveries").text
