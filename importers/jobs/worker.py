"""The deliveries' kind of job: each step is done in a process of its own (`importers.jobs.step`).

The worker itself touches no file and stays small; a step that is asked to stop, or a worker that is, ends its process, and
with it the transaction. `python -m importers.jobs.worker [PARENT]` is the worker of all kinds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from registry.database.connections import connect
from registry.database.processes import die_with_parent
from registry.deliveries import steps as delivery_steps
from registry.errors import RegistryError
from registry.jobs import worker
from registry.jobs.tasks import announced
from registry.operations import cluster
from registry.settings import settings

ASKED_EVERY = 0.3
PATIENCE = 20.0
log = logging.getLogger("chengji.work")


def run(url: str, once: bool = False) -> None:
    """Work on jobs of all kinds until SIGTERM or SIGINT; with `once`, until nothing waits any more."""
    worker.run(url, announced(), once, looked_after=_renew)


def recover_orphans(url: str) -> None:
    """Fail, or queue anew, what a dead worker left."""
    with connect(url) as connection:
        mended = delivery_steps.recover_orphans(connection)
    if mended:
        log.warning("recovered %s steps that a dead worker left", mended)


async def work_on_delivery(context: JobContext, url: str, district: str, delivery: int, number: int) -> None:
    """Do the step that waits for this file in a process of its own, and end it when the job is to be ended."""
    await _in_a_process(context, url, (district, str(delivery), str(number)))


def _renew(url: str) -> None:
    """A private cluster under a server that runs for months: its package is upgraded some day, and no command starts it."""
    if cluster.renew(url):
        log.warning("PostgreSQL was upgraded, and is started anew")


async def _in_a_process(context: JobContext, url: str, key: tuple[str, str, str]) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "importers.jobs.step", *key, str(os.getpid()),
        env={**os.environ, "DATABASE_URL": url}, start_new_session=True,
    )  # fmt: skip
    try:
        while child.returncode is None and not context.should_abort():
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(child.wait()), ASKED_EVERY)
    finally:
        asked_by_a_person = context.abort_reason() == AbortReason.USER_REQUEST
        await _end(child, signal.SIGTERM if asked_by_a_person else signal.SIGUSR1)
    if child.returncode not in (0, 1, 2):
        log.warning("the process for %s ended with %s", " ".join(key), child.returncode)
        await asyncio.to_thread(_give_up, url, key)
    if context.should_abort():
        raise JobAborted


def _give_up(url: str, key: tuple[str, str, str]) -> None:
    with connect(url) as connection:
        delivery_steps.mark_failed(connection, key[0], int(key[1]), int(key[2]))


async def _end(child: asyncio.subprocess.Process, kindly: signal.Signals) -> None:
    """First kindly, so that it can say what happened to it; then for good."""
    for number, patience in ((kindly, PATIENCE), (signal.SIGKILL, None)):
        if child.returncode is not None:
            return
        with suppress(ProcessLookupError):
            child.send_signal(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), patience)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    die_with_parent(signal.SIGTERM, int(sys.argv[1]) if sys.argv[1:] else None)
    url_ = settings().database_url
    assert url_ is not None, "whoever starts a worker says where the database is"
    try:
        run(url_)
    except RegistryError as error:  # the database is away: whoever started this starts another one
        log.error("%s", error)
        sys.exit(1)
