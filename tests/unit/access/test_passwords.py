"""What a good password is, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from registry.access import passwords
from registry.errors import Invalid


@pytest.mark.parametrize("password", ["Sunny-Canal", "sunny-canal7", "SUNNY CANAL 7", "运河两岸的柳树下Aa", "Aa1" * 4])
def test_three_kinds_and_ten_characters_are_good(password: str) -> None:
    assert passwords.faults(password, "wei") == []


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Sunny-C7", "10 至 128"),
        ("S-7" * 43, "10 至 128"),
        ("sunnycanal7", "至少要有三类"),
        ("运河两岸的柳树与桥与月", "至少要有三类"),
        ("Sunny-WEI-7", "用户名"),
        ("", "10 至 128"),
    ],
)
def test_faults_are_named(password: str, said: str) -> None:
    assert said in "".join(map(str, passwords.faults(password, "wei")))
    with pytest.raises(Invalid) as refused:
        passwords.hashed(password, "wei")
    assert said in refused.value.hint
    assert password not in str(refused.value) or not password


def test_a_hash_is_argon2id_and_never_the_same_twice() -> None:
    first, second = (passwords.hashed("Sunny-Canal-7", "wei") for _each in range(2))
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.matches("Sunny-Canal-7", first)
    assert not passwords.matches("Sunny-Canal-8", first)


@pytest.mark.parametrize("stored", [None, "", "plain", "$argon2id$broken"])
def test_nothing_matches_what_is_no_hash(stored: str | None) -> None:
    assert not passwords.matches("Sunny-Canal-7", stored)
    assert not passwords.matches("", stored)
    assert not passwords.matches("\0", stored)


def test_a_weaker_hash_is_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("Sunny-Canal-7")
    renewed = passwords.renewed("Sunny-Canal-7", weak)
    assert renewed is not None
    assert passwords.matches("Sunny-Canal-7", renewed)
    assert passwords.renewed("Sunny-Canal-7", renewed) is None
