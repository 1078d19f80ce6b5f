"""`registry up`, `registry down`: the private database cluster."""

from __future__ import annotations

import click

from registry.i18n import _
from registry.operations import cluster
from registry.settings import settings


@click.command()
def up() -> None:
    """启动本机自带的数据库。 Start the private database and print its address."""
    if settings().database_url:
        click.echo(_("已设置 DATABASE_URL，不启动自带数据库。"))
        return
    click.echo(cluster.keep().url)


@click.command()
def down() -> None:
    """停止本机自带的数据库。 Stop the private database."""
    click.echo(_("数据库已停止。") if cluster.stop() else _("数据库没有在运行。"))
