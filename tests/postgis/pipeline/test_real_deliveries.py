"""Files that nobody here made, from end to end: not only that rows arrive, but that the facts told of them hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from importers.areas import AreaColumns, read_areas
from importers.pipeline import ImportRequest, Report, run
from importers.problems.problem import Code
from registry.access.operator import OPERATOR
from registry.access.scope import open_scope_by_name
from registry.areas.areas import load_areas
from registry.areas.districts import add_district
from registry.database.connections import connect

BANGOR, HWASEONG, SOMERVILLE, GONGSHU = "990101", "990201", "990301", "330105"
BOXES = {
    BANGOR: (-68.9, 44.7, -68.6, 45.0),
    HWASEONG: (126.4, 36.9, 127.3, 37.4),
    SOMERVILLE: (-71.2, 42.3, -71.0, 42.5),
    GONGSHU: (119.9, 30.05, 120.5, 30.6),  # the roads are of the whole city
}
Connection = psycopg.Connection[Any]


@pytest.fixture
def register(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        connection.execute("SET LOCAL ROLE chengji_owner")
        for code, box in BOXES.items():
            add_district(connection, code, code, "", box)
        connection.execute("SET LOCAL ROLE chengji_app")
        yield connection
        connection.rollback()


def deliver(register: Connection, district: str, file: Path, layer: str, **how: Any) -> Report:
    return run(
        register, open_scope_by_name(register, district, OPERATOR), ImportRequest(file, layer, apply=True, **how)
    )


@pytest.mark.parametrize(
    ("file", "layer", "class_", "rows", "repeated"),
    [
        ("roads.geojson", "road", "4", 2099, 0),
        ("parks.geojson", "green", "G11", 60, 0),
        ("rivers.geojson", "river", "1", 4, 0),
        ("sanitaryManhole.geojson", "component", "0102", 3146, 5),
        ("sanitaryCatchbasin.geojson", "component", "0104", 783, 0),
    ],
)
def test_bangor(
    register: Connection, shared_data: Path, file: str, layer: str, class_: str, rows: int, repeated: int
) -> None:
    report = deliver(register, BANGOR, shared_data / "bangor" / file, layer, constants={"class": class_})
    assert report.rows == rows
    assert report.summary.added == rows - repeated
    assert sum(p.code == Code.KEY_REPEATED for p in report.problems) == repeated
    shapes = register.execute(
        "SELECT bool_and(ST_IsValid(geom)), bool_or(ST_NDims(geom) > 2),"
        " bool_and(geom && ST_MakeEnvelope(%s, %s, %s, %s, 4490)) FROM registry.asset",
        BOXES[BANGOR],
    ).fetchone()
    assert shapes == (True, False, True)
    again = deliver(register, BANGOR, shared_data / "bangor" / file, layer, constants={"class": class_})
    assert (again.summary.changes, again.summary.unchanged) == (0, rows - repeated)


def test_the_gbk_roads_of_hangzhou(register: Connection, shared_data: Path) -> None:
    """No .cpg, language driver 0, and a .prj that names no datum: the encoding is found, the datum must be given."""
    from importers.errors import UnknownCrs

    file = shared_data / "roads_gbk" / "fast_road.shp"
    with pytest.raises(UnknownCrs, match="MAPINFO"):
        deliver(register, GONGSHU, file, "road", constants={"class": "快速路"})
    report = deliver(register, GONGSHU, file, "road", crs="EPSG:4326", constants={"class": "快速路"})
    assert report.source.encoding.name == "GB18030"
    assert report.summary.added == report.rows == 812
    names = {row[0] for row in register.execute("SELECT DISTINCT name FROM registry.asset")}
    assert "上塘高架" in names
    assert not any("Ã" in name or "�" in name for name in names)


def test_the_same_roads_in_cgcs2000_lie_in_the_same_place(register: Connection, shared_data: Path) -> None:
    """Reprojected to EPSG:4549 by others with an ESRI .prj: within a millimetre of the degrees they were made from."""
    degrees = shared_data / "roads_gbk" / "fast_road.shp"
    metres = shared_data / "ledger" / "derived_cgcs2000" / "fast_road_cgcs2000_3deg_cm120e.shp"
    deliver(register, GONGSHU, degrees, "road", crs="EPSG:4326", constants={"class": "快速路"})
    report = deliver(register, GONGSHU, metres, "road", constants={"class": "快速路"})
    assert report.crs == "EPSG:4549"
    assert (report.summary.unchanged, report.summary.changes) == (812, 0)


def test_roads_delivered_as_another_class_are_asked_about(register: Connection, shared_data: Path) -> None:
    """Nothing but the class differs: neither new roads nor, in silence, reclassified ones."""
    file = shared_data / "roads_gbk" / "fast_road.shp"
    deliver(register, GONGSHU, file, "road", crs="EPSG:4326", constants={"class": "快速路"})
    deliver(register, GONGSHU, file, "road", crs="EPSG:4326", constants={"class": "主干路"})
    asked = register.execute(
        "SELECT doubtful, accepted, count(*) FROM registry.change WHERE change_set ="
        " (SELECT max(id) FROM registry.change_set) GROUP BY 1, 2"
    ).fetchall()
    assert asked == [(True, False, 812)]


def test_the_lamps_of_hwaseong(register: Connection, shared_data: Path) -> None:
    """Latitude stands before longitude; 31 ids are repeated, and each is reported with the row it repeats."""
    file = shared_data / "hwaseong" / "streetlights.csv"
    how = {"key": "관리번호", "crs": "EPSG:4326", "constants": {"class": "0118"}}
    report = deliver(register, HWASEONG, file, "component", **how)
    repeated = [p for p in report.problems if p.code == Code.KEY_REPEATED]
    assert (report.rows, report.summary.added, len(repeated)) == (43_553, 43_522, 31)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    for problem in repeated:
        assert problem.row is not None
        assert lines[problem.row - 1].startswith(problem.value + ","), "the row number is the line in the user's file"
    first = register.execute(
        "SELECT ST_X(geom), ST_Y(geom) FROM registry.asset WHERE external_key = '226700001'"
    ).fetchone()
    assert first == (126.825285, 37.280718)
    again = deliver(register, HWASEONG, file, "component", **how)
    assert (again.summary.changes, again.summary.unchanged) == (0, 43_522)


def test_the_street_assets_of_somerville(register: Connection, shared_data: Path) -> None:
    """GeoParquet of mixed geometry: points arrive, lines are named as such; `condition` and `Condition` are two columns."""
    file = shared_data / "somerville" / "aboveGroundAssets.parquet"
    report = deliver(register, SOMERVILLE, file, "component", constants={"class": "0117"})
    wrong = [p for p in report.problems if p.code == Code.GEOMETRY_TYPE]
    assert report.rows == 8254
    assert report.summary.added + report.rows_in_error == 8254
    assert report.summary.added == 8254 - len({p.row for p in wrong})
    heads = {column.name for column in report.source.columns}
    assert {"condition", "Condition"} <= heads
    signs = deliver(
        register, SOMERVILLE, shared_data / "somerville" / "signs.parquet", "component", constants={"class": "0209"}
    )
    assert signs.rows == 3782


def test_gongshu_from_gcj02(register: Connection, shared_data: Path) -> None:
    """A bare geometry in GCJ-02 that says nothing of it covers the WGS 84 boundary at IoU 0.98; unconverted at 0.82."""
    file = shared_data / "boundaries" / "gongshu_330105_cnmaps_bare_geometry.geojson"
    register.execute("SET LOCAL ROLE chengji_owner")
    shapes = list(read_areas(file, None, "GCJ-02", AreaColumns(only_code=GONGSHU)))
    assert load_areas(register, GONGSHU, shapes) == {"district": 1}
    row = register.execute("SELECT ST_AsBinary(geom), ST_Area(geom::geography) / 1e6 FROM registry.area").fetchone()
    assert row is not None
    truth = _gongshu(shared_data)
    assert _overlap(shapely.from_wkb(row[0]), truth) >= 0.98
    assert row[1] == pytest.approx(98.75, abs=0.5)
    unconverted = next(read_areas(file, None, "EPSG:4326", AreaColumns(only_code=GONGSHU))).geometry
    assert _overlap(unconverted, truth) < 0.85


def _gongshu(shared_data: Path) -> shapely.Geometry:
    import json

    districts = json.loads(
        (shared_data / "boundaries" / "hangzhou_13districts_wgs84_amap.geojson").read_text(encoding="utf-8")
    )
    found = [f for f in districts["features"] if "拱墅区" in f["properties"].values()]
    return shapely.from_geojson(json.dumps(found[0]["geometry"]))


def _overlap(a: shapely.Geometry, b: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(a, b)) / shapely.area(shapely.union(a, b)))
