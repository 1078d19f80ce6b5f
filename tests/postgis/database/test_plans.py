"""Tile, list and search use their index under every role. Row security must not cost it (see docs/decisions)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import databases
import psycopg
import pytest
import seed
import servers
import shapely
from contracting import Desk, Given, Kind
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope, open_scope_by_name
from registry.assets import query as assets
from registry.assets import search
from registry.assets.filters import Filter
from registry.database.connections import connect, engine, raw
from registry.database.statements import statement
from registry.models.assets import Asset
from registry.operations.migrations import migrate
from registry.tiles import asset_tiles as tiles

STAFF = ["admin", "surveyor", "inspector", "camera_viewer"]
CONTRACTOR = "company_lead"
ROLES = [*STAFF, CONTRACTOR]
MANY = 20_000


@pytest.fixture(scope="module", params=["analysed", "restored", "newest"])
def large(request: pytest.FixtureRequest, worker_name: str) -> Iterator[str]:
    """The register of `_fill`: as the server keeps it; as it stands after a restore, which brings no statistics, and
    `registry migrate`; and the same on a newer server than the installed one, where apt has one."""
    if request.param == "newest":
        server = request.getfixturevalue("newest_server")
        with _database(server, f"{worker_name}_large") as url:
            migrate(url)
            _fill(url)
            migrate(url)
            yield url
        return
    with _clone(request, f"{worker_name}_large_{request.param}") as url:
        if request.param == "restored":
            migrate(url)
        else:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE registry.asset")
        yield url


@pytest.fixture(scope="module", params=["analysed", "never_analysed", "newest"])
def unknown(request: pytest.FixtureRequest, worker_name: str) -> Iterator[str]:
    """The same; never looked at by the server, as minutes after a first import, in two of the three."""
    if request.param == "newest":
        with _database(request.getfixturevalue("newest_server"), f"{worker_name}_unknown") as url:
            migrate(url)
            _fill(url)
            yield url
        return
    with _clone(request, f"{worker_name}_unknown_{request.param}") as url:
        if request.param == "analysed":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        yield url


@pytest.fixture(scope="module")
def newest_server() -> Iterator[str]:
    """The newest server that apt offers, in its default configuration."""
    if not servers.UNPACKED.is_dir():
        pytest.skip("apt offers no newer PostgreSQL than the installed one (requirements/newest_postgresql.sh)")
    with servers.server(servers.DEFAULT, servers.newest()) as url:
        yield url


@contextmanager
def _clone(request: pytest.FixtureRequest, name: str) -> Iterator[str]:
    server, template = request.getfixturevalue("database_server"), request.getfixturevalue("database_template")
    with databases.clone(server, template, name) as url:
        _fill(url)
        yield url


@contextmanager
def _database(server: str, name: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        databases._create(connection, name, None)
    yield databases.address(server, name)


def _fill(url: str) -> None:
    """A register large enough that a planner prefers an index: 20,000 lamps and 2,000 named roads. Without statistics."""
    with connect(url) as connection:
        ids = seed.districts_and_people(connection)
        connection.execute("SET LOCAL ROLE chengji_owner")
        connection.execute("ALTER TABLE registry.asset SET (autovacuum_enabled = false)")
        connection.execute(
            "INSERT INTO registry.asset (district, id, code, layer, scheme, class, name, state, geom, version, change_set,"
            " valid_from) SELECT '330105', n, '3301050118' || lpad(n::text, 6, '0'), 'component', 'CJ/T 214-2007', '0118',"
            " '路灯', 'intact', ST_SetSRID(ST_MakePoint(120.1 + (n %% 141) * 0.0006, 30.27 + (n / 141) * 0.0007), 4490),"
            " 1, 1, now() FROM generate_series(1, %s) n",
            (MANY,),
        )
        connection.execute(
            "INSERT INTO registry.asset (district, id, code, layer, scheme, class, name, state, geom, terms, version,"
            " change_set, valid_from) SELECT '330105', %s + n, '3301052109' || lpad(n::text, 6, '0'), 'road',"
            " 'GB 50220-95 / CJJ 37-2012', '3', name, 'intact',"
            " ST_SetSRID(ST_MakeLine(ST_MakePoint(120.1, 30.27 + n * 1e-5),"
            " ST_MakePoint(120.101, 30.27 + n * 1e-5)), 4490), registry.search_terms(name), 1, 1, now()"
            " FROM generate_series(1, 2000) n, LATERAL (SELECT chr(20000 + n) || chr(30000 + n) || '路' AS name) named",
            (MANY,),
        )
        _contract(connection)
        connection.commit()
        assert ids


def _contract(connection: psycopg.Connection[Any]) -> None:
    """A company with a tenth of the lamps, in a strip through the middle, and all roads."""
    desk = Desk(connection)
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute("UPDATE registry.asset SET length_m = ST_Length(geom::geography) WHERE layer = 'road'")
    strip = shapely.MultiPolygon([shapely.box(120.126, 30.2, 120.1345, 30.4)])
    zone = desk.zone(desk.contract("HT-1", "甲公司")[1], strip)
    desk.put(Given(Kind.ZONE_RULE, {"zone": zone, "layers": ["road"]}))
    desk.lead(CONTRACTOR, "甲公司")


@pytest.fixture
def session(large: str) -> Iterator[Session]:
    made = engine(large, 30)
    with Session(made) as opened:
        yield opened
    made.dispose()


def scope_of(session: Session, username: str) -> Scope:
    connection = raw(session)
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return open_scope(connection, seed.DISTRICT, row[0])


def plan(session: Session, statement: Any) -> str:
    compiled = statement.compile(dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True})
    values = dict(compiled.params)
    rows = raw(session).execute(("EXPLAIN " + str(compiled)).encode(), values).fetchall()
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("z", [15, 16])
def test_a_tile_uses_the_spatial_index(session: Session, role: str, z: int) -> None:
    scope = scope_of(session, role)
    address = tiles.Address("points", z, int((120.13 + 180) / 360 * 2**z), _row(30.3, z))
    layer = next(layer for layer in tiles.drawn_layers(session, scope, Filter(), address) if layer.code == "component")
    shown = plan(session, tiles.features(scope, Filter(), address, layer))
    assert "asset_geom" in shown, shown
    assert "Seq Scan on asset" not in shown


@pytest.mark.parametrize("table", ["asset", "asset_version", "asset_cell", "change_set", "change"])
def test_a_policy_asks_once_who_is_asking(session: Session, table: str) -> None:
    """The layers in reach are found once for a statement and looked up in a hash, never worked out for each row."""
    scope_of(session, "inspector")
    shown = plan(session, text(f"SELECT district FROM registry.{table}"))
    filters = [line for line in shown.splitlines() if "Filter:" in line and "SubPlan" in line]
    assert filters, shown
    assert all("hashed SubPlan" in line for line in filters), shown
    assert "Filter: (person_id" not in shown
    assert "current_setting" not in "".join(filters)


@pytest.mark.parametrize("role", ROLES)
def test_a_filtered_cluster_tile_uses_the_spatial_index(session: Session, role: str) -> None:
    scope = scope_of(session, role)
    address = tiles.Address("points", 14, int((120.13 + 180) / 360 * 2**14), _row(30.3, 14))
    shown = plan(session, tiles.clusters(scope, Filter(states=("damaged",)), address, ["component"]))
    assert "asset_geom" in shown or (role == CONTRACTOR and "asset_zones" in shown), shown
    assert "Seq Scan on asset" not in shown


@pytest.mark.parametrize("role", STAFF)
def test_a_tile_of_the_past_uses_the_spatial_index(session: Session, role: str) -> None:
    """Of today's assets and of the versions that lay elsewhere; the other versions are found by their asset."""
    scope = scope_of(session, role)
    address = tiles.Address("points", 16, int((120.13 + 180) / 360 * 2**16), _row(30.3, 16))
    then = Filter(as_of=datetime(2026, 1, 1, tzinfo=UTC))
    layer = next(layer for layer in tiles.drawn_layers(session, scope, then, address) if layer.code == "component")
    raw(session).execute("SET LOCAL enable_seqscan = off")  # the table of versions is empty here
    shown = plan(session, tiles.features(scope, then, address, layer))
    assert {"asset_geom", "asset_version_geom", "asset_version_pkey"} <= set(
        re.findall(r"(?:using|on) (asset_\w+)", shown)
    ), shown


@pytest.mark.parametrize("role", ROLES)
def test_a_list_page_uses_its_index(session: Session, role: str) -> None:
    scope = scope_of(session, role)
    found = assets.matching(scope, Filter(layers=("road",)))
    shown = plan(session, found.select(found.table.id).where(found.table.id > 5).order_by(found.table.id).limit(50))
    assert "asset_layer" in shown or "asset_pkey" in shown, shown
    assert "Sort" not in shown, "paged by key, not sorted"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("typed", "index"), [("丠田", "asset_terms"), ("33010521090000", "asset_district_code_key")])
def test_search_uses_its_index(session: Session, role: str, typed: str, index: str) -> None:
    scope = scope_of(session, role)
    shown = plan(session, search.assets_named(scope, typed, 10))
    assert index in shown, shown
    assert "Seq Scan on asset" not in shown


def test_a_qgis_view_uses_the_spatial_index(large: str) -> None:
    """The box that QGIS asks for, as the role of a direct connection."""
    with connect(large, role="chengji_reader") as connection:
        rows = connection.execute(
            "EXPLAIN SELECT geom FROM layers.component"
            " WHERE geom && ST_MakeEnvelope(120.13, 30.3, 120.131, 30.301, 4490)"
        ).fetchall()
    shown = "\n".join(row[0] for row in rows)
    assert "asset_geom" in shown, shown


# Statements of fixed shape that ask for assets near by, with what they are given. Each meets row security as whoever asks.
PHOTO = {"name": ["a.jpg"], "sha256": ["0" * 64], "bytes": [1], "width": [1], "height": [1], "taken": [None],
         "lon": [120.13], "lat": [30.3]}  # fmt: skip
NEAR_BY: dict[str, dict[str, Any]] = {
    "identity/near_duplicates": {},
    "identity/match_shape_pairs": {"dx": 0, "dy": 0, "east": 96_000.0, "north": 111_000.0, "tolerance": 2.0, "same_class": True,
                    "retired": False},
    "photos/photos": {**PHOTO, "person": 1, "reach": 15, "margin": 3},
    "photos/unassigned": {"id": None, "after": 0, "limit": 30},
    "assets/reference_features": {"columns": [30030], "rows": [7575], "size": 0.004, "most": 1000},
    "assets/reference_cells": {"columns": [30030], "rows": [7575], "size": 0.004, "most": 1000},
}  # fmt: skip
MATCHER_TABLES = """
CREATE TEMPORARY TABLE unmatched_rows (source_row bigint, external_key text, kind int) ON COMMIT DROP;
CREATE TEMPORARY TABLE candidate_assets (id bigint, external_key text, kind int, retired boolean) ON COMMIT DROP
"""


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("name", NEAR_BY)
def test_what_is_near_is_found_by_the_spatial_index(unknown: str, name: str, role: str) -> None:
    """Whoever asks, with statistics and without, on the installed server and on the newest one."""
    with connect(unknown) as connection:
        open_scope_by_name(connection, seed.DISTRICT, role)
        connection.execute(statement("changes/staging_tables.sql").encode())
        connection.execute(MATCHER_TABLES)
        given = {
            "district": seed.DISTRICT,
            "layer": "component",
            "layers": ["component"],
            "change_set": 1,
            **NEAR_BY[name],
        }
        asked = "EXPLAIN " + statement(f"{name}.sql")
        shown = "\n".join(row[0] for row in connection.execute(asked.encode(), given).fetchall())
    assert re.search(r"(?:using|on) asset_geom", shown), shown
    assert not re.search(r"Seq Scan on asset\b", shown), shown
    assert not re.search(r"Filter: .*geom && ", shown), shown


@pytest.mark.parametrize("role", ["admin", "surveyor"])
def test_the_candidate_assets_of_a_small_delivery_is_found_by_the_spatial_index(large: str, role: str) -> None:
    """Asked once for a delivery, not once for a row: for a large one, whatever the planner thinks best will do."""
    with connect(large) as connection:
        open_scope_by_name(connection, seed.DISTRICT, role)
        connection.execute(statement("changes/staging_tables.sql").encode())
        connection.execute(MATCHER_TABLES.replace("candidate_assets", "other"))
        given = {"district": seed.DISTRICT, "layer": "component", "east": 96_000.0, "north": 111_000.0}
        asked = f"EXPLAIN {statement('identity/match_candidate_assets.sql')}"
        shown = "\n".join(row[0] for row in connection.execute(asked.encode(), given).fetchall())
    assert re.search(r"(?:using|on) asset_geom", shown), shown


@pytest.mark.parametrize("role", ROLES)
def test_a_list_filtered_by_text_uses_the_terms(session: Session, role: str) -> None:
    found = assets.matching(scope_of(session, role), Filter(text="丠田"))
    shown = plan(session, found.select(found.table.id))
    assert "asset_terms" in shown, shown


def test_a_list_filtered_by_text_finds_what_search_finds(session: Session) -> None:
    scope = scope_of(session, "inspector")
    name = session.scalar(text("SELECT name FROM registry.asset WHERE layer = 'road' ORDER BY id LIMIT 1"))
    assert [row.name for row in assets.page(session, scope, Filter(text=name)).rows] == [name]
    assert [hit.name for hit in search.suggest(session, scope, name).assets] == [name]


def _row(lat: float, z: int) -> int:
    from math import asinh, pi, radians, tan

    return int((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * 2**z)


def test_a_contractor_is_asked_once_who_he_is(session: Session) -> None:
    """His zones come from one call for a statement, his layers from a hash; neither is worked out for each row."""
    scope = scope_of(session, CONTRACTOR)
    shown = plan(session, text("SELECT id FROM registry.asset"))
    assert re.search(r"zones && \$\d", shown), shown
    assert "hashed SubPlan" in shown, shown
    assert shown.count("InitPlan") == 1, shown
    counted = session.scalar(text("SELECT count(*) FROM registry.asset WHERE layer = 'component'"))
    assert MANY / 20 < counted < MANY / 5
    assert scope.zones
    many = plan(session, assets.matching(scope, Filter()).select().where(*assets.in_zones(Asset, scope)))
    assert "asset_zones" in many or "Seq Scan" not in many, many
