"""A delivered row that the register has already is passed over, as long as the rules are those it was judged by."""

from __future__ import annotations

import ast
from hashlib import blake2b
from pathlib import Path

import importers
from importers.stage import fingerprints

HOUSE = Path(importers.__file__).parent.parent
# What decides the fate of a row, with all that it imports of the importers. Readers do not: a fingerprint covers the cells.
DECIDE = (
    "importers.normalise.normaliser",
    "importers.validate.validator",
    "importers.stage.copy_rows",
    "importers.stage.unchanged",
)
# The rules as they were when somebody last thought of it, and the version that they had.
CONSIDERED = ("798a44f743ada1d5", 1)


def needed() -> list[Path]:
    """The modules of `DECIDE` and what they import, however far."""
    found: dict[str, Path] = {}
    wanted = list(DECIDE)
    while wanted:
        name = wanted.pop()
        path = HOUSE.joinpath(*name.split(".")).with_suffix(".py")
        if name not in found and path.exists():
            found[name] = path
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "importers":
                    wanted += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [found[name] for name in sorted(found)]


def rules_in(path: Path) -> list[str]:
    """What a module defines, without imports, comments, docstrings, texts for people and blanks; the same for every Python.

    Where a definition stands does not matter: a module that is moved, split or joined has the same rules.
    """
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    lines = source.encode().splitlines()
    for node in [place for found in ast.walk(tree) for place in _no_rules(found)]:
        for line in range(node.lineno - 1, node.end_lineno or node.lineno):
            start = node.col_offset if line == node.lineno - 1 else 0
            end = node.end_col_offset if line + 1 == node.end_lineno else len(lines[line])
            lines[line] = lines[line][:start] + b" " * ((end or 0) - start) + lines[line][end:]
    definitions = (lines[node.lineno - 1 : node.end_lineno] for node in tree.body)
    return [text for part in definitions if (text := _without_blanks(part))]


def _no_rules(node: ast.AST) -> list[ast.expr] | list[ast.stmt]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [node]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
        return node.args
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return [node.value] if isinstance(node, ast.Expr) and is_docstring else []


def _without_blanks(lines: list[bytes]) -> str:
    return "".join(part for line in lines if not line.strip().startswith(b"#") for part in line.decode().split())


def version_of(paths: list[Path]) -> str:
    rules = sorted(rule for path in paths for rule in rules_in(path))
    return blake2b("\n".join(rules).encode(), digest_size=8).hexdigest()


def test_a_change_of_the_rules_was_considered() -> None:
    assert (version_of(needed()), fingerprints.RULES) == CONSIDERED, (
        "The code that decides what becomes of a delivered row has changed. Can a row that was taken before now become "
        "something else - another value, a problem that it did not have? Then raise importers.stage.fingerprints.RULES. In "
        "either case write the first of the two pairs into CONSIDERED."
    )


def test_what_decides_is_found() -> None:
    names = {str(path.relative_to(HOUSE / "importers").with_suffix("")) for path in needed()}
    assert {
        "normalise/normaliser",
        "normalise/class_names",
        "normalise/positions",
        "validate/validator",
        "validate/geometry",
        "validate/boundary",
        "cells/dates",
        "cells/numbers",
        "cells/units",
        "crs/systems",
        "problems/texts",
    } <= names
    assert not {"pipeline", "jobs/step", "inspection/inspect", "inspection/preview", "reporting/acceptance"} & names


def test_a_move_or_a_split_changes_no_rule(tmp_path: Path) -> None:
    whole, first, second = (tmp_path / name for name in ("whole.py", "first.py", "second.py"))
    one, two = "LIMIT = 3\n", 'def far(metres):\n    """Whether."""\n    return metres > LIMIT  # more\n'
    whole.write_text(f"from importers.a import b\n\n{one}\n\n{two}")
    first.write_text(f'"""Moved."""\n\n{two}')
    second.write_text(one)
    assert version_of([whole]) == version_of([first, second])
    second.write_text("LIMIT = 4\n")
    assert version_of([whole]) != version_of([first, second])
