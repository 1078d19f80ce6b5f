"""Rows about to be added that may be assets already: of one class, at one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from registry.access.scope import Scope
from registry.database.statements import statement


@dataclass(frozen=True)
class NearDuplicate:
    """A row of a delivery, the code of the live asset that it may be, and how many metres lie between them."""

    row: int
    code: str
    metres: float


def near_duplicates(
    connection: psycopg.Connection[Any], scope: Scope, layer: str, change_set: int
) -> list[NearDuplicate]:
    """For each row that the change set adds, the nearest live asset of its class, if it is as near as surveys differ.

    That is 0.5, 1 or 10 m by the row's accuracy class A, B or C. Uses the spatial index, one look for each added row; none in
    a layer without assets. In the order of the rows.
    """
    values = {"district": scope.district, "layer": layer, "change_set": change_set}
    there = connection.execute(
        "SELECT EXISTS (SELECT FROM registry.asset WHERE district = %(district)s AND layer = %(layer)s)", values
    ).fetchone()
    if there == (False,):
        return []
    with connection.cursor(row_factory=class_row(NearDuplicate)) as cursor:
        return cursor.execute(statement("identity/near_duplicates.sql").encode(), values).fetchall()
