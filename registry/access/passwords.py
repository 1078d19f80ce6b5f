"""Passwords: what a good one is, and how it is kept (argon2id)."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registry.errors import Invalid
from registry.i18n import N_, Words

SHORTEST = 10
LONGEST = 128  # a longer one costs argon2 time and nobody remembers it
KINDS = 3

_hasher = PasswordHasher()


def faults(password: str, username: str) -> list[Words]:
    """What is wrong with a new password; empty when it is good enough.

    At least ten characters, three of the four kinds (upper case, lower case, digit, other), without the user name in it.
    """
    found = []
    if not SHORTEST <= len(password) <= LONGEST:
        found.append(
            Words(N_("密码须为 %(shortest)s 至 %(longest)s 个字符。"), {"shortest": SHORTEST, "longest": LONGEST})
        )
    if _kinds(password) < KINDS:
        found.append(Words(N_("大写字母、小写字母、数字、其他字符四类中至少要有三类。")))
    if username and username.lower() in password.lower():
        found.append(Words(N_("密码中不能含有用户名。")))
    return found


def _kinds(password: str) -> int:
    ascii_letters = [c for c in password if c.isascii() and c.isalpha()]
    return sum(
        (
            any(c.isupper() for c in ascii_letters),
            any(c.islower() for c in ascii_letters),
            any(c.isdigit() for c in password),
            any(not (c.isdigit() or (c.isascii() and c.isalpha())) for c in password),
        )
    )


def hashed(password: str, username: str) -> str:
    """The argon2id hash of a new password, salt and parameters included. Raises Invalid with its faults."""
    if found := faults(password, username):
        raise Invalid("password.weak", faults=Words.joined(found, by=""))
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """A hash of what nobody knows: checked against where there is no account, so that both take the same time."""
    return _hasher.hash(secrets.token_urlsafe())


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the one behind a stored hash. Takes as long for an account that does not exist (None)."""
    try:
        return _hasher.verify(stored or _nobody(), password[: LONGEST + 1]) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def renewed(password: str, stored: str) -> str | None:
    """A new hash of a right password whose stored hash was made with weaker parameters than today's; else None."""
    return _hasher.hash(password) if _hasher.check_needs_rehash(stored) else None
