"""Each finding of `registry doctor` and of the health check, on a database that has what it looks for."""

from __future__ import annotations

from collections.abc import Callable

import databases
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from registry.database.connections import connect
from registry.i18n import set_language
from registry.operations import doctor
from registry.operations.cluster import private
from registry.operations.doctor import HealthCheck, examine, marked_functions, pulse


def ill(url: str) -> list[HealthCheck]:
    return [finding for finding in examine(url) if not finding.ok]


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


UNLOADABLE = (
    "UPDATE pg_proc SET probin = '$libdir/nowhere' WHERE proname IN ('plpgsql_inline_handler', 'plpgsql_call_handler')"
)
# What was ruined, what doctor then says, what to do about it, and the name under which the health check tells it.
RUINED = [
    (UNLOADABLE, "新的会话", "重启 PostgreSQL", "sessions"),
    ("ALTER FUNCTION arraycontains(anyarray, anyarray) NOT LEAKPROOF", "arraycontains", "leakproof.sql", "leakproof"),
    ("UPDATE registry.alembic_version SET version_num = '0000'", "0000", "registry migrate", "migrated"),
    (
        "UPDATE pg_extension SET extversion = '3.3.0' WHERE extname = 'postgis'",
        "3.3.0",
        "ALTER EXTENSION postgis",
        None,
    ),
    ("ALTER TABLE registry.party DISABLE ROW LEVEL SECURITY", "party", "registry migrate", None),
    ("GRANT UPDATE ON registry.asset TO chengji_app", "绕过", "registry migrate", None),
    ("DELETE FROM registry.asset_cell WHERE layer = 'component'", "聚合", "registry rebuild", None),
]


@pytest.mark.parametrize(("ruin", "what", "remedy", "name"), RUINED)
def test_what_is_wrong_is_found_with_what_to_do(
    seeded_clone: str, ruin: str, what: str, remedy: str, name: str | None
) -> None:
    run(seeded_clone, ruin)
    (finding,) = ill(seeded_clone)
    assert what in finding.what
    assert remedy in finding.remedy
    with connect(seeded_clone) as connection:
        pulsed = pulse(connection, seeded_clone)
    assert [key for key, each in pulsed.items() if not each.ok] == ([name] if name else [])


def test_in_english_too(seeded_clone: str) -> None:
    run(seeded_clone, *(ruin for ruin, *_rest in RUINED if "version_num" not in ruin))
    set_language("en")
    try:
        texts = [text for finding in examine(seeded_clone) for text in (finding.what, finding.remedy)]
    finally:
        set_language("zh")
    assert [text for text in texts if any("\u4e00" <= letter <= "\u9fff" for letter in text)] == []


@pytest.mark.parametrize(
    "options",
    ["-c jit=on -c plan_cache_mode=force_custom_plan", "-c jit=off -c plan_cache_mode=auto", ""],
)
def test_a_connection_without_our_settings_is_found(seeded_database: str, options: str) -> None:
    """A pooler may have dropped what the register asks for."""
    with psycopg.connect(seeded_database, options=options) as connection:
        finding = doctor._settings(connection)
    assert not finding.ok
    assert "ALTER ROLE" in finding.remedy


def test_our_own_connections_have_them(seeded_database: str) -> None:
    with connect(seeded_database) as connection:
        assert doctor._settings(connection).ok


def test_statistics_older_than_the_data_are_found(seeded_clone: str) -> None:
    """Autovacuum is switched off for the table, as it may be for a server: until somebody analyses."""
    run(seeded_clone, "ALTER TABLE registry.area SET (autovacuum_enabled = false)", "ANALYZE registry.area")
    with connect(seeded_clone, role="chengji_owner") as connection:
        changed, rows = 0, 0
        while changed <= 1000 + rows:
            rows = connection.execute("UPDATE registry.area SET code = code").rowcount
            changed += rows
    (finding,) = ill(seeded_clone)
    assert "area" in finding.what
    assert "ANALYZE" in finding.remedy
    assert not finding.grave
    run(seeded_clone, "ANALYZE registry.area")
    assert ill(seeded_clone) == []


def test_the_server_is_named(seeded_database: str) -> None:
    """Its whole version, and whose it is."""
    with psycopg.connect(seeded_database) as connection:
        version = connection.info.parameter_status("server_version")
        name = connection.info.dbname
        finding = doctor._versions(connection, None)
        ours = doctor._versions(connection, private(seeded_database))
    assert finding.ok
    assert f"PostgreSQL {version}" in finding.what
    assert "DATABASE_URL" in finding.what
    assert name in finding.what
    if databases.given() is None:
        assert str(databases.HOME) in ours.what or "/var/lib/chengji" in ours.what


def test_every_function_of_leakproof_sql_is_looked_at() -> None:
    assert "geometry_overlaps(geometry, geometry)" in marked_functions()
    assert "arraycontains(anyarray, anyarray)" in marked_functions()


def test_a_locale_without_chinese_is_told_by_the_health_check(
    database_server: str, database_template: str, clone_name: Callable[[], str]
) -> None:
    """Under C nothing is a letter but ASCII, and a search for Chinese finds nothing."""
    name = clone_name()
    with psycopg.connect(database_server, autocommit=True) as server:
        server.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").format(
                Identifier(name)
            )
        )
    try:
        (finding,) = (f for f in ill(databases.address(database_server, name)) if "UTF-8" in f.remedy)
        assert "区域 C" in finding.what
    finally:
        with psycopg.connect(database_server, autocommit=True) as server:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_before_the_first_migration_that_is_all_that_is_wrong(
    database_server: str, clone_name: Callable[[], str]
) -> None:
    with databases.clone(database_server, "template0", clone_name()) as url:
        run(url, "CREATE EXTENSION postgis", "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF",
            "ALTER FUNCTION arraycontains(anyarray, anyarray) LEAKPROOF",
            "ALTER FUNCTION arrayoverlap(anyarray, anyarray) LEAKPROOF")  # fmt: skip
        assert [finding.remedy for finding in ill(url)] == ["registry migrate"]
