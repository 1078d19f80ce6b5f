"""A re-survey without codes: how many assets keep their id, how many are doubtful, how many wrong, and what it costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import surveys
from benchmarks.databases import DATABASE, EMPTY, Server
from benchmarks.imports import PEERS, make_peers
from benchmarks.measuring import Cost, Fact, Group, Subject, compare
from benchmarks.programs import cost_of, environment, needed
from registry.i18n import _

SURVEYED, WITH_TWINS = "surveyed_register", "twins_register"
FEWEST_KEPT = 0.99
PROFILE = 'layer = "component"\nscheme = "CJ/T 214-2007"\n[columns]\n'


def measure(server: Server, runs: int) -> list[Group]:
    """58,000 components measured again: with codes, without, without and 1.5 m off, and without where 400 have a twin, beside
    ogr2ogr of the same file.

    Raises Absent where ogr2ogr is missing.
    """
    folder = server.home / "surveys"
    cost_of([sys.executable, "-m", "benchmarks.surveys", str(folder)], environment())
    make_peers(server)
    for first, name in ((surveys.FIRST, SURVEYED), (surveys.TWINS_FIRST, WITH_TWINS)):
        server.copy(EMPTY)
        server.run(*_command(folder, first))
        server.keep(name)
    found: dict[str, dict[str, int]] = {}
    subjects = [
        Subject("ogr2ogr", "ogr2ogr (COPY, -t_srs EPSG:4490)", _peer(server, folder)),
        Subject("keyed", _("重新测量，有编码"), _survey(server, folder, surveys.KEYED, found)),
        Subject("keyless", _("重新测量，无编码"), _survey(server, folder, surveys.KEYLESS, found)),
        Subject("shifted", _("重新测量，无编码，整体偏移 1.5 米"), _survey(server, folder, surveys.SHIFTED, found)),
        Subject("twins", _("重新测量，无编码，400 对相距 0.6 米的双胞"), _survey(server, folder, surveys.TWINS, found)),
    ]
    group = compare("identity", _("58,000 个部件重新测量，误差不超过 1 米，百分之一新增，百分之一消失"), subjects, runs)
    return [replace(group, facts=tuple(fact for name in found for fact in _facts(name, found[name])))]


def _facts(name: str, counted: dict[str, int]) -> list[Fact]:
    """At least 99 % keep their id without a question and none is mistaken; of twins only the latter can be asked."""
    lost = round(100.0 * (1 - counted["kept"] / counted["known"]), 2)
    most = None if name == surveys.TWINS else 100 * (1 - FEWEST_KEPT)
    return [
        Fact(f"{name}_not_kept", _("%(name)s：未直接保留编号的资产", name=name), lost, "%", most),
        Fact(f"{name}_wrong", _("%(name)s：认错的行", name=name), counted["wrong"], "", 0),
        Fact(f"{name}_doubtful", _("%(name)s：存疑的行", name=name), counted["doubtful"]),
    ]


def _command(folder: Path, name: str) -> list[str]:
    profile = folder / "survey.toml"
    columns = "".join(
        f'{c} = "{c if c in ("class", "name", "manager", "owner", "maintainer", "state", "source") else f"attributes.{c}"}"\n'
        for c in surveys.TEXTS
    )
    coded = name in (surveys.FIRST, surveys.TWINS_FIRST, surveys.KEYED)
    profile.write_text(PROFILE + columns + (f'{surveys.CODE} = "code"\n' if coded else ""), encoding="utf-8")
    return [
        "import",
        str(folder / f"{name}.gpkg"),
        "--layer",
        "component",
        "--profile",
        str(profile),
        "--apply",
        "--json",
    ]


def _survey(server: Server, folder: Path, name: str, found: dict[str, dict[str, int]]) -> Callable[[], Cost]:
    """A run of `registry import`; who was matched with whom is counted afterwards."""

    def run() -> Cost:
        server.copy(WITH_TWINS if name == surveys.TWINS else SURVEYED)
        cost, printed = server.run(*_command(folder, name))
        answer = json.loads(printed)
        if answer["rows_in_error"]:
            raise RuntimeError(f"{name}: {answer['rows_in_error']} rows in error")
        found[name] = _counted(server, folder, name, answer["change_set"])
        return replace(cost, detail=answer["seconds"])

    return run


def _counted(server: Server, folder: Path, name: str, change_set: int) -> dict[str, int]:
    """Rows kept, wrong and doubtful. A row of a new asset is wrong where it was taken for an old one."""
    truth = np.load(folder / f"{name}.npy")
    with server.connect(DATABASE) as connection:
        matched = connection.execute(
            "SELECT c.source_row, c.action = 'add', c.doubtful, right(a.code, 8)::int FROM registry.change c"
            " LEFT JOIN registry.asset a ON a.district = c.district AND a.id = c.asset_id WHERE c.change_set = %s",
            (change_set,),
        ).fetchall()
    rows, added, doubtful, asset = (np.array(column) for column in zip(*matched, strict=True))
    got = np.where(added, -1, np.array([a if a is not None else -1 for a in asset.tolist()]))
    right = got == truth[rows - rows.min()]
    return {
        "known": int((truth >= 0).sum()), "kept": int((right & ~doubtful & ~added).sum()),
        "wrong": int((~right & ~doubtful).sum()), "doubtful": int(doubtful.sum()),
    }  # fmt: skip


def _peer(server: Server, folder: Path) -> Callable[[], Cost]:
    command = [
        needed("ogr2ogr"), "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", f"PG:{server.libpq(DATABASE)}",
        str(folder / f"{surveys.KEYLESS}.gpkg"), "-nln", "delivered", "-t_srs", "EPSG:4490",
    ]  # fmt: skip

    def run() -> Cost:
        server.copy(PEERS)
        return server.run_peer(*command)

    return run
