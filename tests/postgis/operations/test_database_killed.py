"""PostgreSQL itself killed, the whole of it or one session, in the middle of a step: a private cluster as `registry up` makes
it. Afterwards the delivery is whole or absent and says so, and ends as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
import seed
from at_work import (
    ENDS,
    OPTIONS,
    as_,
    ask,
    assert_consistent,
    deliver,
    file_of,
    history,
    keeper,
    many_lamps,
    status_of,
    until,
    work,
)
from serving import free_port, is_free, served

from registry.errors import Unavailable
from registry.messages import Message
from registry.operations import cluster
from registry.settings import settings

MOMENTS = 2
# By files: the other way copies a sequence together with the numbers that it has put into the log beforehand, which the log
# of the copy does not have, so that after a crash the sequence goes back (PostgreSQL 15).
COPY = "CREATE DATABASE chengji TEMPLATE pristine STRATEGY FILE_COPY"


@dataclass(frozen=True)
class Undisturbed:
    """A delivery that nothing happens to: the register after each step, and how long each one takes."""

    rows: dict[str, list[tuple[Any, ...]]]
    seconds: dict[str, float]


def registry(command: str) -> str:
    """One of our commands, as an operator gives it."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "registry.commands.main", command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def own_home() -> Iterator[Path]:
    """A home with a cluster of its own, filled, and stopped at the end. Not below pytest's folder, which is root's alone,
    and root's server runs as another user."""
    with tempfile.TemporaryDirectory(prefix="chengji-") as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder)
        home.chmod(0o711)
        patch.setenv("REGISTRY_HOME", folder)
        settings.cache_clear()
        try:
            url = registry("up")
        except AssertionError as error:
            if os.environ.get("CI", "").lower() == "true":
                raise
            pytest.skip(f"no PostGIS to test with: {error}")
        # what is killed here are processes, not the machine: nothing that was handed to the system is lost
        on_the_server(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        registry("migrate")
        seed.fill(url)
        on_the_server(url, "ALTER DATABASE chengji RENAME TO pristine")
        yield home
        registry("down")
    settings.cache_clear()


def on_the_server(url: str, *statements: str) -> None:
    with psycopg.connect(databases.address(url, "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def url(own_home: Path) -> str:
    """The cluster's register as it was seeded."""
    shutil.rmtree(own_home / "deliveries", ignore_errors=True)
    found = cluster.start().url
    on_the_server(found, "DROP DATABASE IF EXISTS chengji WITH (FORCE)", COPY)
    return found


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_lamps(tmp_path_factory.mktemp("delivery"))


def register(url: str) -> list[tuple[Any, ...]]:
    """The live components without the numbers that a sequence gives, which after a crash goes on a little further."""
    with as_(url) as (connection, scope):
        return connection.execute(
            "SELECT a.code, a.class, a.name, a.state, m.name, o.name, t.name, a.attributes, a.geom, a.areas, a.fingerprint,"
            " a.version FROM registry.asset a LEFT JOIN registry.party m ON (m.district, m.id) = (a.district, a.manager)"
            " LEFT JOIN registry.party o ON (o.district, o.id) = (a.district, a.owner)"
            " LEFT JOIN registry.party t ON (t.district, t.id) = (a.district, a.maintainer)"
            " WHERE a.district = %s AND a.layer = 'component' AND a.state <> 'retired' ORDER BY a.code",
            (scope.district,),
        ).fetchall()


@pytest.fixture(scope="module")
def undisturbed(own_home: Path, lamps: Path) -> Undisturbed:
    """What every step makes of the register when nothing befalls it."""
    url = cluster.start().url
    on_the_server(url, COPY)
    delivery, _number = deliver(url, own_home, lamps)
    work(url, once=True)
    rows, seconds = {}, {}
    for step in ENDS:
        ask(url, delivery, step, OPTIONS if step == "check" else None)
        work(url, once=True)
        file = file_of(url, delivery)
        assert file.state == ENDS[step], file.failure
        assert file.started_at is not None
        assert file.ended_at is not None
        rows[step], seconds[step] = register(url), (file.ended_at - file.started_at).total_seconds()
    return Undisturbed(rows, seconds)


def kill_server() -> None:
    """The postmaster; its sessions notice it when they have time for it."""
    os.kill(int((_cluster().data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def kill_session(url: str, chance: random.Random) -> None:
    """One session of the register, whichever; the server then ends all of them and recovers by itself."""
    with psycopg.connect(databases.address(url, "postgres")) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = 'chengji' ORDER BY pid").fetchall()
    os.kill(chance.choice(found)[0], signal.SIGKILL)


def _cluster() -> cluster.Cluster:
    found = cluster.find()
    assert found is not None
    return found


def answers(url: str) -> bool:
    try:
        with as_(url):
            return True
    except (Unavailable, psycopg.OperationalError):
        return False


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_kill_9_of_the_database(url: str, own_home: Path, lamps: Path, undisturbed: Undisturbed, moment: int) -> None:
    """In every step: the server or one of its sessions, earlier or later; then it is started again. The worker goes on."""
    chance = random.Random(moment)
    delivery, _number = deliver(url, own_home, lamps)
    with keeper(url):
        until(lambda: file_of(url, delivery).state == "looked")
        for number, step in enumerate(ENDS):
            before = register(url), history(url)
            ask(url, delivery, step, OPTIONS if step == "check" else None)
            until(lambda: status_of(url, delivery)[0] != "queued")
            time.sleep(undisturbed.seconds[step] * (moment + chance.random()) / MOMENTS)
            kill_server() if (number + moment) % 2 else kill_session(url, chance)
            registry("up")
            until(lambda: answers(url))
            until(lambda: status_of(url, delivery)[0] not in ("queued", "running"))
            file = file_of(url, delivery)
            if file.state != ENDS[step]:
                assert file.state == "failed"
                assert file.failure is not None
                assert re.search("连接中断|意外终止", Message.of(file.failure).message)
                assert Message.of(file.failure).hint
                assert (register(url), history(url)) == before
                ask(url, delivery, step)
                until(lambda step=step: file_of(url, delivery).state == ENDS[step])
            assert register(url) == undisturbed.rows[step]
            assert_consistent(url)


def test_a_server_that_was_killed_is_started_again_whatever_its_sessions_do(url: str) -> None:
    """They go on with the statement they are at; the next start does not wait for the end of it."""
    with psycopg.connect(url) as session:
        busy = threading.Thread(target=long_statement, args=(session,))
        busy.start()
        with psycopg.connect(
            url, autocommit=True
        ) as other:  # within a transaction it would see the sessions of its beginning
            until(
                lambda: (
                    other.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%generate_series%'").rowcount > 1
                )
            )
        kill_server()
        registry("up")
        busy.join(timeout=5)
        assert not busy.is_alive()
    assert answers(url)


def long_statement(session: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT count(*) FROM generate_series(1, 2000000000)")


def test_the_whole_program_killed_and_started_again(url: str) -> None:
    """`registry run`, with the cluster that it started and nobody else holds: the next one takes it over, and ends it."""
    registry("down")
    port = free_port()
    try:
        with served("run --no-demo", port) as program:
            program.kill()
            program.wait()
        until(lambda: is_free(port))  # its page workers notice within a second
        assert cluster.is_running(_cluster())
        with served("run --no-demo", port) as program:
            program.send_signal(signal.SIGINT)
            assert program.wait(timeout=60) == 0
        assert not cluster.is_running(_cluster())
    finally:
        registry("up")
