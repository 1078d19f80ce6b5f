"""What must not be forgotten, asked of the source itself. Each lint takes a module's tree and yields its findings.

The lists of modules that may do what others may not, with their reasons, stand here and nowhere else. An entry that is no
longer needed is a finding too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SQL = ROOT / "sql"
PACKAGES = ("registry", "importers", "demo", "web")
# Where the five errors and those derived from them are declared.
ERRORS = ("registry/errors.py", "importers/errors.py")

READ_ASSETS = {
    "registry/assets/query.py": "the waist itself",
    "registry/assets/conditions.py": "the conditions that the waist asks under",
    "registry/assets/proximity.py": "neighbours of an asset that the waist gave; row security holds",
    "registry/assets/detail.py": "the history of an asset that the waist gave",
    "registry/review/rows.py": "a proposed row beside what the register has; row security holds",
    "registry/review/tiles.py": "the same on the map",
    "registry/review/resolution.py": "the candidates of a doubtful row; row security holds",
    "registry/changes/edits.py": "the version that an edit starts from, by key",
    "registry/changes/change_sets.py": "diff and undo: a proposal is made beside all of the layer",
    "registry/identity/matcher.py": "which asset a delivered row is: all of the layer",
    "registry/identity/fingerprints.py": "which delivered rows are unchanged: all of the layer",
    "registry/identity/near_duplicates.py": "whether a layer is empty, and what lies where rows are about to be added",
    "registry/changes/problems.py": "counts for the health checks of a proposal",
    "registry/photos/photos.py": "the asset that a photo belongs to, by code or place",
    "registry/areas/areas.py": "areas of every asset anew, as the owner: `area import`, `rebuild`",
    "registry/operations/doctor.py": "whether the roll-up adds up, as the owner",
    "registry/photos/unassigned.py": "which assets lie near a photo that waits; row security holds",
    "registry/assets/reference_features.py": "a sample of a layer, to compare a delivery's datum with",
    "registry/operations/migrations.py": "installs the functions and policies, which stand in `sql/`",
}
READ_ENVIRONMENT = {
    "registry/settings.py": "the only place that settings come from",
    "importers/read/gdal.py": "GDAL is told there, and only there, what not to load",
    "importers/jobs/worker.py": "a child process gets the environment of its parent",
    "importers/commands/work.py": "a child process gets the environment of its parent",
    "web/server.py": "a child process gets the environment of its parent",
}
SPEAK_IN_ERRORS: dict[str, str] = {}


class Finding(NamedTuple):
    """A line of a module, and what is found there."""

    line: int
    what: str


# Reads of assets ------------------------------------------------------------------------------------------------

READS = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+(?:ONLY\s+)?(?:registry\.)?asset(?:_version)?\b")
MODELS = {"Asset", "AssetVersion"}


def asset_reads(tree: ast.AST) -> Iterator[Finding]:
    """Statements on `asset` or `asset_version`: as text, as a file of `sql/`, or by their models."""
    docstrings = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("registry.models"):
            named = MODELS & {alias.name for alias in node.names}
            if named:
                yield Finding(node.lineno, f"imports {', '.join(sorted(named))}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            if READS.search(node.value):
                yield Finding(node.lineno, node.value.strip()[:60])
        elif isinstance(node, ast.Call) and _name(node.func) == "statement" and node.args:
            for path in _files(node.args[0]):
                if READS.search(path.read_text("utf-8")):
                    yield Finding(node.lineno, path.relative_to(SQL).as_posix())


def _files(argument: ast.expr) -> Iterator[Path]:
    """The files that `statement(argument)` may mean; a value inside an f-string may be any name."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    pattern = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
    yield from (path for path in SQL.glob(pattern) if path.suffix == ".sql")


# Environment ------------------------------------------------------------------------------------------------


def environment_reads(tree: ast.AST) -> Iterator[Finding]:
    """`os.environ`, `os.getenv` and their like, however imported."""
    wanted = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in wanted and _name(node.value) == "os":
            yield Finding(node.lineno, f"os.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            for alias in node.names:
                if alias.name in wanted:
                    yield Finding(node.lineno, f"os.{alias.name}")


# Sentences in errors ----------------------------------------------------------------------------------------

TRANSLATED = {"_", "N_", "ngettext", "gettext", "lazy_gettext"}
# Chinese, or two English words side by side. A command to type is in no language: GRANT … TO …, adduser --system postgres.
SENTENCE = re.compile(r"[\u3000-\u9fff]|(?<![\w-])[A-Za-z]?[a-z]+ [a-z]+")


def untranslated(tree: ast.AST) -> Iterator[Finding]:
    """Errors for a person that are given a sentence instead of a code or a text of the catalogue."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in person_errors():
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from _sentences(argument)


def _sentences(node: ast.AST) -> Iterator[Finding]:
    """Literal sentences in an expression, but not inside a call: `_()` translates, others make their own of it."""
    if isinstance(node, ast.Call):
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and SENTENCE.search(node.value.strip()):
            yield Finding(node.lineno, node.value[:60])
        return
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)


def person_errors() -> set[str]:
    """The names of the errors that a person may read."""
    if not _errors:
        for path in ERRORS:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            _errors.update(node.name for node in tree.body if isinstance(node, ast.ClassDef))
    return _errors


_errors: set[str] = set()


# Over all modules -------------------------------------------------------------------------------------------

LINTS: dict[Callable[[ast.AST], Iterator[Finding]], dict[str, str]] = {
    asset_reads: READ_ASSETS,
    environment_reads: READ_ENVIRONMENT,
    untranslated: SPEAK_IN_ERRORS,
}


def findings(lint: Callable[[ast.AST], Iterator[Finding]]) -> dict[str, list[Finding]]:
    """Module to what the lint finds in it."""
    found = {path.relative_to(ROOT).as_posix(): list(lint(tree)) for path, tree in _modules()}
    return {name: places for name, places in found.items() if places}


def _modules() -> Iterator[tuple[Path, ast.AST]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                yield first.value


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
