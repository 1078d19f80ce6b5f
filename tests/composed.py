"""What no composed statement may look like: the same rule as for texts (tests/unit/test_statements.py)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement, ColumnClause
from sqlalchemy.sql.functions import FunctionElement

OPERATORS = ("&&", "@>", "<@", "<->")


def refuse_functions_beside_index_operators(_connection: Any, statement: Any, *_values: Any) -> None:
    """Raises AssertionError for `column && f(other column)`: under row security such a comparison gets no index."""
    if not isinstance(statement, ClauseElement):
        return
    for part in visitors.iterate(statement):
        if isinstance(part, BinaryExpression) and getattr(part.operator, "opstring", "") in OPERATORS:
            for one, other in ((part.left, part.right), (part.right, part.left)):
                assert not (_has_column(one) and _calls_over_column(other)), f"no index under row security: {part}"


def _has_column(side: Any) -> bool:
    return any(isinstance(part, ColumnClause) for part in visitors.iterate(side))


def _calls_over_column(side: Any) -> bool:
    return any(isinstance(part, FunctionElement) and _has_column(part) for part in visitors.iterate(side))
