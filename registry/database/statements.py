"""Access to the SQL and reference files that ship in the `sql` package."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


def folder() -> Traversable:
    """The `sql` folder, wherever the package is installed."""
    return resources.files("sql")


@cache
def statement(path: str) -> str:
    """Text of one `.sql` file, by its path below `sql/`, such as `"changes/diff_known.sql"`."""
    return folder().joinpath(path).read_text(encoding="utf-8")


def reference_rows(name: str) -> list[dict[str, str]]:
    """The rows of one reference list, such as `"subdistricts.csv"`."""
    text = folder().joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
