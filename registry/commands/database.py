"""`registry migrate`, `registry doctor`: the state of the database."""

from __future__ import annotations

import json
import sys

import click

from registry.i18n import _
from registry.operations.cluster import running


@click.command()
def migrate() -> None:
    """建立或升级数据库结构；重复运行无妨。 Create or upgrade the database; running it twice is harmless."""
    from registry.operations.migrations import migrate as bring_up

    with running() as url:
        bring_up(url)
    click.echo(_("数据库结构已是最新。"))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def doctor(as_json: bool) -> None:
    """检查数据库是否健康。 Check the database: versions, locale, indexes under row security, roll-ups."""
    from registry.operations.doctor import examine

    with running() as url:
        findings = examine(url)
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.secho(("✓ " if finding.ok else "✗ ") + finding.what, fg="green" if finding.ok else "red")
            if finding.remedy and not finding.ok:
                click.echo("  " + finding.remedy)
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@click.command()
@click.argument("district")
def rebuild(district: str) -> None:
    """重建一个行政区的聚合计数、所在区域与责任覆盖。 Rebuild what is derived: clusters, areas that assets lie in, coverage."""
    from registry.areas.areas import relocate
    from registry.areas.districts import read_district
    from registry.database.connections import connect
    from registry.operations.migrations import OWNER

    with running() as url, connect(url, role=OWNER) as connection:
        read_district(connection, district)
        moved = relocate(connection, district)
        connection.execute("SELECT registry.rebuild_roll_ups(%s)", (district,))
        connection.execute("SELECT registry.rebuild_coverage(%s)", (district,))
    click.echo(_("已重建；%(n)s 个资产的所在区域有变。", n=moved))
