"""Which problems of a delivery are kept with its change set: all that anybody reads, and every row that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importers.problems.problem import Problem, Severity
from registry.changes.change_sets import FoundProblem

MOST_KEPT = 100_000


def problems_to_store(problems: Sequence[Problem], most: int = MOST_KEPT) -> Iterator[FoundProblem]:
    """The first `most` problems with their details, and those of the delivery as a whole. Beyond them, of each row that would
    otherwise be forgotten, the first error by its code and column alone: no row that waits is missing."""
    reported: set[int | None] = set()
    for place, problem in enumerate(problems):
        severity, code = str(problem.severity), str(problem.code)
        if place < most or problem.row is None:
            yield FoundProblem(problem.row, severity, code, problem.field, problem.value, problem.details or {})
        elif problem.severity is Severity.ERROR and problem.row not in reported:
            yield FoundProblem(problem.row, severity, code, problem.field)
        else:
            continue
        if problem.severity is Severity.ERROR:
            reported.add(problem.row)
