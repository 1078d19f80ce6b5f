"""`registry demo`: a whole district, written as deliveries and imported like any other."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click
import psycopg

from importers.commands.progress import Bar
from registry.database.connections import connect
from registry.i18n import _
from registry.operations.cluster import running
from registry.settings import settings
from registry.slices import announcements, load

NAMES = ("拱墅区（演示）", "Gongshu (demo)")
BOX = (120.0869, 30.2578, 120.219, 30.4023)
# Evidently not real people; the password is drawn anew for each register and shown once.
ACCOUNTS = (
    ("admin", "演示管理员", "administrator", True),
    ("surveyor", "演示测绘员", "surveyor", True),
    ("inspector", "演示巡查员", "inspector", False),
    ("contractor", "演示养护单位", "contractor", False),
)


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="交付文件放在哪里 / where the deliveries are written")
@click.option("--keep", is_flag=True, help="保留已有的交付文件 / use deliveries that are there already")
def demo(folder: Path | None, keep: bool) -> None:
    """生成并导入演示行政区。 Generate the demo district and import it; needs an empty register."""
    with running() as url:
        from registry.operations.migrations import migrate

        migrate(url)
        build(url, folder or settings().home / "demo", keep)
    click.echo(_("演示账号（用户名、密码、身份）："))
    click.echo(accounts())
    click.echo(_("启动网页：registry serve"))


def is_wanted(url: str) -> bool:
    """Whether the register has no district yet, or its demo was interrupted. Imports are repeated without harm."""
    if _unfinished().is_file():
        return True
    with connect(url, role=None) as connection:
        row = connection.execute("SELECT count(*) FROM registry.district").fetchone()
    return row == (0,)


def build(url: str, folder: Path, keep: bool = False) -> None:
    """Write the deliveries, then areas, accounts and one import after another, each committed by itself."""
    from demo import read_manifest, write_deliveries

    _unfinished().parent.mkdir(parents=True, exist_ok=True)
    _unfinished().touch()
    if keep and (folder / "manifest.json").is_file():
        manifest = read_manifest(folder)
    else:
        click.echo(_("正在生成演示行政区的交付文件：%(folder)s", folder=folder))
        manifest = write_deliveries(folder)
    password = _prepare(url, manifest, folder)
    for delivery in manifest.deliveries:
        _import(url, manifest.district, folder / delivery.file, delivery)
    for announcement in announcements("demo"):
        for place in announcement.demo:
            load(place)(url, manifest, folder)
    _analyse(url)
    _tell_accounts(password)
    _unfinished().unlink()


def _analyse(url: str) -> None:
    with connect(url, role="chengji_owner") as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")


def _unfinished() -> Path:
    return settings().home / "demo-unfinished"


def _prepare(url: str, manifest: Any, folder: Path) -> str:
    from importers.areas import AreaColumns, read_areas
    from registry.access import accounts as people
    from registry.areas.areas import load_areas
    from registry.areas.districts import add_district
    from registry.operations.migrations import OWNER

    password = f"Demo-{secrets.token_hex(4)}"
    with connect(url, role=OWNER) as connection:
        add_district(connection, manifest.district, *NAMES, BOX)
        for level in manifest.areas.levels:
            load_areas(
                connection, manifest.district, read_areas(folder / manifest.areas.file, level, None, AreaColumns())
            )
        for username, name, role, sees_cameras in ACCOUNTS:
            _account(connection, username, name, password)
            people.grant_role(connection, username, manifest.district, role)
            if sees_cameras:
                people.grant_layer(connection, username, manifest.district, "camera")
    return password


def _account(connection: psycopg.Connection[Any], username: str, name: str, password: str) -> None:
    from registry.access import accounts as people

    if any(listed.username == username for listed in people.list_accounts(connection)):
        people.set_password(connection, username, password)
    else:
        people.create(connection, username, name, password)


def _import(url: str, district: str, file: Path, delivery: Any) -> None:
    from importers.pipeline import ImportRequest, run
    from importers.read.reader_process import ReaderLimits
    from registry.access.operator import OPERATOR
    from registry.access.scope import open_scope_by_name

    order = ImportRequest(file, delivery.layer, crs=delivery.crs, encoding=delivery.encoding, scheme=delivery.scheme,
                  save_as=delivery.profile, apply=True)  # fmt: skip
    with connect(url) as connection, Bar() as bar:
        report = run(
            connection, open_scope_by_name(connection, district, OPERATOR), order, bar, ReaderLimits.of(settings())
        )
    click.echo(_("%(file)s：%(rows)s 行，新增 %(added)s，有错误待修 %(errors)s", file=file.name, rows=report.rows,
                 added=report.summary.added, errors=report.rows_in_error))  # fmt: skip


def _tell_accounts(password: str) -> None:
    note = settings().home / "demo-accounts.txt"
    lines = [f"{username}\t{password}\t{name}" for username, name, _role, _cameras in ACCOUNTS]
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text("\n".join(lines) + "\n", encoding="utf-8")
    note.chmod(0o600)


def accounts() -> str:
    """The demo accounts, as `_tell_accounts` wrote them; empty where there is no demo."""
    note = settings().home / "demo-accounts.txt"
    return note.read_text(encoding="utf-8") if note.is_file() else ""
