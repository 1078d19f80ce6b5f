"""Who acts, and where: the options that every writing command shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import psycopg

from registry.access.operator import OPERATOR
from registry.access.scope import Scope, open_scope_by_name
from registry.database.connections import connect
from registry.errors import Invalid, NotFound
from registry.operations.cluster import running
from registry.settings import settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--district` and `--as`."""
    command = click.option(
        "--as", "username", help="以哪个用户的名义 / in whose name (default: REGISTRY_PERSON, operator)"
    )(command)
    return click.option("--district", help="行政区代码 / district (default: REGISTRY_DISTRICT, or the only one)")(
        command
    )


@contextmanager
def opened(district: str | None, username: str | None) -> Iterator[tuple[psycopg.Connection[Any], Scope]]:
    """A connection with the scope of the person who acts; committed at the end, rolled back on an error."""
    who = username or settings().person or OPERATOR
    with running() as url, connect(url) as connection:
        yield connection, open_scope_by_name(connection, district or settings().district or _only(connection, who), who)


@contextmanager
def opened_session(district: str | None, username: str | None) -> Iterator[tuple[Session, Scope]]:
    """The same as an SQLAlchemy session, for what passes through the waist."""
    from sqlalchemy.orm import Session

    from registry.database.connections import engine, raw

    who = username or settings().person or OPERATOR
    with running() as url:
        made = engine(url, statement_seconds=0, pool_size=1)
        with Session(made) as session, session.begin():
            connection = raw(session)
            place = district or settings().district or _only(connection, who)
            yield session, open_scope_by_name(connection, place, who)
        made.dispose()


def _only(connection: psycopg.Connection[Any], username: str) -> str:
    rows = connection.execute(
        "SELECT m.district FROM registry.membership m JOIN registry.person p ON p.id = m.person_id"
        " WHERE p.username = %s GROUP BY 1 ORDER BY 1",
        (username.lower(),),
    ).fetchall()
    if not rows:
        raise NotFound("user.without_district", name=username)
    if len(rows) > 1:
        codes = "、".join(row[0] for row in rows)
        raise Invalid("command.district_ambiguous", codes=codes)
    return str(rows[0][0])
