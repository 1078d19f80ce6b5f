"""Change sets: a change is a value before it is an effect. Propose, apply, undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import psycopg
import psycopg.sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from registry.access.access_log import look, open_for_work
from registry.access.scope import Scope
from registry.assets.columns import DELIVERED
from registry.database.statements import statement
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.i18n import N_, Words, storable
from registry.messages import Message
from registry.vocabulary.changes import Action, SetKind, SetStatus

if TYPE_CHECKING:
    from registry.identity.matcher import Rules


@dataclass(frozen=True)
class Summary:
    """What a change set does: how many rows of each action, and how many delivered rows change nothing.

    Among the rows of the actions are `doubtful` ones, which a person must decide, and `unconfirmed` retirements, of which
    there are so many that a person must say yes.
    """

    change_set: int
    added: int = 0
    updated: int = 0
    moved: int = 0
    retired: int = 0
    conflicts: int = 0
    unchanged: int = 0
    doubtful: int = 0
    unconfirmed: int = 0

    @property
    def changes(self) -> int:
        """Rows that would change the register."""
        return self.added + self.updated + self.moved + self.retired

    def as_dict(self) -> dict[str, int]:
        """The counts, for JSON."""
        return {k: v for k, v in vars(self).items() if k != "change_set"}


# What the rows of each action are called where they are counted.
COUNTED = {
    Action.ADD: "added", Action.UPDATE: "updated", Action.MOVE: "moved", Action.RETIRE: "retired", Action.CONFLICT: "conflicts",
}  # fmt: skip


@dataclass(frozen=True)
class Stale:
    """A row that somebody changed since the proposal was made."""

    row: int
    code: str
    reason: str


class StaleChanges(Conflict):
    """Rows of the change set no longer fit the register; `rows` names the first fifty."""

    def __init__(self, rows: list[Stale]) -> None:
        listed = [Words(N_("第 %(row)s 行 %(code)s"), {"row": r.row, "code": r.code}) for r in rows[:10]]
        super().__init__("change_set.stale", n=len(rows), rows=listed)
        self.rows = rows


@dataclass(frozen=True)
class ChangeSetOrigin:
    """What is known of the file behind an import; kept with the change set. The title is a person's or a file's own, or a
    message, which `title_of` puts into words."""

    title: str | Message
    source: dict[str, Any] = field(default_factory=dict)

    def stored(self) -> tuple[str, Jsonb]:
        """As the columns `title` and `source`."""
        if isinstance(self.title, Message):
            return "", Jsonb({**self.source, "title": self.title.as_json()})
        return self.title, Jsonb(self.source)


def propose(
    connection: psycopg.Connection[Any],
    scope: Scope,
    layer: str,
    kind: SetKind,
    delivery: ChangeSetOrigin,
    undoes: int | None = None,
) -> int:
    """Open an empty change set and return its number, after an apply that is under way has ended.

    A restricted layer is open to the work from here to the end of the transaction, with an entry in the log.
    Raises NotFound or NotAllowed for a layer out of reach.
    """
    scope.require_writer(layer)
    row = connection.execute(
        "INSERT INTO registry.change_set (district, layer, kind, title, source, undoes, proposed_by, proposed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, registry.between_applies(%s)) RETURNING id",
        (scope.district, layer, kind, *delivery.stored(), undoes, scope.person_id, scope.district),
    ).fetchone()
    assert row is not None
    open_for_work(connection, scope, layer, kind, change_set=row[0])
    return int(row[0])


@contextmanager
def staging(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Copy]:
    """A COPY (format csv) into the waiting room of this transaction; the columns are DELIVERED, geom as hex EWKB."""
    connection.execute(statement("changes/staging_tables.sql").encode())
    with connection.cursor() as cursor:
        columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, DELIVERED))
        with cursor.copy(psycopg.sql.SQL("COPY delivery ({}) FROM STDIN (FORMAT csv)").format(columns)) as copy:
            yield copy
    connection.execute("ANALYZE delivery (source_row, code, external_key, scheme, class)")


def exclude_quarantined(
    connection: psycopg.Connection[Any], codes: Iterable[str | None], keys: Iterable[str | None]
) -> None:
    """Tell the diff of codes and keys of rows that wait in quarantine: their assets are not gone."""
    with connection.cursor() as cursor, cursor.copy("COPY held_back (code, external_key) FROM STDIN") as copy:
        for pair in zip(codes, keys, strict=True):
            copy.write_row(pair)


@dataclass(frozen=True)
class Complete:
    """The delivery has every asset of its layer, or of `classes` (scheme, code): what it lacks is gone."""

    classes: tuple[tuple[str, str], ...] | None = None


def diff(
    connection: psycopg.Connection[Any],
    scope: Scope,
    layer: str,
    change_set: int,
    rules: Rules | None = None,
    complete: Complete | None = None,
) -> Summary:
    """Compare the staged rows with the register and write what differs as proposed changes. Set-based, order-independent.

    `rules`: what the supplier's profile says of how a row finds its asset. `complete`: live assets that no row is are proposed
    as retired; where that is more than a fifth of them, not accepted until a person says so.
    """
    from registry.identity import fingerprints, matcher  # what they need takes longer to load than an undo's start

    values = {"district": scope.district, "layer": layer, "change_set": change_set}
    # The planner knows little of tables filled in this transaction: a nested loop over two of them never ends. A few rows,
    # though, are better looked up than the whole register read.
    asked = "SELECT registry.is_much(%(district)s, count(*)) FROM delivery"
    if (connection.execute(asked, values).fetchone() or (False,))[0]:
        connection.execute("SELECT registry.plan_for_many(true)")
    connection.execute(statement("changes/parties.sql").encode(), values)
    matcher.match(connection, scope.district, layer, rules)
    known = connection.execute(statement("changes/diff_known.sql").encode(), values).rowcount
    connection.execute(statement("changes/diff_new.sql").encode(), values)
    if complete is not None:
        _retire_absent(connection, values, complete)
    matched = connection.execute("SELECT count(asset_id) FROM matched").fetchone()
    assert matched is not None
    fingerprints.remember(connection, scope, change_set)
    connection.execute("DROP TABLE delivery, matched, held_back")
    connection.execute("SELECT registry.plan_for_many(false)")
    return summarise(connection, scope, change_set, unchanged=int(matched[0]) - known)


MOST_RETIRED = 0.2


def _retire_absent(connection: psycopg.Connection[Any], values: dict[str, Any], complete: Complete) -> None:
    schemes, codes = zip(*complete.classes, strict=True) if complete.classes else ((), ())
    limited = complete.classes is not None
    of = {**values, "schemes": list(schemes) if limited else None, "codes": list(codes) if limited else None}
    gone = connection.execute(statement("changes/diff_missing.sql").encode(), {**of, "accepted": True}).rowcount
    live = connection.execute(
        "SELECT count(*), EXISTS (SELECT FROM held_back h WHERE h.code IS NULL AND h.external_key IS NULL)"
        " FROM registry.asset a WHERE a.district = %(district)s AND a.layer = %(layer)s AND a.state <> 'retired'"
        " AND (%(schemes)s::text[] IS NULL OR (a.scheme, a.class) IN"
        " (SELECT k.scheme, k.code FROM unnest(%(schemes)s::text[], %(codes)s::text[]) AS k (scheme, code)))",
        of,
    ).fetchone()
    # A row in quarantine that names no asset may be any of them.
    if gone and live is not None and (live[1] or gone > live[0] * MOST_RETIRED):
        connection.execute(
            "UPDATE registry.change SET accepted = false"
            " WHERE district = %(district)s AND change_set = %(change_set)s AND action = 'retire' AND source_row IS NULL",
            values,
        )


def summarise(connection: psycopg.Connection[Any], scope: Scope, change_set: int, unchanged: int = 0) -> Summary:
    """Count the actions of a change set, and keep the counts with it. A set without any waits for nobody."""
    summary = Summary(change_set, **count_rows(connection, scope, change_set), unchanged=unchanged)
    has_rows = summary.changes + summary.conflicts > 0
    connection.execute(
        "UPDATE registry.change_set SET summary = summary || %s, status = %s WHERE district = %s AND id = %s",
        (Jsonb(summary.as_dict()), SetStatus.PROPOSED if has_rows else SetStatus.EMPTY, scope.district, change_set),
    )
    return summary


def count_rows(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[str, int]:
    """The counts of a `Summary` that the rows of a change set tell, as they stand now."""
    values = {"district": scope.district, "change_set": change_set}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement("changes/summary.sql").encode(), values).fetchall()
    counts = dict.fromkeys(COUNTED.values(), 0) | {COUNTED[row["action"]]: row["rows"] for row in rows}
    return counts | {name: sum(row[name] for row in rows) for name in ("doubtful", "unconfirmed")}


KEPT_AT_ONCE = 20_000
_KEEP_PROBLEMS = """
INSERT INTO registry.problem (district, change_set, seq, source_row, severity, code, field, value, details)
SELECT %s, %s, %s + p.seq, p.source_row, p.severity, p.code, p.field, p.value, p.details::jsonb
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
  WITH ORDINALITY AS p (source_row, severity, code, field, value, details, seq)
"""


class FoundProblem(NamedTuple):
    """A problem of a delivery to be kept. `details` are what its words quote besides `value`; None where no more is kept
    than the code."""

    row: int | None
    severity: str
    code: str
    field: str = ""
    value: str = ""
    details: Mapping[str, Any] | None = None

    def stored(self) -> tuple[Any, ...]:
        """As the columns of `registry.problem`."""
        details = None if self.details is None else orjson.dumps(storable(self.details)).decode()
        return *self[:4], storable(self.value), details


def keep_problems(
    connection: psycopg.Connection[Any],
    scope: Scope,
    change_set: int,
    rows: Iterable[FoundProblem],
    found: int | None = None,
) -> int:
    """Keep the problems of a delivery with its change set.

    Where more were `found` than are kept, the set tells both numbers (`problems`, `problems_kept` in its summary). Returns
    how many are kept.
    """
    done, left = 0, iter(rows)
    while some := list(islice(left, KEPT_AT_ONCE)):
        columns = map(list, zip(*(one.stored() for one in some), strict=True))
        connection.execute(_KEEP_PROBLEMS, (scope.district, change_set, done, *columns))
        done += len(some)
    if found is not None and found > done:
        connection.execute(
            "UPDATE registry.change_set SET summary = summary || %s WHERE district = %s AND id = %s",
            (Jsonb({"problems": found, "problems_kept": done}), scope.district, change_set),
        )
    return done


def apply(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> None:
    """Apply a proposed change set whole, in this transaction.

    Raises StaleChanges naming the rows that somebody changed meanwhile (nothing is applied), NotFound for a set that is
    not there, out of scope or no longer proposed, NotAllowed without the right to write its layer.
    """
    if scope.restricted:  # a refusal names rows
        of = "SELECT layer FROM registry.change_set WHERE district = %s AND id = %s"
        row = connection.execute(of, (scope.district, change_set)).fetchone()
        open_for_work(connection, scope, row[0] if row else "", "apply", change_set=change_set)
    try:
        with connection.transaction():
            connection.execute("SELECT registry.apply_change_set(%s, %s)", (scope.district, change_set))
    except psycopg.errors.CheckViolation as error:
        if error.diag.constraint_name != "asset_code_characters":
            raise
        raise Invalid("change_set.code_unusable", id=change_set) from error
    except psycopg.errors.UniqueViolation as error:
        raise Conflict("change_set.codes_repeated", detail=error.diag.message_detail or "") from error
    except psycopg.DatabaseError as error:
        raise _as_registry_error(error, change_set) from error


def _as_registry_error(error: psycopg.DatabaseError, change_set: int) -> Exception:
    match error.sqlstate:
        case "CJ409":
            return StaleChanges([Stale(**row) for row in orjson.loads(error.diag.message_detail or "[]")])
        case "CJ404":
            return NotFound("change_set.not_proposed", id=change_set)
        case "CJ403":
            return NotAllowed("change_set.not_allowed", id=change_set)
        case _:
            return error


def undo(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> Summary:
    """Propose the inverse of an applied change set; the caller applies it like any other.

    Assets it added are retired, assets it changed get their earlier values back; assets edited since are kept and stand
    in the proposal as conflicts. An undo can be undone; after that the inverse is that of the set which did it again. Raises
    Conflict while an undo of it is in force, NotFound for what was not applied or is out of reach.
    """
    asked = {"district": scope.district, "change_set": change_set}
    chain = connection.execute(statement("changes/undo_chain.sql").encode(), asked).fetchall()
    if not chain:
        raise NotFound("change_set.not_applied", id=change_set)
    last, layer, kind = chain[-1]
    if len(chain) % 2 == 0:
        raise Conflict("change_set.undone_already", id=change_set, undo=last)
    title = Message("title.undo", {"id": last})
    if kind == SetKind.PHOTOS:  # has no changes: its photos are out of sight while its undo is in force
        return Summary(propose(connection, scope, layer, SetKind.PHOTOS, ChangeSetOrigin(title), undoes=last))
    proposal = propose(connection, scope, layer, SetKind.UNDO, ChangeSetOrigin(title), undoes=last)
    values = {"district": scope.district, "change_set": proposal, "undoes": last}
    connection.execute(statement("changes/undo.sql").encode(), values)
    return summarise(connection, scope, proposal)


def reject(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> None:
    """Close a proposed change set without applying it."""
    done = connection.execute(
        "UPDATE registry.change_set SET status = 'rejected' WHERE district = %s AND id = %s AND status = 'proposed'",
        (scope.district, change_set),
    )
    if done.rowcount != 1:
        raise Invalid("change_set.not_open", id=change_set)


def read(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> dict[str, Any]:
    """A change set with the problems of its delivery, in the order of the file. Raises NotFound."""
    key = (scope.district, change_set)
    with connection.cursor(row_factory=dict_row) as cursor:
        told = cursor.execute(
            "SELECT s.id, s.layer, s.kind, s.status, s.title, s.source, s.summary, s.undoes, s.proposed_at, s.applied_at,"
            " p.name AS proposed_by FROM registry.change_set s JOIN registry.person p ON p.id = s.proposed_by"
            " WHERE s.district = %s AND s.id = %s",
            key,
        ).fetchone()
        if told is None:
            raise NotFound("change_set.unknown", id=change_set)
        with look(connection, scope, f"problems {change_set}", (told["layer"],)) as seen:
            told["problems"] = cursor.execute(
                "SELECT source_row AS row, severity, code, field, value, details FROM registry.problem"
                " WHERE district = %s AND change_set = %s ORDER BY seq",
                key,
            ).fetchall()
            seen.layers({told["layer"]: len(told["problems"])})
    return told
