"""The database holds its columns to the words of the vocabularies."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from registry.database.statements import statement
from registry.slices import announcements
from registry.vocabulary import written
from registry.vocabulary.access import Role

Connection = psycopg.Connection[Any]
# A list of words that is no vocabulary: ways of writing a code.
BY_PATTERN = {"district.code_scheme"}

RULES = """
SELECT c.conrelid::regclass::text AS table, c.conname AS name, pg_get_constraintdef(c.oid) AS rule, c.oid::int AS oid,
       array_agg(a.attname::text) AS columns
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'c' AND c.connamespace = 'registry'::regnamespace
GROUP BY c.oid
"""


def rules(connection: Connection) -> dict[str, tuple[set[str], int]]:
    """The words that each column is held to, and the number of its rule."""
    found = {}
    for table, name, rule, oid, columns in connection.execute(RULES).fetchall():
        if "ANY (ARRAY[" in rule or "ANY ('{" in rule:
            words = re.findall(r"'([^']*)'::text", rule)
            if len(words) == 1 and words[0].startswith("{"):
                words = [word.strip('"') for word in words[0].strip("{}").split(",")]
            found[f"{table.removeprefix('registry.')}.{columns[0]}"] = (set(words), oid)
            assert name.endswith("_words") or f"{table.removeprefix('registry.')}.{columns[0]}" in BY_PATTERN, rule
    return found


def test_each_column_is_held_to_its_vocabulary(owner_connection: Connection) -> None:
    held = {column: words for column, (words, _oid) in rules(owner_connection).items() if column not in BY_PATTERN}
    columns = {
        name.removesuffix("?"): {*words, ""} if name.endswith("?") else set(words)
        for name, words in written.columns().items()
    }
    assert held == columns


def test_another_word_is_refused(owner_connection: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="layer_geometry_words"):
        owner_connection.execute("UPDATE registry.layer SET geometry = 'circle'")


def test_twice_is_once_and_a_new_word_replaces_the_rule(owner_connection: Connection) -> None:
    before = rules(owner_connection)
    owner_connection.execute(statement("functions/005_vocabulary.sql").encode())
    assert rules(owner_connection) == before
    owner_connection.execute("SELECT registry.hold_to_words('layer', 'geometry', '{point,line,polygon,circle}')")
    after = rules(owner_connection)
    assert {column for column in after if after[column] != before[column]} == {"layer.geometry"}
    assert after["layer.geometry"][0] == {"point", "line", "polygon", "circle"}
    owner_connection.execute("UPDATE registry.layer SET geometry = 'circle' WHERE geometry = 'line'")


def test_roles_are_those_of_the_vocabulary(owner_connection: Connection) -> None:
    stored = owner_connection.execute("SELECT name, name_zh, name_en FROM registry.role").fetchall()
    announced = {(role, *names) for slice_ in announcements("registry") for role, names in slice_.roles.items()}
    assert set(stored) == announced
    assert announced >= {(role.value, role.zh, role.en) for role in Role}
