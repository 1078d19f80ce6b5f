"""Identity: which asset each delivered row is. By its code, its key, a rule, by being the same, or by its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from registry.sql import statement


@dataclass(frozen=True)
class Rules:
    """What a supplier's profile says of identity.

    `columns`: fields of the asset (`name`, `manager` …) or `attributes.NAME` that together identify an asset of the layer;
    `tolerance_m`: how far, in metres, a re-survey may put an asset from where the register has it.
    """

    columns: tuple[str, ...] = ()
    tolerance_m: float = 2.0


def match(connection: psycopg.Connection[Any], district: str, layer: str, rules: Rules | None = None) -> None:
    """Compare the staged rows (`delivery`) with the register and leave the answer in the temporary table `matched`.

    Its columns are those of `sql/imports/match.sql`: at most one line per row; a row without a line is a new asset.
    """
    rules = rules or Rules()
    values = {"district": district, "layer": layer, "columns": list(rules.columns)}
    connection.execute(statement("imports/match.sql").encode())
    steps = ("match_unchanged", "match_known", *(("match_rule",) if rules.columns else ()), "match_same")
    for step in steps:
        connection.execute(statement(f"imports/{step}.sql").encode(), values)
    connection.execute("ANALYZE matched")
