"""Migrating: twice is a no-op; from an earlier revision with data in it; functions and policies are applied anew."""

import psycopg
import seed
from alembic.script import ScriptDirectory

from registry.doctor import examine
from registry.layers import reference_layers
from registry.migrate import configuration, migrate

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


def test_every_revision_keeps_the_data_of_the_one_before(seeded_clone: str) -> None:
    """The seeded register stands at the head; each earlier release's fixture joins here when there is a second one."""
    revisions = [r.revision for r in ScriptDirectory.from_config(configuration(seeded_clone)).walk_revisions()]
    assert revisions == ["0001"], (
        "a second revision needs its fixture of the release before it: see docs/contributing.md"
    )
    with psycopg.connect(seeded_clone) as connection:
        before = connection.execute("SELECT a::text FROM registry.asset a ORDER BY district, id").fetchall()
    migrate(seeded_clone)
    with psycopg.connect(seeded_clone) as connection:
        assert connection.execute("SELECT a::text FROM registry.asset a ORDER BY district, id").fetchall() == before
    assert len(before) > 2 * seed.COMPONENTS - 1


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
