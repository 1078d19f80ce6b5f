"""Photos of assets: proposed in a change set, seen while it is in force, kept as files under the name of their checksum.

`home` is the folder in which the register keeps its files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from PIL import Image, ImageOps
from psycopg.rows import class_row

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.changes import change_sets
from registry.database.statements import statement
from registry.errors import Invalid, NotFound
from registry.vocabulary.changes import SetKind

SIZES = {"full": 2048, "thumb": 320}
"""The longer side, in pixels, of the copies that are served."""
MOST_PIXELS = 120_000_000
REACH_M, MARGIN_M = 15.0, 3.0
COLUMNS = ("name", "sha256", "bytes", "width", "height", "taken", "lon", "lat")


@dataclass(frozen=True)
class Photo:
    """A photo as it came: its file's content, what is known of its taking; degrees in EPSG:4490, or None."""

    name: str
    content: bytes
    width: int
    height: int
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Attachment:
    """A photo of an asset, or one that waits for a person to say whose it is: then `reason` is a PhotoReason."""

    id: int
    change_set: int
    layer: str
    asset_id: int | None
    code: str | None
    name: str
    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    distance_m: float | None
    matched_by: str | None
    reason: str
    added_by: str


_SELECT = """
SELECT t.id, t.change_set, t.layer, t.asset_id, a.code, t.name, t.sha256, t.width, t.height, t.taken_at, t.distance_m,
       t.matched_by, t.reason, p.name AS added_by
FROM registry.attachment t
JOIN registry.person p ON p.id = t.added_by
LEFT JOIN registry.asset a ON a.district = t.district AND a.id = t.asset_id
WHERE t.district = %(district)s AND
"""


def propose(
    connection: psycopg.Connection[Any], scope: Scope, home: Path, layer: str, title: str, photos: Iterable[Photo]
) -> tuple[int, list[Attachment]]:
    """Keep the files and propose each photo for the asset that its name says, or else for the one it was taken at.

    By name: the code, an earlier code or the key of one asset of the layer. By position: the nearest live asset within 15 m,
    if the next one is 3 m farther. Others stand in the proposal with a reason and no asset. Returns the change set and its
    photos. Raises Invalid for a picture that cannot be opened, NotFound and NotAllowed as `changes.propose` does.
    """
    proposed = [
        (p.name, keep(home, p), len(p.content), p.width, p.height, p.taken_at, p.lon, p.lat) for p in photos
    ]  # what the files hold is written and forgotten one by one
    columns = [list(column) for column in zip(*proposed, strict=True)] or [[] for _each in range(8)]
    change_set = change_sets.propose(
        connection, scope, layer, SetKind.PHOTOS, change_sets.ChangeSetOrigin(title, {"photos": len(proposed)})
    )
    values = {"district": scope.district, "layer": layer, "change_set": change_set, "person": scope.person_id,
              "reach": REACH_M, "margin": MARGIN_M,
              **dict(zip(COLUMNS, columns, strict=True))}  # fmt: skip
    connection.execute(statement("photos/photos.sql").encode(), values)
    return change_set, of_change_set(connection, scope, change_set)


def of_change_set(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> list[Attachment]:
    """The photos of a change set, in the order in which they came."""
    with look(connection, scope, f"photos {change_set}") as seen:
        found = _read(connection, "t.change_set = %(it)s ORDER BY t.id", scope, change_set)
        seen.rows(found)
    return found


def of_asset(connection: psycopg.Connection[Any], scope: Scope, asset_id: int) -> list[Attachment]:
    """The photos of an asset whose change set is in force, latest first. Empty for an asset out of reach."""
    wanted = _OF_ASSET + " ORDER BY t.taken_at DESC NULLS LAST, t.id"
    with look(connection, scope, "photos") as seen:
        found = _read(connection, wanted, scope, asset_id)
        seen.rows(found)
        seen.asset = asset_id
    return found


_OF_ASSET = "t.asset_id = %(it)s AND registry.in_force(t.district, t.change_set)"


def _read(
    connection: psycopg.Connection[Any], wanted: str, scope: Scope, it: int, photo: int | None = None
) -> list[Attachment]:
    values = {"district": scope.district, "it": it, "photo": photo}
    with connection.cursor(row_factory=class_row(Attachment)) as cursor:
        return cursor.execute((_SELECT + wanted).encode(), values).fetchall()


def assign(connection: psycopg.Connection[Any], scope: Scope, attachment_id: int, code: str) -> None:
    """Say whose photo it is, while it is proposed. Raises NotFound for a photo or an asset of its layer that is not there."""
    done = connection.execute(
        "UPDATE registry.attachment t SET asset_id = a.id, matched_by = 'person', reason = '', distance_m = NULL"
        " FROM registry.asset a WHERE a.district = t.district AND a.layer = t.layer AND a.code = %s"
        " AND t.district = %s AND t.id = %s AND t.change_set IN"
        " (SELECT s.id FROM registry.change_set s WHERE s.district = t.district AND s.status = 'proposed')",
        (code, scope.district, attachment_id),
    )
    if done.rowcount != 1:
        raise NotFound("photo.or_asset_unknown", id=attachment_id, code=code)


def content(
    connection: psycopg.Connection[Any], scope: Scope, home: Path, asset_id: int, attachment_id: int, size: str
) -> Path:
    """The JPEG of an asset's photo, `full` or `thumb`, for serving. Raises NotFound for one out of reach or not in force."""
    with look(connection, scope, "photo") as seen:
        found = _read(connection, _OF_ASSET + " AND t.id = %(photo)s", scope, asset_id, photo=attachment_id)
        if not found or size not in SIZES:
            raise NotFound("photo.unknown", id=attachment_id)
        seen.one(found[0].layer, asset_id)
    return copy_at(home, found[0].sha256, size)


def copy_at(home: Path, sha256: str, size: str) -> Path:
    """Where the copy of a photo lies, `full` or `thumb`. Whoever asks has seen to it that it may be served."""
    return _place(home, sha256, f".{size}.jpg")


def _place(home: Path, sha256: str, ending: str = "") -> Path:
    return home / "attachments" / sha256[:2] / f"{sha256}{ending}"


def keep(home: Path, photo: Photo) -> str:
    """Write the original and its copies, unless they are there; the checksum. Raises Invalid for no picture."""
    sha256 = hashlib.sha256(photo.content).hexdigest()
    original = _place(home, sha256)
    if not original.exists():
        original.parent.mkdir(parents=True, exist_ok=True)
        for size, side in SIZES.items():
            _write(_place(home, sha256, f".{size}.jpg"), copy_of(photo, side))
        _write(original, photo.content)  # last: where it is, the copies are
    return sha256


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.write_bytes(content)
    half.replace(path)


def copy_of(photo: Photo, side: int) -> bytes:
    """A JPEG upright, no side longer than `side`, without what the camera wrote: place, serial number, owner.

    Raises Invalid for what cannot be opened, or would take too much memory.
    """
    try:
        with Image.open(BytesIO(photo.content), formats=["JPEG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("photo.too_many_pixels", name=photo.name, w=picture.width, h=picture.height)
            picture.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((side, side))
            made = BytesIO()
            # A new picture of the same pixels: nothing of the old one's description comes along.
            Image.frombytes("RGB", upright.size, upright.tobytes()).save(made, "JPEG", quality=85, optimize=True)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("photo.unreadable", name=photo.name, error=error) from error
    return made.getvalue()
