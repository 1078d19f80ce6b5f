"""`registry changes`: list, apply, undo and reject change sets."""

from __future__ import annotations

import json
from typing import Any

import click

from registry.commands.groups import Announced
from registry.commands.options import acting, opened
from registry.i18n import _
from registry.messages import of_problem, spoken, title_of


@click.group(cls=Announced, of="changes")
def changes() -> None:
    """变更集：列出、应用、撤销、拒绝。 Change sets: list, apply, undo, reject."""


_LISTED = "{id:>6}  {proposed_at:%Y-%m-%d %H:%M}  {status:<9} {layer:<10} {proposed_by}  {title}  {counts}"


@changes.command("list")
@acting
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def list_changes(district: str | None, username: str | None, as_json: bool) -> None:
    """列出最近的变更集。 List the latest change sets."""
    from psycopg.rows import dict_row

    with opened(district, username) as (connection, scope):
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "SELECT s.id, coalesce(s.layer, '') AS layer, s.subject, s.kind, s.status, s.title, s.source, s.summary,"
                " s.proposed_at, p.name AS proposed_by"
                " FROM registry.change_set s JOIN registry.person p ON p.id = s.proposed_by"
                " WHERE s.district = %s ORDER BY s.id DESC LIMIT 50",
                (scope.district,),
            )
            .fetchall()
        )
    for row in rows:
        row["title"] = title_of(row["title"], row.pop("source"))
    if as_json:
        click.echo(json.dumps([list(row.values()) for row in rows], ensure_ascii=False, default=str))
        return
    for row in rows:
        row["counts"] = " ".join(f"{name}={n}" for name, n in row["summary"].items() if n)
        click.echo(_LISTED.format_map(row))


@changes.command()
@click.argument("number", type=int)
@acting
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def show(number: int, district: str | None, username: str | None, as_json: bool) -> None:
    """查看一个变更集及其问题行。 Show a change set and the problems of its delivery."""
    from registry.changes import change_sets as sets

    with opened(district, username) as (connection, scope):
        stored = _in_words(sets.read(connection, scope, number))
    if as_json:
        click.echo(json.dumps(stored, ensure_ascii=False, default=str))
        return
    click.echo(f"{stored['id']}  {stored['layer']}  {stored['kind']}  {stored['status']}  {stored['title']}")
    click.echo("  ".join(f"{name}={n}" for name, n in {**stored["summary"], **stored["source"]}.items() if n))
    for problem in stored["problems"]:
        where = " ".join(str(part) for part in (problem["row"] or "", problem["field"]) if part)
        click.secho(f"  {where}: {problem['message']}  {problem['remedy']}",
                    fg="red" if problem["severity"] == "error" else "yellow")  # fmt: skip


def _in_words(stored: dict[str, Any]) -> dict[str, Any]:
    """A change set as it is kept, in the language of this context."""
    for problem in stored["problems"]:
        said = of_problem(problem["code"], problem["field"], problem["value"], problem["details"])
        problem |= {"details": said.spoken()["details"], "message": said.message, "remedy": said.hint}
    source = {name: value for name, value in stored["source"].items() if name != "title"}
    return {**stored, "title": title_of(stored["title"], stored["source"]), "source": spoken(source)}


@changes.command()
@click.argument("number", type=int)
@acting
def apply(number: int, district: str | None, username: str | None) -> None:
    """应用一个变更集。 Apply a proposed change set, whole or not at all."""
    from registry.changes import change_sets as sets

    with opened(district, username) as (connection, scope):
        sets.apply(connection, scope, number)
    click.echo(_("变更集 %(id)s 已应用。", id=number))


@changes.command()
@click.argument("number", type=int)
@click.option("--apply", "at_once", is_flag=True, help="立即应用 / apply the undo at once")
@acting
def undo(number: int, at_once: bool, district: str | None, username: str | None) -> None:
    """撤销一个已应用的变更集。 Undo an applied change set: what was edited since is kept and counted."""
    from registry.changes import change_sets as sets

    with opened(district, username) as (connection, scope):
        summary = sets.undo(connection, scope, number)
        if at_once:
            sets.apply(connection, scope, summary.change_set)
    click.echo(_("变更集 %(id)s：移除 %(retired)s，恢复 %(restored)s，之后改动过而保留 %(kept)s。", id=summary.change_set,
                 retired=summary.retired, restored=summary.updated + summary.moved, kept=summary.conflicts))  # fmt: skip
    if not at_once:
        click.echo(_("应用：registry changes apply %(id)s", id=summary.change_set))


@changes.command()
@click.argument("number", type=int)
@acting
def reject(number: int, district: str | None, username: str | None) -> None:
    """拒绝一个待处理的变更集。 Reject a proposed change set without applying it."""
    from registry.changes import change_sets as sets

    with opened(district, username) as (connection, scope):
        sets.reject(connection, scope, number)
    click.echo(_("变更集 %(id)s 已拒绝。", id=number))
