"""`registry work`: the worker that takes deliveries from the queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click

from registry.database.processes import die_with_parent
from registry.i18n import _
from registry.operations.cluster import serving

LONGEST_PAUSE = 30.0


@click.command()
@click.option("--once", is_flag=True, help="做完排队的工作就结束 / end when nothing waits any more")
@click.option("--started-by", type=int, hidden=True, help="进程号 / the process that this one ends with")
def work(once: bool, started_by: int | None) -> None:
    """处理排队的交付，Ctrl-C 结束。 Process queued deliveries until Ctrl-C.

    `registry serve` and `registry run` start one of their own.
    """
    with serving() as url:
        if once:
            from importers.jobs.worker import run

            run(url, once=True)
        else:
            _keep_going(url, started_by)


def _keep_going(url: str, started_by: int | None) -> None:
    """A worker, and a new one whenever it dies: what kills one delivery's worker must not hold up the next."""
    child: subprocess.Popen[bytes] | None = None
    stopped = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        if not stopped and child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
        stopped = True

    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, stop)
    die_with_parent(signal.SIGTERM, started_by)
    pause = 1.0
    while not stopped:
        began = time.monotonic()
        command = [sys.executable, "-m", "importers.jobs.worker", str(os.getpid())]
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        if stopped:  # told while the child was being started, when there was nobody to pass it on to
            child.send_signal(signal.SIGTERM)
        code = child.wait()
        if not stopped:
            pause = 1.0 if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            click.echo(_("处理进程结束（%(code)s），%(pause)s 秒后重新启动。", code=code, pause=round(pause)), err=True)
            again = time.monotonic() + pause
            while not stopped and time.monotonic() < again:
                time.sleep(0.2)
