"""One policy, in the database, closed by default: what each person reaches on any way in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from psycopg.sql import SQL, Identifier

from registry.access.access_log import look, open_for_work
from registry.access.scope import open_scope
from registry.database.connections import connect

Connection = psycopg.Connection[Any]
TABLES = ("asset", "asset_version", "asset_cell", "change_set", "change", "problem", "area", "party", "district",
          "asset_alias", "profile", "access_log", "tile_revision")  # fmt: skip


@pytest.fixture
def seeded(seeded_database: str) -> Iterator[Connection]:
    with connect(seeded_database) as connection:
        yield connection
        connection.rollback()


def person(connection: Connection, username: str) -> int:
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return int(row[0])


def layers_seen(connection: Connection, table: str = "asset") -> set[tuple[str, str]]:
    return set(connection.execute(SQL("SELECT DISTINCT district, layer FROM registry.{}").format(Identifier(table))))


@pytest.mark.parametrize("table", TABLES)
def test_nobody_sees_nothing(seeded: Connection, table: str) -> None:
    """Neither without a person, nor as one mapped to nothing, nor as one who does not exist, nor with nonsense, nor looking."""
    seeded.execute("SELECT registry.begin_look()")
    for who in ("", str(person(seeded, "unmapped")), "999999"):
        seeded.execute("SELECT set_config('registry.person', %s, true)", (who,))
        assert seeded.execute(SQL("SELECT count(*) FROM registry.{}").format(Identifier(table))).fetchone() == (0,)


OPEN = {"green", "river", "alley", "road", "component"}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("admin", {(seed.DISTRICT, layer) for layer in OPEN}),
        ("surveyor", {(seed.DISTRICT, layer) for layer in OPEN}),
        ("inspector", {(seed.DISTRICT, layer) for layer in OPEN}),
        ("camera_viewer", {(seed.DISTRICT, layer) for layer in OPEN | {"camera"}}),
        ("neighbour", {(seed.OTHER_DISTRICT, layer) for layer in OPEN | {"camera"}}),
        ("both", {(d, layer) for layer in OPEN for d in (seed.DISTRICT, seed.OTHER_DISTRICT)}),
        ("contractor", set()),
        ("camera_contractor", set()),
    ],
)
@pytest.mark.parametrize("table", ["asset", "change", "change_set"])
def test_who_sees_which_layers(seeded: Connection, table: str, who: str, expected: set[tuple[str, str]]) -> None:
    seeded.execute("SELECT set_config('registry.person', %s, true)", (str(person(seeded, who)),))
    open_ones = {(d, layer) for d, layer in expected if layer != "camera"}
    assert layers_seen(seeded, table) == (expected if table == "change_set" else open_ones), "a title is no row"
    assert "camera" not in str(layers_seen(seeded, "asset_cell"))
    seeded.execute("SELECT registry.begin_look()")
    assert layers_seen(seeded, table) == expected
    points = {(d, layer) for d, layer in expected if layer in ("component", "camera")}
    assert layers_seen(seeded, "asset_cell") == points, "counts leak no more than the rows do"


def test_a_look_ends_with_its_entry_with_its_transaction_and_with_the_next_person(seeded: Connection) -> None:
    def cameras() -> bool:
        return (seed.DISTRICT, "camera") in layers_seen(seeded)

    viewer = open_scope(seeded, seed.DISTRICT, person(seeded, "camera_viewer"))
    assert viewer.restricted == {"camera"} and not cameras()
    with look(seeded, viewer, "outer") as outer:
        with look(seeded, viewer, "inner") as inner:
            inner.layers({})
            assert cameras()
        assert cameras()
        outer.layers({"camera": 3, "road": 5})
    assert not cameras()
    with pytest.raises(LookupError), look(seeded, viewer, "failed"):
        raise LookupError
    assert not cameras()
    open_for_work(seeded, viewer, "road", "work")
    assert not cameras()
    open_for_work(seeded, viewer, "camera", "work")
    assert cameras()
    open_scope(seeded, seed.DISTRICT, person(seeded, "camera_surveyor"))
    assert not cameras()
    seeded.execute("SET LOCAL ROLE chengji_owner")
    query = "SELECT layer, act, detail ->> 'n' FROM registry.access_log WHERE person_id = %s ORDER BY id"
    logged = seeded.execute(query, (viewer.person_id,)).fetchall()
    assert logged[-2:] == [("camera", "outer", "3"), ("camera", "work", None)]
    seeded.execute("SELECT registry.begin_look()")
    seeded.rollback()
    assert seeded.execute("SELECT registry.closed_layers()").fetchone() == (["camera"],)


def test_every_policy_that_opens_rows_asks_for_a_look(seeded: Connection) -> None:
    silent = seeded.execute(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'registry' AND cmd IN ('SELECT', 'ALL')"
        " AND tablename IN ('asset', 'asset_version', 'asset_cell', 'change', 'attachment', 'problem',"
        " 'coverage', 'zone_item')"
        " AND policyname <> 'owner_all' AND qual !~ 'in_sight|closed_layers'"
    )
    assert silent.fetchall() == []


def test_the_samples_of_a_delivered_file_cannot_be_selected(seeded: Connection) -> None:
    open_scope(seeded, seed.DISTRICT, person(seeded, "camera_surveyor"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seeded.execute("SELECT look FROM registry.delivery_file")


def test_a_grant_in_one_district_is_none_in_another(seeded: Connection) -> None:
    seeded.execute("SET LOCAL ROLE chengji_owner")
    both = person(seeded, "both")
    seeded.execute("INSERT INTO registry.layer_grant VALUES (%s, %s, 'camera')", (seed.OTHER_DISTRICT, both))
    seeded.execute("SET LOCAL ROLE chengji_app")
    seeded.execute("SELECT set_config('registry.person', %s, true), registry.begin_look()", (str(both),))
    assert {d for d, layer in layers_seen(seeded) if layer == "camera"} == {seed.OTHER_DISTRICT}


def test_a_person_made_inactive_sees_nothing_at_once(seeded: Connection) -> None:
    seeded.execute("SELECT set_config('registry.person', %s, true)", (str(person(seeded, "inspector")),))
    assert layers_seen(seeded)
    seeded.execute("SET LOCAL ROLE chengji_owner")
    seeded.execute("UPDATE registry.person SET active = false WHERE username = 'inspector'")
    seeded.execute("SET LOCAL ROLE chengji_app")
    assert layers_seen(seeded) == set()


def test_the_scope_ends_with_the_transaction(seeded_database: str) -> None:
    """A pooled connection carries nobody over to the next request."""
    with connect(seeded_database) as connection:
        open_scope(connection, seed.DISTRICT, person(connection, "inspector"))
        assert layers_seen(connection)
        connection.commit()
        assert layers_seen(connection) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO registry.asset (district, id) VALUES ('330105', 1)",
        "UPDATE registry.asset SET name = 'x'",
        "DELETE FROM registry.asset",
        "UPDATE registry.asset_version SET name = 'x'",
        "DELETE FROM registry.change",
        "UPDATE registry.asset_cell SET n = 0",
        "UPDATE registry.tile_revision SET revision = 0",
        "DELETE FROM registry.access_log",
        "UPDATE registry.access_log SET act = 'x'",
        "UPDATE registry.change_set SET proposed_by = 1",
        "INSERT INTO registry.membership SELECT district, person_id, 'administrator' FROM registry.membership LIMIT 1",
        "INSERT INTO registry.layer_grant SELECT district, person_id, 'camera' FROM registry.membership LIMIT 1",
        "SELECT registry.apply_adds('330105', 1, now())",
        "SELECT registry.refresh_layer_views()",
        "UPDATE registry.person SET username = 'root'",
        "ALTER TABLE registry.asset DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_application_cannot_go_round_the_change_sets(seeded: Connection, statement: str) -> None:
    open_scope(seeded, seed.DISTRICT, person(seeded, "admin"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seeded.execute(statement.encode())


def test_a_set_that_is_applied_takes_no_more_changes(seeded: Connection) -> None:
    open_scope(seeded, seed.DISTRICT, person(seeded, "surveyor"))
    copied = "INSERT INTO registry.change SELECT * FROM (SELECT c.* FROM registry.change c LIMIT 1) c"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        seeded.execute(copied.encode())


@pytest.fixture
def direct(seeded_clone: str) -> Iterator[Connection]:
    """A surveyor's QGIS: a login of its own, a member of chengji_reader, mapped to the person with cameras granted."""
    name = "chengji_test_qgis"
    with psycopg.connect(seeded_clone, autocommit=True) as owner:
        owner.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(name)))
        owner.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'qgis'").format(Identifier(name)))
        owner.execute(SQL("GRANT chengji_reader TO {}").format(Identifier(name)))
        owner.execute("UPDATE registry.person SET database_role = %s WHERE username = 'camera_surveyor'", (name,))
        with psycopg.connect(seeded_clone, user=name, password="qgis") as connection:
            yield connection
            connection.rollback()
        owner.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_a_direct_connection_sees_typed_layers_and_no_restricted_one(direct: Connection) -> None:
    assert layers_seen(direct) == {(seed.DISTRICT, layer) for layer in OPEN}
    views = {row[0] for row in direct.execute("SELECT viewname FROM pg_views WHERE schemaname = 'layers'")}
    assert views == OPEN
    row = direct.execute("SELECT class_name, maintainer, GeometryType(geom) FROM layers.component LIMIT 1").fetchone()
    assert row is not None
    assert row[0] in ("路灯", "污水井盖")
    assert row[1:] == ("试验养护有限公司", "POINT")
    kind = direct.execute(
        "SELECT type, srid FROM public.geometry_columns WHERE f_table_schema = 'layers' AND f_table_name = 'road'"
    ).fetchone()
    assert kind == ("GEOMETRY", 4490), "QGIS reads the CRS from here, and the type from the rows"
    alias = direct.execute(
        "SELECT col_description('layers.road'::regclass, attnum) FROM pg_attribute"
        " WHERE attrelid = 'layers.road'::regclass AND attname = 'attr_lanes'"
    ).fetchone()
    assert alias == ("车道数",)


def test_a_direct_connection_cannot_pretend_to_be_another(direct: Connection) -> None:
    before = direct.execute("SELECT count(*) FROM registry.asset").fetchone()
    direct.execute("SELECT set_config('registry.person', '1', true)")
    assert direct.execute("SELECT count(*) FROM registry.asset").fetchone() == before
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        direct.execute("SET ROLE chengji_app")


def test_a_direct_connection_reads_only_the_register(direct: Connection) -> None:
    for table in ("person", "access_log", "change", "membership"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), direct.transaction():
            direct.execute(SQL("SELECT * FROM registry.{}").format(Identifier(table)))


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT registry.is_in_sight('chengji_app', '330105', 1)",
        "SELECT registry.is_in_sight('chengji_reader', '330105', 1)",
        "SELECT count(*) FROM registry.zone_item",
        "SELECT count(*) FROM registry.coverage",
    ],
)
def test_a_direct_connection_cannot_ask_number_by_number(direct: Connection, asked: str) -> None:
    """Whether there is an asset of this number at all: so it would count what is hidden."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        direct.execute(asked.encode())


def test_a_camera_among_components_is_refused_by_name(seeded: Connection, tmp_path: Path) -> None:
    """A municipal census lists cameras as components of class 0136: they do not slip into the open layer."""
    from importers.pipeline import ImportRequest, run
    from importers.problems.problem import Code

    file = tmp_path / "census.csv"
    file.write_text(
        "名称,小类代码,经度,纬度\n路灯,0118,120.1512345,30.3212345\n监控电子眼,0136,120.1522345,30.3212345\n",
        encoding="utf-8",
    )
    scope = open_scope(seeded, seed.DISTRICT, person(seeded, "surveyor"))
    report = run(seeded, scope, ImportRequest(file, "component", crs="EPSG:4490", scheme="CJ/T 214-2007", apply=True))
    assert report.summary.added == 1
    assert [(p.code, p.row) for p in report.problems if p.severity == "error"] == [(Code.CLASS_OF_OTHER_LAYER, 3)]
    assert seeded.execute("SELECT count(*) FROM registry.asset WHERE class = '0136'").fetchone() == (0,)
