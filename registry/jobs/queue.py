"""Background work waits in the database: procrastinate's queue, in a schema of its own beside the register.

No other server is needed, and a job is queued in the transaction that makes it necessary: both are there, or neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any

import psycopg

from registry.database.connections import options, plain_url

if TYPE_CHECKING:
    from procrastinate import App

    from registry.jobs.tasks import Task

SCHEMA = "queue"
# A worker tells every ten seconds that it lives; after this long it is counted dead.
SILENT_SECONDS = 40


def install(connection: psycopg.Connection[Any]) -> None:
    """Make procrastinate's tables, or bring them to the installed version. As the owner; twice is a no-op."""
    import procrastinate

    connection.execute("SET LOCAL search_path = queue")
    connection.execute("CREATE TABLE IF NOT EXISTS queue.installed (version text PRIMARY KEY)")
    row = connection.execute("SELECT version FROM queue.installed").fetchone()
    if row is None:
        connection.execute(_text("schema.sql").encode())
    else:
        for file in _migrations(str(row[0])):
            connection.execute(_text("migrations", file).encode())
    connection.execute("DELETE FROM queue.installed")
    connection.execute("INSERT INTO queue.installed VALUES (%s)", (procrastinate.__version__,))
    connection.execute("SET LOCAL search_path = registry, public")


def _text(*path: str) -> str:
    return resources.files("procrastinate.sql").joinpath(*path).read_text(encoding="utf-8")


def _migrations(since: str) -> list[str]:
    """procrastinate's own migrations after a version: `03.04.00_01_pre_….sql`, in their order."""
    from packaging.version import Version

    files = (f.name for f in resources.files("procrastinate.sql").joinpath("migrations").iterdir())
    return sorted(f for f in files if f.endswith(".sql") and Version(f.split("_")[0]) > Version(since))


def application(url: str, turns: int = 1) -> App:
    """The queue as a worker runs it that does so many jobs at a time."""
    from procrastinate import App, PsycopgConnector

    how = {"options": options(url, search_path=SCHEMA), "application_name": "chengji"}
    return App(connector=PsycopgConnector(conninfo=plain_url(url), kwargs=how, min_size=1, max_size=2 + turns))


def put(connection: psycopg.Connection[Any], task: Task, **arguments: Any) -> int:
    """Queue a job of a kind, within the caller's transaction; returns its number.

    Districts take turns: a job comes after as many of other districts as wait of its own, however many it has put in before.
    """
    with _own_tables(connection):
        queued = connection.execute(_QUEUED, {"queue": task.queue, "district": arguments.get("district")}).fetchone()
        assert queued is not None
        work = _unopened().configure_task(
            task.name, queue=task.queue, lock=task.lock_of(arguments), priority=-int(queued[0]), connection=connection
        )
        return int(work.defer(**arguments))


_QUEUED = """
SELECT count(*) FROM queue.procrastinate_jobs
WHERE queue_name = %(queue)s AND status = 'todo' AND args ->> 'district' = %(district)s
"""


def ask_to_stop(connection: psycopg.Connection[Any], job: int) -> None:
    """Take a job out of the queue, within the caller's transaction; one that runs already is told to stop."""
    with _own_tables(connection):
        _unopened().job_manager.cancel_job_by_id(job, abort=True, delete_job=True, connection=connection)


def is_waiting(connection: psycopg.Connection[Any], job: int) -> bool:
    """Whether a job still waits for a worker."""
    row = connection.execute("SELECT status = 'todo' FROM queue.procrastinate_jobs WHERE id = %s", (job,)).fetchone()
    return bool(row and row[0])


def _unopened() -> App:
    """The queue without a connection of its own: everything goes over the caller's."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())


@contextmanager
def _own_tables(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """procrastinate names its tables without their schema."""
    connection.execute("SELECT set_config('search_path', %s, true)", (SCHEMA,))
    yield
    connection.execute("SELECT set_config('search_path', 'registry, public', true)")


def has_worker(connection: psycopg.Connection[Any]) -> bool:
    """Whether a worker is alive to take what is queued."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM queue.procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second')",
        (SILENT_SECONDS,),
    ).fetchone()
    assert row is not None
    return bool(row[0])
