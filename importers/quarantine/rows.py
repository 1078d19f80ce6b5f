"""The rows of a file that wait to be corrected, each with its reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from importers.problems.problem import Problem
from importers.profiles.column_names import QUARANTINE_REASON, QUARANTINE_ROW
from registry.i18n import _
from registry.messages import of_problem

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Finding = Problem | Mapping[str, Any]


@dataclass(frozen=True)
class QuarantinedRows:
    """What a writer is told: which rows of which layer, by the numbers a person sees in the file, and why they wait.

    `short` says the same in ASCII, for text in an encoding that has no words for it. `first` is the number of the first
    row below the heading and `header_row` that of the heading itself, where the file has one.
    """

    layer: str
    reasons: Mapping[int, str]
    short: Mapping[int, str]
    encoding: str
    header_row: int | None = None
    first: int = 1

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The row numbers, ascending."""
        return np.array(sorted(self.reasons), dtype=np.int64)

    def among(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these rows wait."""
        return np.isin(numbers, self.numbers)

    def columns(self, numbers: NDArray[np.int64]) -> tuple[pa.Array, pa.Array]:
        """The two columns that are added, for rows that all wait: the reason, and the number in the original file."""
        return pa.array([self.reasons[int(n)] for n in numbers], pa.string()), pa.array(numbers, pa.int64())

    def added(self, batch: pa.RecordBatch, numbers: NDArray[np.int64]) -> pa.RecordBatch:
        """A batch of rows that all wait, with their reasons; of a row that waited before, the first number is kept."""
        reason, number = self.columns(numbers)
        if QUARANTINE_REASON in batch.schema.names:
            batch = batch.drop_columns([QUARANTINE_REASON])
        batch = batch.append_column(QUARANTINE_REASON, reason)
        if QUARANTINE_ROW not in batch.schema.names:
            batch = batch.append_column(QUARANTINE_ROW, number)
        return batch


def reason(findings: Iterable[Finding]) -> str:
    """All that is wrong with a row, in one line: column, what was found, what to do."""
    texts = [_in_words(*_parts(finding)) for finding in findings]
    if len(texts) > 1:
        texts = [f"{place}) {text}" for place, text in enumerate(texts, 1)]
    return not_a_formula(" ".join(" ".join(texts).split()))


def short(findings: Iterable[Finding]) -> str:
    """The same as codes in ASCII; docs/import-problems.md says what they mean."""
    codes = [finding.code if isinstance(finding, Problem) else finding["code"] for finding in findings]
    return ", ".join(dict.fromkeys(map(str, codes)))


def cut_to(raw: bytes, width: int, codec: str) -> bytes:
    """Encoded text that fits a cell of `width` bytes, cut between characters and marked where it is longer."""
    if len(raw) <= width:
        return raw
    mark = "…".encode(codec, "replace")
    return raw[: width - len(mark)].decode(codec, "ignore").encode(codec) + mark


def not_a_formula(text: str) -> str:
    """Text that no spreadsheet calculates."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _parts(finding: Finding) -> tuple[str, str, str]:
    if isinstance(finding, Problem):
        return finding.field, finding.message, finding.remedy
    said = of_problem(finding["code"], finding["field"], finding["value"], finding["details"])
    return finding["field"], said.message, said.hint


def _in_words(field: str, message: str, remedy: str) -> str:
    text = _("%(message)s；%(remedy)s", message=message, remedy=remedy) if remedy else message
    return _("%(field)s：%(text)s", field=field, text=text) if field else text
