"""What is wrong with single rows of a delivery, by name.

An error keeps its row out until it is corrected; a warning lets it in. A problem is cheap: its words are put together only
when somebody reads them, in that person's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importers.problems.codes import Code, Severity
from importers.problems.texts import TEXTS
from registry.i18n import N_, _, storable
from registry.messages import Message, of_problem

__all__ = [
    "N_",
    "TEXTS",
    "Code",
    "Group",
    "Problem",
    "Severity",
    "as_record",
    "at",
    "grouped",
    "in_order",
    "quoted",
    "table",
]

LONGEST_QUOTE = 80
FIRST_ROWS = 15
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: `row` is the row number in the user's file (None: the whole delivery), `field` its column."""

    code: Code
    row: int | None = None
    field: str = ""
    value: str = ""
    details: Mapping[str, Any] | None = None

    @property
    def severity(self) -> Severity:
        """Whether the row waits (error) or goes in (warning)."""
        return TEXTS[self.code].severity

    @property
    def said(self) -> Message:
        """The problem without row and field, to be put into words."""
        return of_problem(self.code, self.field, self.value, self.details or {})

    @property
    def message(self) -> str:
        """What was found, in the language of this context."""
        return self.said.message

    @property
    def remedy(self) -> str:
        """What to do about it, in the language of this context."""
        return self.said.hint

    def __str__(self) -> str:
        place = [_("第 %(row)s 行", row=self.row)] if self.row is not None else []
        where = _("，").join([*place, *([self.field] if self.field else [])])
        return _(
            "%(where)s：%(message)s；%(remedy)s", where=where or _("全部"), message=self.message, remedy=self.remedy
        )


def at(
    code: Code,
    rows: Sequence[int] | Any,
    column: str = "",
    values: Iterable[Any] | None = None,
    **details: Any,
) -> list[Problem]:
    """The same problem at many rows of a column; `values` are quoted, cut to a readable length."""
    shared = details or None
    if values is None:
        return [Problem(code, int(row), column, "", shared) for row in rows]
    return [Problem(code, int(row), column, quoted(value), shared) for row, value in zip(rows, values, strict=True)]


def quoted(value: Any) -> str:
    """A value as it is shown in a message: on one line, cut when long."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sorted as a person works through them: what concerns the whole delivery first, then row by row."""
    return sorted(problems, key=lambda p: -1 if p.row is None else p.row)


@dataclass(frozen=True, slots=True)
class Group:
    """Problems of one code in one column: how many, the first rows that have it, and the first problems in full."""

    code: Code
    field: str
    severity: Severity
    count: int
    rows: tuple[int, ...]
    examples: tuple[Problem, ...]

    @property
    def more(self) -> int:
        """How many problems have no example."""
        return self.count - len(self.examples)


def grouped(problems: Iterable[Problem]) -> list[Group]:
    """Problems as people work through them: errors first, then what occurs most; in a group by the order given."""
    alike: dict[tuple[Code, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.code, problem.field), []).append(problem)
    groups = [
        Group(code, field, found[0].severity, len(found),
              tuple(p.row for p in found[:FIRST_ROWS] if p.row is not None), tuple(found[:EXAMPLES]))
        for (code, field), found in alike.items()
    ]  # fmt: skip
    return sorted(groups, key=lambda g: (g.severity is not Severity.ERROR, -g.count, g.code, g.field))


def as_record(problem: Problem) -> dict[str, Any]:
    """A problem in words, for JSON."""
    return {
        "row": problem.row, "severity": str(problem.severity), "code": str(problem.code), "field": problem.field,
        "value": problem.value, "details": storable(problem.details or {}, spoken=True),
        "message": problem.message, "remedy": problem.remedy,
    }  # fmt: skip


def table() -> str:
    """All codes as a Markdown table in the language of this context; `docs/import-problems.md` holds it in both."""
    lines = ["| code | severity | message | remedy |", "| --- | --- | --- | --- |"]
    for code in Code:
        text = TEXTS[code]
        lines.append(f"| `{code}` | {text.severity} | {_plain(text.message)} | {_plain(text.remedy)} |")
    return "\n".join(lines) + "\n"


def _plain(message: str) -> str:
    return (_(message) % _Names()).replace("|", "\\|")


class _Names(dict[str, str]):
    """Shows a placeholder by its name, for the reference table."""

    def __missing__(self, key: str) -> str:
        return f"*{key}*"
