"""What a JPEG says of itself, and what is no photo."""

import zipfile
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from importers.errors import DamagedFile
from importers.photos import Photo, Refused, read, read_photo
from registry.photos.photos import copy_of

GPS, BASE, IFD = ExifTags.GPS, ExifTags.Base, ExifTags.IFD


def jpeg(
    size: tuple[int, int] = (64, 48), orientation: int = 1, taken: str = "", offset: str = "", **gps: Any
) -> bytes:
    """A JPEG with what a phone writes."""
    picture = Image.new("RGB", size, "#7a9")
    exif = Image.Exif()
    exif[BASE.Orientation] = orientation
    exif[BASE.Make] = "SECRETPHONE"
    if taken:
        exif.get_ifd(IFD.Exif).update(
            {BASE.DateTimeOriginal: taken, **({BASE.OffsetTimeOriginal: offset} if offset else {})}
        )
    exif.get_ifd(IFD.GPSInfo).update({GPS[name]: value for name, value in gps.items()})
    made = BytesIO()
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def at(lon: float, lat: float, **more: Any) -> dict[str, Any]:
    """The GPS entries of a place."""

    def parts(value: float) -> tuple[float, float, float]:
        value = abs(value)
        minutes = value % 1 * 60
        return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 6)

    return {"GPSLongitude": parts(lon), "GPSLongitudeRef": "W" if lon < 0 else "E", "GPSLatitude": parts(lat),
            "GPSLatitudeRef": "S" if lat < 0 else "N", **more}  # fmt: skip


@pytest.mark.parametrize(("lon", "lat"), [(120.15, 30.32), (-70.5, -33.25), (0.0, 51.5)])
def test_place_with_hemispheres(lon: float, lat: float) -> None:
    photo = read_photo("a.jpg", jpeg(**at(lon, lat)))
    assert isinstance(photo, Photo)
    assert (photo.lon, photo.lat) == pytest.approx((lon, lat), abs=1e-7)


@pytest.mark.parametrize(
    "gps",
    [{}, at(0, 0), at(120, 30, GPSMapDatum="TOKYO"), {**at(120, 30), "GPSLatitude": (30.0, 1.0)}],
    ids=["none", "0/0", "other datum", "two parts"],
)
def test_no_place(gps: dict[str, Any]) -> None:
    photo = read_photo("a.jpg", jpeg(**gps))
    assert isinstance(photo, Photo)
    assert (photo.lon, photo.lat) == (None, None)


def test_time_with_and_without_its_zone() -> None:
    here = read_photo("a.jpg", jpeg(taken="2026:11:02 08:30:00"))
    there = read_photo("a.jpg", jpeg(taken="2026:11:02 08:30:00", offset="+01:00"))
    never = read_photo("a.jpg", jpeg(taken="0000:00:00 00:00:00"))
    assert isinstance(here, Photo) and isinstance(there, Photo) and isinstance(never, Photo)
    assert here.taken_at == datetime(2026, 11, 2, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert there.taken_at == datetime(2026, 11, 2, 8, 30, tzinfo=timezone(timedelta(hours=1)))
    assert never.taken_at is None


def test_the_served_copy_is_upright_smaller_and_says_nothing_of_the_camera() -> None:
    content = jpeg((800, 600), orientation=6, **at(120.15, 30.32))
    photo = read_photo("a.jpg", content)
    assert isinstance(photo, Photo)
    assert (photo.width, photo.height) == (600, 800)
    made = copy_of(photo, 320)
    assert b"SECRETPHONE" in content and b"SECRETPHONE" not in made
    with Image.open(BytesIO(made)) as copy:
        assert copy.size == (240, 320)
        assert not copy.getexif()


def test_what_is_no_photo_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "photos.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("街道/好.jpg", jpeg())
        archive.writestr("街道/IMG_1.HEIC", b"\0\0\0\x18ftypheic")
        archive.writestr("renamed.jpg", b"\0\0\0\x18ftypheic0000")
        archive.writestr("list.txt", "no picture")
        archive.writestr("cut.jpg", b"\xff\xd8\xff\xe0")
        archive.writestr("__MACOSX/._好.jpg", b"x")
    found = list(read(file))
    assert [type(f) for f in found] == [Photo, Refused, Refused, Refused, Refused]
    assert "HEIC" in found[1].why.message and "HEIC" in found[2].why.message  # type: ignore[union-attr]


def test_a_damaged_zip_is_one_clear_message(tmp_path: Path) -> None:
    file = tmp_path / "photos.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", jpeg((300, 300)) * 20)
    content = bytearray(file.read_bytes())
    content[60:200] = bytes(140)
    file.write_bytes(content)
    with pytest.raises(DamagedFile):
        list(read(file))


def test_real_photos_have_their_place_and_time(shared_data: Path) -> None:
    """Three JPEGs of Tuscany."""
    found = [p for p in read(shared_data / "photos") if isinstance(p, Photo)]
    assert len(found) == 3
    for photo in found:
        assert photo.lon is not None and photo.lat is not None
        assert 9 < photo.lon < 13 and 42 < photo.lat < 45
        assert photo.taken_at is not None
