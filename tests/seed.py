"""A small register for tests: two districts, people in every standing, some assets in every layer.

The assets go in through the register's own changes: propose, stage, diff, apply. Names are made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import shapely
from argon2 import PasswordHasher

from registry.access import accounts
from registry.access.scope import open_scope
from registry.changes import change_sets
from registry.database.connections import connect

DISTRICT = "330105"
OTHER_DISTRICT = "330106"
PASSWORD = "Chengji-2026"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# Centre of the district, and a point of it that assets are counted from (EPSG:4490).
LON, LAT = 120.15, 30.32
COMPONENTS, CAMERAS = 70, 4


@dataclass(frozen=True)
class Seeded:
    """A person: the roles in districts, and the layers granted."""

    username: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()
    layers: tuple[tuple[str, str], ...] = ()


PEOPLE = (
    Seeded("admin", "测试管理员", ((DISTRICT, "administrator"),)),
    Seeded("surveyor", "测试测绘员", ((DISTRICT, "surveyor"),)),
    Seeded("inspector", "测试巡查员", ((DISTRICT, "inspector"),)),
    Seeded("contractor", "测试养护单位", ((DISTRICT, "contractor"),)),
    Seeded("unmapped", "测试无权限者"),
    Seeded("camera_viewer", "测试视频查看员", ((DISTRICT, "inspector"),), ((DISTRICT, "camera"),)),
    Seeded("camera_surveyor", "测试视频测绘员", ((DISTRICT, "surveyor"),), ((DISTRICT, "camera"),)),
    Seeded("camera_contractor", "测试视频养护单位", ((DISTRICT, "contractor"),), ((DISTRICT, "camera"),)),
    Seeded("neighbour", "测试邻区测绘员", ((OTHER_DISTRICT, "surveyor"),), ((OTHER_DISTRICT, "camera"),)),
    Seeded("both", "测试两区巡查员", ((DISTRICT, "inspector"), (OTHER_DISTRICT, "inspector"))),
)


def fill(url: str) -> None:
    """Districts, people with passwords, and assets, committed."""
    with connect(url) as connection:
        ids = districts_and_people(connection)
        connection.execute("SET LOCAL ROLE chengji_owner")
        connection.execute("UPDATE registry.person SET password = %s", (_hash(),))
        connection.execute("SET LOCAL ROLE chengji_app")
        put_assets(connection, DISTRICT, ids["camera_surveyor"])
        put_assets(connection, OTHER_DISTRICT, ids["neighbour"], east=0.2)
    with connect(url, role="chengji_owner") as connection:
        connection.autocommit = True
        connection.execute("DELETE FROM registry.access_log")  # whoever put the cameras there looked at them
        connection.execute("ANALYZE")


@cache
def _hash() -> str:
    """Quick to check, unlike a real one; signing in replaces it by a real one."""
    return QUICK.hash(PASSWORD)


def districts_and_people(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Both districts with their areas, and PEOPLE without passwords: ids by user name. Uncommitted."""
    connection.execute("SET LOCAL ROLE chengji_owner")
    _put_district(connection, DISTRICT, "测试区", "Test District", LON, LAT)
    _put_district(connection, OTHER_DISTRICT, "邻测区", "Next District", LON + 0.2, LAT)
    ids = {}
    for person in PEOPLE:
        ids[person.username] = accounts.create(connection, person.username, person.name)
        for district, role in person.roles:
            accounts.grant_role(connection, person.username, district, role)
        for district, layer in person.layers:
            accounts.grant_layer(connection, person.username, district, layer)
    connection.execute("SET LOCAL ROLE chengji_app")
    return ids


def _put_district(connection: psycopg.Connection[Any], code: str, zh: str, en: str, lon: float, lat: float) -> None:
    """A square of 0.08 degrees: two subdistricts side by side, a community and a unit grid in the western one."""
    square = shapely.box(lon - 0.04, lat - 0.04, lon + 0.04, lat + 0.04)
    connection.execute(
        "INSERT INTO registry.district (code, name_zh, name_en, box) VALUES (%s, %s, %s, ST_GeomFromText(%s, 4490))",
        (code, zh, en, square.wkt),
    )
    west = shapely.box(lon - 0.04, lat - 0.04, lon, lat + 0.04)
    areas = [
        (code, "district", zh, square),
        (f"{code}001", "subdistrict", f"{zh}西街道", west),
        (f"{code}002", "subdistrict", f"{zh}东街道", shapely.box(lon, lat - 0.04, lon + 0.04, lat + 0.04)),
        (f"{code}001001", "community", f"{zh}柳岸社区", west),
        (f"{code}00100101", "grid", "", west),
    ]
    for area, kind, name, shape in areas:
        connection.execute(
            "INSERT INTO registry.area (district, code, kind, name_zh, geom)"
            " VALUES (%s, %s, %s, %s, ST_Multi(ST_GeomFromText(%s, 4490)))",
            (code, area, kind, name, shape.wkt),
        )


@dataclass(frozen=True)
class Delivered:
    """A row as an importer would deliver it."""

    scheme: str
    class_: str
    shape: shapely.Geometry
    name: str | None = None
    state: str | None = None
    maintainer: str | None = None
    attributes: str = "{}"
    code: str | None = None
    external_key: str | None = None


def put_assets(connection: psycopg.Connection[Any], district: str, person_id: int, east: float = 0.0) -> None:
    """The seeded assets of one district, proposed and applied by this person. Uncommitted."""
    for layer, rows in _assets(LON + east).items():
        put(connection, district, person_id, layer, rows)


def put(
    connection: psycopg.Connection[Any],
    district: str,
    person_id: int,
    layer: str,
    rows: Iterable[Delivered],
    apply: bool = True,
) -> change_sets.Summary:
    """Stage rows, compare them with the register, and apply what differs. Uncommitted."""
    scope = open_scope(connection, district, person_id)
    change_set = change_sets.propose(connection, scope, layer, "import", change_sets.ChangeSetOrigin(f"seed {layer}"))
    with change_sets.staging(connection) as copy:
        copy.write("".join(_csv(rows, district)))
    summary = change_sets.diff(connection, scope, layer, change_set)
    if apply and summary.changes:
        change_sets.apply(connection, scope, change_set)
    return summary


def _csv(rows: Iterable[Delivered], district: str) -> Iterator[str]:
    for number, row in enumerate(rows, 2):
        line = io.StringIO()
        csv.writer(line).writerow(
            [number, row.code, row.external_key, row.scheme, row.class_, row.name, row.state, None, None, row.maintainer,
             None, None, None, None, row.attributes, shapely.to_wkb(row.shape, hex=True),
             f"{{{district}001,{district}001001,{district}00100101}}", None]
        )  # fmt: skip
        yield line.getvalue()


def _assets(lon: float) -> dict[str, list[Delivered]]:
    """Every layer's rows. The points stand in a line of 0.0001 degrees, about 10 m, south of each other; cameras beside."""

    def line(dy: float) -> shapely.Geometry:
        return shapely.MultiLineString([[(lon - 0.03, LAT + dy), (lon - 0.001, LAT + dy)]])

    def patch(dx: float) -> shapely.Geometry:
        return shapely.MultiPolygon([shapely.box(lon - dx, LAT + 0.01, lon - dx + 0.002, LAT + 0.012)])

    road, level, camera = "GB 50220-95 / CJJ 37-2012", "local river level", "local camera type"
    return {
        "green": [Delivered("CJJ/T 85-2017", "G11", patch(0.01 * n), f"试验公园{n}号") for n in (1, 2, 3)],
        "river": [Delivered(level, "2", line(-0.01 - 0.002 * n), f"试验河{n}") for n in (1, 2)],
        "alley": [Delivered("local (no national code)", "5", line(0.005 + 0.001 * n), f"试验巷{n}弄") for n in (1, 2, 3)],
        "road": [Delivered(road, "2", line(0.002 * n), f"试验大道{n}段") for n in (1, 2)],
        "component": [
            Delivered(
                "CJ/T 214-2007", "0118" if n % 2 else "0102", shapely.Point(lon - 0.005, LAT - 0.0001 * n),
                state="damaged" if n % 10 == 0 else "intact", maintainer="试验养护有限公司",
            )
            for n in range(COMPONENTS)
        ],
        "camera": [
            Delivered(
                camera, "1", shapely.Point(lon - 0.006, LAT - 0.0001 * n), f"密探枪机{n}", maintainer="密探安防有限公司",
                external_key=f"CAM-{n}",
            )
            for n in range(CAMERAS)
        ],
    }  # fmt: skip
