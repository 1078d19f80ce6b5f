"""Rows are read by name: a column that is added to a statement, or moved, changes no other."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROWS = {"row", "r", "record"}


def positions(source: str) -> list[int]:
    """Lines that read a row by a position beyond its first two columns."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id in ROWS
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
        and node.slice.value > 1
    ]


def test_what_is_looked_for_is_found() -> None:
    assert positions("x = row[13]\ny = row[0], row['code'], other[7]\nz = [r[5] for r in rows]") == [1, 3]


def test_rows_are_read_by_name() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for floor in ("registry", "web", "importers/commands", "importers/jobs", "importers/reporting", "demo")
        for path in sorted((ROOT / floor).rglob("*.py"))
        if (lines := positions(path.read_text("utf-8")))
    }
    assert found == {}
