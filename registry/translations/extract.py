"""How Babel finds the messages in Python sources; for developers, babel.cfg names it.

Babel's own reader works on tokens, and up to Python 3.11 an f-string is one token: a message inside its braces would be
found by some Pythons and lost by others. The syntax tree is the same for all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

Found = tuple[int, str, tuple[str | None, ...], list[str]]


def from_python(source: BinaryIO, keywords: Collection[str], _tags: object, **_options: Any) -> Iterator[Found]:
    """Line, function and literal arguments of each call of a keyword (`_`, `N_`, `ngettext` …), in order of lines."""
    calls = (node for node in ast.walk(ast.parse(source.read())) if isinstance(node, ast.Call))
    found = [
        (call.lineno, call.func.id, tuple(_literal(argument) for argument in call.args))
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in keywords and call.args
    ]
    for line, name, texts in sorted(found, key=lambda entry: entry[0]):
        yield line, name, texts, []


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
