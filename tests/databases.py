"""Databases for tests: templates made once per run by the real migrations, and clones of them.

They live on TEST_DATABASE_URL, or else on a private cluster of the tests' own. Their names carry the process id of the
run, so that what a killed run left behind is swept away by the next.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from registry.operations import cluster

HOME = Path(__file__).resolve().parents[1] / ".cache" / "test-cluster"
PREFIX = "chengji_test_"


def address(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextmanager
def turn() -> Iterator[None]:
    """One process at a time: starting and stopping the cluster, making a template."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def given() -> str | None:
    """The server that a developer or the CI names, where the login may create databases and extensions."""
    return os.environ.get("TEST_DATABASE_URL")


def server() -> str:
    """A connection string to the server, started now if it is ours. Call it in one's `turn`."""
    url = given()
    if url is None:
        url = address(cluster.start().url, "postgres")
        with _administrate(url) as connection:  # nothing in this cluster is worth a disk's patience
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
    return url


def _administrate(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True)


def ensure(url: str, name: str, fill: Callable[[str], None], template: str | None = None) -> None:
    """A database of this name, copied from `template` and filled, if it is not there yet: whole, or not at all."""
    with _administrate(url) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
            return
        half = f"{name}_half"
        _drop(connection, half)
        _create(connection, half, template)
        fill(address(url, half))
        connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(half), Identifier(name)))


def _create(connection: psycopg.Connection[Any], name: str, template: str | None) -> None:
    source = Identifier(template or "template0")
    encoding = SQL("") if template else SQL(" ENCODING 'UTF8'")
    connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}{}").format(Identifier(name), source, encoding))


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def clone(url: str, template: str, name: str) -> Iterator[str]:
    """A copy of a template for as long as this lasts."""
    with _administrate(url) as connection:
        _create(connection, name, template)
    try:
        yield address(url, name)
    finally:
        with _administrate(url) as connection:
            _drop(connection, name)


def sweep(run: int) -> None:
    """The end of a run: its databases go, and our own cluster stops when no other run uses it."""
    with turn():
        url = given()
        if url is None:
            ours = cluster.find()
            if ours is None or not cluster.is_running(ours):
                return
            url = address(ours.url, "postgres")
        try:
            with _administrate(url) as connection:
                in_use = _sweep(connection, run)
        except psycopg.OperationalError:
            return  # a server that is not there keeps nothing; who needed it has said so
        if given() is None and not in_use:
            cluster.stop()


def _sweep(connection: psycopg.Connection[Any], run: int) -> bool:
    names = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (PREFIX,))
    in_use = False
    for (name,) in names.fetchall():
        match = re.match(rf"{PREFIX}(\d+)", name)
        if match and (int(match[1]) == run or (given() is None and not _alive(int(match[1])))):
            _drop(connection, name)
        else:
            in_use = True
    return in_use


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
