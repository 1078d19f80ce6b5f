"""`registry run`: everything that `make run` wants, in one process: database, demo on the first run, web pages."""

from __future__ import annotations

import click

from registry.i18n import _
from registry.settings import settings


@click.command()
@click.option(
    "--demo/--no-demo", default=True, help="空库时导入演示行政区 / import the demo district into an empty register"
)
def run(demo: bool) -> None:
    """启动全部：数据库、首次的演示数据、网页。 Start everything; Ctrl-C ends everything."""
    from demo import commands as demonstration
    from registry.operations.cluster import serving, undisturbed
    from registry.operations.migrations import migrate
    from web.server import serve

    with serving() as url:
        with undisturbed(url):
            migrate(url)
            if demo and not settings().database_url and demonstration.is_wanted(url):
                demonstration.build(url, settings().home / "demo")
        if accounts := demonstration.accounts():
            click.echo(_("演示账号（用户名、密码、身份）："))
            click.echo(accounts)
        serve(settings(), url)
