"""One import from end to end: read, normalise, validate, stage, diff, apply, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa

from importers.checksum import sha256_of
from importers.inspection.crs_choice import choose_crs, crs_details, peeked
from importers.inspection.suggest import suggest
from importers.normalise.class_names import ClassBook
from importers.problems.problem import Code, Problem, Severity, as_record
from importers.profiles.column_names import QUARANTINE
from importers.profiles.profile import Profile
from importers.read.reader_process import USUAL, ReaderLimits, ReaderProcess
from importers.records import Rows, SourceLayer, choose
from importers.reporting.stored_problems import problems_to_store
from importers.stage.copy_rows import stage
from importers.stage.fingerprints import as_uuids
from importers.stage.unchanged import Memory, UnchangedRows, sampled
from importers.validate.context import ValidationContext
from importers.validate.validator import Checked
from registry import __version__
from registry.access.access_log import open_for_work
from registry.access.scope import Scope
from registry.areas.areas import Areas
from registry.catalogue.layers import Layer
from registry.changes import change_sets
from registry.deliveries import profiles
from registry.deliveries.options import ImportOptions
from registry.identity.matcher import Rules
from registry.identity.near_duplicates import near_duplicates
from registry.vocabulary.changes import SetKind
from registry.vocabulary.deliveries import Verb

Progress = Callable[[str, int, int | None], None]
SAMPLED = 200


def _silent(verb: str, done: int, total: int | None) -> None:
    """No progress wanted."""


@dataclass(frozen=True)
class ImportRequest(ImportOptions):
    """What to import and how: a file into a layer, applied at once or only proposed."""

    path: Path
    layer: str
    title: str | None = None
    apply: bool = False


@dataclass
class Report:
    """What came of it."""

    source: SourceLayer
    profile: Profile
    profile_name: str
    crs: str
    summary: change_sets.Summary
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    applied: bool = False
    problems_kept: int = 0

    @property
    def rows_in_error(self) -> int:
        """Rows that wait: they have a problem that keeps them out."""
        return len({p.row for p in self.problems if p.severity is Severity.ERROR and p.row is not None})

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "change_set": self.summary.change_set, "rows": self.rows, "rows_in_error": self.rows_in_error,
            "problems_found": len(self.problems), "problems_kept": self.problems_kept,
            "applied": self.applied, "summary": self.summary.as_dict(), "crs": self.crs,
            "encoding": asdict(self.source.encoding), "profile": self.profile_name,
            "problems": [as_record(p) for p in self.problems], "seconds": self.seconds,
        }  # fmt: skip


def vars_of(value: Any) -> dict[str, Any]:
    """The fields of a small dataclass with slots."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def run(
    connection: psycopg.Connection[Any],
    scope: Scope,
    order: ImportRequest,
    progress: Progress = _silent,
    limits: ReaderLimits = USUAL,
) -> Report:
    """Import one layer of a file within the caller's transaction: the caller commits, or rolls a dry run back.

    Good rows become a proposed change set, applied at once with `order.apply`; rows with an error are kept as problems.
    Raises SourceError for a file that cannot be read or placed, and what `registry.changes.change_sets` raises.
    """
    with ReaderProcess(order.path, limits.megabytes, limits.seconds) as reader:
        return _run(connection, scope, order, reader, progress)


def _run(
    connection: psycopg.Connection[Any], scope: Scope, order: ImportRequest, reader: ReaderProcess, progress: Progress
) -> Report:
    context = ValidationContext.of_district(connection, scope.district)
    layer = context.layers[scope.require_writer(order.layer)]
    open_for_work(connection, scope, layer.code, "import", file=order.path.name)
    asked = _asked_profile(connection, scope, order)
    source = _source(reader, order, asked)
    profile, name, keep = _profile(connection, scope, order, source, layer, asked)
    first, batches = peeked(_rows(reader, order, source, profile))
    memory = Memory.of(connection, scope, layer)
    choice = choose_crs(connection, scope, layer, source, profile, first, memory)
    profile = choice.profile
    run_ = _Run(connection, scope, context, choice.source, profile, memory, progress)
    run_.problems += choice.problems
    details = {"file": order.path.name, "bytes": order.path.stat().st_size, "sha256": sha256_of(order.path),
            "layer": source.name, "format": str(source.format), "header_row": source.header_row, "version": __version__,
            "encoding": asdict(source.encoding), "crs": run_.normaliser.crs.name, "profile": name,
            **crs_details(source.crs, run_.normaliser.crs)}  # fmt: skip
    delivery = change_sets.ChangeSetOrigin(order.title or order.path.name, details)
    change_set = change_sets.propose(connection, scope, layer.code, SetKind.IMPORT, delivery)
    run_.stage_all(batches)
    rules = Rules(profile.identity_targets, profile.identity.tolerance_m)
    summary = run_.timed("diff", change_sets.diff, connection, scope, layer.code, change_set, rules, run_.complete())
    run_.problems += run_.timed("near", _twins, connection, scope, layer.code, change_set)
    if summary.unconfirmed:
        run_.problems.append(Problem(Code.RETIRES_MANY, value=str(summary.unconfirmed)))
    told_of = change_sets.keep_problems(
        connection, scope, change_set, problems_to_store(run_.problems), len(run_.problems)
    )
    if keep is not None:
        kept_as = order.save_as or name or f"{layer.code} {order.path.name}"
        profiles.keep(connection, scope, kept_as, layer.code, _headings(source), keep.to_toml())
    applied = order.apply and summary.changes > 0 and not summary.unconfirmed
    if applied:
        run_.timed("apply", change_sets.apply, connection, scope, change_set)
    return Report(
        source,
        profile,
        name,
        run_.normaliser.crs.name,
        summary,
        run_.rows,
        run_.problems,
        run_.seconds,
        applied,
        told_of,
    )


def _asked_profile(connection: psycopg.Connection[Any], scope: Scope, order: ImportRequest) -> Profile | None:
    """The profile that the order brings along, or names: a file, or one saved under this name."""
    if order.profile_toml is not None:
        return Profile.from_toml(order.profile_toml)
    if order.profile is None:
        return None
    if order.profile.endswith(".toml"):
        return Profile.load(order.profile)
    return Profile.from_toml(profiles.named(connection, scope, order.profile))


def _source(reader: ReaderProcess, order: ImportRequest, profile: Profile | None) -> SourceLayer:
    header_row = order.header_row or (profile.header_row if profile else None)
    offered = reader.inspect(order.encoding or (profile.encoding if profile else None), header_row)
    # What a profile says helps to choose; a file with one layer under another name is that layer renamed.
    usual = profile.source_layer if profile and len(offered) > 1 else None
    name = choose([layer.name for layer in offered], order.source_layer or usual)
    return next(layer for layer in offered if layer.name == name)


def _profile(
    connection: psycopg.Connection[Any],
    scope: Scope,
    order: ImportRequest,
    source: SourceLayer,
    layer: Layer,
    asked: Profile | None,
) -> tuple[Profile, str, Profile | None]:
    """The profile to use, its name, and what to keep of it for the next delivery.

    The one asked for, or else the one saved for these headers, or else a suggestion. Like headers make no like
    datum: of a profile that nobody asked for, coordinate system and encoding are not used, but they are kept.
    """
    name: str | None = ""
    is_new = False
    if asked is not None:
        profile, name = (
            asked,
            Path(order.profile or "").stem if (order.profile or "").endswith(".toml") else order.profile,
        )
    elif saved := profiles.fitting(connection, scope, layer.code, _headings(source)):
        name, profile = saved[0], Profile.from_toml(saved[1])
    else:
        profile, is_new = suggest(source, layer), True
    used = profile if asked is not None or is_new else replace(profile, crs=None, encoding=None)
    corrected = is_new or bool(order.columns or order.constants or order.key or order.save_as)
    # The rows of one delivery are none of the next.
    lasting = replace(order, accept_repairs=False)
    keep = _corrected(profile, lasting) if corrected and (asked is None or order.save_as) else None
    return _corrected(used, order), name or "", keep


def _corrected(profile: Profile, order: ImportRequest) -> Profile:
    """With what the order says otherwise."""
    given: dict[str, Any] = {
        name: value for name in ("crs", "encoding", "scheme") if (value := getattr(order, name)) is not None
    }
    if order.accept_repairs:
        given["accept_repairs"] = order.accept_repairs
    columns = {**order.columns, **({order.key: "external_key"} if order.key else {})}
    corrected = replace(profile, **given, constants={**profile.constants, **order.constants}).with_columns(columns)
    return replace(corrected, complete=False) if order.partial else corrected


def _headings(source: SourceLayer) -> str:
    """Of a file of corrected rows the same as of the file that they came from."""
    return profiles.headings_of(column.name for column in source.columns if column.name not in QUARANTINE)


def _rows(reader: ReaderProcess, order: ImportRequest, source: SourceLayer, profile: Profile) -> Iterator[Rows]:
    return reader.read(source.name, profile.encoding or order.encoding, header_row=source.header_row)


def _twins(connection: psycopg.Connection[Any], scope: Scope, layer: str, change_set: int) -> list[Problem]:
    """Rows about to be added although an asset of their class lies there."""
    found = near_duplicates(connection, scope, layer, change_set)
    return [Problem(Code.NEAR_EXISTING, t.row, "", t.code, {"metres": f"{t.metres:.2f}"}) for t in found]


class _Run:
    """The state of one import: what was read so far, what is wrong with it, how long each verb took."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        scope: Scope,
        context: ValidationContext,
        source: SourceLayer,
        profile: Profile,
        memory: Memory,
        progress: Progress,
    ) -> None:
        self.connection, self.scope, self.source, self.progress = connection, scope, source, progress
        self.normaliser, self.validator = context.normaliser(profile, source), context.validator(profile)
        self.unchanged = UnchangedRows(memory, self.normaliser, self.validator)
        self.rows = 0
        self.problems: list[Problem] = []
        self.held_back: tuple[list[Any], list[Any]] = ([], [])
        self.seconds: dict[str, float] = {}

    def stage_all(self, batches: Iterator[Rows]) -> None:
        """Read, normalise, validate and stage batch by batch: memory holds one batch."""
        areas = Areas.load(self.connection, self.scope.district)
        with change_sets.staging(self.connection) as copy:
            for batch in self._read(batches):
                rows, prints, true = self.timed("recognise", self.unchanged.remaining, batch)
                if len(rows) or rows.problems:
                    prepared = self.timed("normalise", self.normaliser.prepare, rows)
                    checked = self.timed("validate", self.validator.check, prepared)
                    uuids = as_uuids(prints, true & ~checked.has_problem)
                    self.timed("stage", stage, copy, checked.prepared, checked.accepted, areas, uuids)
                    self.problems += checked.problems
                    self._hold_back(checked)
                if not self.rows and len(rows) < len(batch):
                    self.problems += self._of_the_whole(batch)
                self.rows += len(batch)
                self.progress(Verb.READ, self.rows, self.source.rows)
        self.timed("stage", self.unchanged.stage, self.connection)
        change_sets.exclude_quarantined(self.connection, *self.held_back)

    def _of_the_whole(self, batch: Rows) -> list[Problem]:
        """What there is to say of the delivery as such, as some of the rows show it: known rows say it as well as new ones."""
        reported = {(p.code, p.field) for p in self.problems}
        prepared = self.timed("normalise", self.normaliser.prepare, sampled(batch, SAMPLED))
        return [p for p in prepared.problems if p.row is None and (p.code, p.field) not in reported]

    def _hold_back(self, checked: Checked) -> None:
        """Remember the codes and keys of rows that wait."""
        quarantined = pa.array(checked.quarantined)
        for n, column in enumerate((checked.prepared.code, checked.prepared.external_key)):
            self.held_back[n].extend(column.filter(quarantined).to_pylist())

    def complete(self) -> change_sets.Complete | None:
        """What the profile says of completeness; rows that were resubmitted are never all there is."""
        profile = self.normaliser.profile
        if not profile.complete or any(column.name in QUARANTINE for column in self.source.columns):
            return None
        word = profile.constants.get("class") if profile.column_for("class") is None else None
        if word is None:
            return change_sets.Complete()
        place = ClassBook(self.normaliser.layer, profile.scheme).find(word, profile.constants.get("scheme", ""))
        known = self.normaliser.layer.classes
        return change_sets.Complete(() if place is None else ((known[place].scheme, known[place].code),))

    def _read(self, batches: Iterator[Rows]) -> Iterator[Rows]:
        while (rows := self.timed("read", next, batches, None)) is not None:
            yield rows

    def timed(self, verb: str, act: Callable[..., Any], *given: Any) -> Any:
        """Do a step and add its time to its verb."""
        began = time.perf_counter()
        if verb in (Verb.DIFF, Verb.APPLY):
            self.progress(verb, 0, None)
        try:
            return act(*given)
        finally:
            self.seconds[verb] = round(self.seconds.get(verb, 0.0) + time.perf_counter() - began, 3)
