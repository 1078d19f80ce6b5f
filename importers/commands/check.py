"""`registry check`: what an import would say of a file, without a register."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from registry.commands.main import ROWS_IN_ERROR
from registry.i18n import _


class Rows(click.ParamType):
    """`all`, or row numbers with commas between them."""

    name = "rows"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...] | bool:
        """True for all, else the numbers."""
        if isinstance(value, bool | tuple):
            return value
        if value == "all":
            return True
        numbers = [part.strip() for part in str(value).replace("，", ",").split(",")]
        if not all(number.isdigit() for number in numbers):
            self.fail(_("“%(value)s”不是行号；写成 12,15 或 all。", value=value), param, ctx)
        return tuple(map(int, numbers))


def accepting_repairs(command: Any) -> Any:
    """Add `--accept-repairs`."""
    return click.option(
        "--accept-repairs", type=Rows(), default=False, metavar="ROWS",
        help="认可修复的行，如 12,15 或 all / rows whose repair is accepted, or all",
    )(command)  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--profile", "profile_file", required=True, type=click.Path(exists=True, path_type=Path),
              help="检查包或方案（.toml）/ check pack or profile")  # fmt: skip
@click.option("--source-layer", help="文件中的图层或工作表 / layer or sheet of the file")
@click.option("--crs", help="如 EPSG:4549、GCJ-02、BD-09 / such as")
@click.option("--encoding", help="如 GB18030 / such as GB18030")
@accepting_repairs
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
@click.option(
    "--report", type=click.Path(path_type=Path), help="出具检查记录，.html 或 .pdf / write the record, .html or .pdf"
)
def check(file: Path, profile_file: Path, as_json: bool, report: Path | None, **how: Any) -> None:
    """不用数据库检查一个文件，结论与导入时相同。

    Check a file without a database, with the verdict that an import would give. Exit code 0: no row would wait; 8: some would.
    """
    from importers.read.reader_process import ReaderLimits
    from importers.supplier_check.check import Question
    from importers.supplier_check.check import check as judge
    from importers.supplier_check.pack import load
    from registry.settings import settings

    pack = load(profile_file)
    verdict = judge(Question(file, **how), pack, ReaderLimits.of(settings()))
    if report is not None:
        from importers.reporting.acceptance import of_check
        from importers.reporting.acceptance_document import write

        write(of_check(file, verdict, pack, profile_file.stem.removesuffix(".check")), report)
    if as_json:
        answer = {**verdict.as_dict(), "pack_version": pack.version}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _print(verdict, pack)
    if verdict.rows_in_error:
        sys.exit(ROWS_IN_ERROR)


def _print(verdict: Any, pack: Any) -> None:
    from importers.reporting.acceptance import remarks

    click.echo(_("文字编码 %(encoding)s（%(why)s）；坐标系 %(crs)s", encoding=verdict.source.encoding.name,
                 why=verdict.source.encoding.evidence, crs=verdict.crs))  # fmt: skip
    print_groups(verdict.groups)
    for remark in remarks(verdict, pack):
        click.secho(remark, fg="yellow")
    good = verdict.rows - verdict.rows_in_error
    colour = "red" if verdict.rows_in_error else "green"
    click.secho(_("%(rows)s 行：%(good)s 行可以导入，%(bad)s 行有错误待修", rows=verdict.rows, good=good,
                  bad=verdict.rows_in_error), fg=colour)  # fmt: skip


def print_groups(groups: Iterable[Any]) -> None:
    """Problems of one kind in one column together: the first in full, then the other rows."""
    for group in groups:
        colour = "red" if group.severity == "error" else "yellow"
        for problem in group.examples:
            click.secho(f"  {problem}", fg=colour)
        if group.more:
            rows = _("、").join(map(str, group.rows[len(group.examples) :]))
            click.secho(_("    另有 %(n)s 行同样：%(rows)s…… --json 列出全部。", n=group.more, rows=rows), fg=colour)
