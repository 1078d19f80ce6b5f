"""The plans of everything that a connection does, functions' own statements included, as the server tells them (auto_explain).

How much a statement did is counted in rows that its plan touched, which is the same on a slow machine as on a fast one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.sql import SQL, Literal

from registry.database.connections import connect

# Shorter ones did little. A wrong plan takes a hundred times as long, so that a fast machine sees it too.
SHORTEST_MS = 3


@dataclass(frozen=True)
class Ran:
    """A statement that ran: its text, its plan, how many rows the plan touched, and whether it was compiled (jit)."""

    text: str
    plan: dict[str, Any]
    compiled: bool

    @property
    def touched(self) -> int:
        """Rows read, thrown away or compared, over all loops of all nodes."""
        return sum(_touched(node) for node in nodes(self.plan))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, the top first."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def _touched(node: dict[str, Any]) -> int:
    counted = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
    return int(sum(node.get(name, 0) for name in counted) * node.get("Actual Loops", 0))


@dataclass
class Watch:
    """A connection as the application's role, and what ran on it. The login must be allowed to load auto_explain."""

    connection: psycopg.Connection[Any]
    ran: list[Ran] = field(default_factory=list)

    def heavier_than(self, rows: int) -> list[Ran]:
        """The statements that touched more."""
        return [each for each in self.ran if each.touched > rows]

    def _note(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        _duration, found, plan = (diagnostic.message_primary or "").partition("plan:\n")
        if found:
            read = json.loads(plan)
            self.ran.append(Ran(read.get("Query Text", ""), read["Plan"], "JIT" in read))


def watch(url: str) -> Watch:
    """Open such a connection. The caller closes it."""
    connection = connect(url, role=None)
    connection.execute("LOAD 'auto_explain'")
    settings = {
        "log_min_duration": f"{SHORTEST_MS}ms", "log_analyze": "on", "log_timing": "off", "log_format": "json",
        "log_nested_statements": "on", "log_level": "notice",
    }  # fmt: skip
    for name, value in settings.items():
        connection.execute(SQL("SET auto_explain.{} = {}").format(SQL(name), Literal(value)))  # type: ignore[arg-type]
    connection.execute("SET ROLE chengji_app")
    connection.commit()
    made = Watch(connection)
    connection.add_notice_handler(made._note)
    return made
