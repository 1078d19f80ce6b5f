"""Deliveries whose datum the file does not say, or says wrongly, against a register that knows its roads and lamps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyogrio.raw
import pyproj
import pytest
import seed
import shapely
from numpy.typing import NDArray

from importers.areas import AreaColumns, read_areas
from importers.crs.gcj02 import wgs84_to_gcj02
from importers.errors import RefusedCrs, UnknownCrs
from importers.pipeline import ImportRequest, Report, run
from importers.problems.problem import Code
from registry.access.scope import Scope, open_scope_by_name
from registry.assets import reference_features as reference
from registry.assets.reference_features import load_reference, load_roads
from registry.changes import change_sets
from registry.errors import NotFound

Connection = psycopg.Connection[Any]
ROAD = "GB 50220-95 / CJJ 37-2012"
LAMP = ("CJ/T 214-2007", "0118")


def streets() -> NDArray[np.object_]:
    """Forty bent streets at uneven distances, inside the district's square of 0.08 degrees."""
    rng = np.random.default_rng(30428)
    along = np.linspace(-0.038, 0.038, 40)
    lines = []
    for offset in np.sort(rng.uniform(-0.038, 0.038, 20)):
        bend = 0.001 * np.sin(along * rng.uniform(80, 200) + rng.uniform(0, 6))
        lines.append(np.column_stack((seed.LON + along, seed.LAT + offset + bend)))
        lines.append(np.column_stack((seed.LON + offset + bend, seed.LAT + along)))
    return shapely.linestrings(np.array(lines))


def lamps() -> NDArray[np.float64]:
    """Degrees of lamps beside the streets, some 25 m apart at the closest."""
    marks = np.linspace(0.01, 0.99, 40)
    places = shapely.line_interpolate_point(streets()[:, None], marks, normalized=True).ravel()
    rng = np.random.default_rng(7)
    return shapely.get_coordinates(places) + rng.uniform(-1e-4, 1e-4, (len(places), 2))


@pytest.fixture
def register(connection: Connection, people: dict[str, int]) -> Connection:
    """The streets of the district are known; lamps are not."""
    rows = [seed.Delivered(ROAD, "2", shapely.MultiLineString([line]), f"路{n}") for n, line in enumerate(streets())]
    seed.put(connection, seed.DISTRICT, people["surveyor"], "road", rows)
    return connection


def scope_of(register: Connection, name: str = "surveyor") -> Scope:
    return open_scope_by_name(register, seed.DISTRICT, name)


def deliver(register: Connection, file: Path, **how: Any) -> Report:
    return run(register, scope_of(register), ImportRequest(file, "component", constants={"class": "0118"}, **how))


def source_of(register: Connection, report: Report) -> dict[str, Any]:
    source: dict[str, Any] = change_sets.read(register, scope_of(register), report.summary.change_set)["source"]
    return source


def csv(folder: Path, x: NDArray[np.float64], y: NDArray[np.float64], heads: str = "编号,东坐标,北坐标") -> Path:
    file = folder / "lamps.csv"
    rows = (f"L{n:05d},{a:.9f},{b:.9f}" for n, (a, b) in enumerate(zip(x, y, strict=True)))
    file.write_text("\n".join((heads, *rows)) + "\n", encoding="utf-8")
    return file


def geojson(folder: Path, x: NDArray[np.float64], y: NDArray[np.float64]) -> Path:
    file = folder / "lamps.geojson"
    features = [
        {"type": "Feature", "properties": {"编号": f"L{n}"}, "geometry": {"type": "Point", "coordinates": [a, b]}}
        for n, (a, b) in enumerate(zip(x.tolist(), y.tolist(), strict=True))
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


def apart(register: Connection, report: Report) -> float:
    """Largest distance in metres from a proposed lamp to where it truly is."""
    rows = register.execute(
        "SELECT ST_X(geom), ST_Y(geom) FROM registry.change WHERE change_set = %s ORDER BY source_row",
        (report.summary.change_set,),
    ).fetchall()
    _east, _north, metres = pyproj.Geod(ellps="GRS80").inv(*np.array(rows).T, *lamps().T)
    return float(np.max(metres))


def test_an_undeclared_table_in_gcj02_is_named_told_and_brought_home(register: Connection, tmp_path: Path) -> None:
    report = deliver(register, csv(tmp_path, *wgs84_to_gcj02(*lamps().T), heads="编号,经度,纬度"))
    source = source_of(register, report)
    assert (source["crs_declared"], source["crs_used"], source["crs_basis"]) == ("", "GCJ-02", "detected")
    assert report.crs == "GCJ-02"
    (remark,) = [p for p in report.problems if p.code == Code.CRS_DETECTED]
    assert (remark.row, remark.severity) == (None, "warning")
    assert "GCJ-02" in remark.message
    assert "道路" in remark.message
    assert (report.summary.added, report.rows_in_error) == (len(lamps()), 0)
    assert apart(register, report) < 0.5
    kept = change_sets.read(register, scope_of(register), report.summary.change_set)["problems"]
    assert [p["code"] for p in kept] == ["crs_detected"]


def test_survey_tables_with_north_first_and_a_zone_number(register: Connection, tmp_path: Path) -> None:
    east, north = pyproj.Transformer.from_crs(4490, 4528, always_xy=True).transform(*lamps().T)
    report = deliver(register, csv(tmp_path, north, east), columns={"东坐标": "x", "北坐标": "y"})
    source = source_of(register, report)
    assert (source["crs_used"], source["crs_basis"]) == ("EPSG:4528", "detected")
    assert apart(register, report) < 0.5


def test_geojson_that_fits_only_as_gcj02_is_a_question(register: Connection, tmp_path: Path) -> None:
    file = geojson(tmp_path, *wgs84_to_gcj02(*lamps().T))
    with pytest.raises(UnknownCrs, match=r"GeoJSON 规定为 EPSG:4326.*更像 GCJ-02") as caught:
        deliver(register, file)
    assert caught.value.candidates[0] == "GCJ-02"
    assert "GCJ-02" in caught.value.hint
    assert "EPSG:4326" in caught.value.hint
    report = deliver(register, file, crs="GCJ-02")
    source = source_of(register, report)
    assert (source["crs_used"], source["crs_basis"]) == ("GCJ-02", "option")
    assert apart(register, report) < 0.5
    insisted = deliver(register, file, crs="EPSG:4326")
    assert apart(register, insisted) > 400, "a person's word is taken"


def test_geojson_in_wgs84_raises_no_question(register: Connection, tmp_path: Path) -> None:
    report = deliver(register, geojson(tmp_path, *lamps().T))
    source = source_of(register, report)
    assert (source["crs_declared"], source["crs_used"], source["crs_basis"]) == ("EPSG:4326", "EPSG:4326", "format")
    assert not report.problems


def test_an_empty_register_cannot_tell_and_says_so(
    connection: Connection, people: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(UnknownCrs, match="没有说明坐标系") as caught:
        deliver(connection, csv(tmp_path, *wgs84_to_gcj02(*lamps().T), heads="编号,经度,纬度"))
    assert "没有道路或同类资产" in caught.value.hint
    assert set(caught.value.candidates) == {"EPSG:4490", "GCJ-02", "BD-09"}
    report = deliver(connection, geojson(tmp_path, *lamps().T))
    assert report.summary.added == len(lamps()), "what is declared is believed as long as nothing speaks against it"


def test_the_reference_is_what_this_person_may_see(register: Connection, people: dict[str, int]) -> None:
    seed.put_assets(register, seed.DISTRICT, people["camera_surveyor"])
    seed.put_assets(register, seed.OTHER_DISTRICT, people["neighbour"], east=0.2)
    found = load_reference(register, scope_of(register), "component")
    assert len(found.assets) == seed.COMPONENTS
    assert len(found.roads) == 40 + 2 + 3, "streets, the seed's roads and alleys, none of the other district"
    assert found.outline is not None
    assert shapely.area(found.outline) == pytest.approx(0.08**2, rel=1e-3)
    assert found.assets.cells is None
    with pytest.raises(NotFound):
        load_reference(register, scope_of(register), "camera")
    assert len(load_reference(register, scope_of(register, "camera_surveyor"), "camera").assets) == seed.CAMERAS


def test_of_a_large_layer_whole_cells_are_read(register: Connection, people: dict[str, int], monkeypatch) -> None:
    rows = [seed.Delivered(*LAMP, shapely.Point(place)) for place in lamps()]
    seed.put(register, seed.DISTRICT, people["surveyor"], "component", rows)
    monkeypatch.setattr(reference, "MOST_ASSETS", 300)
    scope = scope_of(register)
    known = load_reference(register, scope, "component").assets
    assert known.cells is not None
    assert 150 < len(known) < 300
    boxes = shapely.box(*known.cells.T)
    covered = shapely.intersects(shapely.union_all(boxes), shapely.points(lamps()))
    # the index holds boxes a little larger than the points
    assert covered.sum() <= len(known) <= covered.sum() + 5, "inside the cells nothing is missing"
    again = load_reference(register, scope, "component").assets
    np.testing.assert_array_equal(again.cells, known.cells)
    assert (shapely.to_wkb(again.geometry) == shapely.to_wkb(known.geometry)).all()
    near = load_reference(register, scope, "component", (120.149, 30.319, 120.151, 30.321)).assets
    assert near.cells is None
    assert 0 < len(near) < 300


def blocks() -> NDArray[np.object_]:
    """The ground between the streets: what communities and grids are."""
    meshes = shapely.get_parts(shapely.polygonize([shapely.union_all(streets())]))
    return np.asarray(meshes[np.argsort(shapely.area(meshes))[-120:]])


def areas(file: Path, shapes: NDArray[np.object_], crs: str | None) -> Path:
    codes = np.array([f"{seed.DISTRICT}{n:06}" for n in range(len(shapes))], dtype=object)
    pyogrio.raw.write(file, shapely.to_wkb(shapes), [codes], ["code"], geometry_type="Polygon", crs=crs)
    return file


def test_areas_are_held_against_the_roads_as_deliveries_are(register: Connection, tmp_path: Path) -> None:
    known, verdicts = load_roads(register, scope_of(register)), []

    def come(file: Path, crs: str | None = None) -> NDArray[np.object_]:
        found = read_areas(file, None, crs, AreaColumns(), known, verdicts.append)
        return np.array([area.geometry for area in found])

    true = blocks()
    assert shapely.equals_exact(come(areas(tmp_path / "true.geojson", true, "EPSG:4326")), true, 1e-8).all()
    moved = shapely.transform(true, lambda degrees: np.column_stack(wgs84_to_gcj02(*degrees.T)))
    file = areas(tmp_path / "moved.geojson", moved, "EPSG:4326")
    with pytest.raises(UnknownCrs, match=r"EPSG:4326.*更像 GCJ-02"):
        come(file)
    assert not verdicts
    assert shapely.equals_exact(come(file, "GCJ-02"), true, 1e-6).all(), "a person's word is taken"

    to_metres = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
    metres = shapely.transform(true, lambda degrees: np.column_stack(to_metres.transform(*degrees.T)))
    silent = areas(tmp_path / "silent.shp", metres, None)
    assert shapely.distance(shapely.centroid(come(silent)), shapely.centroid(true)).max() < 1e-7
    assert [str(problem.code) for problem in verdicts] == ["crs_detected"]
    turned = areas(tmp_path / "turned.shp", shapely.transform(metres, lambda places: places[:, ::-1]), None)
    assert shapely.distance(shapely.centroid(come(turned)), shapely.centroid(true)).max() < 1e-7


def test_areas_in_a_refused_system_are_refused(register: Connection, tmp_path: Path) -> None:
    file = areas(
        tmp_path / "xian.shp", shapely.transform(blocks(), lambda d: d * 0 + [40_500_000, 3_350_000] + d), "EPSG:2384"
    )
    with pytest.raises(RefusedCrs, match="1980"):
        list(read_areas(file, None, None, AreaColumns(), load_roads(register, scope_of(register))))
