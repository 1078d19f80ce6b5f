"""The demo district, imported by the project's own importers, as a database to copy.

Making it takes a minute or two, so on our own cluster it is kept under a name that carries the hash of all code and data
that could make it another one: whoever works on pages does not wait for imports, and nobody tests a register of yesterday.
On a server that somebody lends us it is made for each run, and goes with it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import databases
import psycopg
from psycopg.sql import SQL, Identifier

from demo.commands import ACCOUNTS, build
from registry.access.accounts import set_password
from registry.database.connections import connect
from registry.operations.migrations import OWNER, migrate

ROOT = Path(__file__).resolve().parents[2]
CODE = ("demo", "importers", "registry", "sql", "requirements/run.txt")
KEPT = "chengji_demo_"
PASSWORD = "Kept-for-tests-1"
DISTRICT = "330105"
COUNTS = {"road": 360, "alley": 2_100, "river": 88, "green": 950, "component": 58_000, "camera": 70_000}


def template(url: str, run_name: str) -> str:
    """Name of the database with the demo district, made now if it is not there. Call it in one's `databases.turn`."""
    if databases.given():
        name = f"{run_name}_demo"
    else:
        name = KEPT + _fingerprint()
        _drop_others(url, name)
    databases.ensure(url, name, _fill)
    return name


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in CODE:
        for file in sorted([ROOT / part] if (ROOT / part).is_file() else (ROOT / part).rglob("*")):
            if file.suffix in (".py", ".sql", ".csv", ".json", ".txt"):
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _drop_others(url: str, kept: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (KEPT,))
        for (name,) in names.fetchall():
            if name not in (kept, f"{kept}_half"):
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _fill(url: str) -> None:
    """What `registry demo` does; then passwords that the tests know."""
    migrate(url)
    build(url, databases.HOME / "demo")
    with connect(url, role=OWNER) as connection:
        for username, *_rest in ACCOUNTS:
            set_password(connection, username, PASSWORD)
