"""Looks at restricted layers: the only way to their rows, and what writes each of them to the access log.

The database shows no row of a restricted layer, to whomever it was granted, but while a look is under way
(`sql/functions/015_looks.sql`). So a door that forgets to look shows none, instead of showing them without an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from registry.access.scope import Scope
from registry.database.connections import raw

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_END = "SELECT registry.end_look(%s, %s, %s, %s, %s, %s, %s)"
Shown = Mapping[str, int | None]
"""Rows by layer; None where they were not counted."""


class Look:
    """What a look showed, as its reader tells it: so many rows of each layer, and which asset where it was one."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.asset: int | None = None
        self.is_told = False

    def rows(self, rows: Iterable[Any]) -> None:
        """Rows that name their `layer`."""
        self.layers(Counter(row.layer for row in rows))

    def layers(self, counts: Mapping[str, int]) -> None:
        """So many rows of each layer; none of a layer that is not named."""
        self.counts.update(counts)
        self.is_told = True

    def one(self, layer: str, asset: int | None = None) -> None:
        """One asset, or one row that is none yet."""
        self.layers({layer: 1})
        self.asset = asset


@contextmanager
def look(
    session: Session | psycopg.Connection[Any],
    scope: Scope,
    act: str,
    layers: Collection[str] | None = None,
    **detail: Any,
) -> Iterator[Look]:
    """Read what may be restricted: open inside the block, closed and in the log after it.

    One entry for each restricted layer of which something was shown: `act`, how many, and `detail` of what was asked. Costs
    nothing where none of `layers` (None: of the scope) is restricted. The block says what it showed before it ends; one that
    does not is a fault of the program, for everybody: RuntimeError.
    """
    seen = Look()
    closed = scope.restricted if layers is None else scope.restricted.intersection(layers)
    if closed:
        with _opened(session, scope, act, seen, detail):
            yield seen
    else:
        yield seen
    if not seen.is_told:
        raise RuntimeError(act)


@contextmanager
def _opened(
    session: Session | psycopg.Connection[Any], scope: Scope, act: str, seen: Look, detail: dict[str, Any]
) -> Iterator[None]:
    was_open = _connection(session).execute("SELECT registry.begin_look()").fetchone()
    assert was_open is not None
    try:
        yield
    except BaseException:
        connection = _connection(session)
        if connection.info.transaction_status == TransactionStatus.INTRANS:  # else it ends, and the look with it
            _end(connection, scope, {}, act, None, detail, stays_open=was_open[0])
        raise
    _end(_connection(session), scope, seen.counts, act, seen.asset, detail, stays_open=was_open[0])


def _end(
    connection: psycopg.Connection[Any], scope: Scope, shown: Shown, act: str, asset: int | None, detail: dict[str, Any],
    stays_open: bool | None,
) -> None:  # fmt: skip
    """`stays_open` None leaves it as it is."""
    told = {layer: n for layer, n in shown.items() if n != 0 and layer in scope.restricted}
    values = (scope.district, list(told), list(told.values()), act, asset, Jsonb(detail), stays_open)
    connection.execute(_END, values)


def open_for_work(connection: psycopg.Connection[Any], scope: Scope, layer: str, act: str, **detail: Any) -> None:
    """Open a layer until this transaction ends, for what reads and writes it as a whole: an import, a review, an undo.

    The entry comes first, one for the whole work, without a number. Costs nothing where the layer is not restricted.
    """
    if layer in scope.restricted:
        connection.execute("SELECT registry.begin_look()")
        _end(connection, scope, {layer: None}, act, None, detail, stays_open=True)


def shown_again(session: Session, scope: Scope, act: str, counts: Mapping[str, int], **detail: Any) -> None:
    """What was read before is shown once more, out of a memory: an entry without a look."""
    if scope.restricted.intersection(counts):
        _end(_connection(session), scope, counts, act, None, detail, stays_open=None)


def _connection(session: Session | psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    return session if isinstance(session, psycopg.Connection) else raw(session)
