"""What text tables have in common, sheets and delimited files alike: where the heading is, and cells as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.problems.problem import Code, Problem, at

REPLACED = "\ufffd"
SEARCHED_ROWS = 20
NOTHING = pa.array(["", "<Null>", "<NULL>", "<null>", "<空>", "NULL"])


def columns_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, pa.Array]:
    """Rows of cells, all of the length of `names`, as text columns: trimmed, blank cells null."""
    cells = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: trimmed(pa.array(column, pa.string())) for name, column in zip(names, cells, strict=True)}


def plain(column: pa.Array) -> pa.Array | None:
    """An Arrow column of any type as one of: text, int64, float64, boolean, date, timestamp.

    Lists and structs become JSON text; binary columns, which hold nothing that a register keeps, become None.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return plain(column.storage)
    if pa.types.is_nested(kind):
        return pa.array([None if v is None else _json(v) for v in column.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return None
    values = column.cast(_plain_type(kind))
    return trimmed(values) if pa.types.is_string(values.type) else values


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """The type to cast to; what fits none of the few, such as unsigned or decimal numbers and times, is text."""
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    for belongs, plain_kind in (
        (pa.types.is_unsigned_integer, pa.string()),
        (pa.types.is_integer, pa.int64()),
        (pa.types.is_floating, pa.float64()),
        (pa.types.is_boolean, pa.bool_()),
        (pa.types.is_date, pa.date32()),
        (pa.types.is_timestamp, kind),
    ):
        if belongs(kind):
            return plain_kind
    return pa.string()


def _json(value: Any) -> str:
    import orjson

    return orjson.dumps(value, default=str).decode()


def trimmed(text: pa.Array) -> pa.Array:
    """Without white space at both ends and without NUL; null where nothing is left, or a program's word for nothing."""
    if pc.any(pc.match_substring(text, "\0")).as_py():
        text = pc.replace_substring(text, "\0", "")
    bare = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.is_in(bare, NOTHING), pa.scalar(None, pa.string()), bare)


def undecodable(numbers: NDArray[np.int64], columns: dict[str, pa.Array], encoding: str) -> list[Problem]:
    """A problem for each cell in which bytes were no characters of the encoding."""
    problems: list[Problem] = []
    for name, column in columns.items():
        if pa.types.is_string(column.type):
            bad = pc.match_substring(column, REPLACED).fill_null(False).to_numpy(zero_copy_only=False)
            if bad.any():
                values = column.filter(bad).to_pylist()
                problems += at(Code.TEXT_UNDECODABLE, numbers[bad], name, values, encoding=encoding)
    return problems


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows holds the column names, from 0; None when the data begin without any.

    Title lines above it are narrower than the table; a heading has words in nearly every cell, all different.
    """
    widths = [_width(row) for row in rows[:SEARCHED_ROWS]]
    full = max(widths, default=0)
    for number, row in enumerate(rows[:SEARCHED_ROWS]):
        if widths[number] >= max(1, 0.6 * full):
            return number if _is_heading(row) else None
    return None


def unique_names(cells: Sequence[str]) -> list[str]:
    """Column names from heading cells: line breaks joined, blanks and repetitions numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(cells, 1):
        plain = " ".join(cell.split()) or f"column_{number}"
        unique, again = plain, 2
        while unique in taken:
            unique, again = f"{plain}_{again}", again + 1
        taken.add(unique)
        names.append(unique)
    return names


def _width(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_heading(row: Sequence[str]) -> bool:
    words = [cell.strip() for cell in row if cell.strip()]
    numbers = sum(word.replace(".", "", 1).lstrip("+-").isdigit() for word in words)
    decimals = any("." in word and word.replace(".", "", 1).lstrip("+-").isdigit() for word in words)
    return not decimals and numbers <= len(words) / 2
