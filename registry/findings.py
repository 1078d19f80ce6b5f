"""The problems of a delivery as people work through them: in groups of one code and column, and row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from registry.scope import Scope


@dataclass(frozen=True)
class Group:
    """Problems of one code in one column: how many, the first rows, the most frequent values, and the first one's words."""

    code: str
    field: str
    severity: str
    count: int
    rows: list[int]
    quotes: list[str]
    message: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One problem; `row` is None where it concerns the delivery as a whole."""

    seq: int
    code: str
    row: int | None
    value: str
    message: str
    remedy: str


# One is taken in full for each group; the others are told by their rows and most frequent values alone.
_GROUPS = """
WITH found AS (
  SELECT code, field, severity, seq, source_row, value, message, remedy FROM registry.problem
  WHERE district = %(district)s AND change_set = %(change_set)s AND (%(severity)s::text IS NULL OR severity = %(severity)s)
), quoted AS (
  SELECT code, field, array_agg(value ORDER BY place) AS quotes FROM (
    SELECT code, field, value, row_number() OVER (PARTITION BY code, field ORDER BY count(*) DESC, value) AS place
    FROM found WHERE value <> '' GROUP BY code, field, value) v
  WHERE place <= 6 GROUP BY code, field
)
SELECT f.code, f.field, min(f.severity) AS severity, count(*) AS count, coalesce(min(q.quotes), '{}') AS quotes,
       coalesce((array_agg(f.source_row ORDER BY f.seq) FILTER (WHERE f.source_row IS NOT NULL))[1:8], '{}') AS rows,
       (array_agg(f.message ORDER BY f.seq))[1] AS message, (array_agg(f.remedy ORDER BY f.seq))[1] AS remedy
FROM found f LEFT JOIN quoted q ON q.code = f.code AND q.field = f.field
GROUP BY f.code, f.field
ORDER BY min(f.severity) <> 'error', count(*) DESC, f.code, f.field
"""


def groups(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, severity: str | None = None
) -> list[Group]:
    """The problems of a change set by code and column: errors first, then what occurs most."""
    values = {"district": scope.district, "change_set": change_set, "severity": severity}
    with connection.cursor(row_factory=class_row(Group)) as cursor:
        return cursor.execute(_GROUPS, values).fetchall()


def alike(
    connection: psycopg.Connection[Any],
    scope: Scope,
    change_set: int,
    code: str,
    field: str,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[Finding]:
    """The problems of one group in the order of the file; the next page is `after` the last one's `seq`."""
    with connection.cursor(row_factory=class_row(Finding)) as cursor:
        return cursor.execute(
            "SELECT seq, code, source_row AS row, value, message, remedy FROM registry.problem WHERE district = %s"
            " AND change_set = %s AND code = %s AND field = %s AND seq > %s ORDER BY seq LIMIT %s",
            (scope.district, change_set, code, field, after, limit),
        ).fetchall()


def words(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, code: str, field: str, limit: int = 200
) -> list[str]:
    """The different values of one group, the most frequent first."""
    rows = connection.execute(
        "SELECT value FROM registry.problem WHERE district = %s AND change_set = %s AND code = %s AND field = %s"
        " AND value <> '' GROUP BY value ORDER BY count(*) DESC, value LIMIT %s",
        (scope.district, change_set, code, field, limit),
    )
    return [str(value) for (value,) in rows]


@dataclass(frozen=True)
class Kept:
    """An asset that a change set leaves as it is: somebody changed it in the meantime."""

    id: int
    code: str
    name: str
    row: int | None


def kept(connection: psycopg.Connection[Any], scope: Scope, change_set: int, limit: int = 200) -> list[Kept]:
    """The first assets that an undo left as they are, in the order of the file."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(
            "SELECT c.asset_id AS id, a.code, a.name, c.source_row AS row FROM registry.change c"
            " JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id"
            " WHERE c.district = %s AND c.change_set = %s AND c.action = 'conflict' ORDER BY c.seq LIMIT %s",
            (scope.district, change_set, limit),
        ).fetchall()


def by_row(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[int, list[dict[str, Any]]]:
    """The errors of each row that waits: code, field, message and remedy, by row number of the file."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = connection.execute(
        "SELECT source_row, code, field, message, remedy FROM registry.problem WHERE district = %s AND change_set = %s"
        " AND severity = 'error' AND source_row IS NOT NULL ORDER BY seq",
        (scope.district, change_set),
    )
    for row, code, field, message, remedy in rows:
        found.setdefault(row, []).append({"code": code, "field": field, "message": message, "remedy": remedy})
    return found


def source_of(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[str, Any]:
    """How the file of a change set was read: its layer, encoding and row of the heading, None where not told."""
    row = connection.execute(
        "SELECT source FROM registry.change_set WHERE district = %s AND id = %s", (scope.district, change_set)
    ).fetchone()
    told = (row[0] if row else None) or {}
    encoding = (told.get("encoding") or {}).get("name")
    return {"layer": told.get("layer"), "encoding": encoding, "header_row": told.get("header_row")}
