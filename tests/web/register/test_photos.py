"""The photos of an asset over HTTP: for whom may see the asset, as copies, with headers that keep them private."""

import io
import re
from collections.abc import Callable

import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from signing_in import signed_in

from registry.access.scope import open_scope_by_name
from registry.changes import change_sets
from registry.database.connections import connect
from registry.photos import photos as attachments
from registry.photos.photos import Photo


def picture() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"
    made = io.BytesIO()
    Image.new("RGB", (900, 600), "#579").save(made, "JPEG", exif=exif)
    return made.getvalue()


@pytest.fixture
def photographed(own_app: Flask, seeded_clone: str) -> Callable[[str], tuple[str, FlaskClient]]:
    """Address of the page of a photographed camera, and a browser of the person named."""
    with connect(seeded_clone) as connection:
        scope = open_scope_by_name(connection, seed.DISTRICT, "camera_surveyor")
        home = own_app.extensions["chengji.settings"].home
        photos = [Photo("CAM-1.jpg", picture(), 900, 600)]
        number, found = attachments.propose(connection, scope, home, "camera", "x", photos)
        change_sets.apply(connection, scope, number)
        page = f"/{seed.DISTRICT}/assets/{found[0].asset_id}"
    return lambda name: (page, signed_in(own_app, name))


def test_page_and_card_show_them(photographed: Callable[[str], tuple[str, FlaskClient]]) -> None:
    page, client = photographed("camera_viewer")
    for address in (page, f"{page}/card"):
        text = client.get(address).text
        shown = re.findall(r'<img src="([^"]+)\.thumb"', text)
        assert len(shown) == 1, address
        assert "日期不详" in text and "测试视频测绘员" in text and "尚无照片" not in text


def test_copies_are_served_private_and_without_what_the_camera_wrote(
    photographed: Callable[[str], tuple[str, FlaskClient]],
) -> None:
    page, client = photographed("camera_viewer")
    address = re.findall(r'<img src="([^"]+)\.thumb"', client.get(page).text)[0]
    for path, width in ((address, 900), (f"{address}.thumb", 320)):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert b"SECRETPHONE" not in answer.data
        assert Image.open(io.BytesIO(answer.data)).width == width
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_who_may_not_see_the_asset_finds_no_photo(photographed: Callable[[str], tuple[str, FlaskClient]]) -> None:
    page, client = photographed("camera_viewer")
    address = re.findall(r'<img src="([^"]+)\.thumb"', client.get(page).text)[0]
    for name in ("inspector", "contractor", "neighbour", "camera_contractor"):
        other = signed_in(client.application, name)
        assert other.get(address).status_code == other.get(f"{address}.thumb").status_code == 404, name
    assert client.get(f"{page}/photos/999999").status_code == 404
