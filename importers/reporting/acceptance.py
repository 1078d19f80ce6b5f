"""The acceptance record: what of a delivery came, what was found, what went into the register, by whom, with checksums.

One value for both ends: gathered from the register by its change sets, or made from a check without any database. What
prints it is `importers.reporting.acceptance_document`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import shapely
from psycopg.rows import dict_row

from importers.checksum import sha256_of
from importers.problems.problem import Code, Problem, Severity
from importers.supplier_check.check import CheckResult
from importers.supplier_check.pack import Pack
from registry import __version__
from registry.access.access_log import look
from registry.access.scope import Scope
from registry.areas.districts import read_district
from registry.database.statements import statement
from registry.deliveries import deliveries
from registry.errors import NotFound
from registry.i18n import Words, _, in_language
from registry.messages import Message, of_problem, title_of
from registry.vocabulary.changes import Action, SetStatus

FIRST_ROWS = 8


@dataclass(frozen=True, slots=True)
class ProblemSummary:
    """All problems of one kind: how many, in which columns, the first rows, and an example."""

    code: str
    severity: str
    count: int
    fields: tuple[str, ...]
    rows: tuple[int, ...]
    example: Message

    @property
    def message(self) -> str:
        """What was found in the example."""
        return self.example.message

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.example.hint

    @property
    def is_error(self) -> bool:
        """Whether it keeps rows out."""
        return self.severity == Severity.ERROR


@dataclass(frozen=True, slots=True)
class Came:
    """A file as it came, and how it was read. What is not known is empty."""

    name: str
    bytes: int | None
    sha256: str
    format: str
    layer: str
    rows: int | None
    encoding: str
    encoding_evidence: str
    crs_declared: str
    crs_used: str
    profile: str
    crs_basis: str = ""
    version: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One file of a delivery and what became of it; a delivery has one, and one more for each batch of resubmitted rows.

    `taken` counts rows by action that apply puts into the register, `left_out` those that a reviewer took out; `status`
    is that of the change set, empty for a check without a register. `findings` count the problems that were kept: where that
    is not all, `problems` and `problems_kept` say so.
    """

    came: Came
    findings: tuple[ProblemSummary, ...]
    quarantined: int
    change_set: int | None = None
    status: str = ""
    taken: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0
    conflicts: int = 0
    doubtful: int = 0
    unchanged: int = 0
    proposed: Act | None = None
    applied: Act | None = None
    undone: Act | None = None
    undone_set: int | None = None
    checksum: str = ""
    problems: int | None = None
    problems_kept: int | None = None

    @property
    def rows(self) -> int:
        """Rows of the file; where nobody counted them, those of which something became."""
        known = sum(self.taken.values()) + self.left_out + self.conflicts + self.unchanged + self.quarantined
        return self.came.rows if self.came.rows is not None else known

    @property
    def accepted(self) -> int:
        """Rows that are in the register: put in by this round and not undone, or there already."""
        return (sum(self.taken.values()) if self.is_in_force else 0) + self.unchanged

    @property
    def is_in_force(self) -> bool:
        """Whether what it put into the register is still there."""
        return self.status == SetStatus.APPLIED and self.undone is None


@dataclass(frozen=True, slots=True)
class Places:
    """What the small map shows: the district's outline, and marks (action, longitude, latitude, rows)."""

    outline: shapely.Geometry | None = None
    marks: tuple[tuple[str, float, float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one delivery. `delivery` is its number where it has one.

    `of_register` is false for a check alone; `remarks` then say in words which checks could not be made there.
    """

    title: str
    district: str
    district_name: str
    layer_name: str
    rounds: tuple[Round, ...]
    made: Act
    delivery: int | None = None
    of_register: bool = True
    places: Places = field(default_factory=Places)
    remarks: tuple[str, ...] = ()
    checks: int = len(Code)

    @property
    def quarantined(self) -> int:
        """Rows that still wait, after the resubmitted ones came in.

        A later file brings rows of those that waited; one with more rows than waited is the whole delivery anew.
        """
        left = 0
        for number, one in enumerate(self.rounds):
            is_whole = number == 0 or one.rows > left
            left = one.quarantined if is_whole else left - one.rows + one.quarantined
        return left

    @property
    def versions(self) -> tuple[str, ...]:
        """Of the program that checked; more than one where it was renewed between two files."""
        return tuple(dict.fromkeys(one.came.version for one in self.rounds if one.came.version))

    @property
    def verdict(self) -> str:
        """The outcome in one word: accepted, partly, waiting, undone, nothing; for a check: passed, failed."""
        if not self.of_register:
            return "failed" if self.quarantined else "passed"
        applied = [one for one in self.rounds if one.status == SetStatus.APPLIED]
        if any(one.status == SetStatus.PROPOSED for one in self.rounds):
            return "waiting"
        if applied and all(one.undone for one in applied):
            return "undone"
        if not any(one.accepted for one in self.rounds):
            return "nothing"
        left_out = any(one.left_out or one.conflicts or one.undone for one in self.rounds)
        return "partly" if self.quarantined or left_out else "accepted"


def of_change_sets(
    connection: psycopg.Connection[Any],
    scope: Scope,
    change_sets: Sequence[int],
    title: str | None = None,
    delivery: int | None = None,
) -> Record:
    """The record of a delivery by the change sets of its files, first file first; read through the caller's rights.

    Raises NotFound where one of the sets is not there or out of scope.
    """
    with look(connection, scope, "record", change_sets=list(change_sets)) as seen:
        found, layers = _of_change_sets(connection, scope, change_sets, title, delivery)
        seen.layers(layers)
    return found


def _of_change_sets(
    connection: psycopg.Connection[Any],
    scope: Scope,
    change_sets: Sequence[int],
    title: str | None,
    delivery: int | None,
) -> tuple[Record, Counter[str]]:
    """The record, and how many sets of each layer it tells of."""
    values = {"district": scope.district, "change_sets": list(change_sets)}
    with connection.cursor(row_factory=dict_row) as cursor:
        sets = cursor.execute(statement("reporting/acceptance_rounds.sql").encode(), values).fetchall()
        actions = cursor.execute(statement("reporting/acceptance_actions.sql").encode(), values).fetchall()
        problems = cursor.execute(statement("reporting/acceptance_problems.sql").encode(), values).fetchall()
    missing = set(change_sets) - {row["change_set"] for row in sets}
    if missing or not sets:
        raise NotFound("change_set.unknown", id=list(map(str, sorted(missing))))
    quarantined = dict(
        connection.execute(statement("reporting/acceptance_quarantined.sql").encode(), values).fetchall()
    )
    rounds = tuple(
        _round(
            row,
            [a for a in actions if a["change_set"] == row["change_set"]],
            [p for p in problems if p["change_set"] == row["change_set"]],
            quarantined.get(row["change_set"], 0),
            checksum(connection, scope, row["change_set"]),
        )
        for row in sets
    )
    district = read_district(connection, scope.district)
    record = Record(
        title or title_of(sets[0]["title"], sets[0]["source"]), scope.district, district.name,
        in_language(sets[0]["layer_zh"], sets[0]["layer_en"]),
        rounds, Act(scope.person_name, datetime.now().astimezone()), delivery, places=_places(connection, values),
    )  # fmt: skip
    return record, Counter(row["layer"] for row in sets)


def of_delivery(connection: psycopg.Connection[Any], scope: Scope, delivery: int) -> Record:
    """The record of a delivery by its number. Raises NotFound, also where none of its files has been checked yet."""
    held = deliveries.get(connection, scope, delivery)
    sets = [file.change_set for file in held.files if file.change_set is not None]
    if not sets:
        raise NotFound("delivery.not_checked", id=delivery)
    return of_change_sets(connection, scope, sets, held.title, delivery)


def checksum(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> str:
    """SHA-256 over the rows that a change set puts into the register. The same rows give the same sum, always."""
    values = {"district": scope.district, "change_set": change_set}
    with look(connection, scope, "checksum") as seen:
        row = connection.execute(statement("reporting/acceptance_checksum.sql").encode(), values).fetchone()
        seen.layers({})  # a sum shows no row
    assert row is not None
    return str(row[0])


def of_check(file: Path, verdict: CheckResult, pack: Pack, profile: str = "") -> Record:
    """The record of a check without a register: what came and what was found, nothing of what was accepted.

    `profile` is the name of the one that the pack holds.
    """
    source, layer = verdict.source, pack.context.layer(verdict.profile.layer)
    came = Came(
        file.name, file.stat().st_size, sha256_of(file), str(source.format), source.name, verdict.rows,
        source.encoding.name, str(source.encoding.evidence), source.crs.name or source.crs.text, verdict.crs, profile,
        verdict.crs_basis, __version__,
    )  # fmt: skip
    return Record(
        file.name, pack.context.district or "", "", in_language(layer.name_zh, layer.name_en),
        (Round(came, tuple(_by_code(verdict.problems)), verdict.rows_in_error),),
        Act("", datetime.now().astimezone()), of_register=False, remarks=tuple(remarks(verdict, pack)),
    )  # fmt: skip


def remarks(verdict: CheckResult, pack: Pack) -> Iterable[str]:
    """What must be known of a check besides its findings."""
    if pack.is_of_other_version:
        yield _("检查包由 %(version)s 版导出，与本程序不同：请管理员重新导出。", version=pack.version)
    for check in verdict.left_out:
        yield _("未检查：%(check)s", check=check)


def _by_code(problems: list[Problem]) -> Iterable[ProblemSummary]:
    """The problems of all columns together, as the register counts them."""
    by_code: dict[Code, list[Problem]] = {}
    for problem in problems:
        by_code.setdefault(problem.code, []).append(problem)
    for code, alike in sorted(by_code.items(), key=lambda item: (str(item[1][0].severity), -len(item[1]), item[0])):
        fields = tuple(sorted({p.field for p in alike if p.field}))
        numbers = tuple(p.row for p in alike if p.row is not None)[:FIRST_ROWS]
        severity = str(alike[0].severity)
        yield ProblemSummary(str(code), severity, len(alike), fields, numbers, Message.of(alike[0].said.as_json()))


def _round(
    row: Mapping[str, Any],
    actions: Sequence[Mapping[str, Any]],
    problems: Sequence[Mapping[str, Any]],
    quarantined: int,
    sum_of_rows: str,
) -> Round:
    taken: dict[str, int] = {}
    for counted in actions:
        if counted["taken"]:
            taken[counted["action"]] = taken.get(counted["action"], 0) + counted["count"]
    conflicts = sum(a["count"] for a in actions if a["action"] == Action.CONFLICT)
    all_changes = sum(a["count"] for a in actions)
    findings = (
        ProblemSummary(p["code"], p["severity"], p["count"], tuple(p["fields"] or ()), tuple(p["rows"] or ()),
                       of_problem(p["code"], p["field"], p["value"], p["details"]))
        for p in problems
    )  # fmt: skip
    return Round(
        _came(row), tuple(findings), quarantined, row["change_set"], row["status"], taken,
        left_out=all_changes - conflicts - sum(taken.values()), conflicts=conflicts,
        doubtful=sum(a["count"] for a in actions if a["doubtful"]), unchanged=row["summary"].get("unchanged", 0),
        proposed=_act(row, "proposed"), applied=_act(row, "applied"), undone=_act(row, "undone"),
        undone_set=row["undone_set"], checksum=sum_of_rows, problems=row["summary"].get("problems"),
        problems_kept=row["summary"].get("problems_kept"),
    )  # fmt: skip


def _came(row: Mapping[str, Any]) -> Came:
    """The file behind a change set: what was uploaded, else what the import noted of it."""
    source, report = row["source"], row["report"] or {}
    encoding = source.get("encoding") or {}
    return Came(
        row["file"] or source.get("file") or title_of(row["title"], source), row["bytes"] or source.get("bytes"),
        row["sha256"] or source.get("sha256", ""), source.get("format", ""), source.get("layer", ""),
        report.get("rows", source.get("rows")), encoding.get("name", ""), str(Words.of(encoding.get("evidence"))),
        source.get("crs_declared", ""), source.get("crs", ""), source.get("profile", ""),
        source.get("crs_basis", ""), source.get("version", ""), row["uploaded_by"] or row["proposed_by"],
        row["uploaded_at"] or row["proposed_at"],
    )  # fmt: skip


def _act(row: Mapping[str, Any], what: str) -> Act | None:
    at = row[f"{what}_at"]
    return Act(row[f"{what}_by"] or "", at) if at is not None else None


def _places(connection: psycopg.Connection[Any], values: Mapping[str, Any]) -> Places:
    outline = connection.execute(statement("reporting/acceptance_boundary.sql").encode(), values).fetchone()
    marks = connection.execute(statement("reporting/acceptance_places.sql").encode(), values).fetchall()
    return Places(shapely.from_wkb(bytes(outline[0])) if outline else None, tuple((a, x, y, n) for a, x, y, n in marks))
