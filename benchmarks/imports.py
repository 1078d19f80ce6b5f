"""Importing a delivery of points, whole processes: ours with checks, diff and apply beside tools that only copy."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.databases import DATABASE, EMPTY, Server
from benchmarks.measuring import Cost, Fact, Group, Subject, compare
from benchmarks.programs import cost_of, environment, needed
from registry.i18n import _

FILLED = "filled_register"
PEERS = "empty_peers"
LARGE, HUGE = 580_000, 5_800_000
# At most so many times ogr2ogr, which checks nothing and remembers nothing.
SLOWEST, SLOWEST_LARGE, SLOWEST_SAME, SLOWEST_CHANGED, SLOWEST_UNDO = 1.8, 1.5, 0.8, 1.2, 0.8
SLOWEST_HUGE = 1.3  # a feature of HUGE beside one of LARGE
MOST_MB = 700
PIPE = '"$1" -D -I -W GB18030 -s 4549:4490 "$2" delivered | "$3" --no-psqlrc --quiet -v ON_ERROR_STOP=1 "$4"'


@dataclass(frozen=True)
class Delivery:
    """A file of so many points; `changed` is what the supplier sends next, with one row in a hundred changed."""

    rows: int
    file: Path
    changed: Path


def measure(server: Server, rows: int, runs: int, large: bool, huge: bool = False) -> list[Group]:
    """Into an empty register; then the same rows delivered again; with `large`, ten times as many, once;
    with `huge`, a hundred times as many after that, once.

    Raises Absent where ogr2ogr, shp2pgsql or psql is missing.
    """
    make_peers(server)
    delivery = written(server.home, rows, again=True)
    groups = [_first(server, "import", delivery, runs), _again(server, delivery, runs)]
    if large or huge:
        groups.append(_first(server, "import_large", written(server.home, LARGE), 1, SLOWEST_LARGE))
    if huge:
        groups.append(_huge(server, groups[-1]))
    return groups


def _huge(server: Server, large: Group) -> Group:
    """So many that whatever does not grow in proportion shows."""
    group = _first(server, "import_huge", written(server.home, HUGE), 1, None)
    each = [found.rows[-1].series.least / rows for found, rows in ((group, HUGE), (large, LARGE))]
    label = _("每个要素的用时，相对于 %(n)s 个点", n=LARGE)
    return replace(
        group, facts=(*group.facts, Fact("per_feature", label, round(each[0] / each[1], 2), "×", SLOWEST_HUGE))
    )


def written(home: Path, rows: int, again: bool = False) -> Delivery:
    """The delivery, written now; `again`: what comes next too.

    By a process of its own: what numpy and GDAL take of memory here would be counted towards every program started.
    """
    folder = home / "deliveries"
    command = [sys.executable, "-m", "benchmarks.delivery", str(folder), str(rows), *(["again"] if again else [])]
    cost_of(command, environment())
    return Delivery(rows, folder / f"components_{rows}.shp", folder / f"components_{rows}_changed.shp")


def _first(server: Server, name: str, delivery: Delivery, runs: int, at_most: float | None = SLOWEST) -> Group:
    label = _("导入 %(n)s 个点到空登记册：GBK Shapefile，EPSG:4549", n=delivery.rows)
    run = _import(server, EMPTY, delivery.file, added=delivery.rows)
    ours = Subject("registry_import", "registry import --apply", run, at_most=at_most)
    group = compare(name, label, [*_peers(server, delivery), ours], runs)
    peak = round(group.rows[-1].series.peak_mb or 0.0)
    return replace(group, facts=(Fact("peak_memory", _("registry import 的内存峰值"), peak, "MB", MOST_MB),))


def _again(server: Server, delivery: Delivery, runs: int) -> Group:
    """What happens to a register that holds the delivery already, beside the tool that can only load it anew."""
    server.copy(EMPTY)
    _cost, printed = server.run(*_command(delivery.file))
    number = json.loads(printed)["change_set"]
    with server.connect(DATABASE) as connection:
        connection.execute("ANALYZE")  # as autovacuum would have done by the next delivery
    server.keep(FILLED)
    same = delivery.rows - delivery.rows // 100
    subjects = [
        _peers(server, delivery)[0],
        Subject("identical", _("再次导入同一文件"), _import(server, FILLED, delivery.file, unchanged=delivery.rows),
                at_most=SLOWEST_SAME),
        Subject("changed", _("再次导入，百分之一有变"), _import(server, FILLED, delivery.changed, unchanged=same),
                at_most=SLOWEST_CHANGED),
        Subject("undo", _("撤销该次导入"), _undo(server, number), at_most=SLOWEST_UNDO),
    ]  # fmt: skip
    return compare("import_again", _("同一批 %(n)s 个点再次交付", n=delivery.rows), subjects, runs)


def _command(file: Path) -> list[str]:
    return ["import", str(file), "--layer", "component", "--apply", "--json"]


def _import(server: Server, template: str, file: Path, **expected: int) -> Callable[[], Cost]:
    """A run of `registry import` that must have done what is expected of it; its detail is the seconds of each verb."""

    def run() -> Cost:
        server.copy(template)
        cost, printed = server.run(*_command(file))
        answer = json.loads(printed)
        _require(expected, {name: answer["summary"][name] for name in expected}, file.name)
        return replace(cost, detail=answer["seconds"])

    return run


def _undo(server: Server, number: int) -> Callable[[], Cost]:
    def run() -> Cost:
        server.copy(FILLED)
        cost, _printed = server.run("changes", "undo", str(number), "--apply")
        return cost

    return run


def make_peers(server: Server) -> None:
    """A database with nothing but PostGIS in it."""
    server.copy("template0")
    with server.connect(DATABASE) as connection:
        connection.execute("CREATE EXTENSION postgis")
    server.keep(PEERS)


def _peers(server: Server, delivery: Delivery) -> list[Subject]:
    """The two tools that everybody has; each makes a table with a primary key and a GiST index, and checks nothing."""
    database, file = server.libpq(DATABASE), str(delivery.file)
    ogr = [
        needed("ogr2ogr"), "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", f"PG:{database}", file,
        "-nln", "delivered", "-t_srs", "EPSG:4490", "-oo", "ENCODING=GB18030",
    ]  # fmt: skip
    shp = ["/bin/sh", "-c", PIPE, "sh", needed("shp2pgsql"), file, needed("psql"), database]
    return [
        Subject("ogr2ogr", "ogr2ogr (COPY, -t_srs EPSG:4490)", _peer(server, ogr, delivery.rows)),
        Subject("shp2pgsql", "shp2pgsql -D | psql", _peer(server, shp, delivery.rows)),
    ]


def _peer(server: Server, command: list[str], rows: int) -> Callable[[], Cost]:
    """A run of another tool, which must have loaded every row."""

    def run() -> Cost:
        server.copy(PEERS)
        cost = server.run_peer(*command)
        with server.connect(DATABASE) as connection:
            _require((rows,), connection.execute("SELECT count(*) FROM delivered").fetchone(), command[0])
        return cost

    return run


def _require(expected: Any, found: Any, what: str) -> None:
    """A measurement of something that went wrong is none."""
    if found != expected:
        raise RuntimeError(f"{what}: {found!r} instead of {expected!r}")
