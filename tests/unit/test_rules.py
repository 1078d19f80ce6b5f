"""A delivered row that the register has already is passed over, as long as the rules are those it was judged by."""

from __future__ import annotations

import ast
from hashlib import blake2b
from pathlib import Path

from importers import fingerprints

IMPORTERS = Path(fingerprints.__file__).parent
# What decides the fate of a row, with all that it imports of the importers. Readers do not: a fingerprint covers the cells.
DECIDE = ("normalise", "validate", "stage", "recognised")
# The rules as they were when somebody last thought of it, and the version that they had.
CONSIDERED = ("1678a1347acaecd8", 1)


def needed() -> list[Path]:
    """The modules of `DECIDE` and what they import, however far."""
    found: dict[str, Path] = {}
    wanted = list(DECIDE)
    while wanted:
        name = wanted.pop()
        path = IMPORTERS / f"{name}.py"
        if name not in found and path.exists():
            found[name] = path
            imports = (
                node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
            )
            for node in imports:
                package, _dot, module = (node.module or "").partition(".")
                if package == "importers":
                    wanted += [module] if module else [alias.name for alias in node.names]
    return [found[name] for name in sorted(found)]


def code_of(path: Path) -> str:
    """A module without comments, docstrings, texts for people and blanks; the same for every Python."""
    source = path.read_text("utf-8")
    words = [place for node in ast.walk(ast.parse(source)) for place in _words(node)]
    lines = source.encode().splitlines()
    for node in words:
        for line in range(node.lineno - 1, node.end_lineno or node.lineno):
            start = node.col_offset if line == node.lineno - 1 else 0
            end = node.end_col_offset if line + 1 == node.end_lineno else len(lines[line])
            lines[line] = lines[line][:start] + b" " * ((end or 0) - start) + lines[line][end:]
    return "".join(part for line in lines for part in line.decode().split() if not line.strip().startswith(b"#"))


def _words(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
        return node.args
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return [node.value] if isinstance(node, ast.Expr) and is_docstring else []


def test_a_change_of_the_rules_was_considered() -> None:
    rules = blake2b("\n".join(map(code_of, needed())).encode(), digest_size=8).hexdigest()
    assert (rules, fingerprints.RULES) == CONSIDERED, (
        "The code that decides what becomes of a delivered row has changed. Can a row that was taken before now become "
        "something else - another value, a problem that it did not have? Then raise importers.fingerprints.RULES. In either "
        "case write the first of the two pairs into CONSIDERED."
    )


def test_what_decides_is_found() -> None:
    names = {path.stem for path in needed()}
    assert {
        "normalise",
        "validate",
        "dates",
        "shapes",
        "values",
        "classes",
        "positions",
        "crs",
        "outline",
        "units",
        "problem_texts",
    } <= names
    assert not {"pipeline", "job", "looking", "acceptance", "preview"} & names
