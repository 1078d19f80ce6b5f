"""The server killed with kill -9, whole or one of its processes: what was sent is continued, what was begun is taken over."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import seed
from at_work import (
    OPTIONS,
    ask,
    components,
    deliver,
    file_of,
    history,
    process_at_work,
    register_held_up,
    status_of,
    until,
    work,
)
from delivering import BASE
from serving import Visitor, children, command_of, descendants, free_port, is_alive, is_free, served

from registry.database.connections import connect

PIECE = 1 << 20


def page_workers(master: int) -> list[int]:
    """The processes that answer, without the one that works on deliveries."""
    return [child for child in children(master) if " work" not in command_of(child)]


def test_an_upload_goes_on_where_the_server_was_killed(seeded_clone: str, home: Path) -> None:
    """First one of its processes, in the middle of a piece; then the whole of it, and another one is started."""
    body = random.Random(1).randbytes(3 * PIECE)
    port, pieces = free_port(), (body[:PIECE], body[PIECE : 2 * PIECE], body[2 * PIECE :])
    settings = {"DATABASE_URL": seeded_clone, "REGISTRY_WORKERS": "1", "REGISTRY_IMPORT_WORKERS": "0"}
    announced = f'{{"parts": [{{"name": "a.csv", "bytes": {len(body)}}}], "mark": "1"}}'.encode()
    with served("serve", port, **settings) as server:
        visitor = Visitor(port)
        token = visitor.send("POST", BASE, announced)["upload"]
        arriving = home / "deliveries" / "incoming" / token
        visitor.send("PUT", f"{BASE}/{token}?offset=0", pieces[0])

        cut = visitor.begin_to_send(f"{BASE}/{token}?offset={PIECE}", pieces[1][: PIECE // 2], PIECE)
        until(lambda: arriving.stat().st_size > PIECE)
        os.kill(page_workers(server.pid)[0], signal.SIGKILL)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            cut.getresponse()
        assert visitor.send("POST", BASE, announced) | {"most": 0} == {
            "upload": token, "received": PIECE, "bytes": len(body), "name": "a.csv", "most": 0
        }  # fmt: skip
        visitor.send("PUT", f"{BASE}/{token}?offset={PIECE}", pieces[1])

        cut = visitor.begin_to_send(f"{BASE}/{token}?offset={2 * PIECE}", pieces[2][: PIECE // 2], PIECE)
        until(lambda: arriving.stat().st_size > 2 * PIECE)
        left = descendants(server.pid)
        server.kill()
        until(lambda: is_free(port))
        cut.close()
        until(lambda: not any(map(is_alive, left)))
    with served("serve", port, **settings):
        assert visitor.send("POST", BASE, announced)["received"] == 2 * PIECE
        visitor.send("PUT", f"{BASE}/{token}?offset={2 * PIECE}", pieces[2])
        visitor.send("POST", f"{BASE}/{token}/finish", b"{}")
    with connect(seeded_clone, role="chengji_owner") as connection:
        found = connection.execute("SELECT bytes, sha256 FROM registry.delivery_file").fetchall()
    assert found == [(len(body), hashlib.sha256(body).hexdigest())]


@contextmanager
def applying_held_up(url: str) -> Iterator[None]:
    """Whoever applies waits, as behind another apply in the district."""
    with connect(url, role=None) as holding:
        holding.execute("SELECT pg_advisory_xact_lock(hashtextextended('registry.apply ' || %s, 0))", (seed.DISTRICT,))
        yield


def test_a_killed_server_leaves_its_step_to_the_next(seeded_clone: str, home: Path) -> None:
    """Its worker goes with it and puts the step back; the next server does it without being asked."""
    delivery, _number = deliver(seeded_clone, home)
    work(seeded_clone, once=True)
    ask(seeded_clone, delivery, "check", OPTIONS)
    port, settings = free_port(), {"DATABASE_URL": seeded_clone, "REGISTRY_WORKERS": "1"}
    before = components(seeded_clone), history(seeded_clone)
    with served("serve", port, **settings) as server, register_held_up(seeded_clone):
        until(lambda: status_of(seeded_clone, delivery)[0] == "running" and process_at_work(seeded_clone))
        job, (page_worker,) = process_at_work(seeded_clone), page_workers(server.pid)
        os.kill(page_worker, signal.SIGKILL)
        until(lambda: page_workers(server.pid) not in ([], [page_worker]))
        assert process_at_work(seeded_clone) == job  # a process that answers is none of the worker's business
        kill_all_of(server)
    assert (file_of(seeded_clone, delivery).state, file_of(seeded_clone, delivery).failure) == ("queued", None)
    with served("serve", port, **settings) as server:
        until(lambda: file_of(seeded_clone, delivery).state == "review")
        with applying_held_up(seeded_clone):
            ask(seeded_clone, delivery, "apply")
            until(lambda: status_of(seeded_clone, delivery) == ("running", "apply"))
            kill_all_of(server)
    assert (file_of(seeded_clone, delivery).state, file_of(seeded_clone, delivery).failure) == ("queued", None)
    assert (components(seeded_clone), history(seeded_clone)) == before
    with served("serve", port, **settings):
        until(lambda: file_of(seeded_clone, delivery).state == "applied")
    assert components(seeded_clone) != before[0]


def kill_all_of(server: subprocess.Popen[bytes]) -> None:
    """The master alone is killed; all that it started ends by itself."""
    left = descendants(server.pid)
    assert any("importers.jobs.step" in command_of(pid) for pid in left)
    server.kill()
    until(lambda: not any(map(is_alive, left)))
