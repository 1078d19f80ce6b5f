"""Records and their changes: propose, diff, apply, undo, read. The same way for every kind, as for assets: a change is a value
before it is an effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import psycopg
import shapely
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb
from psycopg.types.range import Range

from registry.access.permissions import Permission
from registry.access.scope import Scope
from registry.contracts.kinds import Kind
from registry.database.statements import statement
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.i18n import N_, Words
from registry.messages import Message
from registry.parties.credit_codes import credit_code
from registry.vocabulary.changes import SetKind, SetStatus

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Given:
    """What is to be so of one record. `values`: columns of the kind; what is missing stays, or gets its default; None empties.

    `record`: which one, or a number reserved for a new one; without it the record is found by its key (a number, a name), or is
    new. `place`: geometry in EPSG:4490 for kinds that have one. `source_row`: where it stood in the user's file. A period is a
    pair of days, both of which count.
    """

    kind: Kind
    values: Mapping[str, Any]
    record: int | None = None
    place: shapely.Geometry | None = None
    source_row: int | None = None


@dataclass(frozen=True)
class Summary:
    """How many records a set adds, updates, voids; how many rows stand in conflict; how many given rows change nothing."""

    change_set: int
    added: int = 0
    updated: int = 0
    voided: int = 0
    conflicts: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """Rows that would change a record."""
        return self.added + self.updated + self.voided

    def as_dict(self) -> dict[str, int]:
        """The counts, for JSON."""
        return {k: v for k, v in vars(self).items() if k != "change_set"}


@dataclass(frozen=True)
class Refused:
    """A row that could not be applied: `row` in the user's file (or the change's number), which record, and why.

    `reason`: version (changed since), added (exists already), or the name of the rule that it breaks.
    """

    row: int
    kind: Kind
    record: int
    reason: str


class StaleRecords(Conflict):
    """Rows of the set no longer fit the register; nothing of it was applied. `rows` names the first fifty."""

    def __init__(self, rows: list[Refused]) -> None:
        listed = [
            Words(N_("第 %(row)s 行 %(code)s"), {"row": r.row, "code": f"{r.kind} {r.record}"}) for r in rows[:10]
        ]
        super().__init__("records.stale", n=len(rows), rows=listed)
        self.rows = rows


class FourEyes(NotAllowed):
    """What binds or costs is applied by another person than the one who proposed it or what it undoes."""

    def __init__(self, change_set: int) -> None:
        super().__init__("records.four_eyes", id=change_set)


def reserve(connection: Connection, n: int) -> list[int]:
    """Numbers for new records, so that rows of one set can refer to one another."""
    rows = connection.execute("SELECT nextval('registry.record_id_seq') FROM generate_series(1, %s)", (n,))
    return [row[0] for row in rows]


def propose(
    connection: Connection,
    scope: Scope,
    title: str,
    rows: Iterable[Given],
    kind: SetKind = SetKind.EDIT,
    source: Mapping[str, Any] | None = None,
    supplement: int | None = None,
) -> Summary:
    """Propose what is to be so as one set: what differs from the register becomes changes, what does not is counted.

    Raises NotAllowed without the right to write contracts, Invalid for a field or value that its kind does not take, a credit
    code whose check character is wrong among them.
    """
    scope.require(Permission.CONTRACT_WRITE)
    change_set = _open(connection, scope, title, kind, source, supplement, None)
    packed = orjson.dumps([_packed(row) for row in rows]).decode()
    with worded(connection, change_set):
        counted = connection.execute(
            "SELECT * FROM registry.propose_records(%s, %s, %s::jsonb)", (scope.district, change_set, packed)
        ).fetchall()
    return _summarise(connection, scope, change_set, counted)


def _open(
    connection: Connection,
    scope: Scope,
    title: str | Message,
    kind: SetKind,
    source: Mapping[str, Any] | None,
    supplement: int | None,
    undoes: int | None,
) -> int:
    row = connection.execute(
        "INSERT INTO registry.change_set (district, subject, kind, title, source, supplement, undoes, proposed_by, proposed_at)"
        " VALUES (%s, 'record', %s, %s, %s, %s, %s, %s, registry.between_applies(%s)) RETURNING id",
        (scope.district, kind, *_titled(title, source or {}), supplement, undoes, scope.person_id, scope.district),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _titled(title: str | Message, source: Mapping[str, Any]) -> tuple[str, Jsonb]:
    """As the columns `title` and `source`: a title that the program gives is kept as a message."""
    if isinstance(title, Message):
        return "", Jsonb({**source, "title": title.as_json()})
    return title, Jsonb(dict(source))


def _packed(row: Given) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": row.kind, "values": {name: _plain(value) for name, value in row.values.items()}}
    if row.kind == Kind.PARTY and row.values.get("credit_code"):
        told["values"]["credit_code"] = credit_code(row.values["credit_code"])
    if row.record is not None:
        told["id"] = row.record
    if row.source_row is not None:
        told["row"] = row.source_row
    if row.place is not None:
        told["geom"] = shapely.to_wkb(shapely.set_srid(row.place, 4490), hex=True, include_srid=True)
    return told


def _plain(value: Any) -> Any:
    """As JSON that PostgreSQL reads back without loss: numbers and periods as text."""
    match value:
        case Decimal():
            return str(value)
        case (None | date() as first, None | date() as last):
            return period(first, last)
        case Range():
            return str(value)
        case timedelta():
            return f"{value.total_seconds()} seconds"
        case date() | datetime():
            return value.isoformat()
        case _:
            return value


def period(first: date | None, last: date | None) -> str:
    """The days from the first to the last, both counting, as the database writes it; None: without an end."""
    after = (last + timedelta(days=1)).isoformat() if last else ""
    return f"{'[' if first else '('}{first.isoformat() if first else ''},{after})"


@contextmanager
def worded(connection: Connection, change_set: int) -> Iterator[None]:
    """Inside, the database's refusals are raised as errors of the register, and the transaction goes on as it was before."""
    try:
        with connection.transaction():
            yield
    except psycopg.DatabaseError as error:
        told = _told(error, change_set)
        if told is None:
            raise
        raise told from error


def _refused(row: int, code: str, reason: str) -> Refused:
    kind, _blank, record = code.partition(" ")
    return Refused(row, Kind(kind), int(record), reason)


def _told(error: psycopg.DatabaseError, change_set: int) -> Exception | None:
    detail = error.diag.message_detail or ""
    match error.sqlstate:
        case "CJ409":
            return StaleRecords([_refused(**row) for row in orjson.loads(detail or "[]")])
        case "CJ404":
            return NotFound("change_set.not_proposed", id=change_set)
        case "CJ403" if detail == "four_eyes":
            return FourEyes(change_set)
        case "CJ403":
            return NotAllowed("change_set.not_allowed", id=change_set)
        case "CJ422":
            return Invalid("records.value_unusable", detail=detail)
        case _:
            return None


ACTIONS = {"add": "added", "update": "updated", "void": "voided", "conflict": "conflicts", "unchanged": "unchanged"}


def _summarise(connection: Connection, scope: Scope, change_set: int, counted: Sequence[tuple[str, int]]) -> Summary:
    summary = Summary(change_set, **{ACTIONS[action]: n for action, n in counted})
    status = SetStatus.PROPOSED if summary.changes or summary.conflicts else SetStatus.EMPTY
    connection.execute(
        "UPDATE registry.change_set SET summary = summary || %s, status = %s WHERE district = %s AND id = %s",
        (Jsonb(summary.as_dict()), status, scope.district, change_set),
    )
    return summary


def apply(connection: Connection, scope: Scope, change_set: int) -> None:
    """Apply a proposed set of records whole, in this transaction, with what it changes of who covers what.

    Raises StaleRecords naming rows that somebody changed meanwhile or whose number or period another record has, Invalid for a
    value that breaks a rule of its kind, FourEyes, NotAllowed, NotFound for a set that is not there or no longer proposed.
    """
    with worded(connection, change_set):
        connection.execute("SELECT registry.apply_records(%s, %s)", (scope.district, change_set))


def undo(connection: Connection, scope: Scope, change_set: int) -> Summary:
    """Propose the inverse of an applied set: what it added becomes void, what it changed gets its earlier values back to the
    byte, and what was changed since stands in it as a conflict.

    Raises Conflict while an undo of it is in force, NotFound for what was not applied or is out of reach.
    """
    scope.require(Permission.CONTRACT_WRITE)
    asked = {"district": scope.district, "change_set": change_set}
    chain = connection.execute(statement("changes/undo_chain.sql").encode(), asked).fetchall()
    if not chain or chain[0][1] is not None:
        raise NotFound("change_set.not_applied", id=change_set)
    last = chain[-1][0]
    if len(chain) % 2 == 0:
        raise Conflict("change_set.undone_already", id=change_set, undo=last)
    inverse = _open(connection, scope, Message("title.undo", {"id": last}), SetKind.UNDO, None, None, last)
    with worded(connection, inverse):
        counted = connection.execute(
            "SELECT * FROM registry.propose_undo_of_records(%s, %s, %s)", (scope.district, last, inverse)
        ).fetchall()
    return _summarise(connection, scope, inverse, counted)


@dataclass(frozen=True)
class Record:
    """A record as it is, or was: its own columns by name, and its place."""

    kind: Kind
    id: int
    version: int
    change_set: int | None
    valid_from: datetime
    values: dict[str, Any]
    place: shapely.Geometry | None = None
    valid_to: datetime | None = None


PAGE_SIZE = 50
_HEAD = ("district", "id", "version", "change_set", "valid_from", "geom")


def page(
    connection: Connection,
    scope: Scope,
    kind: Kind,
    where: Mapping[str, Any] | None = None,
    after: int = 0,
    size: int = PAGE_SIZE,
) -> list[Record]:
    """Records of a kind that this person may see and that are not void, by number; `where`: columns and the values they have.

    Row security decides which, as for everything; a kind that the person has no grant for at all has no rows.
    """
    wanted = dict(where or {})
    equal = SQL(" ").join(SQL("AND {} = %s").format(Identifier(name)) for name in wanted)
    query = SQL("SELECT * FROM registry.{} WHERE district = %s AND id > %s AND NOT void {} ORDER BY id LIMIT %s")
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query.format(Identifier(kind), equal), (scope.district, after, *wanted.values(), size))
        return [_record(kind, row) for row in found]


def get(connection: Connection, scope: Scope, kind: Kind, id: int) -> Record:
    """One record, void ones too. Raises NotFound where it is absent or out of reach: the two are one answer."""
    query = SQL("SELECT * FROM registry.{} WHERE district = %s AND id = %s").format(Identifier(kind))
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, (scope.district, id)).fetchone()
    if row is None:
        raise NotFound("record.unknown", kind=kind.value, id=id)
    return _record(kind, row)


def _record(kind: Kind, row: dict[str, Any]) -> Record:
    values = {name: value for name, value in row.items() if name not in _HEAD}
    place = shapely.from_wkb(row["geom"]) if row.get("geom") else None
    return Record(kind, row["id"], row["version"], row["change_set"], row["valid_from"], values, place)


def history(connection: Connection, scope: Scope, kind: Kind, id: int) -> list[Record]:
    """The superseded versions of a record, newest first; `values` as JSON holds them."""
    rows = connection.execute(
        "SELECT version, change_set, valid_from, body, ST_AsBinary(geom), valid_to FROM registry.record_version"
        " WHERE district = %s AND kind = %s AND id = %s ORDER BY version DESC",
        (scope.district, kind, id),
    )
    return [
        Record(kind, id, version, set_, since, body, shapely.from_wkb(place) if place else None, until)
        for version, set_, since, body, place, until in rows
    ]


@dataclass(frozen=True)
class Change:
    """One proposed change of one record, as a reviewer reads it: what it is now and what it would be."""

    seq: int
    source_row: int | None
    kind: Kind
    action: str
    record: int
    changed: tuple[str, ...]
    values: dict[str, Any]
    before: dict[str, Any] | None
    reason: str
    doubtful: bool
    accepted: bool
    candidates: tuple[int, ...] = field(default=())


_CHANGES = """
SELECT c.seq, c.source_row, c.kind, c.action, c.record_id, c.changed, c.body, v.body, c.reason, c.doubtful, c.accepted,
       c.candidates
FROM registry.record_change c
LEFT JOIN LATERAL registry.record_before(c.district, c.kind, c.record_id, c.base_version) v (body) ON true
WHERE c.district = %s AND c.change_set = %s AND c.seq > %s ORDER BY c.seq LIMIT %s
"""


def changes_of(
    connection: Connection, scope: Scope, change_set: int, after: int = 0, size: int = PAGE_SIZE
) -> list[Change]:
    """The changes of a set in order, those that this person may see: prices to those who see prices."""
    rows = connection.execute(_CHANGES, (scope.district, change_set, after, size))
    return [
        Change(
            seq,
            row,
            Kind(kind),
            action,
            id,
            tuple(changed),
            body,
            before,
            reason,
            doubtful,
            accepted,
            tuple(candidates),
        )
        for seq, row, kind, action, id, changed, body, before, reason, doubtful, accepted, candidates in rows
    ]
