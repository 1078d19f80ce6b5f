"""`registry area`: subdistricts, communities and unit grids."""

from __future__ import annotations

from pathlib import Path

import click

from registry.database.connections import connect
from registry.i18n import _
from registry.operations.cluster import running


@click.group()
def area() -> None:
    """区域：街道、社区、单元网格。 Areas: subdistricts, communities, unit grids."""


@area.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--district", required=True, help="行政区代码 / district")
@click.option("--source-layer", help="文件中的图层 / layer of the file")
@click.option("--crs", help="如 EPSG:4549、GCJ-02 / such as")
@click.option("--code-column", default="code", help="代码列 / column of the codes")
@click.option("--name-column", default="name", help="名称列 / column of the names")
@click.option("--code", "only_code", help="文件只有一个面时的代码 / the code, where the file has none")
def import_areas(
    file: Path, district: str, source_layer: str | None, crs: str | None, code_column: str, name_column: str,
    only_code: str | None,
) -> None:  # fmt: skip
    """导入区域面；代码长度决定级别。 Import polygons; the length of a code decides its level."""
    from importers.areas import AreaColumns, read_areas
    from registry.access.operator import OPERATOR
    from registry.access.scope import open_scope_by_name
    from registry.areas.areas import load_areas, relocate
    from registry.assets.reference_features import load_roads
    from registry.operations.migrations import OWNER

    columns = AreaColumns(code_column, name_column, only_code=only_code)
    with running() as url, connect(url, role=OWNER) as connection:
        known = load_roads(connection, open_scope_by_name(connection, district, OPERATOR))
        shapes = read_areas(file, source_layer, crs, columns, known, click.echo)
        counts = load_areas(connection, district, shapes)
        moved = relocate(connection, district)
    click.echo("，".join(f"{kind} {n}" for kind, n in counts.items()))
    click.echo(_("%(n)s 个资产的所在区域有变。", n=moved))
