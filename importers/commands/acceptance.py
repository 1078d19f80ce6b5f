"""`registry changes record`, `registry changes waiting`: the paper of a delivery, and its quarantined rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.commands.options import acting, opened
from registry.errors import Conflict, Invalid
from registry.i18n import _


@click.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="写成网页 / write as a web page")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="写成 PDF / write as PDF")
@click.option("--title", help="交付名称 / title of the delivery")
@click.option("--verify", metavar="SHA256", help="与校验值核对 / compare the rows with a checksum")
@acting
def record(
    numbers: tuple[int, ...], html: Path | None, pdf: Path | None, title: str | None, verify: str | None,
    district: str | None, username: str | None,
) -> None:  # fmt: skip
    """出具验收记录：首批与补交的变更集依次列出。 Print the acceptance record of one or more change sets of a delivery."""
    from importers.reporting import acceptance
    from importers.reporting import acceptance_document as acceptance_form

    if not (html or pdf or verify):
        raise Invalid("record.nothing_asked")
    with opened(district, username) as (connection, scope):
        if verify:
            _compare(connection, scope, numbers, verify)
        if not (html or pdf):
            return
        gathered = acceptance.of_change_sets(connection, scope, numbers, title)
    if html:
        html.write_text(acceptance_form.render_html(gathered), encoding="utf-8")
    if pdf:
        pdf.write_bytes(acceptance_form.render_pdf(gathered))
    for path in filter(None, (html, pdf)):
        click.echo(_("已写出 %(path)s。", path=path))


def _compare(connection: Any, scope: Any, numbers: tuple[int, ...], verify: str) -> None:
    from importers.reporting.acceptance import checksum

    if len(numbers) != 1:
        raise Invalid("record.one_at_a_time")
    found = checksum(connection, scope, numbers[0])
    if found != verify.strip().lower():
        raise Conflict("record.checksum_differs", id=numbers[0], found=found)
    click.echo(_("变更集 %(id)s 的校验值相符。", id=numbers[0]))


@click.command()
@click.argument("number", type=int)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="写到哪里 / where to"
)
@acting
def waiting(number: int, file: Path, folder: Path, district: str | None, username: str | None) -> None:
    """写出待修的行：与原文件同格式，并注明原因。 Write the quarantined rows of FILE, imported as change set NUMBER."""
    from importers.quarantine.export import quarantine_of

    folder.mkdir(parents=True, exist_ok=True)
    with opened(district, username) as (connection, scope):
        written = quarantine_of(connection, scope, number, file, folder)
    click.echo(_("已写出 %(path)s：%(n)s 行。", path=written.path, n=written.rows))
    if written.remark:
        click.echo(written.remark)
