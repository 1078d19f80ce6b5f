"""Kinds of job. A slice announces its own; the worker (`registry.jobs.worker`) runs whatever is announced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registry.slices import announcements, load


@dataclass(frozen=True)
class Task:
    """A kind of job.

    `run` names, as "module:function", what does it: called with procrastinate's JobContext, the database's URL and the
    arguments of the job; a coroutine, or a function that then runs in a thread. The worker loads it when the first job of the
    kind comes, so that who queues a job needs nothing of what does it.

    A job that raises, or whose worker dies, is tried again after `pause` seconds, until it was tried `tries` times; one that
    takes longer than `seconds` is ended. Of jobs with the same `lock` one runs at a time: a pattern over the arguments, such
    as "statement {district}". Each `queue` has its own turn, so that a long job of one holds up none of another.
    `tidy`: a function of the URL that the worker calls when it starts and twice a minute, to recover what a dead one left.
    """

    name: str
    run: str
    queue: str
    tries: int = 1
    pause: int = 30
    seconds: float | None = None
    lock: str = ""
    tidy: str = ""

    def lock_of(self, arguments: dict[str, Any]) -> str | None:
        """The lock of one job of this kind."""
        return self.lock.format(**arguments) or None


def announced() -> tuple[Task, ...]:
    """The tasks of all slices."""
    return tuple(load(name) for announcement in announcements("registry") for name in announcement.tasks)


def function(name: str) -> Callable[..., Any]:
    """The function that "module:name" names."""
    found: Callable[..., Any] = load(name)
    return found
