"""The checks of an import without a register: the same verdict, for a supplier before he delivers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from importers.problems.problem import Group, Problem, Severity, as_record, grouped
from importers.profiles.profile import Profile
from importers.read.reader_process import USUAL, ReaderLimits, ReaderProcess
from importers.records import SourceLayer, choose
from importers.supplier_check.pack import Pack
from registry.i18n import _


@dataclass(frozen=True)
class Question:
    """What to check, and what the caller knows better than the profile."""

    path: Path
    source_layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    accept_repairs: tuple[int, ...] | bool = False


@dataclass
class CheckResult:
    """What was found. `left_out` says in words which checks could not be made here."""

    source: SourceLayer
    profile: Profile
    crs: str
    crs_basis: str
    left_out: list[str]
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows_in_error(self) -> int:
        """Rows that would wait."""
        return len({p.row for p in self.problems if p.severity is Severity.ERROR and p.row is not None})

    @property
    def groups(self) -> list[Group]:
        """The problems by code and column."""
        return grouped(self.problems)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rows": self.rows, "rows_in_error": self.rows_in_error, "crs": self.crs, "layer": self.profile.layer,
            "source_layer": self.source.name, "encoding": self.source.encoding.name, "left_out": self.left_out,
            "problems": [as_record(p) for p in self.problems],
        }  # fmt: skip


def check(question: Question, pack: Pack, limits: ReaderLimits = USUAL) -> CheckResult:
    """Read, normalise and validate one layer of a file, as an import does, and stop there.

    Raises SourceError for a file that cannot be read or placed, ProfileMismatch for a profile that does not fit it.
    """
    asked, profile = question, pack.profile
    profile = replace(
        profile, crs=asked.crs or profile.crs, encoding=asked.encoding or profile.encoding,
        accept_repairs=asked.accept_repairs or profile.accept_repairs,
    )  # fmt: skip
    with ReaderProcess(asked.path, limits.megabytes, limits.seconds) as reader:
        offered = reader.inspect(profile.encoding, profile.header_row)
        usual = profile.source_layer if len(offered) > 1 else None  # one layer under another name is that layer renamed
        name = choose([layer.name for layer in offered], asked.source_layer or usual)
        source = next(layer for layer in offered if layer.name == name)
        normaliser, validator = pack.context.normaliser(profile, source), pack.context.validator(profile)
        verdict = CheckResult(source, profile, normaliser.crs.name, normaliser.crs.basis, left_out(pack, profile))
        for rows in reader.read(source.name, profile.encoding, header_row=source.header_row):
            verdict.problems += validator.check(normaliser.prepare(rows)).problems
            verdict.rows += len(rows)
    return verdict


def left_out(pack: Pack, profile: Profile) -> list[str]:
    """The checks that need what this pack does not have."""
    context = pack.context
    missing = [_("与登记册的比对：已有资产、冲突、同类同位置（near_existing）")]
    if profile.crs is None:
        missing.append(_("坐标系是否与本区的道路和资产相符；方案中写明 crs 则不必核对"))
    if context.district is None:
        missing.append(_("编码是否以本区代码开头（code_of_other_district）"))
    if context.box is None:
        missing.append(_("坐标是否在本区（outside_district、axes_swapped）"))
    if context.outline is None:
        missing.append(_("坐标是否在本区界内（outside_outline、crosses_outline）"))
    return missing
