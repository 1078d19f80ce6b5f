"""Kinds of job that only tests announce. What they do, they write into the table `public.toy`."""

from __future__ import annotations

import asyncio

import psycopg
from procrastinate import JobContext

from registry.jobs.tasks import Task

PLAIN = Task("toy_plain", "toy_jobs:note", queue="toys")
FAILING = Task("toy_failing", "toy_jobs:fail_once", queue="toys", tries=2, pause=0)
SLOW = Task("toy_slow", "toy_jobs:take_long", queue="slow toys", seconds=0.2)
LOCKED = Task("toy_locked", "toy_jobs:note", queue="toys", lock="toy {district}", tidy="toy_jobs:tidy")


def note(_context: JobContext, url: str, district: str, word: str = "done") -> None:
    """Write down that it was done, in what order, with what."""
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO public.toy (said) VALUES (%s)", (f"{district} {word}",))


async def fail_once(context: JobContext, url: str, district: str) -> None:
    """Done at the second try."""
    note(context, url, district, str(context.job.attempts))
    if context.job.attempts == 0:
        raise RuntimeError("the first try")


async def take_long(context: JobContext, url: str, district: str) -> None:
    """Says when it is ended for taking too long."""
    try:
        await asyncio.sleep(60)
    finally:
        note(context, url, district, "ended")


def tidy(url: str) -> None:
    """What the worker calls when it starts."""
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO public.toy (said) VALUES ('tidy')")
