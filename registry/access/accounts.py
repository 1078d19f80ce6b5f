"""People: accounts, their roles in districts, their grants for restricted layers, and the lock after failed sign-ins.

Accounts are made by the owner of the register (the command line, role `chengji_owner`); the application's own role may
only change passwords and the sign-in bookkeeping.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from registry.access import passwords
from registry.errors import Conflict, Invalid, NotFound
from registry.i18n import current_language

# GB/T 22239-2019 8.1.4.1 wants failures handled; five tries and thirty minutes are the assessors' usual numbers.
TRIES = 5
LOCK_MINUTES = 30


@dataclass(frozen=True)
class AccountSummary:
    """An account as `registry person list` shows it. `roles` and `layers` read `district:role` and `district:layer`."""

    username: str
    name: str
    active: bool
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    roles: tuple[str, ...]
    layers: tuple[str, ...]


def create(
    connection: psycopg.Connection[Any], username: str, name: str, password: str | None = None, email: str | None = None
) -> int:
    """Make an account and return its id. Without a password nobody can sign in with it. It is mapped to nothing yet.

    Raises Invalid for a bad user name or password, Conflict for a name that is taken.
    """
    username = username.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", username):
        raise Invalid("user.name_unusable", name=username[:60])
    secret = passwords.hashed(password, username) if password is not None else None
    row = connection.execute(
        "INSERT INTO registry.person (username, name, email, password, password_changed_at)"
        " VALUES (%s, %s, %s, %s, CASE WHEN %s::text IS NOT NULL THEN now() END)"
        " ON CONFLICT (username) DO NOTHING RETURNING id",
        (username, name.strip() or username, email, secret, secret),
    ).fetchone()
    if row is None:
        raise Conflict("user.name_taken", name=username)
    return int(row[0])


def set_password(connection: psycopg.Connection[Any], username: str, password: str) -> None:
    """Give an account a new password: its sessions everywhere end and a lock is lifted.

    Raises NotFound, or Invalid with what is wrong with the password.
    """
    secret = passwords.hashed(password, username.lower())
    connection.execute(
        "UPDATE registry.person SET password = %s, password_changed_at = now(), failed_sign_ins = 0, locked_until = NULL"
        " WHERE id = %s",
        (secret, person := _id(connection, username)),
    )
    end_sessions(connection, person)


def set_active(connection: psycopg.Connection[Any], username: str, active: bool) -> None:
    """Close an account or open it again. A closed one keeps its place in the history and sees nothing."""
    person = _id(connection, username)
    connection.execute("UPDATE registry.person SET active = %s WHERE id = %s", (active, person))
    end_sessions(connection, person)


def _id(connection: psycopg.Connection[Any], username: str) -> int:
    row = connection.execute("SELECT id FROM registry.person WHERE username = lower(%s)", (username,)).fetchone()
    if row is None:
        raise NotFound("user.unknown", name=username)
    return int(row[0])


def _require_district(connection: psycopg.Connection[Any], district: str) -> None:
    if connection.execute("SELECT FROM registry.district WHERE code = %s", (district,)).rowcount != 1:
        raise NotFound("district.unknown", district=district)


def grant_role(connection: psycopg.Connection[Any], username: str, district: str, role: str) -> None:
    """Map an account to a district in a role; a second time changes nothing. Raises NotFound for any of the three."""
    if connection.execute("SELECT FROM registry.role WHERE name = %s", (role,)).rowcount != 1:
        raise NotFound("role.unknown", name=role)
    _require_district(connection, district)
    connection.execute(
        "INSERT INTO registry.membership (district, person_id, role) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (district, _id(connection, username), role),
    )


def revoke_role(connection: psycopg.Connection[Any], username: str, district: str, role: str) -> None:
    """Take a role away. Raises NotFound where the account does not have it."""
    gone = connection.execute(
        "DELETE FROM registry.membership WHERE (district, person_id, role) = (%s, %s, %s)",
        (district, _id(connection, username), role),
    )
    if gone.rowcount != 1:
        raise NotFound("user.role_missing", name=username, district=district, role=role)


def grant_layer(connection: psycopg.Connection[Any], username: str, district: str, layer: str) -> None:
    """Let an account see a restricted layer of a district, as far as its role sees layers at all."""
    if connection.execute("SELECT FROM registry.layer WHERE code = %s", (layer,)).rowcount != 1:
        raise NotFound("layer.unknown", layer=layer)
    _require_district(connection, district)
    connection.execute(
        "INSERT INTO registry.layer_grant (district, person_id, layer) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (district, _id(connection, username), layer),
    )


def revoke_layer(connection: psycopg.Connection[Any], username: str, district: str, layer: str) -> None:
    """Take the grant of a restricted layer away. Raises NotFound where the account does not have it."""
    gone = connection.execute(
        "DELETE FROM registry.layer_grant WHERE (district, person_id, layer) = (%s, %s, %s)",
        (district, _id(connection, username), layer),
    )
    if gone.rowcount != 1:
        raise NotFound("user.grant_missing", name=username, layer=layer)


def list_accounts(connection: psycopg.Connection[Any]) -> list[AccountSummary]:
    """All accounts, by user name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "SELECT p.username, p.name, p.active, p.locked_until, p.last_sign_in_at,"
            " ARRAY(SELECT m.district || ':' || m.role FROM registry.membership m WHERE m.person_id = p.id ORDER BY 1)"
            " AS roles,"
            " ARRAY(SELECT g.district || ':' || g.layer FROM registry.layer_grant g WHERE g.person_id = p.id ORDER BY 1)"
            " AS layers FROM registry.person p ORDER BY p.username"
        ).fetchall()
    return [AccountSummary(**{**row, "roles": tuple(row["roles"]), "layers": tuple(row["layers"])}) for row in rows]


@dataclass(frozen=True)
class DistrictMembership:
    """A district that a person has a role in; its name in the language of this context."""

    code: str
    name: str


def districts(connection: psycopg.Connection[Any], person_id: int) -> list[DistrictMembership]:
    """The districts that a person is mapped to, by code; says who is asking for the rest of this transaction."""
    connection.execute("SELECT set_config('registry.person', %s, true)", (str(person_id),))
    rows = connection.execute("SELECT code, name_zh, name_en FROM registry.district ORDER BY code")
    return [DistrictMembership(code, zh if current_language() == "zh" else en or zh) for code, zh, en in rows]


@dataclass(frozen=True)
class Attempt:
    """A sign-in that may go ahead: whose it is, and the hash to check the password against."""

    person_id: int
    password: str


def book_attempt(connection: psycopg.Connection[Any], username: str) -> Attempt | None:
    """Count a sign-in before its password is looked at, and lock the account at the fifth. Commit before checking.

    Counting first makes the limit exact when many try at once, and no row lock is held while argon2 computes.
    None when nobody may try: unknown, closed, without a password, or locked. The caller tells none of these apart.
    """
    row = connection.execute(
        "UPDATE registry.person SET"
        " failed_sign_ins = CASE WHEN locked_until IS NULL THEN failed_sign_ins ELSE 0 END + 1,"
        " locked_until = CASE WHEN CASE WHEN locked_until IS NULL THEN failed_sign_ins ELSE 0 END + 1 >= %(tries)s"
        "   THEN now() + make_interval(mins => %(minutes)s) END"
        " WHERE username = lower(%(username)s) AND active AND password IS NOT NULL"
        "   AND (locked_until IS NULL OR locked_until <= now()) RETURNING id, password",
        {"username": username, "tries": TRIES, "minutes": LOCK_MINUTES},
    ).fetchone()
    return Attempt(row[0], row[1]) if row else None


def record_sign_in(connection: psycopg.Connection[Any], person_id: int, rehashed: str | None = None) -> None:
    """The password was right: forget the failures and note the time. `rehashed` replaces a hash of old parameters."""
    connection.execute(
        "UPDATE registry.person SET failed_sign_ins = 0, locked_until = NULL, last_sign_in_at = now(),"
        " password = coalesce(%s, password) WHERE id = %s",
        (rehashed, person_id),
    )


def end_sessions(connection: psycopg.Connection[Any], person_id: int) -> None:
    """End every session of an account, in every browser: a session names the account by a value that changes here."""
    connection.execute(
        "UPDATE registry.person SET fs_uniquifier = replace(gen_random_uuid()::text, '-', '') WHERE id = %s",
        (person_id,),
    )
