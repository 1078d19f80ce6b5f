"""The work is committed and the answer is lost on the way: what is told afterwards is what is true."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from at_work import ENDS, OPTIONS, ask, checked, components, deliver, file_of, work
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry.database.connections import connect
from registry.deliveries import steps as delivery_steps
from registry.errors import Conflict

# What only the connection that does the work sends, and how the server answers to its end.
WORKING, COMMITTED = b"client_connection_check_interval", b"C\0\0\0\x0bCOMMIT\0"


@contextmanager
def cut_after_commit(url: str) -> Iterator[str]:
    """A way to the server on which the answer to the commit of the work never comes, and the connection ends."""
    wanted = conninfo_to_dict(url)
    with tempfile.TemporaryDirectory(prefix="chengji-") as folder, socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{folder}/.s.PGSQL.1")
        door.listen()
        threading.Thread(target=_let_in, args=(door, wanted), daemon=True).start()
        yield make_conninfo(url, host=folder, port="1")
        door.shutdown(socket.SHUT_RDWR)


def _let_in(door: socket.socket, wanted: dict[str, str]) -> None:
    with suppress(OSError):
        while True:
            client, _address = door.accept()
            server = _server(str(wanted["host"]), str(wanted.get("port", 5432)))
            works = threading.Event()
            for ends in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=(*ends, works), daemon=True).start()


def _server(host: str, port: str) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)))
    found = socket.socket(socket.AF_UNIX)
    found.connect(f"{host}/.s.PGSQL.{port}")
    return found


def _pass_on(source: socket.socket, target: socket.socket, works: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            if WORKING in data:
                works.set()
            if works.is_set() and COMMITTED in data:
                break
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def job(url: str, delivery: int) -> int:
    return subprocess.run(
        [sys.executable, "-m", "importers.jobs.step", "330105", str(delivery), "1"],
        env={**os.environ, "DATABASE_URL": url}, check=False,
    ).returncode  # fmt: skip


def test_a_step_whose_commit_was_not_answered_is_done(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    work(seeded_clone, once=True)
    before = components(seeded_clone)
    with cut_after_commit(seeded_clone) as cut:
        for step, state in ENDS.items():
            ask(seeded_clone, delivery, step, OPTIONS if step == "check" else None)
            assert job(cut, delivery) == 1
            file = file_of(seeded_clone, delivery)
            assert (file.status, file.state, file.failure) == ("done", state, None)
    assert components(seeded_clone) == before


# The step is cancelled after it has told of its progress and before that is committed.
CANCELLED_WHILE_TELLING = """
import os, signal, sys
from importers.jobs import step as job
tell = job.delivery_steps.report_progress

def cancelled(connection, run, **progress):
    tell(connection, run, **progress)
    if progress.get("verb") == "look":
        os.kill(os.getpid(), signal.SIGTERM)

job.delivery_steps.report_progress = cancelled
sys.exit(job.main("330105", int(sys.argv[1]), 1))
"""


def test_a_step_that_is_ended_while_it_tells_of_its_progress_can_tell_its_end(seeded_clone: str, home: Path) -> None:
    """Its own row was locked by what it had told, and it waited for itself."""
    delivery, _number = deliver(seeded_clone, home)
    ended = subprocess.run(
        [sys.executable, "-c", CANCELLED_WHILE_TELLING, str(delivery)],
        env={**os.environ, "DATABASE_URL": seeded_clone}, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2
    assert file_of(seeded_clone, delivery).status == "cancelled"


def test_a_run_that_another_took_over_can_tell_nothing(seeded_clone: str, home: Path) -> None:
    """Its lock was lost with its connection, the step was asked for again and begun: the first one's work is refused."""
    delivery = checked(seeded_clone, home)
    runs = []
    with connect(seeded_clone) as connection:
        for _each in range(2):
            task = delivery_steps.task(connection, "330105", delivery, 1)
            assert task is not None
            runs.append(delivery_steps.begin(connection, task))
            connection.commit()
            if len(runs) == 1:
                ask(seeded_clone, delivery, "check")  # nobody holds the lock: it is shown as failed
        for progress in ({"status": "done"}, {"status": "failed"}, {"done": 1}):
            with pytest.raises(Conflict, match="接手"):
                delivery_steps.report_progress(connection, runs[0], **progress)
            connection.rollback()
        delivery_steps.report_progress(connection, runs[1], status="done")
        with pytest.raises(Conflict):
            delivery_steps.report_progress(connection, runs[1], status="failed")
        connection.rollback()
