"""One step of work on one file of a delivery, in a process of its own: `python -m importers.jobs.step DISTRICT DELIVERY NUMBER
[PARENT]`, the last being the worker that it ends with.

Two connections. The status connection holds the file's lock and tells of progress, each time in a transaction of its own;
the work is one transaction on the other, and its last statement says that the step is done. So whatever happens to this
process or to the database, the file is whole or absent, and says so: a lock that nobody holds means `failed`.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from importers.errors import as_json
from importers.inspection.inspect import look_over
from importers.pipeline import ImportRequest, Report, run
from importers.read.reader_process import ReaderLimits, ReaderProcess
from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.database.connections import connect
from registry.database.processes import die_with_parent
from registry.deliveries import deliveries
from registry.deliveries import steps as delivery_steps
from registry.deliveries.steps import Run, Task
from registry.errors import Conflict, RegistryError, Unavailable
from registry.messages import Message
from registry.settings import Settings, settings
from registry.vocabulary.changes import SetStatus
from registry.vocabulary.deliveries import DeliveryStep, StepStatus, Verb

log = logging.getLogger("chengji.work")
TOLD_EVERY = 0.5
# How long a database that went away is waited for, to tell it what happened. Less than the worker's patience.
WAITED_FOR = 10.0
# The server notices within a second that this process is gone, even in the middle of a long statement.
WATCHFUL = "SET client_connection_check_interval = '1s'"


class Cancelled(KeyboardInterrupt):
    """Somebody asked for the end of this step. Of KeyboardInterrupt's kind, so that psycopg stops the statement too."""


class Stopped(KeyboardInterrupt):
    """The worker is being stopped: the step waits for the next one."""


class Orphaned(KeyboardInterrupt):
    """The worker died."""


def main(district: str, delivery: int, number: int, parent: int | None = None) -> int:
    """Do the step that waits; 0 when it is done or was not there any more, 1 when it failed, 2 when it was cancelled."""
    url = settings().database_url
    assert url is not None, "the worker says where the database is"
    for caught in ENDS:
        signal.signal(caught, _end)
    try:
        die_with_parent(signal.SIGHUP, parent)
        with connect(url) as status, delivery_steps.work_on(status, district, delivery, number) as mine:
            task = delivery_steps.task(status, district, delivery, number) if mine else None
            if task is None:
                return 0
            run = delivery_steps.begin(status, task)
            status.commit()
            return _Work(url, status, run, settings()).do()
    except (Unavailable, psycopg.OperationalError) as error:  # not begun: it waits for the next worker
        log.error("%s %s %s: %s", district, delivery, number, error)
    except KeyboardInterrupt:
        log.warning("%s %s %s: ended before it began", district, delivery, number)
    return 1


def _end(got: int, _frame: FrameType | None) -> None:
    """Raise what the signal means; keep it too, for an exception may be lost where Python ignores them."""
    _ignore_ends()
    _ended.append(ENDS[signal.Signals(got)])
    raise _ended[0]


def _ignore_ends() -> None:
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)


def _go_on() -> None:
    if _ended:
        raise _ended[0]


# How the worker says that a person cancelled the step, and that it is being stopped; how the system says that it died.
ENDS = {signal.SIGTERM: Cancelled, signal.SIGUSR1: Stopped, signal.SIGHUP: Orphaned}
_ended: list[type[KeyboardInterrupt]] = []


class _Work:
    """A step under way."""

    def __init__(self, url: str, status: psycopg.Connection[Any], run: Run, given: Settings) -> None:
        self._url, self._status, self._run, self._home = url, status, run, given.home
        self.limits = ReaderLimits.of(given)
        self._told_at, self._told_verb = 0.0, ""

    def do(self) -> int:
        """The step in its transaction, and what became of it."""
        try:
            with connect(self._url) as connection:
                connection.execute(WATCHFUL)
                scope = open_scope(connection, self.task.district, self.task.person)
                outcome = STEPS[DeliveryStep(self.task.step)](connection, scope, self)
                delivery_steps.report_progress(connection, self._run, status=StepStatus.DONE, **outcome)
                _go_on()
            return 0
        except Cancelled:
            return self._end(2, status=StepStatus.CANCELLED)
        except Stopped:
            return self._end(0, status=StepStatus.QUEUED, verb="", done=0)
        except Orphaned:
            return self._end(1, status=StepStatus.FAILED, failure=delivery_steps.died())
        except RegistryError as error:
            return self._end(1, status=StepStatus.FAILED, failure=as_json(error))
        except psycopg.OperationalError as error:
            log.error("%s: %s", self.task, error)
            return self._end(1, status=StepStatus.FAILED, failure=_misfortune(error))
        except BaseException as error:
            self._end(1, status=StepStatus.FAILED, failure=_fault(error))
            raise

    def _end(self, code: int, **outcome: Any) -> int:
        """Told on a connection of its own: the others may be broken, or in the middle of a statement.

        Where the work was committed and only the answer lost, or somebody else has begun anew, it is refused; where there
        is no database any more, the lock that is gone will tell it.
        """
        _ignore_ends()  # it is ending, and a worker that lost the database too may want the same
        with suppress(psycopg.Error):
            self._status.rollback()  # the end may have come between telling of progress and its commit: let go of the row
        deadline = time.monotonic() + WAITED_FOR
        while True:
            try:
                with connect(self._url) as connection:
                    delivery_steps.report_progress(connection, self._run, **outcome)
                return code
            except Conflict as error:
                log.warning("%s: %s", self.task, error)
                return code
            except (Unavailable, psycopg.OperationalError) as error:
                if time.monotonic() > deadline:
                    log.error("%s: %s", self.task, error)
                    return code
            time.sleep(TOLD_EVERY)

    @property
    def task(self) -> Task:
        """What is to be done."""
        return self._run.task

    @property
    def path(self) -> Path:
        """The uploaded file."""
        task = self.task
        return deliveries.place(self._home, task.district, task.delivery, task.number, task.name)

    def progress(self, verb: str, done: int, total: int | None) -> None:
        """Tell how far it is, at most twice a second."""
        _go_on()
        now = time.monotonic()
        if verb == self._told_verb and now - self._told_at < TOLD_EVERY:
            return
        self._told_at, self._told_verb = now, verb
        delivery_steps.report_progress(self._status, self._run, verb=verb, done=done, total=total)
        self._status.commit()


def _misfortune(error: psycopg.OperationalError) -> dict[str, Any]:
    """What befell the database."""
    is_full = isinstance(error, psycopg.errors.DiskFull)
    return Message("database.disk_full" if is_full else "database.connection_lost").as_json()


def _fault(error: BaseException) -> dict[str, Any]:
    """A fault of ours or of the machine; its words show nothing of the inside."""
    return Message("delivery.fault", {"kind": type(error).__name__}).as_json()


def _look(connection: psycopg.Connection[Any], scope: Scope, work: _Work) -> dict[str, Any]:
    work.progress(Verb.LOOK, 0, None)
    with ReaderProcess(work.path, work.limits.megabytes, work.limits.seconds) as reader:
        options = work.task.options
        return {"look": look_over(connection, scope, reader, options.encoding, options.header_row)}


def _check(connection: psycopg.Connection[Any], scope: Scope, work: _Work) -> dict[str, Any]:
    task = work.task
    if task.change_set is not None:
        _give_up(connection, scope, task.change_set)
    report = run(connection, scope, order_of(task, work.path), work.progress, work.limits)
    return {"change_set": report.summary.change_set, "report": _short(report)}


def _give_up(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> None:
    """The proposal of an earlier check: the new one takes its place."""
    if change_sets.read(connection, scope, change_set)["status"] == SetStatus.PROPOSED:
        change_sets.reject(connection, scope, change_set)


def order_of(task: Task, path: Path) -> ImportRequest:
    """The import of a delivery's file as `importers.pipeline` takes it."""
    options = task.options
    if task.number > 1:  # corrected rows: a part of the delivery, in a file whose layers may have other names
        options = replace(options, partial=True, source_layer=None)
    return ImportRequest(path, task.layer or "", title=task.title, **vars(options))


def _short(report: Report) -> dict[str, Any]:
    """The report without its problems, which are kept with the change set."""
    return {name: value for name, value in report.as_dict().items() if name != "problems"}


def _apply(connection: psycopg.Connection[Any], scope: Scope, work: _Work) -> dict[str, Any]:
    assert work.task.change_set is not None
    work.progress(Verb.APPLY, 0, None)
    change_sets.apply(connection, scope, work.task.change_set)
    return {}


def _undo(connection: psycopg.Connection[Any], scope: Scope, work: _Work) -> dict[str, Any]:
    assert work.task.change_set is not None
    work.progress(Verb.UNDO, 0, None)
    file = deliveries.get(connection, scope, work.task.delivery).file(work.task.number)
    summary = change_sets.undo(connection, scope, file.undone_by or work.task.change_set)
    if not summary.changes:
        raise Conflict("delivery.nothing_to_undo", n=summary.conflicts)
    change_sets.apply(connection, scope, summary.change_set)
    return {}


STEPS = {DeliveryStep.LOOK: _look, DeliveryStep.CHECK: _check, DeliveryStep.APPLY: _apply, DeliveryStep.UNDO: _undo}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
