"""Delivering as a surveyor does, for tests: a file put where an upload puts it, steps asked for, the real worker at work."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import seed

from importers.jobs.worker import run as work
from registry.access.scope import Scope, open_scope_by_name
from registry.database.connections import connect
from registry.deliveries import deliveries
from registry.deliveries.deliveries import Delivery, DeliveryFile, Upload
from registry.deliveries.options import ImportOptions

DATA = Path(__file__).resolve().parent / "data"
LAMPS = DATA / "lamps_gbk.zip"
OPTIONS = {"constants": {"class": "0118"}}
MANY = 4_000
# The steps of a delivery after the look, and the state that each ends in.
ENDS = {"check": "review", "apply": "applied", "undo": "undone"}


@contextmanager
def as_(url: str, username: str = "surveyor") -> Iterator[tuple[psycopg.Connection[Any], Scope]]:
    with connect(url) as connection:
        yield connection, open_scope_by_name(connection, seed.DISTRICT, username)


def many_lamps(folder: Path) -> Path:
    """A delivery of so many rows that every step takes a moment."""
    subprocess.run([sys.executable, "-m", "benchmarks.delivery", str(folder), str(MANY)], check=True)
    only = folder / "only"
    only.mkdir()
    for part in folder.glob(f"components_{MANY}.*"):
        shutil.copy(part, only)
    return Path(shutil.make_archive(str(folder / "lamps"), "zip", only))


def deliver(url: str, home: Path, file: Path = LAMPS, **how: Any) -> tuple[int, int]:
    """What the upload page does once the file has arrived."""
    data = file.read_bytes()
    upload = Upload(deliveries.safe_name(file.name), len(data), hashlib.sha256(data).hexdigest())
    with as_(url) as (connection, scope):
        delivery, number = deliveries.receive(connection, scope, upload, **how)
        place = deliveries.place(home, scope.district, delivery, number, upload.name)
        place.parent.mkdir(parents=True)
        shutil.copyfile(file, place)
    return delivery, number


def ask(url: str, delivery: int, step: str, given: dict[str, Any] | None = None, number: int = 1) -> None:
    with as_(url) as (connection, scope):
        if given is not None:
            deliveries.name_it(connection, scope, delivery, layer="component")
        options = ImportOptions.read(given) if given is not None else None
        deliveries.request_step(connection, scope, delivery, number, step, options)


def held(url: str, delivery: int) -> Delivery:
    with as_(url) as (connection, scope):
        return deliveries.get(connection, scope, delivery)


def file_of(url: str, delivery: int, number: int = 1) -> DeliveryFile:
    return held(url, delivery).file(number)


def components(url: str) -> list[tuple[Any, ...]]:
    """The live components, without what tells of their history."""
    with as_(url) as (connection, scope):
        return connection.execute(
            "SELECT id, code, class, name, state, manager, owner, maintainer, attributes, geom, areas, fingerprint"
            " FROM registry.asset WHERE district = %s AND layer = 'component' AND state <> 'retired' ORDER BY id",
            (scope.district,),
        ).fetchall()


@contextmanager
def worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker, without the one that starts a new one when it dies."""
    with running([sys.executable, "-m", "importers.jobs.worker"], url) as process:
        yield process


@contextmanager
def keeper(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """`registry work` as the server starts it: a worker, and a new one whenever it dies."""
    with running([sys.executable, "-P", "-m", "registry.commands.main", "work"], url) as process:
        yield process


@contextmanager
def running(command: list[str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Any, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@contextmanager
def register_held_up(url: str) -> Iterator[None]:
    """Nobody gets at the change sets: whatever step is under way stands still there."""
    with connect(url, role="chengji_owner") as connection:
        connection.execute("LOCK TABLE registry.change_set IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def checked(url: str, home: Path) -> int:
    delivery, _number = deliver(url, home)
    work(url, once=True)
    ask(url, delivery, "check", OPTIONS)
    return delivery


def status_of(url: str, delivery: int) -> tuple[str, str]:
    """As the table has it, without the truth of the lock."""
    with connect(url, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT status, verb FROM registry.delivery_file WHERE delivery = %s", (delivery,)
        ).fetchone()
        assert row is not None
        return row


def process_at_work(url: str) -> int:
    """The process of the job under way, 0 where there is none."""
    found = subprocess.run(
        ["pgrep", "-f", "importers.jobs.step"], capture_output=True, text=True, check=False
    ).stdout.split()
    return next((int(pid) for pid in found if url.encode() in _environment(pid)), 0)


def _environment(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def history(url: str) -> int:
    """How many versions the register has kept."""
    with connect(url, role="chengji_owner") as connection:
        row = connection.execute("SELECT count(*) FROM registry.asset_version").fetchone()
        assert row is not None
        return int(row[0])


def assert_consistent(url: str) -> None:
    """What can be asked of any register: counts rolled up are true, codes are unique, versions have no gap."""
    with connect(url, role="chengji_owner") as connection:
        wrong = connection.execute(
            "SELECT count(*) FROM (SELECT district, layer, scheme, class, count(*) AS n FROM registry.asset"
            " WHERE gx IS NOT NULL AND state <> 'retired' GROUP BY 1, 2, 3, 4) a"
            " FULL JOIN (SELECT district, layer, scheme, class, sum(n) AS n FROM registry.asset_cell GROUP BY 1, 2, 3, 4"
            " HAVING sum(n) <> 0) c USING (district, layer, scheme, class) WHERE a.n IS DISTINCT FROM c.n"
        ).fetchone()
        gaps = connection.execute(
            "SELECT count(*) FROM registry.asset a WHERE a.version - 1 <> (SELECT count(*) FROM registry.asset_version v"
            " WHERE v.district = a.district AND v.id = a.id)"
        ).fetchone()
    assert (wrong, gaps) == ((0,), (0,))
