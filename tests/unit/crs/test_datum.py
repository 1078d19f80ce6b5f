"""The datum detective: twelve deliveries named and brought home; what nothing tells is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from numpy.typing import NDArray

from demo.ground import hill, survey
from demo.lattice import draw_lattice
from demo.outline import degrees, outline
from demo.placement import strung
from demo.streets import main_streets
from importers.crs.detect import CrsVerdict, agrees, detect, sample, whereabouts
from importers.crs.gcj02 import wgs84_to_bd09, wgs84_to_gcj02
from importers.crs.systems import named
from importers.crs.transform import to_register
from importers.read.reader import read
from importers.records import DeclaredCrs
from registry.assets.reference_features import Reference, ReferenceFeatures

BOX = (120.0869, 30.2578, 120.219, 30.4023)
FAR_EAST = (8_000.0, 9_000.0)
UNDECLARED = DeclaredCrs()
Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """Streets of the demo district and lamps along them, in EPSG:4549, and the outline in degrees."""

    streets: Geometries
    lamps: Geometries
    outline: shapely.Geometry

    def reference(self, assets: Geometries | None = None, roads: bool = True) -> Reference:
        known = ReferenceFeatures() if assets is None else ReferenceFeatures(in_degrees(assets))
        return Reference(
            BOX, self.outline, ReferenceFeatures(in_degrees(self.streets)) if roads else ReferenceFeatures(), known
        )


def moved(geometry: Geometries, change: Callable[[Floats], Floats]) -> Geometries:
    changed: Geometries = shapely.set_coordinates(geometry.copy(), change(shapely.get_coordinates(geometry)))
    return changed


def in_degrees(geometry: Geometries) -> Geometries:
    return moved(geometry, degrees)


def shifted(geometry: Geometries, east: float, north: float) -> Geometries:
    return moved(geometry, lambda xy: xy + np.array([east, north]))


def jittered(geometry: Geometries, metres: float) -> Geometries:
    rng = np.random.default_rng(5)
    angle = rng.uniform(0, 2 * np.pi, len(geometry))
    return moved(geometry, lambda xy: xy + metres * np.column_stack((np.cos(angle), np.sin(angle))))


@pytest.fixture(scope="module")
def town() -> Town:
    ground, mountain = survey(np.random.default_rng(1)), hill(np.random.default_rng(2))
    streets = main_streets(ground, draw_lattice(ground, np.random.default_rng(3)), mountain, np.random.default_rng(4))
    lines = np.array([line for _class, line in streets])
    offset = np.full(len(lines), 12.0)
    lamps = strung(lines, np.arange(len(lines)), 60.0, offset, "alternate", np.random.default_rng(5))
    return Town(lines, shapely.points(lamps.xy), in_degrees(np.array([outline()]))[0])


def projected(code: int) -> Callable[[Floats], Floats]:
    into = pyproj.Transformer.from_crs(4326 if code in (3857, 32651) else 4490, code, always_xy=True)
    return lambda xy: np.column_stack(into.transform(*xy.T))


def swapped(xy: Floats) -> Floats:
    return xy[:, ::-1]


PRJ = DeclaredCrs(pyproj.CRS(4549).to_wkt("WKT1_ESRI"), "CGCS2000_3_Degree_GK_CM_120E", "prj")
ODD = DeclaredCrs('GEOGCS["MAPINFO type 0",DATUM["D_MAPINFO",SPHEROID["World_Geodetic_System_of_1984",6378137,298.257]]]',
                  "MAPINFO type 0", "prj")  # fmt: skip
# What is delivered, what the file says of it, what it must be named, and whether the file's word is contradicted.
TWELVE = {
    "WGS 84": (lambda xy: xy, ODD, "EPSG:4326", "xy", False),
    "CGCS2000 degrees": (lambda xy: xy, UNDECLARED, "EPSG:4490", "xy", False),
    "4549": (projected(4549), UNDECLARED, "EPSG:4549", "xy", False),
    "4528": (projected(4528), UNDECLARED, "EPSG:4528", "xy", False),
    "4510": (projected(4510), UNDECLARED, "EPSG:4510", "xy", False),
    "4499": (projected(4499), UNDECLARED, "EPSG:4499", "xy", False),
    "3857": (projected(3857), UNDECLARED, "EPSG:3857", "xy", False),
    "GCJ-02": (lambda xy: np.column_stack(wgs84_to_gcj02(*xy.T)), DeclaredCrs("EPSG:4326", "WGS 84", "format"),
               "GCJ-02", "xy", True),
    "BD-09": (lambda xy: np.column_stack(wgs84_to_bd09(*xy.T)), UNDECLARED, "BD-09", "xy", False),
    "axes swapped": (swapped, DeclaredCrs("EPSG:4490", "CGCS2000", "file"), "EPSG:4490", "yx", True),
    "survey X/Y": (lambda xy: swapped(projected(4549)(xy)), UNDECLARED, "EPSG:4549", "yx", False),
    "zone number, unprefixed .prj": (projected(4528), PRJ, "EPSG:4528", "xy", False),
    "wrong .prj": (projected(4510), PRJ, "EPSG:4510", "xy", True),
    "UTM": (projected(32651), UNDECLARED, "EPSG:32651", "xy", False),
}  # fmt: skip


@pytest.mark.parametrize("delivery", TWELVE)
@pytest.mark.parametrize("known", ["roads", "own"])
def test_each_of_the_deliveries_is_named_and_brought_home(town: Town, delivery: str, known: str):
    change, declared, name, axes, contradicted = TWELVE[delivery]
    lamps = jittered(town.lamps, 0.3)
    delivered = moved(in_degrees(lamps), change)
    reference = town.reference() if known == "roads" else town.reference(town.lamps, roads=False)
    verdict = detect(delivered, declared, reference)
    assert verdict.proposed is not None, verdict.reason
    assert (verdict.proposed.crs, verdict.proposed.axes) == (name, axes)
    assert verdict.proposed.score > 0.95
    assert all(other.score < 0.5 for other in verdict.candidates[1:])
    assert verdict.contradicted is contradicted
    home = moved(delivered, swapped) if axes == "yx" else delivered
    arrived = moved(to_register(home, named(name, "detected")), projected(4549))
    assert shapely.distance(arrived, lamps).max() < 0.5
    assert verdict.proposed.residual_m == pytest.approx(12.0 if known == "roads" else 0.3, abs=0.5)


@pytest.mark.parametrize("delivery", ["CGCS2000 degrees", "GCJ-02", "BD-09", "4549"])
def test_without_anything_to_compare_with_it_asks(town: Town, delivery: str):
    change, _declared, name, _axes, _contradicted = TWELVE[delivery]
    verdict = detect(moved(in_degrees(town.lamps), change), UNDECLARED, Reference(BOX, town.outline))
    assert verdict.proposed is None
    assert "没有道路或同类资产" in str(verdict.reason)
    assert name in [c.crs for c in verdict.candidates]
    if name != "EPSG:4549":
        assert {c.crs for c in verdict.candidates} == {"EPSG:4490", "GCJ-02", "BD-09"}


@pytest.mark.parametrize("delivery", ["CGCS2000 degrees", "GCJ-02", "4549"])
def test_a_resurvey_that_really_moved_by_three_metres_is_still_named(town: Town, delivery: str):
    change, _declared, name, _axes, _contradicted = TWELVE[delivery]
    delivered = moved(in_degrees(jittered(town.lamps, 3.0)), change)
    verdict = detect(delivered, UNDECLARED, town.reference(town.lamps))
    assert verdict.proposed is not None
    assert verdict.proposed.crs == name
    assert verdict.declared is None


@pytest.mark.parametrize("delivery", ["CGCS2000 degrees", "GCJ-02", "BD-09", "4549"])
def test_the_neighbours_data_are_not_named(town: Town, delivery: str):
    change = TWELVE[delivery][0]
    delivered = moved(in_degrees(shifted(town.lamps, *FAR_EAST)), change)
    assert detect(delivered, UNDECLARED, town.reference(town.lamps)).proposed is None


@pytest.mark.parametrize("delivery", ["CGCS2000 degrees", "GCJ-02", "BD-09", "4549"])
@pytest.mark.parametrize("seed", range(4))
def test_new_assets_that_have_nothing_to_do_with_roads_are_not_named(town: Town, delivery: str, seed: int):
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.bounds(outline())
    anywhere = shapely.points(rng.uniform(west, east, 600), rng.uniform(south, north, 600))
    trees = anywhere[shapely.contains(outline(), anywhere)]
    delivered = moved(in_degrees(trees), TWELVE[delivery][0])
    assert detect(delivered, UNDECLARED, town.reference(town.lamps)).proposed is None


@pytest.mark.parametrize(("east", "north"), [(60.0, 0.0), (-35.0, 45.0), (0.0, -95.0)])
def test_another_datum_some_tens_of_metres_off_is_not_taken_for_cgcs2000(town: Town, east: float, north: float):
    """As Beijing 54 is: the numbers look like EPSG:4549, and only the roads tell."""
    verdict = detect(shifted(town.lamps, east, north), UNDECLARED, town.reference())
    assert verdict.proposed is None
    assert verdict.candidates[0].crs == "EPSG:4549"
    assert verdict.candidates[0].score < 0.5


def test_a_handful_on_one_street_proves_nothing(town: Town):
    few = moved(in_degrees(town.lamps[:8]), TWELVE["GCJ-02"][0])
    verdict = detect(few, UNDECLARED, town.reference())
    assert verdict.proposed is None
    assert len(verdict.candidates) == 3


def test_what_lies_as_declared_needs_no_detective(town: Town):
    reference = town.reference(town.lamps)
    fine = in_degrees(town.lamps)
    assert agrees(fine, DeclaredCrs("EPSG:4326", "", "format"), reference)
    assert agrees(moved(fine, projected(4549)), PRJ, reference)
    assert agrees(moved(fine, projected(4528)), PRJ, reference), "the zone number is taken away"
    assert not agrees(moved(fine, TWELVE["GCJ-02"][0]), DeclaredCrs("EPSG:4326", "", "format"), reference)
    assert not agrees(moved(fine, projected(4510)), PRJ, reference)
    assert not agrees(fine, UNDECLARED, reference)


def test_a_declaration_that_only_partly_lies_in_the_district_is_no_contradiction(town: Town):
    """A delivery across the border: rows outside are the rows' problem, as long as no other system does better."""
    verdict = detect(
        in_degrees(shifted(town.lamps, 4_000.0, 0.0)), DeclaredCrs("EPSG:4490", "", "file"), town.reference()
    )
    assert verdict.declared is not None
    assert verdict.declared.share_inside < 0.95
    assert not verdict.contradicted


def test_only_cells_in_which_the_register_is_complete_count(town: Town):
    """Of a large layer only some cells are read: what lies in the others is not taken for a misfit."""
    west, south, east, north = 120.14, 30.30, 120.17, 30.33
    cell = np.array([[west, south, east, north]])
    inside = shapely.within(in_degrees(town.lamps), shapely.box(west, south, east, north))
    known = ReferenceFeatures(in_degrees(town.lamps[inside]), cell)
    reference = replace(town.reference(roads=False), assets=known)
    verdict = detect(moved(in_degrees(town.lamps), TWELVE["GCJ-02"][0]), UNDECLARED, reference)
    assert verdict.proposed is not None
    assert (verdict.proposed.crs, round(verdict.proposed.residual_m, 3)) == ("GCJ-02", 0.0)


def test_lines_and_areas_are_held_against_their_own_kind(town: Town):
    squares = shapely.buffer(town.lamps[::9], 30.0, quad_segs=2)
    for geometry in (town.streets[::3], squares):
        known = town.streets if geometry is not squares else squares
        verdict = detect(
            moved(in_degrees(geometry), TWELVE["BD-09"][0]), UNDECLARED, town.reference(known, roads=False)
        )
        assert verdict.proposed is not None
        assert verdict.proposed.crs == "BD-09"


def test_the_sample_is_bounded_spread_and_clean():
    many = shapely.points(np.arange(10_000.0), np.zeros(10_000))
    many[::2] = None
    many[1] = shapely.Point()
    many[3] = shapely.Point(np.inf, 0)
    chosen = sample(many, 100)
    x = shapely.get_x(chosen)
    assert len(chosen) <= 100
    assert np.isfinite(x).all()
    assert (x.min() < 200, x.max() > 9_900) == (True, True)
    assert len(sample(np.array([None, shapely.Point()]))) == 0
    empty = detect(np.array([None], dtype=object), UNDECLARED, Reference(BOX))
    assert (empty.candidates, empty.proposed) == ((), None)


def test_whereabouts_cover_the_delivery_by_every_reading(town: Town):
    part = town.lamps[shapely.within(town.lamps, shapely.box(514_000, 3_354_000, 516_000, 3_356_000))]
    for name in ("GCJ-02", "survey X/Y", "4528"):
        found = whereabouts(moved(in_degrees(part), TWELVE[name][0]), UNDECLARED, BOX)
        assert found is not None
        west, south, east, north = found
        middle = shapely.get_coordinates(in_degrees(part)).mean(axis=0)
        assert west < middle[0] < east
        assert south < middle[1] < north
        assert (east - west) < 0.05
    assert whereabouts(shapely.points([[1.0, 2.0]] * 5), UNDECLARED, BOX) is None


def gongshu(shared_data: Path) -> shapely.Geometry:
    text = (shared_data / "boundaries" / "hangzhou_13districts_wgs84_amap.geojson").read_text(encoding="utf-8")
    feature = next(f for f in json.loads(text)["features"] if "拱墅区" in f["properties"].values())
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def judged(file: Path, declared: DeclaredCrs, reference: Reference) -> CrsVerdict:
    shapes = [rows.geometry for rows in read(file) if rows.geometry is not None]
    return detect(np.concatenate(shapes), declared, reference)


def test_a_boundary_of_a_map_service_is_gcj02(shared_data: Path):
    """It says nothing, so that it counts as WGS 84; against the district's outline it can only be GCJ-02."""
    file = shared_data / "boundaries" / "gongshu_330105_cnmaps_bare_geometry.geojson"
    truth = gongshu(shared_data)
    verdict = judged(file, DeclaredCrs("EPSG:4326", "WGS 84", "format"), Reference(BOX, truth))
    assert verdict.proposed is not None, verdict.candidates
    assert verdict.proposed.crs == "GCJ-02"
    assert verdict.contradicted


def test_roads_with_a_datum_that_nobody_knows_are_wgs84(shared_data: Path):
    """The .prj says MAPINFO type 0; the register holds the same roads from a file in CGCS2000."""
    known = shared_data / "ledger" / "derived_cgcs2000" / "fast_road_cgcs2000_3deg_cm120e.shp"
    roads = np.concatenate([rows.geometry for rows in read(known)])
    register = ReferenceFeatures(to_register(roads, named("EPSG:4549", "prj")))
    reference = Reference((119.9, 30.05, 120.6, 30.6), None, register, register)
    declared = DeclaredCrs((shared_data / "roads_gbk" / "fast_road.prj").read_text(), "MAPINFO", "prj")
    verdict = judged(shared_data / "roads_gbk" / "fast_road.shp", declared, reference)
    assert verdict.proposed is not None, verdict.candidates
    assert verdict.proposed.crs == "EPSG:4326"
    assert verdict.proposed.residual_m < 0.5
