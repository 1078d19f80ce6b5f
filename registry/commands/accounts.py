"""`registry person`: accounts, roles, grants. Works as the owner of the register, so that it needs the operator."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import psycopg

from registry.access import accounts
from registry.database.connections import connect
from registry.errors import Invalid
from registry.i18n import _
from registry.operations.cluster import running

OWNER = "chengji_owner"


@contextmanager
def _owner() -> Iterator[psycopg.Connection[Any]]:
    with running() as url, connect(url, role=OWNER) as connection:
        yield connection


def _pair(text: str) -> tuple[str, str]:
    district, colon, name = text.partition(":")
    if not (district and colon and name):
        raise Invalid("command.membership_bad", value=text)
    return district, name


def _asked_password() -> str:
    """From a prompt that does not show it, or the first line of standard input in a script."""
    if sys.stdin.isatty():
        password: str = click.prompt(_("密码"), hide_input=True, confirmation_prompt=_("再输入一次"))
        return password
    return sys.stdin.readline().rstrip("\r\n")


@click.group()
def person() -> None:
    """用户：建立、密码、角色、图层授权。 People: accounts, passwords, roles, grants for restricted layers."""


@person.command("add")
@click.argument("username")
@click.option("--name", default="", help="姓名 / name to show")
@click.option("--email", default=None)
@click.option(
    "--role", "roles", multiple=True, metavar="DISTRICT:ROLE", help="如 330105:inspector，可重复 / repeatable"
)
@click.option("--layer", "layers", multiple=True, metavar="DISTRICT:LAYER", help="受限图层授权，可重复 / repeatable")
@click.option("--no-password", is_flag=True, help="暂不设密码，不能登录 / cannot sign in yet")
def add(
    username: str, name: str, email: str | None, roles: tuple[str, ...], layers: tuple[str, ...], no_password: bool
) -> None:
    """建立用户；密码在提示后输入，或由标准输入给出。 Create an account; the password is asked for, or read from stdin."""
    wanted_roles, wanted_layers = [_pair(text) for text in roles], [_pair(text) for text in layers]
    password = None if no_password else _asked_password()
    with _owner() as connection:
        accounts.create(connection, username, name, password, email)
        for district, role in wanted_roles:
            accounts.grant_role(connection, username, district, role)
        for district, layer in wanted_layers:
            accounts.grant_layer(connection, username, district, layer)
    click.echo(_("已建立用户 %(name)s。", name=username.strip().lower()))


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def list_people(as_json: bool) -> None:
    """列出所有用户。 List the accounts."""
    with _owner() as connection:
        found = accounts.list_accounts(connection)
    if as_json:
        click.echo(json.dumps([vars(one) for one in found], ensure_ascii=False, default=str))
        return
    for one in found:
        mark = "" if one.active else _("（已停用）")
        click.echo(f"{one.username:<20} {one.name}{mark}  {' '.join(one.roles)}  {' '.join(one.layers)}".rstrip())


@person.command("password")
@click.argument("username")
def password(username: str) -> None:
    """重设密码并解除锁定；该用户的登录全部结束。 Set a password, lift a lock, end the account's sessions."""
    secret = _asked_password()
    with _owner() as connection:
        accounts.set_password(connection, username, secret)
    click.echo(_("已更改 %(name)s 的密码。", name=username))


@person.command("close")
@click.argument("username")
def close(username: str) -> None:
    """停用用户；历史中的姓名保留。 Disable an account; its name stays in the history."""
    with _owner() as connection:
        accounts.set_active(connection, username, active=False)
    click.echo(_("已停用 %(name)s。", name=username))


@person.command("open")
@click.argument("username")
def reopen(username: str) -> None:
    """重新启用用户。 Enable a disabled account again."""
    with _owner() as connection:
        accounts.set_active(connection, username, active=True)
    click.echo(_("已启用 %(name)s。", name=username))


@person.command("grant")
@click.argument("username")
@click.argument("role", metavar="DISTRICT:ROLE")
def grant(username: str, role: str) -> None:
    """授予角色：administrator、surveyor、inspector、contractor。 Grant a role in a district."""
    district, name = _pair(role)
    with _owner() as connection:
        accounts.grant_role(connection, username, district, name)
    click.echo(_("已授予 %(name)s：%(role)s。", name=username, role=role))


@person.command("revoke")
@click.argument("username")
@click.argument("role", metavar="DISTRICT:ROLE")
def revoke(username: str, role: str) -> None:
    """收回角色。 Revoke a role."""
    district, name = _pair(role)
    with _owner() as connection:
        accounts.revoke_role(connection, username, district, name)
    click.echo(_("已收回 %(name)s：%(role)s。", name=username, role=role))


@person.command("grant-layer")
@click.argument("username")
@click.argument("layer", metavar="DISTRICT:LAYER")
def grant_layer(username: str, layer: str) -> None:
    """授权查看受限图层。 Grant access to a restricted layer."""
    district, name = _pair(layer)
    with _owner() as connection:
        accounts.grant_layer(connection, username, district, name)
    click.echo(_("已授权 %(name)s 查看 %(layer)s。", name=username, layer=layer))


@person.command("revoke-layer")
@click.argument("username")
@click.argument("layer", metavar="DISTRICT:LAYER")
def revoke_layer(username: str, layer: str) -> None:
    """收回受限图层的授权。 Revoke access to a restricted layer."""
    district, name = _pair(layer)
    with _owner() as connection:
        accounts.revoke_layer(connection, username, district, name)
    click.echo(_("已收回 %(name)s 对 %(layer)s 的授权。", name=username, layer=layer))
