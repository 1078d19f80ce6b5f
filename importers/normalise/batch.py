"""One batch of rows on its way into the register's terms: cells by the field that they are meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from importers.cells.dates import dates
from importers.cells.numbers import Mask, as_text, asset_codes, converted, replaced
from importers.cells.text_quality import TextDefect, examine
from importers.problems.problem import Code, Problem, at
from importers.profiles.profile import Profile
from importers.records import Rows


class Batch:
    """The columns of one batch by target, with value maps and constants applied; gathers problems on the way.

    `texts` names the columns whose text is examined, and whether it is free.
    """

    def __init__(
        self, rows: Rows, profile: Profile, headings: Mapping[str, str], texts: Mapping[str, bool] | None = None
    ) -> None:
        self.rows, self.profile, self.headings = rows, profile, headings
        self.problems: list[Problem] = []
        self._columns = dict(rows.columns)
        for name, is_free in (texts or {}).items():
            if name in self._columns:
                self._columns[name], findings = examine(self._columns[name], is_free)
                for finding in findings:
                    self._tell(finding, name)

    def column(self, name: str, target: str) -> pa.Array:
        """A source column, or nothing where there is none; blanks filled with the profile's constant."""
        column = self._columns.get(name)
        if column is None:
            column = pa.nulls(len(self.rows), pa.string())
        if name in self.profile.values:
            column = replaced(as_text(column), self.profile.values[name])
        constant = self.profile.constants.get(target)
        return as_text(column).fill_null(constant) if constant is not None else column

    def text(self, target: str, tidy: Callable[[pa.Array], pa.Array] = lambda column: column) -> pa.Array:
        """A field as text."""
        return tidy(as_text(self.column(self.headings.get(target, ""), target)))

    def asset_codes(self) -> pa.Array:
        """The asset codes, tidied."""
        column = self.text("code")
        read = asset_codes(column)
        self._report(Code.CODE_TIDIED, "code", column, read.bad)
        return read.values

    def dates(self, target: str) -> pa.Array:
        """A field as dates."""
        column = self.column(self.headings.get(target, ""), target)
        read = dates(column)
        for code, mask in read.remarks.items():
            self._report(code, target, column, mask)
        return read.values

    def converted(self, target: str, parse: Callable[[str], Any], code: Code) -> pa.Array:
        """A field through a word list."""
        column = self.text(target)
        read = converted(column, parse, pa.string())
        self._report(code, target, column, read.bad)
        return read.values

    def _report(self, code: Code, target: str, column: pa.Array, bad: Mask) -> None:
        if bad.any():
            values = column.filter(pa.array(bad)).to_pylist()
            self.problems += at(code, self.rows.numbers[bad], self.headings.get(target, target), values)

    def _tell(self, finding: TextDefect, name: str) -> None:
        """Problems of a finding; what the reader could not decode it has told already."""
        known = {p.row for p in self.rows.problems if p.code is Code.TEXT_UNDECODABLE and p.field == name}
        numbers = self.rows.numbers[finding.rows]
        details = finding.details or [{}] * len(numbers)
        for number, value, more in zip(numbers, finding.values, details, strict=True):
            if finding.code is not Code.TEXT_GARBLED or int(number) not in known:
                self.problems += at(finding.code, [number], name, [value], **more)
