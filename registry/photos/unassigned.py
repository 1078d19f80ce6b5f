"""Photos that found no asset by themselves: seen, given to the asset that a person names, or put aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from registry.access.access_log import look, open_for_work
from registry.access.scope import Scope
from registry.changes import change_sets
from registry.database.statements import statement
from registry.errors import Invalid, NotFound
from registry.i18n import in_language
from registry.messages import Message, title_of
from registry.photos import photos as attachments
from registry.vocabulary.changes import SetKind, SetStatus
from registry.vocabulary.photos import PhotoReason
from registry.vocabulary.word_list import label


@dataclass(frozen=True)
class NearbyAsset:
    """A live asset near the place where a photo was taken."""

    code: str
    name: str
    class_name: str
    metres: float


@dataclass(frozen=True)
class UnassignedPhoto:
    """A photo without an asset; `reason` says why, in words. `status` is that of its change set: proposed or applied."""

    id: int
    change_set: int
    status: str
    layer: str
    name: str
    sha256: str
    taken_at: datetime | None
    reason: str
    added_by: str
    nearest: tuple[NearbyAsset, ...]


@dataclass(frozen=True)
class PhotoSet:
    """Photos that were proposed together and are not applied yet."""

    id: int
    layer: str
    given_title: str
    source: dict[str, Any]
    proposed_by: str
    proposed_at: datetime
    found: int
    unassigned: int

    @property
    def title(self) -> str:
        """What the set is called, in the language of this context."""
        return title_of(self.given_title, self.source)


def page(
    connection: psycopg.Connection[Any], scope: Scope, after: int = 0, limit: int = 30
) -> tuple[list[UnassignedPhoto], int]:
    """The photos that wait, of layers this person may write, in the order in which they came; and how many wait in all."""
    rows = _rows(connection, scope, "unassigned photos", after=after, limit=limit)
    return [_photo(row) for row in rows], rows[0]["all_unassigned"] if rows else 0


def one(connection: psycopg.Connection[Any], scope: Scope, photo: int) -> UnassignedPhoto:
    """A photo that waits. Raises NotFound, also for one out of reach."""
    rows = _rows(connection, scope, "unassigned photo", id=photo, limit=1)
    if not rows:
        raise NotFound("photo.not_waiting", id=photo)
    return _photo(rows[0])


def _rows(connection: psycopg.Connection[Any], scope: Scope, act: str, **values: Any) -> list[dict[str, Any]]:
    parameters = {"district": scope.district, "layers": sorted(scope.writable), "id": None, "after": 0, **values}
    with look(connection, scope, act, scope.writable) as seen, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement("photos/unassigned.sql").encode(), parameters).fetchall()
        seen.layers(Counter(row["layer"] for row in rows))
    return rows


def _photo(row: dict[str, Any]) -> UnassignedPhoto:
    near = (
        NearbyAsset(n["code"], n["name"], in_language(n["name_zh"], n["name_en"]), n["metres"]) for n in row["nearest"]
    )
    known = {name: row[name] for name in UnassignedPhoto.__dataclass_fields__}
    return UnassignedPhoto(**{**known, "reason": label(PhotoReason, row["reason"]), "nearest": tuple(near)})


def sets(connection: psycopg.Connection[Any], scope: Scope) -> list[PhotoSet]:
    """Photos that were proposed and not applied, of layers this person may write; newest first."""
    with look(connection, scope, "photo sets", scope.writable) as seen, _photo_sets(connection) as cursor:
        found = cursor.execute(
            "SELECT s.id, s.layer, s.title AS given_title, s.source, p.name AS proposed_by, s.proposed_at,"
            " count(t.asset_id) AS found,"
            " count(*) FILTER (WHERE t.asset_id IS NULL AND t.reason NOT IN ('known', 'dropped')) AS unassigned"
            " FROM registry.change_set s JOIN registry.person p ON p.id = s.proposed_by"
            " JOIN registry.attachment t ON t.district = s.district AND t.change_set = s.id"
            " WHERE s.district = %s AND s.layer = ANY (%s) AND s.kind = 'photos' AND s.status = 'proposed'"
            " GROUP BY s.id, s.layer, s.title, s.source, p.name, s.proposed_at ORDER BY s.id DESC LIMIT 50",
            (scope.district, sorted(scope.writable)),
        ).fetchall()
        seen.rows(found)
    return found


def _photo_sets(connection: psycopg.Connection[Any]) -> psycopg.Cursor[PhotoSet]:
    return connection.cursor(row_factory=class_row(PhotoSet))


def assign_photo(connection: psycopg.Connection[Any], scope: Scope, photo: int, code: str | None) -> None:
    """Give a photo to the asset of this code, or put it aside (None).

    While its set is proposed, there; else in a set of its own, applied at once, so that the history tells who did it and it
    can be undone. Raises NotFound for a photo that does not wait or an asset of its layer that is not there.
    """
    unassigned = one(connection, scope, photo)
    scope.require_writer(unassigned.layer)
    open_for_work(connection, scope, unassigned.layer, "assign photo", photo=photo)
    if code is not None and not code.strip():
        raise Invalid("photo.code_missing")
    if unassigned.status == SetStatus.PROPOSED:
        target = unassigned.id
    else:
        title = Message("title.photo", {"name": unassigned.name[:180]})
        delivery = change_sets.ChangeSetOrigin(title, {"photos": 1})
        change_set = change_sets.propose(connection, scope, unassigned.layer, SetKind.PHOTOS, delivery)
        target = _copied(connection, scope, unassigned.id, change_set)
    if code is None:
        connection.execute(
            "UPDATE registry.attachment SET reason = 'dropped' WHERE district = %s AND id = %s",
            (scope.district, target),
        )
    else:
        attachments.assign(connection, scope, target, code.strip())
    if unassigned.status != SetStatus.PROPOSED:
        change_sets.apply(connection, scope, change_set)


def _copied(connection: psycopg.Connection[Any], scope: Scope, photo: int, change_set: int) -> int:
    row = connection.execute(
        "INSERT INTO registry.attachment (district, change_set, layer, name, sha256, bytes, media_type, width, height,"
        " taken_at, geom, reason, added_by) SELECT district, %s, layer, name, sha256, bytes, media_type, width, height,"
        " taken_at, geom, reason, %s FROM registry.attachment WHERE district = %s AND id = %s RETURNING id",
        (change_set, scope.person_id, scope.district, photo),
    ).fetchone()
    assert row is not None
    return int(row[0])


def thumbnail(connection: psycopg.Connection[Any], scope: Scope, home: Path, photo: int, size: str = "thumb") -> Path:
    """The JPEG of a photo that waits. Raises NotFound."""
    return attachments.copy_at(home, one(connection, scope, photo).sha256, size)
