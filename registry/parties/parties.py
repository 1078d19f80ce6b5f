"""Departments and companies, by name."""

from __future__ import annotations

from typing import Any

import psycopg

from registry.access.scope import Scope


def party_id(connection: psycopg.Connection[Any], scope: Scope, name: str | None) -> int | None:
    """The number of a party by its name, registered now if it is new."""
    if not name:
        return None
    key = (scope.district, name.strip())
    connection.execute("INSERT INTO registry.party (district, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", key)
    row = connection.execute("SELECT id FROM registry.party WHERE district = %s AND name = %s", key).fetchone()
    assert row is not None
    return int(row[0])
