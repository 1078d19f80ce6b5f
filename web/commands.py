"""`registry serve`: the web pages."""

from __future__ import annotations

import dataclasses

import click

from registry.database.connections import connect
from registry.errors import Unavailable
from registry.operations.cluster import serving
from registry.settings import settings


@click.command()
@click.option("--host", default=None, help="监听地址 / address to listen on (127.0.0.1)")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="端口 / port (8000)")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, help="进程数 / processes, of eight threads each (2)"
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """启动网页服务，Ctrl-C 结束。 Serve the web pages until Ctrl-C."""
    from web.server import serve as run

    present = settings()
    chosen = dataclasses.replace(
        present, host=host or present.host, port=port or present.port, workers=workers or present.workers
    )
    with serving() as url:
        check(url)
        run(chosen, url)


def check(url: str) -> None:
    """Refuse a database of another version; warn of whatever else a health check would find."""
    from registry.operations.doctor import pulse

    with connect(url, role=None) as connection:
        findings = pulse(connection, url)
    if not findings["migrated"].ok:
        raise Unavailable("database.unfit", what=findings["migrated"].what, remedy=findings["migrated"].remedy)
    for finding in findings.values():
        if not finding.ok:
            click.secho(f"✗ {finding.what}\n  {finding.remedy}", fg="yellow", err=True)
