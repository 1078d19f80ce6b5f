"""Imports, review and map on a PostgreSQL that is not ours: in its default configuration, and in one set for other programs.

One scenario from import to undo, on a register that was never analysed. What each statement did is read from its plan: none may
touch many more rows than there are, none may be compiled row by row. The newest server programs that there are serve.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
import seed
import servers
import shapely
from PIL import Image
from seed import Delivered
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from watched import Watch, watch

from registry.access.scope import Scope, open_scope_by_name
from registry.assets import proximity, search
from registry.assets import query as assets
from registry.assets.filters import Filter
from registry.assets.reference_features import load_reference
from registry.changes import change_sets
from registry.changes.change_sets import Complete
from registry.database.connections import connect
from registry.identity import near_duplicates
from registry.operations.migrations import migrate
from registry.photos import photos as attachments
from registry.photos import unassigned
from registry.review import sets as review
from registry.review import tiles as review_tiles
from registry.tiles import asset_tiles as tiles

CJ, PARK = "CJ/T 214-2007", "CJJ/T 85-2017"
LAMPS, DELIVERED, PARKS = 20_000, 900, 300
WEST, SOUTH = 120.112, 30.282
DISTRICTS = 3


@pytest.fixture(scope="module", params=["default", "hardened"])
def other_server(request: pytest.FixtureRequest) -> Iterator[str]:
    settings = {"default": servers.DEFAULT, "hardened": servers.HARDENED}[request.param]
    with servers.server(settings, servers.newest()) as url:
        yield url


@pytest.fixture(scope="module")
def register(other_server: str) -> str:
    """Three districts with 20,000 lamps each, which the server has never looked at."""
    url = databases.address(other_server, "chengji")
    with psycopg.connect(other_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE chengji TEMPLATE template0 ENCODING 'UTF8'")
    migrate(url)
    with connect(url) as connection:
        seed.districts_and_people(connection)
        connection.execute("SET LOCAL ROLE chengji_owner")
        for table in ("asset", "change", "asset_version", "attachment"):
            connection.execute(f"ALTER TABLE registry.{table} SET (autovacuum_enabled = false)".encode())
        connection.execute(
            "INSERT INTO registry.asset (district, id, code, layer, scheme, class, name, state, geom, version, change_set,"
            " valid_from) SELECT (330105 + d)::text, 1000000 * (d + 1) + n, (330105 + d) || '0118' || lpad(n::text, 6, '0'),"
            " 'component', 'CJ/T 214-2007', '0118', '路灯', 'intact',"
            " ST_SetSRID(ST_MakePoint(%s + d * 0.2 + (n %% 200) * 0.0003, %s + (n / 200) * 0.0006), 4490), 1, 1, now()"
            " FROM generate_series(0, %s) d, generate_series(1, %s) n",
            (WEST, SOUTH, DISTRICTS - 1, LAMPS),
        )
        connection.execute(
            "INSERT INTO registry.code_sequence SELECT d.code, '0118', %s FROM registry.district d", (LAMPS,)
        )
        connection.commit()
    return url


@pytest.fixture
def watched(register: str) -> Iterator[Watch]:
    made = watch(register)
    yield made
    made.connection.rollback()
    made.connection.close()


@pytest.fixture
def scope(watched: Watch) -> Scope:
    return open_scope_by_name(watched.connection, seed.DISTRICT, "surveyor")


def lamps(n: int, east: float, **values: Any) -> list[Delivered]:
    """Every twentieth lamp of the register, so many degrees east of where it stands."""
    at = [(WEST + (i * 20 % 200) * 0.0003 + east, SOUTH + (i * 20 // 200) * 0.0006) for i in range(1, n + 1)]
    return [Delivered(CJ, "0118", shapely.Point(place), **values) for place in at]


def parks(n: int, east: float = 0.0) -> list[Delivered]:
    at = [(WEST + (i % 20) * 0.003 + east, SOUTH + (i // 20) * 0.003) for i in range(n)]
    shapes = [shapely.MultiPolygon([shapely.box(x, y, x + 0.002, y + 0.002)]) for x, y in at]
    return [Delivered(PARK, "G11", shape, f"试验公园{i}号") for i, shape in enumerate(shapes)]


def proposed(
    watched: Watch, scope: Scope, layer: str, rows: list[Delivered], complete: Complete | None = None
) -> change_sets.Summary:
    change_set = change_sets.propose(
        watched.connection, scope, layer, "import", change_sets.ChangeSetOrigin("a delivery")
    )
    with change_sets.staging(watched.connection) as copy:
        copy.write("".join(seed._csv(rows, seed.DISTRICT)))
    return change_sets.diff(watched.connection, scope, layer, change_set, complete=complete)


def is_light(watched: Watch, share: int = LAMPS) -> None:
    """No statement touched much more rows than there are, as one does that reads the share for each row; none was compiled.

    900 rows against each other are under the limit: a planner that knows nothing of either joins them so, and it is quick.
    """
    heavy = [(ran.touched, ran.text, ran.plan) for ran in watched.heavier_than(100 * share)]
    assert not heavy, heavy
    compiled = [ran.text for ran in watched.ran if ran.compiled]
    assert not compiled, compiled


def test_a_connection_says_what_it_rests_on(watched: Watch) -> None:
    settings = ("jit", "TimeZone", "DateStyle", "transaction_isolation", "standard_conforming_strings", "lock_timeout")
    found = [watched.connection.execute(f"SHOW {name}".encode()).fetchone() for name in settings]
    assert found == [("off",), ("Asia/Shanghai",), ("ISO, MDY",), ("read committed",), ("on",), ("0",)]


def test_new_rows_beside_known_ones(watched: Watch, scope: Scope) -> None:
    """Of another class in the same places, then a little beside of the same class: near duplicates are looked for by place."""
    others = [replace(row, class_="0102") for row in lamps(DELIVERED, 0.0)]
    assert proposed(watched, scope, "component", others).added == DELIVERED
    beside = lamps(DELIVERED, 0.000003, external_key=None)
    keyed = [replace(row, code=f"33010501199{n:05d}") for n, row in enumerate(beside)]
    summary = proposed(watched, scope, "component", keyed)
    assert summary.added == DELIVERED
    found = near_duplicates.near_duplicates(watched.connection, scope, "component", summary.change_set)
    assert len(found) == DELIVERED
    is_light(watched)


def test_import_apply_and_undo(watched: Watch, scope: Scope) -> None:
    """Moved lamps and new parks, applied, delivered again, undone; and one more set that others have overtaken."""
    moved = proposed(watched, scope, "component", lamps(DELIVERED, 0.000008))
    assert (moved.moved, moved.added) == (DELIVERED, 0)
    overtaken = proposed(watched, scope, "component", [replace(r, class_="0102") for r in lamps(DELIVERED, 0.0)])
    change_sets.apply(watched.connection, scope, moved.change_set)
    change_sets.apply(watched.connection, scope, overtaken.change_set)
    new = proposed(watched, scope, "green", parks(PARKS))
    change_sets.apply(watched.connection, scope, new.change_set)
    again = proposed(watched, scope, "green", parks(PARKS, 0.00001))
    assert (again.added, again.conflicts) == (0, 0)
    undone = change_sets.undo(watched.connection, scope, moved.change_set)
    change_sets.apply(watched.connection, scope, undone.change_set)
    is_light(watched)


def test_a_delivery_that_is_complete(watched: Watch, scope: Scope) -> None:
    summary = proposed(watched, scope, "component", lamps(DELIVERED, 0.0), Complete(((CJ, "0118"),)))
    assert summary.retired == LAMPS - DELIVERED
    is_light(watched)


def test_a_large_apply_leaves_statistics(watched: Watch, scope: Scope) -> None:
    """So that the next import, minutes later, is planned for what is there now."""
    summary = proposed(watched, scope, "component", [replace(r, class_="0102") for r in lamps(1200, 0.0)])
    asked = "SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'registry' AND tablename IN ('asset', 'change')"
    change_sets.apply(watched.connection, scope, summary.change_set)
    watched.connection.execute("SET LOCAL ROLE chengji_owner")
    assert len(watched.connection.execute(asked).fetchall()) == 2
    watched.connection.execute("SET LOCAL ROLE chengji_app")
    is_light(watched)


def test_many_rows_are_many_for_their_district(watched: Watch, scope: Scope) -> None:
    """Whatever else is in the table: other districts make a delivery neither small nor dear to judge."""
    asked = "SELECT registry.is_much('330105', 1000), registry.is_much('330105', 1100)"
    assert watched.connection.execute(asked).fetchone() == (False, True)
    most = max(ran.touched for ran in watched.ran) if watched.ran else 0
    assert most <= 2 * 1100 * 20


def test_photos_find_their_asset_by_place(watched: Watch, scope: Scope, home: Path) -> None:
    lamp = (WEST + 20 * 0.0003, SOUTH)
    given = [photo(f"{n}.jpg", n, lamp) for n in range(30)] + [
        photo(f"x{n}.jpg", 40 + n, (lamp[0], 30.5)) for n in range(5)
    ]
    _change_set, found = attachments.propose(watched.connection, scope, home, "component", "photos", given)
    assert [p.reason for p in found] == [""] * 30 + ["outside"] * 5
    unassigned_photos, n = unassigned.page(watched.connection, scope)
    assert (len(unassigned_photos), n) == (5, 5)
    is_light(watched)


def photo(name: str, shade: int, place: tuple[float, float]) -> attachments.Photo:
    made = io.BytesIO()
    Image.new("RGB", (8 + shade, 8)).save(made, "JPEG")
    return attachments.Photo(name, made.getvalue(), 8 + shade, 8, None, *place)


@pytest.mark.parametrize("window", [None, (119.0, 29.0, 124.0, 34.0)])
def test_the_ground_of_a_delivery(watched: Watch, scope: Scope, window: tuple[float, ...] | None) -> None:
    """Of a town, and of a province, most of whose cells hold nothing."""
    reference = load_reference(watched.connection, scope, "component", window)  # type: ignore[arg-type]
    assert 15_000 < len(reference.assets) <= LAMPS
    is_light(watched)


def test_map_list_and_review(watched: Watch) -> None:
    """After `migrate`, which sees to statistics where there are none."""
    bound = create_engine("postgresql+psycopg://", creator=lambda: watched.connection, poolclass=StaticPool)
    with Session(bound) as session:
        session.connection()
        scope = open_scope_by_name(watched.connection, seed.DISTRICT, "surveyor")
        summary = proposed(watched, scope, "component", lamps(DELIVERED, 0.000008))
        address = tiles.Address("points", 16, *_tile(WEST + 0.01, SOUTH + 0.01, 16))
        assert tiles.cut(session, scope, Filter(), address)
        reviewed = review.read_set(session, scope, summary.change_set)
        assert review.counts(session, scope, reviewed, review.Wanted()).total == DELIVERED
        assert review_tiles.cut(session, scope, reviewed, review.Wanted(), address)
        assert proximity.identify(session, scope, Filter(), WEST + 0.0003, SOUTH, 18)
        assert search.suggest(session, scope, "33010501180000").assets
        assert assets.page(session, scope, Filter(layers=("component",))).rows
    is_light(watched)


def _tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    from math import asinh, pi, radians, tan

    return int((lon + 180) / 360 * 2**z), int((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * 2**z)
