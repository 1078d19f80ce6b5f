"""Suggestions while somebody types, beside the statement that everybody writes first: ILIKE '%…%'."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import psycopg

from benchmarks.databases import Server
from benchmarks.demo import ACCOUNT, DISTRICT, password
from benchmarks.measuring import Group, Subject, compare, timed
from benchmarks.serving import Client, ours
from registry.i18n import _

SCAN = """
SELECT id, layer, code, name FROM registry.asset
WHERE district = %(district)s AND state <> 'retired' AND (name ILIKE %(pattern)s OR code ILIKE %(pattern)s)
ORDER BY length(name), id LIMIT 10
"""
NOBODY = "鳌氍"


def measure(server: Server, database: str, runs: int) -> list[Group]:
    """Two characters of a road's name, a name in full, the beginning of a code, a class, and what does not exist."""
    with server.connect(database) as connection, ours(server, database) as port:
        client = Client(port)
        client.sign_in(ACCOUNT, password(server))
        return [_group(connection, client, name, text, runs) for name, text in _texts(connection).items()]


def _texts(connection: psycopg.Connection[Any]) -> dict[str, str]:
    row = connection.execute(
        "SELECT (SELECT name FROM registry.asset WHERE layer = 'road' AND terms IS NOT NULL ORDER BY id LIMIT 1),"
        " (SELECT code FROM registry.asset WHERE layer = 'component' ORDER BY id LIMIT 1),"
        " (SELECT k.name_zh FROM registry.asset_class k WHERE k.layer = 'component' ORDER BY position LIMIT 1)"
    ).fetchone()
    assert row is not None
    road, code, kind = row
    return {"two_characters": road[:2], "name": road, "code": code[:14], "class": kind, "nothing": NOBODY}


def _group(connection: psycopg.Connection[Any], client: Client, name: str, text: str, runs: int) -> Group:
    values = {"district": DISTRICT, "pattern": f"%{text}%"}
    path = f"/{DISTRICT}/api/suggest?q={quote(text)}"

    def ask() -> None:
        if (answer := client.get(path)).status != 200:
            raise RuntimeError(f"{answer.status}: {answer.body[:500]!r}")

    subjects = [
        Subject("scan", "ILIKE '%…%'", lambda: timed(lambda: connection.execute(SCAN, values).fetchall())),
        Subject("suggest", _("HTTP 搜索建议：分类、辖区、资产"), lambda: timed(ask)),
    ]
    return compare(f"search_{name}", _("搜索“%(text)s”", text=text), subjects, runs, warm=2)
