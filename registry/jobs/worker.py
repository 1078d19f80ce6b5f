"""The worker: takes jobs of any announced kind from the queue, one of each queue at a time, until it is told to stop."""

from __future__ import annotations

import asyncio
import inspect
import logging
import signal
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.jobs import Status

from registry.jobs import queue
from registry.jobs.tasks import Task, function

TIDY_EVERY = 30.0
log = logging.getLogger("chengji.work")


def run(url: str, tasks: Iterable[Task], once: bool = False, looked_after: Callable[[str], None] | None = None) -> None:
    """Work until SIGTERM or SIGINT; with `once`, until nothing waits any more. `looked_after` is called with the URL twice
    a minute, after the tidying."""
    known = tuple(tasks)
    _tidy(url, known)
    asyncio.run(_run(_application(url, known), url, known, once, looked_after))


def _tidy(url: str, tasks: Iterable[Task]) -> None:
    for name in dict.fromkeys(task.tidy for task in tasks if task.tidy):
        function(name)(url)


async def _run(
    app: App, url: str, tasks: tuple[Task, ...], once: bool, looked_after: Callable[[str], None] | None
) -> None:
    queues = sorted({task.queue for task in tasks})
    async with app.open_async():
        await _recover_stalled(app, tasks)
        tidying = None if once else asyncio.create_task(_tidy_from_time_to_time(url, tasks, looked_after))
        try:
            await _until_told_to_stop(_work_on(app, queues, once))
        finally:
            if tidying is not None:
                tidying.cancel()


async def _work_on(app: App, queues: list[str], once: bool) -> None:
    """A turn for each queue."""
    await asyncio.gather(*(
        app.run_worker_async(
            queues=[name], concurrency=1, wait=not once, delete_jobs="always", install_signal_handlers=False,
            fetch_job_polling_interval=2.0, abort_job_polling_interval=1.0, shutdown_graceful_timeout=0.5,
        )
        for name in queues
    ))  # fmt: skip


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


async def _recover_stalled(app: App, tasks: tuple[Task, ...]) -> None:
    """Jobs of workers that are gone are tried again where their kind is; else `tidy` says what became of them, or a person
    asks anew."""
    tries = {task.name: task.tries for task in tasks}
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=queue.SILENT_SECONDS):
        assert job.id is not None
        if job.attempts + 1 < tries.get(job.task_name, 1):
            await app.job_manager.retry_job_by_id_async(job.id, retry_at=datetime.now(UTC))
        else:
            await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


async def _tidy_from_time_to_time(
    url: str, tasks: tuple[Task, ...], looked_after: Callable[[str], None] | None
) -> None:
    while True:
        await asyncio.sleep(TIDY_EVERY)
        try:
            await asyncio.to_thread(_tidy, url, tasks)
            if looked_after is not None:
                await asyncio.to_thread(looked_after, url)
        except Exception:  # the database may be away for a while: the next round recovers what this one could not
            log.exception("could not tidy up")


def _application(url: str, tasks: tuple[Task, ...]) -> App:
    app = queue.application(url, len({task.queue for task in tasks}))
    for task in tasks:
        _register(app, url, task)
    return app


def _register(app: App, url: str, task: Task) -> None:
    again = RetryStrategy(max_attempts=task.tries - 1, wait=task.pause) if task.tries > 1 else False

    @app.task(name=task.name, queue=task.queue, pass_context=True, retry=again)
    async def work(context: JobContext, **arguments: Any) -> None:
        async with asyncio.timeout(task.seconds):
            await _called(task, context, url, arguments)


async def _called(task: Task, context: JobContext, url: str, arguments: dict[str, Any]) -> None:
    does = function(task.run)
    if inspect.iscoroutinefunction(does):
        await does(context, url, **arguments)
    else:
        await asyncio.to_thread(does, context, url, **arguments)
