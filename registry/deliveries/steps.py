"""Steps of deliveries as a worker does them: take one, hold its lock, tell how far it is, and recover what a dead worker left.

Each beginning of a step is a run of its own. A run that is over — somebody else has begun anew, or its work is committed
already though the answer was lost — can tell nothing any more: what it tells is refused, and with it the work that it
would be told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from registry.deliveries.options import ImportOptions
from registry.errors import Conflict
from registry.jobs import queue, tasks
from registry.messages import Message
from registry.vocabulary.deliveries import StepStatus

# The step of a file, done in a process of its own.
WORK = tasks.Task(
    name="work_on_delivery", run="importers.jobs.worker:work_on_delivery", queue="deliveries",
    tidy="importers.jobs.worker:recover_orphans",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """What a worker has to do: the step of a file, in whose name, and how."""

    district: str
    delivery: int
    number: int
    name: str
    step: str
    person: int
    layer: str | None
    title: str
    stored_options: dict[str, Any]
    change_set: int | None

    @property
    def options(self) -> ImportOptions:
        """How it is to be looked into and checked."""
        return ImportOptions.read(self.stored_options)


@dataclass(frozen=True)
class Run:
    """A task that was begun, and when: no two runs of a file have begun at one moment."""

    task: Task
    began: datetime


@contextmanager
def work_on(connection: psycopg.Connection[Any], district: str, delivery: int, number: int) -> Iterator[bool]:
    """Hold the lock of a file while working on it; false where somebody else does.

    It is a session lock: it ends with its connection, however that ends.
    """
    key = (district, delivery, number)
    row = connection.execute("SELECT pg_try_advisory_lock(registry.delivery_lock(%s, %s, %s))", key).fetchone()
    connection.commit()
    assert row is not None
    try:
        yield bool(row[0])
    finally:
        if row[0] and not connection.closed:
            with suppress(psycopg.OperationalError):  # cut off: then the lock is gone too
                connection.execute("SELECT pg_advisory_unlock(registry.delivery_lock(%s, %s, %s))", key)
                connection.commit()


def task(connection: psycopg.Connection[Any], district: str, delivery: int, number: int) -> Task | None:
    """The step that waits for a worker; None when it was cancelled or is gone."""
    with connection.cursor(row_factory=class_row(Task)) as cursor:
        return cursor.execute(
            "SELECT w.district, w.delivery, w.number, w.name, w.step, w.person, w.layer, w.title,"
            " w.orders AS stored_options, w.change_set FROM registry.waiting_step(%s, %s, %s) w",
            (district, delivery, number),
        ).fetchone()


def begin(connection: psycopg.Connection[Any], task: Task) -> Run:
    """Tell that the step runs now, in the caller's transaction. For the holder of the file's lock."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    began: datetime = row[0]
    _write_progress(connection, _key(task), {"status": StepStatus.RUNNING, "began": began.isoformat()})
    return Run(task, began)


def report_progress(connection: psycopg.Connection[Any], run: Run, **progress: Any) -> None:
    """Tell of the work on a file, in the caller's transaction.

    Any of status, verb, done, total, failure, look, report, change_set. Raises Conflict when the run is over.
    """
    try:
        _write_progress(connection, _key(run.task), {**progress, "run": run.began.isoformat()})
    except psycopg.DatabaseError as error:
        if error.sqlstate != "CJ409":
            raise
        raise Conflict("delivery.run_over", name=run.task.name) from error


def _key(task: Task) -> tuple[str, int, int]:
    return (task.district, task.delivery, task.number)


def _write_progress(
    connection: psycopg.Connection[Any], key: tuple[str, int, int], progress: Mapping[str, Any]
) -> None:
    connection.execute("SELECT registry.tell_delivery(%s, %s, %s, %s)", (*key, Jsonb(dict(progress))))


def died() -> dict[str, Any]:
    """Why a step failed whose worker is gone."""
    return Message("delivery.worker_died").as_json()


def mark_failed(connection: psycopg.Connection[Any], district: str, delivery: int, number: int) -> None:
    """A step whose process ended without a word has failed, even if it never got as far as `running`."""
    left = connection.execute(
        "SELECT FROM registry.unfinished_deliveries() u"
        " WHERE (u.district, u.delivery, u.number) = (%s, %s, %s) AND NOT u.worked_on",
        (district, delivery, number),
    )
    if left.rowcount:
        _write_progress(connection, (district, delivery, number), {"status": StepStatus.FAILED, "failure": died()})


def recover_orphans(connection: psycopg.Connection[Any]) -> int:
    """Recover what a dead worker left: its steps are failed, and what waits is in the queue. Returns how many."""
    mended = 0
    rows = connection.cursor(row_factory=dict_row).execute(
        "SELECT * FROM registry.unfinished_deliveries() u WHERE NOT u.worked_on"
    )
    for left in rows.fetchall():
        key = (left["district"], left["delivery"], left["number"])
        if left["status"] == StepStatus.RUNNING:
            _write_progress(connection, key, {"status": StepStatus.FAILED, "failure": died()})
        elif left["job"] is None or not queue.is_waiting(connection, left["job"]):
            new = queue.put(
                connection, WORK, district=left["district"], delivery=left["delivery"], number=left["number"]
            )
            connection.execute("SELECT registry.queue_delivery(%s, %s, %s, %s)", (*key, new))
        else:
            continue
        mended += 1
    return mended
