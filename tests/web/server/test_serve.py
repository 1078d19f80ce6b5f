"""`registry serve` as a process: it says where it is, serves, survives a worker, and ends cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import ROOT, children, free_port, wait_for

from web.http.secret import secret_key

# What the command does around the server must happen once, in the process that began it.
PROGRAM = """
import os
from registry.settings import settings
from web.server import serve
try:
    serve(settings(), settings().database_url)
finally:
    print("closed by", os.getpid(), flush=True)
"""

Served = subprocess.Popen[str]


@pytest.fixture
def start(seeded_database: str, tmp_path: Path) -> Iterator[Callable[..., tuple[Served, str]]]:
    """`start(code)`: the process, and the address it serves at."""
    begun: list[Served] = []

    def begin(code: str = PROGRAM, **environment: str) -> tuple[Served, str]:
        port = free_port()
        given = {"DATABASE_URL": seeded_database, "REGISTRY_HOME": str(tmp_path), "REGISTRY_PORT": str(port),
                 "REGISTRY_WORKERS": "2", "REGISTRY_LANGUAGE": "zh", "PYTHONUNBUFFERED": "1"}  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **given, **environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        begun.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_serves_and_ends_cleanly(
    start: Callable[..., tuple[Served, str]], end: signal.Signals
) -> None:
    process, address = start()
    assert wait_for(address) == 200
    process.send_signal(end)
    said, complained = process.communicate(timeout=30)
    assert process.returncode == 0, complained
    assert f"{address}/" in said
    assert said.count("closed by") == 1
    assert "Traceback" not in complained


def test_a_worker_that_ends_does_not_end_what_the_master_opened(start: Callable[..., tuple[Served, str]]) -> None:
    process, address = start()
    wait_for(address)
    (worker, *_others) = children(process.pid)
    os.kill(worker, signal.SIGTERM)
    deadline = time.monotonic() + 20
    while worker in children(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert worker not in children(process.pid)
    assert wait_for(address) == 200
    process.send_signal(signal.SIGINT)
    said, _complained = process.communicate(timeout=30)
    assert said.count("closed by") == 1
    assert f"closed by {process.pid}" in said


def test_a_taken_port_is_told_in_a_sentence(start: Callable[..., tuple[Served, str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        process, _address = start(PROGRAM, REGISTRY_PORT=str(taken.getsockname()[1]))
        _said, complained = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "不能使用" in complained


def test_a_database_of_another_version_is_refused(start: Callable[..., tuple[Served, str]], clone: str) -> None:
    from registry.database.connections import connect

    with connect(clone, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.alembic_version SET version_num = '0000'")
    process, _address = start("from web.commands import serve\nserve(standalone_mode=False)", DATABASE_URL=clone)
    _said, complained = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "registry migrate" in complained


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = secret_key(home)
    assert len(first) >= 43
    assert secret_key(home) == first
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["secret-key"]
    assert secret_key(tmp_path / "another") != first
