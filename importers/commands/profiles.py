"""`registry profile`: the profiles of suppliers, and check packs made of them."""

from __future__ import annotations

from pathlib import Path

import click

from registry.commands.options import acting, opened
from registry.errors import Invalid
from registry.i18n import _


@click.group()
def profile() -> None:
    """导入方案：列出、查看、导出检查包、删除。 Import profiles: list, show, export as check packs, delete."""


@profile.command("list")
@acting
def list_profiles(district: str | None, username: str | None) -> None:
    """列出已保存的方案。 List the saved profiles."""
    from registry.deliveries.profiles import listed

    with opened(district, username) as (connection, scope):
        for kept in listed(connection, scope):
            click.echo(f"{kept.name}\t{kept.layer}\t{kept.saved_at:%Y-%m-%d %H:%M}")


@profile.command()
@click.argument("name")
@acting
def show(name: str, district: str | None, username: str | None) -> None:
    """显示一个方案。 Show one."""
    from registry.deliveries.profiles import named

    with opened(district, username) as (connection, scope):
        click.echo(named(connection, scope, name), nl=False)


@profile.command()
@click.argument("name")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="写到哪个 .toml 文件 / the file to write")
@click.option("--force", is_flag=True, help="覆盖已有文件 / replace a file that is there")
@acting
def export(name: str, out: Path, force: bool, district: str | None, username: str | None) -> None:
    """导出检查包，供图单位据此用 registry check 自查。 Export a check pack: what a supplier needs for registry check."""
    from importers.profiles.profile import Profile
    from importers.supplier_check.pack import Pack
    from importers.validate.context import ValidationContext
    from registry.deliveries.profiles import named

    if out.exists() and not force:
        raise Invalid("command.file_exists", file=out)
    with opened(district, username) as (connection, scope):
        pack = Pack(
            Profile.from_toml(named(connection, scope, name)), ValidationContext.of_district(connection, scope.district)
        )
    out.write_text(pack.to_toml(), encoding="utf-8")
    click.echo(_("检查包已写到 %(file)s。", file=out))


@profile.command()
@click.argument("name")
@acting
def remove(name: str, district: str | None, username: str | None) -> None:
    """删除一个方案。 Delete one."""
    from registry.deliveries.profiles import remove as forget

    with opened(district, username) as (connection, scope):
        forget(connection, scope, name)
    click.echo(_("已删除导入方案“%(name)s”。", name=name))
