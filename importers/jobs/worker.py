"""The worker: takes steps of deliveries from the queue and does each in a process of its own (`importers.jobs.step`).

The worker itself touches no file and stays small; a step that is asked to stop, or a worker that is, ends its process, and
with it the transaction.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Status

from registry.database.connections import connect
from registry.database.processes import die_with_parent
from registry.deliveries import steps as delivery_steps
from registry.errors import RegistryError
from registry.jobs import queue
from registry.operations import cluster
from registry.settings import settings

TIDY_EVERY = 30.0
ASKED_EVERY = 0.3
PATIENCE = 20.0
log = logging.getLogger("chengji.work")


def run(url: str, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with `once`, until nothing waits any more."""
    recover_orphans(url)
    queue_app = _application(url)
    asyncio.run(_run(queue_app, url, once))


def recover_orphans(url: str) -> None:
    """Recover what a dead worker left."""
    with connect(url) as connection:
        mended = delivery_steps.recover_orphans(connection)
    if mended:
        log.warning("recovered %s steps that a dead worker left", mended)


async def _run(app: App, url: str, once: bool) -> None:
    async with app.open_async():
        await _drop_stalled(app)
        tidying = None if once else asyncio.create_task(_tidy_from_time_to_time(url))
        try:
            await _until_told_to_stop(app.run_worker_async(
                queues=[queue.QUEUE], concurrency=1, wait=not once, delete_jobs="always", install_signal_handlers=False,
                fetch_job_polling_interval=2.0, abort_job_polling_interval=1.0, shutdown_graceful_timeout=0.5,
            ))  # fmt: skip
        finally:
            if tidying is not None:
                tidying.cancel()


async def _until_told_to_stop(working: Coroutine[Any, Any, None]) -> None:
    """The worker ends its job in an orderly way at the first SIGTERM or SIGINT. More of them change nothing: a parent that
    dies sends one for each of its threads."""
    task, loop = asyncio.ensure_future(working), asyncio.get_running_loop()

    def stop() -> None:
        if not task.cancelling():
            task.cancel()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await task


async def _drop_stalled(app: App) -> None:
    """Jobs of workers that are gone: their steps are `failed` already, and a person decides whether to go on."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=queue.SILENT_SECONDS):
        assert job.id is not None
        await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


async def _tidy_from_time_to_time(url: str) -> None:
    while True:
        await asyncio.sleep(TIDY_EVERY)
        try:
            await asyncio.to_thread(recover_orphans, url)
            await asyncio.to_thread(_renew, url)
        except Exception:  # the database may be away for a while: the next round recovers what this one could not
            log.exception("could not tidy up")


def _renew(url: str) -> None:
    """A private cluster under a server that runs for months: its package is upgraded some day, and no command starts it."""
    if cluster.renew(url):
        log.warning("PostgreSQL was upgraded, and is started anew")


def _application(url: str) -> App:
    app = queue.application(url)

    @app.task(name=queue.TASK, queue=queue.QUEUE, pass_context=True)
    async def work(context: JobContext, district: str, delivery: int, number: int) -> None:
        await _in_a_process(context, url, (district, str(delivery), str(number)))

    return app


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
