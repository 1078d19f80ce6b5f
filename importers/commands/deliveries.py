"""`registry import`, `registry look`: a file's rows into the register; a look into a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from importers.commands.check import accepting_repairs, print_groups
from importers.commands.progress import Bar
from registry.commands.options import acting, opened
from registry.errors import Invalid
from registry.i18n import _
from registry.messages import spoken


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--encoding", help="如 GB18030 / such as GB18030")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def look(file: Path, encoding: str | None, as_json: bool) -> None:
    """查看文件中的图层、列、文字编码与坐标系。 Inspect a file: layers, columns, encoding, coordinate system."""
    from importers.pipeline import vars_of
    from importers.read.reader import inspect as look_into

    found = look_into(file, encoding)
    if as_json:
        answer = [{**vars_of(s), "encoding": vars_of(s.encoding), "crs": vars_of(s.crs),
                 "columns": [vars_of(c) for c in s.columns]} for s in found]  # fmt: skip
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
        return
    for source in found:
        rows = _("%(n)s 行", n=source.rows) if source.rows is not None else ""
        click.secho(f"{source.name}  {source.format}  {source.geometry or _('表格')}  {rows}", bold=True)
        click.echo("  " + _("文字编码：%(name)s（%(why)s）", name=source.encoding.name, why=source.encoding.evidence))
        click.echo("  " + _("坐标系：%(name)s", name=source.crs.name or source.crs.text or _("未说明")))
        for column in source.columns:
            click.echo(f"  {column.name}  [{column.type}]  {' | '.join(column.samples[:4])[:80]}")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--layer", required=True, help="导入到哪个图层 / into which layer")
@click.option("--source-layer", help="文件中的图层或工作表 / layer or sheet of the file")
@click.option("--profile", help="已保存的方案名或 .toml 文件 / saved profile or .toml file")
@click.option("--save-as", help="把本次的列对应存为方案 / keep the mapping under this name")
@click.option("--crs", help="如 EPSG:4549、GCJ-02、BD-09 / such as")
@click.option("--encoding", help="如 GB18030 / such as GB18030")
@click.option("--scheme", help="分类标准 / class scheme, such as 'GB/T 30428.2-2013'")
@click.option("--key", help="供图单位自己的编号列 / column with the supplier's own id")
@click.option(
    "--map", "columns", multiple=True, metavar="COLUMN=FIELD", help="更正列的对应，可重复 / map a column, repeatable"
)
@click.option("--set", "constants", multiple=True, metavar="FIELD=VALUE",
              help="文件没有的字段取此值，如 class=0102 / a field that the file lacks")  # fmt: skip
@click.option("--header-row", type=int, help="表头所在行 / header row")
@accepting_repairs
@click.option("--title", help="交付名称 / title of the delivery")
@click.option("--apply", "at_once", is_flag=True, help="立即应用无误的行 / apply the good rows at once")
@click.option("--dry-run", is_flag=True, help="只检查，不留下任何东西 / check only, leave nothing behind")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
@acting
def import_(
    district: str | None, username: str | None, at_once: bool, dry_run: bool, as_json: bool, file: Path, **how: Any
) -> None:
    """导入一个测绘文件：比对、提出变更，并列出有问题的行。

    Import a survey file: Shapefile (zipped or plain), GeoPackage, GeoJSON, CSV, XLSX, GeoParquet. Good rows are compared
    with the register and proposed as changes; bad rows are listed with row, value and remedy.
    """
    from importers.pipeline import ImportRequest, run
    from importers.read.reader_process import ReaderLimits
    from registry.settings import settings

    how |= {name: dict(_pairs(how[name])) for name in ("columns", "constants")}
    order = ImportRequest(file, apply=at_once and not dry_run, **how)
    with opened(district, username) as (connection, scope), Bar(quiet=as_json) as bar:
        report = run(connection, scope, order, bar, ReaderLimits.of(settings()))
        if dry_run:
            connection.rollback()
    if as_json:
        answer = {**spoken(report.as_dict()), "dry_run": dry_run}
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        _print(report, dry_run)


def _print(report: Any, dry_run: bool) -> None:
    from importers.problems.problem import grouped

    summary = report.summary
    click.echo(_("文字编码 %(encoding)s（%(why)s）；坐标系 %(crs)s", encoding=report.source.encoding.name,
                 why=report.source.encoding.evidence, crs=report.crs))  # fmt: skip
    click.echo(_("读入 %(rows)s 行：新增 %(added)s，属性变更 %(updated)s，位置变更 %(moved)s，不变 %(unchanged)s，"
                 "冲突 %(conflicts)s，有错误待修 %(errors)s", rows=report.rows, errors=report.rows_in_error,
                 **summary.as_dict()))  # fmt: skip
    print_groups(grouped(report.problems))
    if dry_run:
        click.echo(_("试运行：没有留下任何改动。"))
    elif report.applied:
        click.secho(_("变更集 %(id)s 已应用。", id=summary.change_set), fg="green")
    elif summary.changes:
        click.echo(_("变更集 %(id)s 待应用：registry changes apply %(id)s", id=summary.change_set))
    else:
        click.echo(_("没有需要应用的变更。"))


def _pairs(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for text in texts:
        left, equals, right = text.rpartition("=")
        if not (equals and left and right):
            raise Invalid("command.option_bad", value=text)
        yield left, right
