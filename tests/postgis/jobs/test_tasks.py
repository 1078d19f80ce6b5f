"""Any kind of job that announces itself is done by the worker, as often, as long and in such turns as it says."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import toy_jobs

from registry.database.connections import connect
from registry.deliveries.steps import WORK
from registry.jobs import queue, tasks, worker
from registry.jobs.tasks import Task


@pytest.fixture
def url(clone: str) -> str:
    with psycopg.connect(clone) as connection:
        connection.execute("CREATE TABLE public.toy (id bigserial PRIMARY KEY, said text)")
    return clone


def put(url: str, task: Task, **arguments: Any) -> int:
    with connect(url) as connection:
        return queue.put(connection, task, **arguments)


def done(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [said for (said,) in connection.execute("SELECT said FROM public.toy ORDER BY id")]


def queued(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM queue.procrastinate_jobs WHERE status = 'todo'").fetchone()
        assert row is not None
        return int(row[0])


def test_a_kind_is_done_by_its_function(url: str) -> None:
    put(url, toy_jobs.PLAIN, district="330105", word="a")
    worker.run(url, [toy_jobs.PLAIN, WORK], once=True)
    assert done(url) == ["330105 a"]
    assert queued(url) == 0


def test_a_failing_job_is_tried_as_often_as_its_kind_says(url: str) -> None:
    put(url, toy_jobs.FAILING, district="330105")
    worker.run(url, [toy_jobs.FAILING], once=True)
    assert done(url) == ["330105 0", "330105 1"]


def test_a_job_that_takes_too_long_is_ended(url: str) -> None:
    put(url, toy_jobs.SLOW, district="330105")
    put(url, toy_jobs.PLAIN, district="330105", word="meanwhile")
    worker.run(url, [toy_jobs.SLOW, toy_jobs.PLAIN], once=True)
    assert sorted(done(url)) == ["330105 ended", "330105 meanwhile"]


def test_districts_take_turns(url: str) -> None:
    for word in ("1", "2", "3"):
        put(url, toy_jobs.PLAIN, district="330105", word=word)
    put(url, toy_jobs.PLAIN, district="330106", word="1")
    worker.run(url, [toy_jobs.PLAIN], once=True)
    assert done(url) == ["330105 1", "330106 1", "330105 2", "330105 3"]


def test_a_lock_is_a_pattern_over_the_arguments(url: str) -> None:
    assert toy_jobs.LOCKED.lock_of({"district": "330105"}) == "toy 330105"
    assert toy_jobs.PLAIN.lock_of({"district": "330105"}) is None
    number = put(url, toy_jobs.LOCKED, district="330105")
    with psycopg.connect(url) as connection:
        stored = connection.execute("SELECT lock FROM queue.procrastinate_jobs WHERE id = %s", (number,)).fetchone()
    assert stored == ("toy 330105",)
    worker.run(url, [toy_jobs.LOCKED], once=True)
    assert done(url) == ["tidy", "330105 done"]


def test_what_is_announced_can_be_loaded() -> None:
    for task in tasks.announced():
        assert callable(tasks.function(task.run))
        assert not task.tidy or callable(tasks.function(task.tidy))
    assert WORK in tasks.announced()
