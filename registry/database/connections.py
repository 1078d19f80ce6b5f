"""Connections. Whoever opens one commits it, at the edge: one request, one command, one job.

The application always works as the role `chengji_app`, to which the row policies apply, whatever login the URL names;
only migrations work as the owner. Whose rows are seen is said inside the transaction (`registry.access.scope`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from registry.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session

APPLICATION = "chengji_app"


def _options(role: str | None, statement_seconds: int) -> str:
    as_role = f"-c role={role} " if role else ""
    # A statement that psycopg has prepared would get a plan for any box after a while, several times slower for a tile.
    planned = "-c plan_cache_mode=force_custom_plan"
    return f"{as_role}{planned} -c statement_timeout={statement_seconds}s -c search_path=registry,public"


def connect(url: str, role: str | None = APPLICATION, statement_seconds: int = 0) -> psycopg.Connection[Any]:
    """A psycopg connection as `role`; `role=None` stays the login itself (migrations, `doctor`).

    Raises Unavailable when the database does not answer.
    """
    try:
        return psycopg.connect(plain_url(url), options=_options(role, statement_seconds), application_name="chengji")
    except psycopg.OperationalError as error:
        if "permission denied to set role" in str(error):
            raise Unavailable("database.role_missing", role=role) from error
        raise Unavailable("database.no_answer", error=str(error).strip()) from error


def plain_url(url: str) -> str:
    """The URL as libpq reads it, without an SQLAlchemy driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def engine(url: str, statement_seconds: int, pool_size: int = 8) -> Engine:
    """An SQLAlchemy engine whose connections work as the application role."""
    from sqlalchemy import create_engine

    return create_engine(
        plain_url(url).replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=4,
        pool_pre_ping=True,
        connect_args={"options": _options(APPLICATION, statement_seconds), "application_name": "chengji"},
    )


def raw(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under a session, in the same transaction."""
    connection: psycopg.Connection[Any] | None = session.connection().connection.driver_connection
    assert connection is not None
    return connection
