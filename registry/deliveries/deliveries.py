"""Deliveries: files that surveyors uploaded, and how far the work on each of them is.

A delivery has one file at first, and one more for each batch of resubmitted rows. A file goes through steps — look, check,
apply, undo — that people ask for here and a worker takes from the queue (`registry.deliveries.steps`). What is `running` is
believed only while somebody holds the file's lock: a worker that died leaves `failed`, never `running`.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.deliveries.options import ImportOptions
from registry.deliveries.steps import WORK, died
from registry.errors import Conflict, Invalid, NotFound
from registry.jobs import queue
from registry.vocabulary.changes import SetStatus
from registry.vocabulary.deliveries import DeliveryStep, FileState, StepStatus

LONGEST_NAME = 120


@dataclass(frozen=True)
class Upload:
    """A file that has arrived whole: what the sender calls it, its size and its checksum."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class DeliveryFile:
    """One file of a delivery. `status` is the truth: `running` only while a worker lives (see `registry.is_worked_on`).

    `verb` with `done` of `total` rows tells the progress of a running step; `failure` is a `registry.messages.Message` as JSON,
    with the `kind` of the error where it was one.
    `set_status` is that of the change set, once there is one; `undone_by` the applied change set that undid it.
    """

    delivery: int
    number: int
    name: str
    bytes: int
    sha256: str
    step: str
    status: str
    verb: str
    done: int
    total: int | None
    failure: dict[str, Any] | None
    stored_options: dict[str, Any]
    report: dict[str, Any] | None
    change_set: int | None
    job: int | None
    uploaded_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    uploaded_by: str
    set_status: str | None
    undone_by: int | None

    @property
    def options(self) -> ImportOptions:
        """How it is to be looked into and checked."""
        return ImportOptions.read(self.stored_options)

    @property
    def is_busy(self) -> bool:
        """Whether a step waits for the worker or is being worked on."""
        return self.status in (StepStatus.QUEUED, StepStatus.RUNNING)

    @property
    def state(self) -> FileState:
        """Where it stands, in one word."""
        if self.undone_by is not None:
            return FileState.UNDONE
        if self.status != StepStatus.DONE:
            return FileState(self.status)
        if self.set_status is None:
            return FileState.LOOKED
        return FileState.REVIEW if self.set_status == SetStatus.PROPOSED else FileState(self.set_status)


@dataclass(frozen=True)
class Delivery:
    """A delivery with its files in the order in which they came."""

    id: int
    title: str
    layer: str | None
    uploaded_at: datetime
    uploaded_by: str
    files: tuple[DeliveryFile, ...] = ()

    def file(self, number: int) -> DeliveryFile:
        """The file of that number. Raises NotFound."""
        for file in self.files:
            if file.number == number:
                return file
        raise NotFound("delivery.file_unknown", id=self.id, number=number)


_FILES = """
SELECT f.delivery, f.number, f.name, f.bytes, f.sha256, f.step, f.verb, f.done, f.total, f.orders AS stored_options,
       f.report, f.change_set, f.job, f.uploaded_at, f.started_at, f.ended_at, p.name AS uploaded_by, s.status AS set_status,
       CASE WHEN f.status = 'running' AND NOT registry.is_worked_on(f.district, f.delivery, f.number)
         THEN 'failed' ELSE f.status END AS status,
       CASE WHEN f.status = 'running' AND NOT registry.is_worked_on(f.district, f.delivery, f.number)
         THEN %(died)s ELSE f.failure END AS failure,
       (SELECT max(u.id) FROM registry.change_set u
        WHERE u.district = f.district AND u.undoes = f.change_set AND registry.in_force(u.district, u.id)) AS undone_by
FROM registry.delivery_file f
JOIN registry.person p ON p.id = f.uploaded_by
LEFT JOIN registry.change_set s ON s.district = f.district AND s.id = f.change_set
WHERE f.district = %(district)s AND f.delivery = ANY (%(deliveries)s)
ORDER BY f.delivery, f.number
"""


def place(home: Path, district: str, delivery: int, number: int, name: str) -> Path:
    """Where a file of a delivery is kept. Each has a folder of its own, so that its name can be kept as it came."""
    return home / "deliveries" / district / str(delivery) / str(number) / name


def incoming(home: Path) -> Path:
    """A new name for a file that is still arriving, on the same file system as its later place."""
    folder = home / "deliveries" / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / secrets.token_hex(16)


def safe_name(given: str) -> str:
    """The name of an uploaded file as it may stand on our disk: no path, no control character, not too long.

    Raises Invalid when nothing is left of it.
    """
    name = "".join(c for c in given.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip().lstrip(".")
    stem, dot, suffix = name.rpartition(".")
    if len(name.encode()) > LONGEST_NAME:
        kept = (stem or name).encode()[: LONGEST_NAME - len(suffix.encode()) - 1].decode(errors="ignore")
        name = f"{kept}{dot}{suffix}" if dot else kept
    if not name:
        raise Invalid("delivery.file_name_bad", name=given[:40])
    return name


def receive(
    connection: psycopg.Connection[Any],
    scope: Scope,
    upload: Upload,
    *,
    title: str = "",
    delivery: int | None = None,
    options: ImportOptions | None = None,
) -> tuple[int, int]:
    """Enter an uploaded file, as a new delivery or as resubmitted rows of one, and queue its inspection (resubmitted rows are
    checked at once, by the options of the first file). Returns delivery and number; the caller moves the file to its `place`
    before committing.

    Raises NotAllowed for somebody who may write no layer, NotFound for a delivery out of reach.
    """
    if delivery is None:
        scope.require_any_writer()
        row = connection.execute(
            "INSERT INTO registry.delivery (district, title, uploaded_by) VALUES (%s, %s, %s) RETURNING id",
            (scope.district, (title.strip() or upload.name)[:200], scope.person_id),
        ).fetchone()
        assert row is not None
        delivery, number, step = int(row[0]), 1, DeliveryStep.LOOK
    else:
        first = get(connection, scope, delivery)
        if first.layer is None:
            raise Conflict("delivery.first_unchecked", id=delivery)
        scope.require_writer(first.layer)
        number, step = len(first.files) + 1, DeliveryStep.CHECK
        options = options or first.files[0].options
    connection.execute(
        "INSERT INTO registry.delivery_file (district, delivery, number, name, bytes, sha256, step, orders, uploaded_by,"
        " asked_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (scope.district, delivery, number, upload.name, upload.bytes, upload.sha256, step,
         Jsonb((options or ImportOptions()).as_dict()),
         scope.person_id, scope.person_id),
    )  # fmt: skip
    _queue(connection, scope, delivery, number)
    return delivery, number


def get(connection: psycopg.Connection[Any], scope: Scope, delivery: int) -> Delivery:
    """A delivery with its files. Raises NotFound, also for one out of scope."""
    found = _read(connection, scope, {"id": delivery, "before": None, "limit": 1})
    if not found:
        raise NotFound("delivery.unknown", id=delivery)
    return found[0]


def page(
    connection: psycopg.Connection[Any], scope: Scope, before: int | None = None, limit: int = 30
) -> list[Delivery]:
    """The latest deliveries, newest first; the next page is `before` the last one's id."""
    return _read(connection, scope, {"id": None, "before": before, "limit": limit})


_DELIVERIES = """
SELECT d.id, d.title, d.layer, d.uploaded_at, p.name AS uploaded_by
FROM registry.delivery d JOIN registry.person p ON p.id = d.uploaded_by
WHERE d.district = %(district)s AND (%(id)s::bigint IS NULL OR d.id = %(id)s)
  AND (%(before)s::bigint IS NULL OR d.id < %(before)s)
ORDER BY d.id DESC LIMIT %(limit)s
"""


def _read(connection: psycopg.Connection[Any], scope: Scope, values: dict[str, Any]) -> list[Delivery]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_DELIVERIES, {"district": scope.district, **values}).fetchall()
    with connection.cursor(row_factory=class_row(DeliveryFile)) as files:
        wanted = {"district": scope.district, "deliveries": [row["id"] for row in rows]}
        found = files.execute(_FILES, {**wanted, "died": Jsonb(died())}).fetchall()
    return [Delivery(**row, files=tuple(file for file in found if file.delivery == row["id"])) for row in rows]


_INSPECTION = """
SELECT d.layer, registry.inspection_of(current_user, f.district, f.delivery, f.number)
FROM registry.delivery_file f JOIN registry.delivery d ON d.district = f.district AND d.id = f.delivery
WHERE f.district = %s AND f.delivery = %s AND f.number = %s
"""


def inspection(
    connection: psycopg.Connection[Any], scope: Scope, delivery: int, number: int, layer: str | None = None
) -> list[dict[str, Any]]:
    """What a look into a file showed: its layers, as `importers.jobs.step` keeps them; empty before the look.

    It holds samples of the rows. They are logged under the layer of the delivery; where nobody has said it, under `layer`, what
    its reader takes them for, else under the layer that each of them seems to fit.
    """
    with look(connection, scope, f"delivery {delivery}/{number}") as seen:
        row = connection.execute(_INSPECTION, (scope.district, delivery, number)).fetchone()
        if row is None:
            raise NotFound("delivery.unknown", id=delivery)
        found = list(row[1] or [])
        seen.layers(Counter(row[0] or layer or source.get("best") or "" for source in found))
    return found


def name_it(
    connection: psycopg.Connection[Any],
    scope: Scope,
    delivery: int,
    *,
    title: str | None = None,
    layer: str | None = None,
) -> None:
    """Give a delivery its title or its layer. Raises NotFound and NotAllowed for a layer out of reach, NotFound for a
    delivery out of reach."""
    if layer is not None:
        scope.require_writer(layer)
    done = connection.execute(
        "UPDATE registry.delivery SET title = coalesce(%s, title), layer = coalesce(%s, layer)"
        " WHERE district = %s AND id = %s",
        (title.strip()[:200] or None if title is not None else None, layer, scope.district, delivery),
    )
    if done.rowcount != 1:
        raise NotFound("delivery.unknown", id=delivery)


def request_step(
    connection: psycopg.Connection[Any],
    scope: Scope,
    delivery: int,
    number: int,
    step: str,
    options: ImportOptions | None = None,
) -> None:
    """Ask for a step of a file: queue it, with new options for how to check it if given.

    A check of a file that was checked before makes a new change set; the old proposal is rejected. An undo of what is undone
    undoes the undo. Raises Conflict while
    another step is queued or under way, or where the step does not fit the state of the file.
    """
    if step not in set(DeliveryStep):
        raise Invalid("delivery.step_unknown", step=step)
    held = get(connection, scope, delivery)
    file = held.file(number)
    _require_fit(held, file, step)
    done = connection.execute(
        "UPDATE registry.delivery_file SET step = %s, status = 'queued', verb = '', done = 0, total = NULL, failure = NULL,"
        " orders = coalesce(%s, orders), asked_by = %s"
        " WHERE district = %s AND delivery = %s AND number = %s"
        " AND (status NOT IN ('queued', 'running')"
        "      OR status = 'running' AND NOT registry.is_worked_on(district, delivery, number))",
        (
            step,
            Jsonb(options.as_dict()) if options is not None else None,
            scope.person_id,
            scope.district,
            delivery,
            number,
        ),
    )
    if done.rowcount != 1:
        raise _busy(file)
    _queue(connection, scope, delivery, number)


def _require_fit(held: Delivery, file: DeliveryFile, step: str) -> None:
    fits = {
        DeliveryStep.LOOK: file.set_status is None,
        DeliveryStep.CHECK: held.layer is not None and file.set_status != SetStatus.APPLIED,
        DeliveryStep.APPLY: file.set_status == SetStatus.PROPOSED,
        DeliveryStep.UNDO: file.set_status == SetStatus.APPLIED,
    }[DeliveryStep(step)]
    if file.is_busy:
        raise _busy(file)
    if not fits:
        raise Conflict("delivery.step_unfit", name=file.name)


def _busy(file: DeliveryFile) -> Conflict:
    return Conflict("delivery.file_busy", name=file.name)


def cancel(connection: psycopg.Connection[Any], scope: Scope, delivery: int, number: int) -> None:
    """Stop the step that is queued or under way; nothing of it stays. Raises Conflict when there is none."""
    file = get(connection, scope, delivery).file(number)
    if not file.is_busy:
        raise Conflict("delivery.step_none", name=file.name)
    connection.execute(
        "UPDATE registry.delivery_file SET status = 'cancelled', asked_by = %s"
        " WHERE district = %s AND delivery = %s AND number = %s AND status = 'queued'",
        (scope.person_id, scope.district, delivery, number),
    )
    if file.job is not None:
        queue.ask_to_stop(connection, file.job)


def _queue(connection: psycopg.Connection[Any], scope: Scope, delivery: int, number: int) -> None:
    job = queue.put(connection, WORK, district=scope.district, delivery=delivery, number=number)
    connection.execute(
        "UPDATE registry.delivery_file SET job = %s WHERE district = %s AND delivery = %s AND number = %s",
        (job, scope.district, delivery, number),
    )
