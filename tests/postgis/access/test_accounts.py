"""Accounts: what makes one, what locks one, and what their bookkeeping may touch."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from registry.access import accounts as people
from registry.access import passwords
from registry.access.scope import open_scope
from registry.errors import Conflict, Invalid, NotFound

Connection = psycopg.Connection[Any]
GOOD = "Sunny-Canal-7"


@pytest.fixture
def owner(owner_connection: Connection) -> Connection:
    """The owner's connection with one district and one account in it."""
    owner_connection.execute(
        "INSERT INTO registry.district (code, name_zh, box)"
        " VALUES ('330105', '测试区', ST_MakeEnvelope(120, 30, 121, 31, 4490))"
    )
    people.create(owner_connection, "wei", "韦一", GOOD)
    return owner_connection


def state(connection: Connection, username: str = "wei") -> tuple[Any, ...]:
    row = connection.execute(
        "SELECT failed_sign_ins, locked_until IS NOT NULL AND locked_until > now(), fs_uniquifier, password"
        " FROM registry.person WHERE username = %s",
        (username,),
    ).fetchone()
    assert row is not None
    return tuple(row)


def test_a_new_account_is_mapped_to_nothing(owner: Connection) -> None:
    (listed,) = (one for one in people.list_accounts(owner) if one.username == "wei")
    assert (listed.name, listed.active, listed.roles, listed.layers) == ("韦一", True, (), ())
    assert passwords.matches(GOOD, state(owner)[3])


@pytest.mark.parametrize("username", ["", "x", "wei wei", "韦一", "-wei", "a" * 41, "wei'; --"])
def test_a_bad_user_name_is_refused(owner: Connection, username: str) -> None:
    with pytest.raises(Invalid, match="用户名"):
        people.create(owner, username, "韦一", GOOD)


def test_user_names_are_one_whatever_their_case(owner: Connection) -> None:
    with pytest.raises(Conflict, match="wei"):
        people.create(owner, " WEI ", "韦二", GOOD)


def test_roles_and_grants_come_and_go(owner: Connection) -> None:
    for _twice in range(2):
        people.grant_role(owner, "Wei", "330105", "inspector")
        people.grant_layer(owner, "wei", "330105", "camera")
    (listed,) = (one for one in people.list_accounts(owner) if one.username == "wei")
    assert (listed.roles, listed.layers) == (("330105:inspector",), ("330105:camera",))
    people.revoke_role(owner, "wei", "330105", "inspector")
    people.revoke_layer(owner, "wei", "330105", "camera")
    (listed,) = (one for one in people.list_accounts(owner) if one.username == "wei")
    assert (listed.roles, listed.layers) == ((), ())


@pytest.mark.parametrize(
    ("username", "district", "role", "layer"),
    [
        ("nobody", "330105", "inspector", "camera"),
        ("wei", "999999", "inspector", "camera"),
        ("wei", "330105", "king", "moon"),
    ],
)
def test_grants_name_what_is_missing(owner: Connection, username: str, district: str, role: str, layer: str) -> None:
    with pytest.raises(NotFound):
        people.grant_role(owner, username, district, role)
    with pytest.raises(NotFound):
        people.grant_layer(owner, username, district, layer)


def test_what_was_never_given_cannot_be_taken(owner: Connection) -> None:
    with pytest.raises(NotFound, match="inspector"):
        people.revoke_role(owner, "wei", "330105", "inspector")
    with pytest.raises(NotFound, match="camera"):
        people.revoke_layer(owner, "wei", "330105", "camera")


def test_five_tries_and_the_account_is_locked(owner: Connection) -> None:
    tries = [people.book_attempt(owner, "WEI") for _each in range(6)]
    assert [attempt is not None for attempt in tries] == [True] * 5 + [False]
    assert state(owner)[:2] == (5, True)


def test_the_right_password_at_the_fifth_try_opens_it_again(owner: Connection) -> None:
    attempt = [people.book_attempt(owner, "wei") for _each in range(5)][-1]
    assert attempt is not None
    people.record_sign_in(owner, attempt.person_id)
    assert state(owner)[:2] == (0, False)


def test_a_lock_that_has_run_out_leaves_five_tries_again(owner: Connection) -> None:
    for _each in range(5):
        people.book_attempt(owner, "wei")
    owner.execute("UPDATE registry.person SET locked_until = now() - interval '1 second'")
    assert people.book_attempt(owner, "wei") is not None
    assert state(owner)[:2] == (1, False)


@pytest.mark.parametrize("spoiled", ["active = false", "password = NULL"])
def test_who_may_not_sign_in_is_not_tried(owner: Connection, spoiled: str) -> None:
    owner.execute(f"UPDATE registry.person SET {spoiled} WHERE username = 'wei'".encode())
    assert people.book_attempt(owner, "wei") is None
    assert people.book_attempt(owner, "nobody") is None


def test_a_new_password_ends_sessions_and_lifts_the_lock(owner: Connection) -> None:
    for _each in range(5):
        people.book_attempt(owner, "wei")
    before = state(owner)[2]
    people.set_password(owner, "wei", "Other-Canal-8")
    failed, locked, session, stored = state(owner)
    assert (failed, locked) == (0, False)
    assert session != before
    assert passwords.matches("Other-Canal-8", stored)


def test_a_bad_new_password_changes_nothing(owner: Connection) -> None:
    before = state(owner)
    with pytest.raises(Invalid):
        people.set_password(owner, "wei", "short")
    assert state(owner) == before


def test_a_closed_account_has_no_scope(connection: Connection, people: dict[str, int], district: str) -> None:
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute("UPDATE registry.person SET active = false WHERE id = %s", (people["inspector"],))
    connection.execute("SET LOCAL ROLE chengji_app")
    with pytest.raises(NotFound):
        open_scope(connection, district, people["inspector"])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO registry.person (username, name) VALUES ('x9', 'x')",
        "UPDATE registry.person SET active = true",
        "UPDATE registry.person SET username = 'other'",
        "UPDATE registry.person SET database_role = 'postgres'",
        "DELETE FROM registry.person",
        "INSERT INTO registry.membership SELECT '330105', id, 'administrator' FROM registry.person",
        "INSERT INTO registry.layer_grant SELECT '330105', id, 'camera' FROM registry.person",
        "DELETE FROM registry.access_log",
        "UPDATE registry.access_log SET act = ''",
    ],
)
def test_the_application_cannot_make_accounts_or_raise_rights(
    connection: Connection, people: dict[str, int], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())
