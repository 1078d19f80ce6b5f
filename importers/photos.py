"""Photos as a crew brings them: a zip, a folder or single JPEG files, with place and time in their EXIF."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import BytesIO
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from PIL import ExifTags, Image

from importers.errors import DamagedFile
from registry.access.scope import Scope
from registry.errors import Invalid
from registry.messages import Message
from registry.photos import photos as attachments
from registry.photos.photos import Attachment, Photo

MOST_PHOTOS, MOST_BYTES = 5_000, 60_000_000
CHINA = timezone(timedelta(hours=8))
PLAIN_DATUMS = ("", "WGS-84", "WGS84", "WGS 84", "CGCS2000")
HEIC = (".heic", ".heif")


@dataclass(frozen=True)
class Refused:
    """A file that is no photo to be used, and why."""

    name: str
    why: Message


def _refused(code: str, name: str, **details: Any) -> Refused:
    return Refused(name, Message(code, {"name": name, **details}))


def propose(
    connection: psycopg.Connection[Any], scope: Scope, home: Path, layer: str, path: Path
) -> tuple[int, list[Attachment], list[Refused]]:
    """Propose the photos of a file or folder as attachments: the change set, its photos, and the files that are no photos.

    Raises what `read` and `registry.photos.photos.propose` raise.
    """
    scope.require_writer(layer)
    refused: list[Refused] = []

    def usable() -> Iterator[Photo]:
        for found in read(path):
            if isinstance(found, Refused):
                refused.append(found)
                continue
            try:
                attachments.keep(home, found)
            except Invalid as error:
                refused.append(Refused(found.name, error.said))
            except MemoryError:
                refused.append(_refused("photo.out_of_memory", found.name))
            else:
                yield found

    change_set, proposed = attachments.propose(connection, scope, home, layer, path.name, usable())
    return change_set, proposed, refused


def read(path: Path) -> Iterator[Photo | Refused]:
    """The photos in a zip, below a folder, or in one file, one by one: memory holds one.

    Raises DamagedFile for a zip that cannot be opened or holds more than 5,000 files.
    """
    for name, content in _files(path):
        if isinstance(content, Refused):
            yield content
        elif name.lower().endswith(HEIC) or content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
            yield _refused("photo.heic", name)
        elif not content.startswith(b"\xff\xd8\xff"):
            yield _refused("photo.not_jpeg", name)
        else:
            yield read_photo(name, content)


def _files(path: Path) -> Iterator[tuple[str, bytes | Refused]]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            name = file.relative_to(path).as_posix()
            yield name, _too_large(name, file.stat().st_size) or file.read_bytes()
    elif zipfile.is_zipfile(path):
        yield from _members(path)
    else:
        yield path.name, _too_large(path.name, path.stat().st_size) or path.read_bytes()


def _members(path: Path) -> Iterator[tuple[str, bytes | Refused]]:
    """What a zip holds, by name only: nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename)]
            if len(members) > MOST_PHOTOS:
                raise DamagedFile("photo.archive_too_many", n=len(members), most=MOST_PHOTOS)
            for member in members:
                refused = _too_large(member.filename, member.file_size)
                with archive.open(member) as file:  # what the directory says of the size is not believed
                    content = b"" if refused else file.read(MOST_BYTES + 1)
                yield member.filename, refused or _too_large(member.filename, len(content)) or content
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise DamagedFile("photo.archive_unreadable", error=error) from error


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _too_large(name: str, size: int) -> Refused | None:
    if size <= MOST_BYTES:
        return None
    return _refused("photo.too_large", name, mb=size // 1_000_000)


def read_photo(name: str, content: bytes) -> Photo | Refused:
    """What a JPEG says of itself. A place of 0°, 0°, without digits, or in a datum other than WGS 84 is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged EXIF is as good as none
            with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
                exif = picture.getexif()
                lon, lat = _place(exif.get_ifd(ExifTags.IFD.GPSInfo)) or (None, None)
                width, height = picture.size
                if exif.get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8):
                    width, height = height, width
                return Photo(name, content, width, height, _taken(exif.get_ifd(ExifTags.IFD.Exif)), lon, lat)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return _refused("photo.unreadable", name, error=str(error))


def _place(gps: dict[int, Any]) -> tuple[float, float] | None:
    """Longitude and latitude in degrees."""
    tags = ExifTags.GPS
    if str(gps.get(tags.GPSMapDatum, "")).strip("\0 ").upper() not in PLAIN_DATUMS:
        return None
    lon = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "W")
    lat = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "S")
    if lon is None or lat is None or (lon, lat) == (0.0, 0.0) or abs(lon) > 180 or abs(lat) > 90:
        return None
    return lon, lat


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:
    """Degrees, minutes and seconds as a number. A fraction with 0 below is no digit."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not isfinite(value):
        return None
    return -value if str(reference or "").strip("\0 ").upper() == negative else value


def _taken(exif: dict[int, Any]) -> datetime | None:
    """When it was taken; a camera that does not say its time zone is taken to keep China's."""
    text = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    offset = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        taken = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    try:
        return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z")
    except ValueError:
        return taken.replace(tzinfo=CHINA)
