"""The same assets delivered again, in another format and coordinate system, as all there is or as a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from importers.pipeline import ImportRequest, Report, run
from registry.access.operator import OPERATOR
from registry.access.scope import open_scope_by_name
from registry.areas.districts import add_district
from registry.database.connections import connect

DATA = Path(__file__).resolve().parents[2] / "data"
GONGSHU, BOX = "330105", (120.0869, 30.2578, 120.219, 30.4023)
Connection = psycopg.Connection[Any]
Deliver = Callable[..., Report]


@pytest.fixture
def register(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        connection.execute("SET LOCAL ROLE chengji_owner")
        add_district(connection, GONGSHU, "拱墅区", "", BOX)
        connection.execute("SET LOCAL ROLE chengji_app")
        yield connection
        connection.rollback()


@pytest.fixture
def deliver(register: Connection) -> Deliver:
    scope = open_scope_by_name(register, GONGSHU, OPERATOR)

    def delivered(path: Path, **how: Any) -> Report:
        return run(register, scope, ImportRequest(path, "component", apply=True, **how))

    return delivered


def counts(report: Report) -> tuple[int, int, int]:
    """Added, otherwise changed, left as they were."""
    summary = report.summary
    return summary.added, summary.changes - summary.added, summary.unchanged


def test_another_format_and_coordinate_system_change_nothing(deliver: Deliver) -> None:
    """GeoNode#13719: metres of EPSG:4549 first, then degrees, from tables and from features. Nothing has moved."""
    assert counts(deliver(DATA / "lamps_gbk.zip")) == (6, 0, 0)
    for name, how in (
        ("lamps_gb18030.csv", {"crs": "EPSG:4490"}), ("lamps.geojson", {"crs": "EPSG:4490"}), ("lamps.gpkg", {}),
        ("lamps_utf8.shp", {}), ("lamps_gcj02.xlsx", {"crs": "GCJ-02"}),
    ):  # fmt: skip
        report = deliver(DATA / name, **how)
        assert (name, counts(report)) == (name, (0, 0, 6))


def test_replaced_and_then_delivered_in_part_again(deliver: Deliver, register: Connection, tmp_path: Path) -> None:
    """GeoNode#14061: a delivery that is all there is, and after it one that only adds to it; then the first once more."""
    whole = DATA / "lamps_gb18030.csv"
    first = deliver(whole, crs="EPSG:4490")
    complete = replace(first.profile, complete=True).to_toml()
    lines = whole.read_bytes().splitlines(keepends=True)
    lacking, last = tmp_path / "five.csv", tmp_path / "last.csv"
    lacking.write_bytes(b"".join(lines[:-1]))
    last.write_bytes(lines[0] + lines[-1])

    replaced = deliver(lacking, profile_toml=complete)
    assert (counts(replaced), replaced.summary.retired) == ((0, 1, 5), 1)
    assert live(register) == 5
    again = deliver(last, crs="EPSG:4490")
    assert again.summary.changes == 1
    assert live(register) == 6
    for how in ({"profile_toml": complete}, {"crs": "EPSG:4490"}):
        assert counts(deliver(whole, **how)) == (0, 0, 6)
    assert live(register) == 6


def live(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM registry.asset WHERE state <> 'retired'").fetchone()
    assert row is not None
    return int(row[0])
