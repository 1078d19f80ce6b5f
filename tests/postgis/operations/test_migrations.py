"""Migrating: twice is a no-op; from an earlier revision with data in it; functions and policies are applied anew."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
import seed
from alembic.script import ScriptDirectory
from psycopg.sql import SQL, Identifier

from registry.catalogue.layers import reference_layers
from registry.messages import of_problem, title_of
from registry.operations.doctor import _locale, examine
from registry.operations.migrations import configuration, migrate

DATA = Path(__file__).resolve().parents[2] / "data"
KEPT = (
    "asset",
    "asset_version",
    "asset_alias",
    "change_set",
    "change",
    "problem",
    "party",
    "area",
    "person",
    "membership",
)

FINGERPRINT = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT table_name || column_name || data_type || coalesce(column_default, '') AS line
  FROM information_schema.columns WHERE table_schema IN ('registry', 'layers')
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'registry'
  UNION ALL SELECT policyname || tablename || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
  UNION ALL SELECT proname || prosecdef || coalesce(array_to_string(proacl, ','), '') FROM pg_proc
            WHERE pronamespace = 'registry'::regnamespace
  UNION ALL SELECT l::text FROM registry.layer l UNION ALL SELECT c::text FROM registry.asset_class c
) AS everything
"""


def _fingerprint(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(FINGERPRINT.encode()).fetchone()
        assert row is not None
        return str(row[0])


def test_migrating_twice_changes_nothing(clone: str) -> None:
    before = _fingerprint(clone)
    migrate(clone)
    assert _fingerprint(clone) == before


RELEASES = {"0001": "register_0001.dump"}
UNRELEASED = {"0002", "0003", "0004", "0006", "0007"}
"""Revisions that nobody has: there is no register to restore. A release moves its last one from here to RELEASES."""


def test_every_released_revision_has_its_fixture() -> None:
    script = ScriptDirectory.from_config(configuration("postgresql://nowhere/"))
    revisions = [r.revision for r in script.walk_revisions()]
    assert set(revisions) == RELEASES.keys() | UNRELEASED, "see docs/contributing.md"
    assert set(revisions[: len(UNRELEASED)]) == UNRELEASED, "what follows an unreleased revision is unreleased"


@pytest.mark.parametrize("revision", RELEASES)
def test_a_register_of_an_earlier_release_keeps_its_data(
    database_server: str, clone_name: Callable[[], str], revision: str
) -> None:
    """Restored as it was, migrated to the head: every asset, version, change and problem is there, cell by cell."""
    with databases.clone(database_server, "template0", clone_name()) as url:
        _restore(url, DATA / RELEASES[revision])
        before = {table: _rows(url, table) for table in KEPT}
        migrate(url)
        after = {table: _rows(url, table, columns) for table, (columns, _rows_) in before.items()}
        assert after == before
        assert len(before["asset"][1]) > 2 * seed.COMPONENTS - 1
        assert [f.what for f in examine(url) if not f.ok] == []


REWORDED = {"problem": {"message", "remedy"}, "change_set": {"title", "source"}}
KEPT_IN_WORDS = """
INSERT INTO registry.change_set (district, id, layer, kind, title, undoes, proposed_by)
SELECT s.district, 900001, s.layer, 'undo', 'Undo of change set ' || s.id, s.id, s.proposed_by
FROM registry.change_set s ORDER BY s.id LIMIT 1;
INSERT INTO registry.change_set (district, id, layer, kind, title, proposed_by)
SELECT s.district, n, s.layer, 'edit', CASE n WHEN 900002 THEN '编辑 ' || a.code ELSE '编辑 另有缘故' END, s.proposed_by
FROM registry.change_set s, (SELECT * FROM registry.asset ORDER BY id LIMIT 1) a, generate_series(900002, 900003) n
WHERE s.id = (SELECT min(id) FROM registry.change_set);
INSERT INTO registry.change (district, change_set, seq, action, asset_id, base_version, layer, scheme, class, code, name,
  state, attributes, geom, areas)
SELECT a.district, n, 1, 'update', a.id, a.version, a.layer, a.scheme, a.class, a.code, a.name, a.state, a.attributes,
  a.geom, a.areas
FROM (SELECT * FROM registry.asset ORDER BY id LIMIT 1) a, generate_series(900002, 900003) n;
INSERT INTO registry.problem (district, change_set, seq, source_row, severity, code, field, value, message, remedy)
SELECT district, 900002, n, n, 'error', code, 'c', value, message, 'mend it'
FROM registry.change_set, (VALUES (1, 'date_bad', '昨天', '“昨天” is no date'), (2, 'unit_bad', '3 尺', '“3 尺” in m'),
  (3, 'date_bad', '', ''), (4, 'of_another_program', 'x', 'X is not Y')) AS p (n, code, value, message) WHERE id = 900002;
"""


def test_what_an_earlier_program_put_into_words_is_read_in_the_readers_language(
    database_server: str, clone_name: Callable[[], str]
) -> None:
    """Titles and problems whose words quote no more than is kept; the others as they were written; a code that no line
    has is named and does not stop the migration."""
    with databases.clone(database_server, "template0", clone_name()) as url:
        _restore(url, DATA / RELEASES["0001"])
        with psycopg.connect(url) as connection:
            connection.execute(KEPT_IN_WORDS.encode())
            connection.execute(
                "UPDATE registry.asset SET code = E'A\n1' WHERE id = (SELECT max(id) FROM registry.asset)"
            )
        migrate(url)
        with psycopg.connect(url) as connection:
            titles = connection.execute("SELECT title, source FROM registry.change_set WHERE id > 900000 ORDER BY id")
            undo, edit, other = [title_of(*row) for row in titles]
            found = connection.execute(
                "SELECT code, field, value, details FROM registry.problem WHERE change_set = 900002 ORDER BY seq"
            )
            said = [of_problem(*row) for row in found]
            code = connection.execute("SELECT code FROM registry.asset ORDER BY id LIMIT 1").fetchone()
        assert undo.startswith("撤销变更集 ")
        assert code is not None
        assert (edit, other) == (f"编辑 {code[0]}", "编辑 另有缘故")
        assert [one.message for one in said] == ["“昨天”不是日期", "“3 尺” in m", "“…”不是日期", "X is not Y"]
        assert said[1].hint == "mend it"
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "UPDATE registry.asset SET code = E'A\t2' WHERE id = (SELECT min(id) FROM registry.asset)"
            )


def _restore(url: str, dump: Path) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION postgis")
    subprocess.run(["pg_restore", "--exit-on-error", "--dbname", url, str(dump)], check=True, capture_output=True)


def _rows(url: str, table: str, columns: list[str] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names, and all rows with these columns as text."""
    with psycopg.connect(url) as connection:
        if columns is None:
            described = connection.execute(
                SQL("SELECT * FROM registry.{} LIMIT 0").format(Identifier(table))
            ).description
            columns = [column.name for column in described or [] if column.name not in REWORDED.get(table, ())]
        listed = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in columns)
        query = SQL("SELECT {} FROM registry.{} ORDER BY 1, 2").format(listed, Identifier(table))
        return columns, connection.execute(query).fetchall()


def test_what_an_administrator_changed_in_a_layer_is_kept(clone: str) -> None:
    with psycopg.connect(clone) as connection:
        connection.execute("UPDATE registry.layer SET colour = '#123456' WHERE code = 'road'")
    migrate(clone)
    with psycopg.connect(clone) as connection:
        assert connection.execute("SELECT colour FROM registry.layer WHERE code = 'road'").fetchone() == ("#123456",)
        stored = connection.execute("SELECT layer, count(*) FROM registry.asset_class GROUP BY 1").fetchall()
    assert dict(stored) == {code: len(layer.classes) for code, layer in reference_layers().items()}


def test_doctor_finds_a_new_register_well(clone: str) -> None:
    assert [f.what for f in examine(clone) if not f.ok] == []


def test_doctor_sees_what_is_wrong(seeded_clone: str) -> None:
    with psycopg.connect(seeded_clone) as connection:
        connection.execute("ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
        connection.execute("ALTER TABLE registry.party DISABLE ROW LEVEL SECURITY")
        connection.execute("GRANT UPDATE ON registry.asset TO chengji_app")
        connection.execute("DELETE FROM registry.asset_cell WHERE layer = 'component'")
    assert len([f for f in examine(seeded_clone) if not f.ok]) == 4


def test_doctor_warns_of_a_locale_without_chinese(database_server: str, clone_name: Callable[[], str]) -> None:
    """Under C nothing is a letter but ASCII, and a search for Chinese finds nothing."""
    name = clone_name()
    with psycopg.connect(database_server, autocommit=True) as server:
        server.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").format(
                Identifier(name)
            )
        )
        try:
            with psycopg.connect(databases.address(database_server, name)) as connection:
                assert not _locale(connection).ok
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
    with psycopg.connect(databases.address(database_server, "postgres")) as connection:
        assert _locale(connection).ok
