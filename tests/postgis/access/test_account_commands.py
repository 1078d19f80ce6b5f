"""`registry person`, as an operator types it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
import seed
from click.testing import CliRunner, Result

from registry.access import passwords
from registry.commands.accounts import person
from registry.database.connections import connect
from registry.errors import Conflict, Invalid, NotFound
from registry.operations import cluster

Typed = Callable[..., Result]


@pytest.fixture
def typed(seeded_clone: str, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`typed("add", "wei", password="…")`: what comes of it; an error of ours is raised as it is."""
    here = dataclasses.replace(cluster.settings(), database_url=seeded_clone)
    monkeypatch.setattr(cluster, "settings", lambda: here)

    def run(*arguments: str, password: str = "") -> Result:
        result = CliRunner().invoke(person, arguments, input=f"{password}\n", standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    return run


def listed(typed: Typed, username: str) -> dict[str, Any]:
    (found,) = (one for one in json.loads(typed("list", "--json").output) if one["username"] == username)
    return dict(found)


def test_an_account_from_its_first_day_to_its_last(typed: Typed, seeded_clone: str) -> None:
    typed("add", "Wei", "--name", "韦一", "--role", f"{seed.DISTRICT}:inspector", password="Sunny-Canal-7")
    assert listed(typed, "wei") | {"last_sign_in_at": None} == {
        "username": "wei", "name": "韦一", "active": True, "locked_until": None, "last_sign_in_at": None,
        "roles": [f"{seed.DISTRICT}:inspector"], "layers": [],
    }  # fmt: skip
    typed("grant", "wei", f"{seed.DISTRICT}:surveyor")
    typed("grant-layer", "wei", f"{seed.DISTRICT}:camera")
    typed("revoke", "wei", f"{seed.DISTRICT}:inspector")
    assert listed(typed, "wei")["roles"] == [f"{seed.DISTRICT}:surveyor"]
    assert listed(typed, "wei")["layers"] == [f"{seed.DISTRICT}:camera"]
    typed("revoke-layer", "wei", f"{seed.DISTRICT}:camera")
    typed("password", "wei", password="Other-Canal-8")
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute("SELECT password FROM registry.person WHERE username = 'wei'").fetchone()
    assert row is not None
    assert passwords.matches("Other-Canal-8", row[0])
    typed("close", "wei")
    assert "韦一（已停用）" in typed("list").output
    typed("open", "wei")
    assert listed(typed, "wei")["active"] is True


def test_an_account_without_a_password_waits(typed: Typed, seeded_clone: str) -> None:
    typed("add", "wei", "--no-password")
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute("SELECT password FROM registry.person WHERE username = 'wei'").fetchone()
    assert row == (None,)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("add", "wei"), Invalid),
        (("add", "admin", "--no-password"), Conflict),
        (("add", "wei", "--no-password", "--role", "330105"), Invalid),
        (("add", "wei", "--no-password", "--role", "330105:king"), NotFound),
        (("add", "wei", "--no-password", "--layer", "330105:moon"), NotFound),
        (("grant", "nobody", "330105:inspector"), NotFound),
        (("grant", "admin", "999999:inspector"), NotFound),
        (("password", "nobody"), Invalid),
        (("close", "nobody"), NotFound),
    ],
)
def test_a_mistake_changes_nothing(typed: Typed, arguments: tuple[str, ...], error: type[Exception]) -> None:
    before = typed("list").output
    with pytest.raises(error):
        typed(*arguments)
    assert typed("list").output == before
