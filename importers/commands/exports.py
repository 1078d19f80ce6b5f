"""`registry export`: a layer into a file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import click

from registry.commands.options import acting, opened_session
from registry.errors import Invalid
from registry.i18n import _


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", required=True, help="导出哪个图层 / which layer")
@click.option("--filter", "query", default="", metavar="QUERY",
              help="与地图网址相同的筛选条件 / the filter, as in a map's address: state=damaged&area=330105001")  # fmt: skip
@click.option("--force", is_flag=True, help="覆盖已有文件 / replace a file that is there")
@acting
def export(file: Path, layer: str, query: str, force: bool, district: str | None, username: str | None) -> None:
    """导出一个图层，格式由扩展名决定：.gpkg .geojson .csv .fgb。 Export a layer; the file extension decides the format."""
    from importers.exports import export as write
    from registry.assets.filters import Filter
    from registry.catalogue.layers import stored_layer
    from registry.database.connections import raw

    if file.exists() and not force:
        raise Invalid("command.file_exists", file=file)
    wanted = Filter.parse([*parse_qsl(query), ("layer", layer)])
    with opened_session(district, username) as (session, scope):
        written = write(session, scope, stored_layer(raw(session), layer), wanted, file)
    click.echo(_("已导出 %(n)s 个资产到 %(file)s。", n=written, file=file))
