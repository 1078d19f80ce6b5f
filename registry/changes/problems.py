"""The problems of a delivery as people work through them: in groups of one code and column, and row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.rows import class_row

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.messages import Message, of_problem

T = TypeVar("T")


@contextmanager
def _reading(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int
) -> Iterator[Callable[[list[T]], list[T]]]:
    """Read what is known of rows of a change set: what is read passes through the function, so that the look can tell it."""
    layer = ""
    if scope.restricted:  # else nobody need know
        of = "SELECT layer FROM registry.change_set WHERE district = %s AND id = %s"
        row = connection.execute(of, (scope.district, change_set)).fetchone()
        layer = row[0] if row else ""
    with look(connection, scope, f"problems {change_set}", (layer,)) as seen:

        def logged(rows: list[T]) -> list[T]:
            seen.layers({layer: len(rows)})
            return rows

        yield logged


@dataclass(frozen=True)
class _Kept:
    """What is kept of a problem: its code, and what its words quote."""

    code: str
    field: str
    value: str
    details: dict[str, Any] | None

    @property
    def said(self) -> Message:
        """The problem, to be put into words."""
        return of_problem(self.code, self.field, self.value, self.details)

    @property
    def message(self) -> str:
        """What was found, in the language of this context."""
        return self.said.message

    @property
    def remedy(self) -> str:
        """What to do about it, in the language of this context."""
        return self.said.hint


@dataclass(frozen=True)
class Group(_Kept):
    """Problems of one code in one column: how many, the first rows, the most frequent values; value and details are the
    first one's."""

    severity: str
    count: int
    rows: list[int]
    quotes: list[str]


@dataclass(frozen=True)
class ProblemGroup(_Kept):
    """One problem; `row` is None where it concerns the delivery as a whole."""

    severity: str
    row: int | None
    seq: int


# Right after a delivery the planner takes its problems for none at all. So nothing here is joined row by row: the groups are
# made first, and each is told by its first problem's details, its first rows and its most frequent values.
_GROUPS = """
WITH found AS MATERIALIZED (
  SELECT code, field, severity, seq, source_row, value FROM registry.problem
  WHERE district = %(district)s AND change_set = %(change_set)s AND (%(severity)s::text IS NULL OR severity = %(severity)s)
), kind AS MATERIALIZED (
  SELECT code, field, min(severity) AS severity, count(*) AS count, min(seq) AS first FROM found GROUP BY code, field
), quoted AS MATERIALIZED (
  SELECT code, field, value, count(*) AS count FROM found WHERE value <> '' GROUP BY code, field, value
)
SELECT k.code, k.field, k.severity, k.count,
       ARRAY(SELECT q.value FROM quoted q WHERE q.code = k.code AND q.field = k.field
             ORDER BY q.count DESC, q.value LIMIT 6) AS quotes,
       ARRAY(SELECT f.source_row FROM found f WHERE f.code = k.code AND f.field = k.field AND f.source_row IS NOT NULL
             ORDER BY f.seq LIMIT 8) AS rows,
       p.value, p.details
FROM kind k
JOIN registry.problem p ON p.district = %(district)s AND p.change_set = %(change_set)s AND p.seq = k.first
ORDER BY k.severity <> 'error', k.count DESC, k.code, k.field
"""


def groups(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, severity: str | None = None
) -> list[Group]:
    """The problems of a change set by code and column: errors first, then what occurs most."""
    values = {"district": scope.district, "change_set": change_set, "severity": severity}
    with _reading(connection, scope, change_set) as found, connection.cursor(row_factory=class_row(Group)) as cursor:
        return found(cursor.execute(_GROUPS, values).fetchall())


_ALIKE = """
SELECT seq, severity, code, field, source_row AS row, value, details FROM registry.problem
WHERE district = %s AND change_set = %s AND code = %s AND field = %s AND seq > %s ORDER BY seq LIMIT %s
"""


def alike(
    connection: psycopg.Connection[Any],
    scope: Scope,
    change_set: int,
    code: str,
    field: str,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[ProblemGroup]:
    """The problems of one group in the order of the file; the next page is `after` the last one's `seq`."""
    key = (scope.district, change_set, code, field, after, limit)
    with (
        _reading(connection, scope, change_set) as found,
        connection.cursor(row_factory=class_row(ProblemGroup)) as cursor,
    ):
        return found(cursor.execute(_ALIKE, key).fetchall())


_VALUES = """
SELECT value FROM registry.problem WHERE district = %s AND change_set = %s AND code = %s AND field = %s AND value <> ''
GROUP BY value ORDER BY count(*) DESC, value LIMIT %s
"""


def words(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, code: str, field: str, limit: int = 200
) -> list[str]:
    """The different values of one group, the most frequent first."""
    key = (scope.district, change_set, code, field, limit)
    with _reading(connection, scope, change_set) as found:
        rows = found(connection.execute(_VALUES, key).fetchall())
    return [str(value) for (value,) in rows]


@dataclass(frozen=True)
class StoredProblem:
    """An asset that a change set leaves as it is: somebody changed it in the meantime."""

    id: int
    code: str
    name: str
    row: int | None


_LEFT = """
SELECT c.asset_id AS id, a.code, a.name, c.source_row AS row FROM registry.change c
JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id
WHERE c.district = %s AND c.change_set = %s AND c.action = 'conflict' ORDER BY c.seq LIMIT %s
"""


def stored_problems(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, limit: int = 200
) -> list[StoredProblem]:
    """The first assets that an undo left as they are, in the order of the file."""
    key = (scope.district, change_set, limit)
    with (
        _reading(connection, scope, change_set) as found,
        connection.cursor(row_factory=class_row(StoredProblem)) as cursor,
    ):
        return found(cursor.execute(_LEFT, key).fetchall())


_ERRORS = """
SELECT source_row, code, field, value, details FROM registry.problem
WHERE district = %s AND change_set = %s AND severity = 'error' AND source_row IS NOT NULL ORDER BY seq
"""


def of_row(connection: psycopg.Connection[Any], scope: Scope, change_set: int, source_row: int) -> list[ProblemGroup]:
    """The problems of one row of the file, in the order in which they were found."""
    with connection.cursor(row_factory=class_row(ProblemGroup)) as cursor:
        return cursor.execute(
            "SELECT seq, severity, code, field, source_row AS row, value, details FROM registry.problem"
            " WHERE district = %s AND change_set = %s AND source_row = %s ORDER BY seq",
            (scope.district, change_set, source_row),
        ).fetchall()


def by_row(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[int, list[dict[str, Any]]]:
    """The errors of each row that waits: code, field, value and details, by row number of the file.

    Equal ones are one object: where every row of a large file waits, they differ in little.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    known: dict[bytes, dict[str, Any]] = {}
    with _reading(connection, scope, change_set) as read:
        rows = read(connection.execute(_ERRORS, (scope.district, change_set)).fetchall())
    for row, *values in rows:
        finding = dict(zip(("code", "field", "value", "details"), values, strict=True))
        found.setdefault(row, []).append(known.setdefault(orjson.dumps(finding), finding))
    return found


def source_of(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[str, Any]:
    """How the file of a change set was read: its layer, encoding and row of the heading, None where not told."""
    row = connection.execute(
        "SELECT source FROM registry.change_set WHERE district = %s AND id = %s", (scope.district, change_set)
    ).fetchone()
    source = (row[0] if row else None) or {}
    encoding = (source.get("encoding") or {}).get("name")
    return {"layer": source.get("layer"), "encoding": encoding, "header_row": source.get("header_row")}
