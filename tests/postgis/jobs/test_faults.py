"""Killed, cut off and out of room at random moments: afterwards a delivery is whole or absent, and says so."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from at_work import (
    ENDS,
    OPTIONS,
    ask,
    assert_consistent,
    components,
    deliver,
    file_of,
    history,
    many_lamps,
    process_at_work,
    status_of,
    until,
    work,
    worker,
)
from psycopg.sql import SQL, Identifier, Literal

from registry.database.connections import connect
from registry.messages import Message

MOMENTS = 3


@pytest.fixture(scope="module")
def delivery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many lamps that every step takes a moment."""
    return many_lamps(tmp_path_factory.mktemp("delivery"))


def strike(url: str, delivery: int, step: str, hit: Any) -> str:
    """Ask for a step, let `hit` happen to it once it runs, and return the state that it is left in."""
    ask(url, delivery, step, OPTIONS if step == "check" else None)
    with worker(url):
        until(lambda: status_of(url, delivery)[0] != "queued")
        hit()
        until(lambda: not process_at_work(url) and file_of(url, delivery).state not in ("queued", "running"))
    return file_of(url, delivery).state


def finish(url: str, delivery: int, step: str) -> None:
    """Do a step again until it is done, as a person does."""
    if file_of(url, delivery).state != ENDS[step]:
        ask(url, delivery, step)
        work(url, once=True)
    assert file_of(url, delivery).state == ENDS[step], file_of(url, delivery).failure


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_kill_9_at_any_moment(seeded_clone: str, home: Path, delivery_file: Path, moment: int) -> None:
    chance = random.Random(moment)
    before = components(seeded_clone)
    delivery, _number = deliver(seeded_clone, home, delivery_file)
    work(seeded_clone, once=True)

    def kill() -> None:
        time.sleep(chance.uniform(0, 1.5))
        if job := process_at_work(seeded_clone):
            os.kill(job, signal.SIGKILL)

    for step in ENDS:
        unchanged = components(seeded_clone), history(seeded_clone)
        if strike(seeded_clone, delivery, step, kill) == "failed":
            assert (components(seeded_clone), history(seeded_clone)) == unchanged
        finish(seeded_clone, delivery, step)
        assert_consistent(seeded_clone)
        if step == "apply":
            assert len(components(seeded_clone)) > len(before)
    assert components(seeded_clone) == before


@pytest.mark.parametrize("step", ["check", "apply"])
def test_the_connection_is_cut(seeded_clone: str, home: Path, delivery_file: Path, step: str) -> None:
    delivery, _number = deliver(seeded_clone, home, delivery_file)
    work(seeded_clone, once=True)
    if step == "apply":
        ask(seeded_clone, delivery, "check", OPTIONS)
        work(seeded_clone, once=True)
    before = components(seeded_clone)

    def cut() -> None:
        with connect(seeded_clone, role=None) as connection:
            until(lambda: _at_work(connection))
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY (%s)", (_at_work(connection),)
            )

    with connect(seeded_clone, role=None) as holding:
        # applying waits here, so that there is time to cut it off
        holding.execute("SELECT pg_advisory_lock(hashtextextended('registry.apply ' || %s, 0))", (seed.DISTRICT,))
        assert strike(seeded_clone, delivery, step, cut) == "failed"
    failure = file_of(seeded_clone, delivery).failure
    assert failure is not None
    assert "连接中断" in Message.of(failure).message
    assert components(seeded_clone) == before
    finish(seeded_clone, delivery, step)


def _at_work(connection: psycopg.Connection[Any]) -> list[int]:
    """The backends that hold a change set or wait for rows of one, in a transaction of some statements already."""
    connection.rollback()
    return [pid for (pid,) in connection.execute(
        "SELECT l.pid FROM pg_locks l WHERE l.relation = 'registry.change_set'::regclass"
        " AND l.mode IN ('RowExclusiveLock', 'RowShareLock')"
        " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()"
    )]  # fmt: skip


@contextmanager
def small_disk(url: str, megabytes: int) -> Iterator[Path]:
    """The test's database on a disk of its own, which can be filled. Not below pytest's folder: every run of pytest takes the
    right to enter that away from the user whom a root's server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="chengji-disk-"))
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False
    ).returncode:
        folder.rmdir()
        pytest.skip("no right to mount a small disk")
    try:
        name = url.split("?", maxsplit=1)[0].rpartition("/")[2]
        shutil.chown(folder, _server_user(url))
        _on_the_server(url, SQL("CREATE TABLESPACE small LOCATION {}").format(Literal(str(folder))))
        _on_the_server(url, SQL("ALTER DATABASE {} SET TABLESPACE small").format(Identifier(name)))
        yield folder
        _on_the_server(url, SQL("ALTER DATABASE {} SET TABLESPACE pg_default").format(Identifier(name)))
    finally:
        _on_the_server(url, SQL("DROP TABLESPACE IF EXISTS small"))
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def _server_user(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").fetchone()
        assert row is not None
        return Path(f"/proc/{row[0]}").stat().st_uid


def _on_the_server(url: str, statement: Any) -> None:
    base, question, options = url.partition("?")
    server = base.rpartition("/")[0] + "/postgres" + question + options
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def test_the_database_runs_out_of_disk(seeded_clone: str, home: Path, delivery_file: Path) -> None:
    with small_disk(seeded_clone, 64) as disk:
        delivery, _number = deliver(seeded_clone, home, delivery_file)
        work(seeded_clone, once=True)
        before = components(seeded_clone)
        filler = disk / "filler"
        with filler.open("wb") as file:
            free = shutil.disk_usage(disk).free - (256 << 10)
            file.write(bytes(free))
        ask(seeded_clone, delivery, "check", OPTIONS)
        work(seeded_clone, once=True)
        failed = file_of(seeded_clone, delivery)
        assert failed.state == "failed"
        assert failed.failure is not None
        assert "磁盘已满" in Message.of(failed.failure).message
        assert components(seeded_clone) == before
        filler.unlink()
        finish(seeded_clone, delivery, "check")
