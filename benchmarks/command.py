"""`registry bench`, which is also `make bench` and `python -m benchmarks`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks.measuring import Absent, Group
from registry.i18n import _
from registry.settings import settings

if TYPE_CHECKING:
    from benchmarks.databases import Server

NAMES = ("import", "identity", "tile", "search", "page")
CHECKOUT = Path(__file__).resolve().parent.parent


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="每项次数 / runs of each")
@click.option(
    "--rows", type=click.IntRange(100), default=58_000, show_default=True, help="导入的点数 / points to import"
)
@click.option("--large", is_flag=True, help="另测 580,000 点的导入与内存 / also an import of 580,000 points")
@click.option("--huge", is_flag=True, help="再测 5,800,000 点，需约 20 GB 磁盘 / and of 5,800,000: some 20 GB of disk")
@click.option("--output", type=click.Path(path_type=Path), help="JSON 写到哪里 / folder for the JSON")
def bench(names: tuple[str, ...], runs: int, rows: int, large: bool, huge: bool, output: Path | None) -> None:
    """与同类工具比较速度：导入、识别、瓦片、搜索、页面；结果是同一次运行中的倍数。

    Measure our speed beside a peer's in one run: import, identity, tile, search, page (default: all). On a cluster of its
    own; your register is not touched. Needs ogr2ogr, shp2pgsql, psql, Chromium, and what requirements/bench.txt and
    dev.txt list; what cannot be measured for want of one is named and left out.
    """
    from rich.console import Console

    from benchmarks.databases import server
    from benchmarks.machine import about
    from benchmarks.report import WIDTH, shown, written

    groups: list[Group] = []
    with server(_home()) as here:
        known = about(here)
        for name in names or NAMES:
            click.echo(_("正在测量：%(name)s", name=name), err=True)
            groups += _measured(name, here, runs, rows, large, huge)
    shown(groups, Console(width=WIDTH))
    file = written(groups, known, output or _results())
    click.echo(_("已写入 %(file)s", file=file))


def _measured(name: str, server: Server, runs: int, rows: int, large: bool, huge: bool) -> list[Group]:
    from benchmarks import demo, identity, imports, page, search, tiles

    quick = runs * 5  # what takes milliseconds can be asked more often
    measures: dict[str, Callable[[], list[Group]]] = {
        "import": lambda: imports.measure(server, rows, runs, large, huge),
        "identity": lambda: identity.measure(server, runs),
        "tile": lambda: tiles.measure(server, demo.build(server), quick),
        "search": lambda: search.measure(server, demo.build(server), quick),
        "page": lambda: page.measure(server, demo.build(server), runs),
    }
    try:
        return measures[name]()
    except Absent as missing:
        click.secho(_("缺少 %(what)s，未测 %(name)s。", what=missing, name=name), fg="yellow", err=True)
        return []


def _home() -> Path:
    """Where the cluster of the benchmarks lives and the demo district is kept for the next time."""
    return CHECKOUT / ".cache" / "bench" if _is_checkout() else settings().home / "bench"


def _results() -> Path:
    return CHECKOUT / "benchmarks" / "results" if _is_checkout() else Path.cwd() / "bench-results"


def _is_checkout() -> bool:
    return (CHECKOUT / "Makefile").is_file()
