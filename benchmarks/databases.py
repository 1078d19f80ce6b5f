"""The cluster of the benchmarks: a private one of their own, configured as the product configures it.

Every measured import finds a database that was copied from a template a moment ago, under the name that `registry` uses
where no DATABASE_URL is given; so it is measured as a surveyor starts it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from benchmarks.measuring import Cost
from benchmarks.programs import cost_of, environment, registry

DATABASE = "chengji"
EMPTY = "empty_register"
DISTRICT = "330105"
BOX = "120.0869,30.2578,120.219,30.4023"


@dataclass(frozen=True)
class Server:
    """The running cluster below `home`."""

    home: Path
    url: str
    postmaster: int

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which `registry` finds this cluster by itself."""
        return environment(REGISTRY_HOME=str(self.home))

    def address(self, database: str) -> str:
        """Connection string to one of its databases."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def libpq(self, database: str) -> str:
        """The same in the words that other programs understand: host=… port=…"""
        return make_conninfo(self.address(database))

    @property
    def parts(self) -> dict[str, str]:
        """Host (a socket folder), port and user."""
        return {name: str(value) for name, value in conninfo_to_dict(self.url).items()}

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A connection as the cluster's owner, whom row security does not touch.

        Every statement is planned for its own values: after ten runs a prepared one may get a plan for any box, which is
        several times slower, and a baseline should be as good as it can be.
        """
        return psycopg.connect(self.address(database), autocommit=True, prepare_threshold=None)

    def registry(self, *arguments: str, **variables: str) -> tuple[Cost, str]:
        """Run `registry` on this cluster."""
        return cost_of([registry(), *arguments], self.variables | variables)

    def copy(self, source: str, target: str = DATABASE) -> None:
        """Make `target` a copy of the database `source`; nobody may be connected to that."""
        with self.connect("postgres") as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(target)))
            copied = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(target), Identifier(source))
            connection.execute(copied)
            connection.execute("CHECKPOINT")  # the copy's pages are written now, not during a measurement

    def keep(self, name: str, note: str = "") -> None:
        """Set the present database aside as a template under another name."""
        with self.connect("postgres") as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(DATABASE), Identifier(name)))
            connection.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), note))

    def note_on(self, name: str) -> str | None:
        """What was noted when the database was set aside; None where there is no such database."""
        with self.connect("postgres") as connection:
            row = connection.execute(
                "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s",
                (name,),
            ).fetchone()
        return None if row is None else str(row[0])

    def run(self, *arguments: str) -> tuple[Cost, str]:
        """Run `registry` on this cluster and count the server's CPU time too."""
        with self._server_time() as spent:
            cost, printed = self.registry(*arguments)
        return replace(cost, cpu=(cost.cpu or 0.0) + spent[0]), printed

    def run_peer(self, *command: str) -> Cost:
        """Run another program that works on this cluster, and count the server's CPU time too."""
        with self._server_time() as spent:
            cost, _printed = cost_of(list(command), environment())
        return replace(cost, cpu=(cost.cpu or 0.0) + spent[0])

    @contextmanager
    def _server_time(self) -> Iterator[list[float]]:
        """CPU seconds of the sessions that began and ended in between, filled in at the end."""
        spent = [0.0]
        with self.connect("postgres") as connection:
            _settle(connection)
            before = self._reaped()
            yield spent
            _settle(connection)
        spent[0] = self._reaped() - before

    def _reaped(self) -> float:
        """CPU seconds of all sessions that have ended: the kernel adds them to their parent's children."""
        fields = Path("/proc", str(self.postmaster), "stat").read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _settle(connection: psycopg.Connection[Any]) -> None:
    """Wait until no other session is left: one that was closed a moment ago may still be at its work of ending."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    while connection.execute(others).fetchone() != (0,):
        time.sleep(0.01)
    time.sleep(0.05)  # until the kernel has told its parent


@contextmanager
def server(home: Path) -> Iterator[Server]:
    """The cluster, started now, with an empty register to copy; stopped at the end."""
    home.mkdir(parents=True, exist_ok=True)
    variables = environment(REGISTRY_HOME=str(home))
    _cost, printed = cost_of([registry(), "up"], variables)
    try:
        found = _quiet(home, printed.strip())
        _make_empty(found)
        yield found
    finally:
        cost_of([registry(), "down"], variables)


def _quiet(home: Path, url: str) -> Server:
    """The server, with nothing going on behind a measurement's back."""
    with Server(home, url, 0).connect("postgres") as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")  # it would strike one run and spare the other
        connection.execute("SELECT pg_reload_conf()")
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Server(home, url, int(Path(row[0], "postmaster.pid").read_text().split()[0]))


def _make_empty(server: Server) -> None:
    server.copy("template0")
    server.registry("migrate")
    server.registry("district", "add", DISTRICT, "--name", "示例区", "--box", BOX)
    server.keep(EMPTY)
