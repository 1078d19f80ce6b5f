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

from importers.work import run as work
from registry import deliveries
from registry.database import connect
from registry.deliveries import Delivery, DeliveryFile, Upload
from registry.scope import Scope, open_scope_by_name

DATA = Path(__file__).resolve().parent / "data"
LAMPS = DATA / "lamps_gbk.zip"
ORDERS = {"constants": {"class": "0118"}}


@contextmanager
def as_(url: str, username: str = "surveyor") -> Iterator[tuple[psycopg.Connection[Any], Scope]]:
    with connect(url) as connection:
        yield connection, open_scope_by_name(connection, seed.DISTRICT, username)


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


def ask(url: str, delivery: int, step: str, orders: dict[str, Any] | None = None, number: int = 1) -> None:
    with as_(url) as (connection, scope):
        if orders is not None:
            deliveries.name_it(connection, scope, delivery, layer="component")
        deliveries.ask(connection, scope, delivery, number, step, orders)


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
    """A worker as the server starts it."""
    process = subprocess.Popen([sys.executable, "-m", "importers.work"], env={**os.environ, "DATABASE_URL": url})
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
    ask(url, delivery, "check", ORDERS)
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
    found = subprocess.run(["pgrep", "-f", "importers.job"], capture_output=True, text=True, check=False).stdout.split()
    return next((int(pid) for pid in found if url.encode() in _environment(pid)), 0)


def _environment(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
