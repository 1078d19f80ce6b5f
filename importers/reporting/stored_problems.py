"""Which problems of a delivery are kept with its change set: all that anybody reads, and every row that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importers.problems.problem import Problem, Severity

MOST_KEPT = 100_000
Row = tuple[int | None, str, str, str, str, str, str]


def problems_to_store(problems: Sequence[Problem], most: int = MOST_KEPT) -> Iterator[Row]:
    """The first `most` problems in words, and those of the delivery as a whole. Beyond them, of each row that would
    otherwise be forgotten, the first error by its code and column alone: no row that waits is missing."""
    told: set[int | None] = set()
    for place, problem in enumerate(problems):
        if place < most or problem.row is None:
            yield _row(problem, problem.value, problem.message, problem.remedy)
        elif problem.severity is Severity.ERROR and problem.row not in told:
            yield _row(problem)
        else:
            continue
        if problem.severity is Severity.ERROR:
            told.add(problem.row)


def _row(problem: Problem, value: str = "", message: str = "", remedy: str = "") -> Row:
    return problem.row, str(problem.severity), str(problem.code), problem.field, value, message, remedy
