"""Whether somebody works in the private cluster, so that it can be started anew where nobody does.

At work are: a command of ours from its start to its end (`at_work`); a session in a transaction, or with an advisory lock, as
whoever works on a delivery holds one; and each session that is not ours, whatever it does.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from registry.database.connections import connect
from registry.errors import Unavailable

_OTHERS = """
SELECT count(*) FROM pg_stat_activity a
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND (application_name <> 'chengji' OR state IS DISTINCT FROM 'idle'
       OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory'))
"""


@contextmanager
def at_work(place: Path) -> Iterator[None]:
    """For as long as this lasts nobody starts the cluster in this folder anew; waits for somebody who is just doing it."""
    with (place / "at-work").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_at_work(place: Path, url: str) -> Iterator[bool]:
    """Whether nobody works in the cluster; if so, nobody begins to before the end of this, or of the cluster."""
    with (place / "at-work").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            connection = connect(url, role=None)
        except (BlockingIOError, Unavailable):
            yield False
            return
        try:
            yield _is_quiet(connection)
        finally:
            connection.close()


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Nobody changes the register and, as far as this transaction lasts, nobody can; nor is anything else under way."""
    try:
        if connection.execute("SELECT to_regclass('registry.change_set')").fetchone() != (None,):
            connection.execute("LOCK TABLE registry.change_set IN ACCESS EXCLUSIVE MODE NOWAIT")
    except psycopg.errors.LockNotAvailable:
        return False
    return connection.execute(_OTHERS.encode()).fetchone() == (0,)
