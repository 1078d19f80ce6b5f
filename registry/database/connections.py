"""Connections. Whoever opens one commits it, at the edge: one request, one command, one job.

The application always works as the role `chengji_app`, to which the row policies apply, whatever login the URL names;
only migrations work as the owner. Whose rows are seen is said inside the transaction (`registry.access.scope`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from registry.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session

APPLICATION = "chengji_app"


# What the statements rest on, said by each connection, because the server may be anybody's: its own defaults, or what an
# administrator set there for other programs. docs/operating.md tells what each is for.
EVERYWHERE = {
    # Order of speed.
    "jit": "off",  # compiles the generated columns of asset anew for each row that is inserted
    "work_mem": "32MB",
    "random_page_cost": "1.1",  # an index is worth its look-ups where pages are in memory or on a solid state disk
    # A statement that psycopg has prepared would get a plan for any box after a while, several times slower for a tile.
    "plan_cache_mode": "force_custom_plan",
    # What a value or a text means.
    "search_path": "registry,public",
    "TimeZone": "Asia/Shanghai",
    "DateStyle": "ISO,MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    # Who sees what, and when. A proposal and its apply look again at what others have committed meanwhile.
    "row_security": "on",
    "default_transaction_isolation": "read\\ committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    # An import holds its transaction open while it reads its file, and waits for its turn to apply.
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "lock_timeout": "0",
}


def options(url: str, role: str | None = APPLICATION, statement_seconds: int = 0, **changed: str) -> str:
    """Settings of a connection as libpq takes them. Those that the URL names itself (`?options=-c…`) come last and hold."""
    wanted = {"role": role, **EVERYWHERE, "statement_timeout": f"{statement_seconds}s", **changed}
    ours = " ".join(f"-c {name}={value}" for name, value in wanted.items() if value is not None)
    return f"{ours} {conninfo_to_dict(plain_url(url)).get('options') or ''}".rstrip()


def connect(url: str, role: str | None = APPLICATION, statement_seconds: int = 0) -> psycopg.Connection[Any]:
    """A psycopg connection as `role`; `role=None` stays the login itself (migrations, `doctor`).

    Raises Unavailable when the database does not answer.
    """
    try:
        return psycopg.connect(
            plain_url(url), options=options(url, role, statement_seconds), application_name="chengji"
        )
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
        connect_args={"options": options(url, APPLICATION, statement_seconds), "application_name": "chengji"},
    )


def raw(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under a session, in the same transaction."""
    connection: psycopg.Connection[Any] | None = session.connection().connection.driver_connection
    assert connection is not None
    return connection
