"""Mapping profiles kept for the next delivery. The register keeps their text; what it means is the importers' business."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from registry.access.scope import Scope
from registry.errors import NotFound


def headings_of(columns: Iterable[str]) -> str:
    """What tells one supplier's files from another's: the headers, in any order."""
    return hashlib.sha256("\x1f".join(sorted(columns)).encode()).hexdigest()


def keep(connection: psycopg.Connection[Any], scope: Scope, name: str, layer: str, headings: str, body: str) -> None:
    """Save a profile under a name, or replace the one of that name."""
    connection.execute(
        "INSERT INTO registry.profile (district, name, layer, headings, body) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (district, name) DO UPDATE SET layer = excluded.layer, headings = excluded.headings,"
        " body = excluded.body, saved_at = now()",
        (scope.district, name, scope.require_writer(layer), headings, body),
    )


def named(connection: psycopg.Connection[Any], scope: Scope, name: str) -> str:
    """The text of a profile. Raises NotFound."""
    row = connection.execute(
        "SELECT body FROM registry.profile WHERE district = %s AND name = %s", (scope.district, name)
    ).fetchone()
    if row is None:
        raise NotFound("profile.unknown_name_or_file", name=name)
    return str(row[0])


@dataclass(frozen=True)
class StoredProfile:
    """A profile that is kept: its name, its layer, when it was saved last."""

    name: str
    layer: str
    saved_at: datetime


def listed(connection: psycopg.Connection[Any], scope: Scope) -> list[StoredProfile]:
    """The profiles of the district that this person may read, by name."""
    with connection.cursor(row_factory=class_row(StoredProfile)) as cursor:
        return cursor.execute(
            "SELECT name, layer, saved_at FROM registry.profile WHERE district = %s ORDER BY name", (scope.district,)
        ).fetchall()


def remove(connection: psycopg.Connection[Any], scope: Scope, name: str) -> None:
    """Forget a profile. Raises NotFound, and NotAllowed or NotFound for a layer that this person may not write."""
    row = connection.execute(
        "SELECT layer FROM registry.profile WHERE district = %s AND name = %s", (scope.district, name)
    ).fetchone()
    if row is None:
        raise NotFound("profile.unknown", name=name)
    scope.require_writer(row[0])
    connection.execute("DELETE FROM registry.profile WHERE district = %s AND name = %s", (scope.district, name))


def fitting(connection: psycopg.Connection[Any], scope: Scope, layer: str, headings: str) -> tuple[str, str] | None:
    """Name and text of the profile last saved for this layer and these headers, if there is one."""
    row = connection.execute(
        "SELECT name, body FROM registry.profile WHERE district = %s AND layer = %s AND headings = %s"
        " ORDER BY saved_at DESC LIMIT 1",
        (scope.district, layer, headings),
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None
