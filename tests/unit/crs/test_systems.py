"""Coordinate systems: resolved, refused, asked for; coordinates against the reference vectors."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyproj
import pytest
import shapely

from importers.crs.systems import candidates, grown, named, resolve
from importers.crs.transform import to_degrees, to_register, zone_of, zone_prefixes
from importers.errors import RefusedCrs, UnknownCrs
from importers.records import DeclaredCrs, Encoding, SourceLayer
from registry.database.statements import statement

GONGSHU = (120.0869, 30.2578, 120.219, 30.4023)
VECTORS = list(csv.DictReader(io.StringIO(statement("reference/coord_vectors.csv"))))
MAPINFO = (
    'GEOGCS["Lat Long for MAPINFO type 0 Datum",DATUM["D_MAPINFO",SPHEROID["World_Geodetic_System_of_1984",6378137,'
    '298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]'
)


def column(name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in VECTORS])


def source(text: str = "", basis: str = "prj", extent=None) -> SourceLayer:
    crs = DeclaredCrs(text, text[8:40], basis if text else "none")
    return SourceLayer("lamps", "Shapefile", 6, (), "point", Encoding("UTF-8", "", ""), crs, extent=extent)


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        ("EPSG:4490", "wgs84_lon", "wgs84_lat"),
        ("4326", "wgs84_lon", "wgs84_lat"),
        ("EPSG:4549", "epsg4549_e", "epsg4549_n"),
        ("EPSG:4528", "epsg4528_e", "epsg4528_n"),
        ("EPSG:4499", "epsg4499_e", "epsg4499_n"),
        ("EPSG:3857", "epsg3857_x", "epsg3857_y"),
        ("EPSG:4549", "epsg4528_e", "epsg4528_n"),  # zone number brought although the system has none
        ("EPSG:4528", "epsg4549_e", "epsg4549_n"),  # zone number left out although the system has one
        ("EPSG:4510", "epsg4499_e", "epsg4499_n"),
        ("GCJ-02", "gcj02_lon", "gcj02_lat"),
        ("火星坐标系", "gcj02_lon", "gcj02_lat"),
        ("bd09", "bd09_lon", "bd09_lat"),
    ],
)
def test_reference_vectors(crs, x, y):
    lon, lat = to_degrees(column(x), column(y), named(crs, "option"))
    np.testing.assert_allclose(lon, column("wgs84_lon"), rtol=0, atol=1.5e-9)
    np.testing.assert_allclose(lat, column("wgs84_lat"), rtol=0, atol=1.5e-9)


@pytest.mark.parametrize("code", [32651, 27700, 26847])
def test_systems_with_a_real_transformation_are_taken(code):
    crs = resolve(source(pyproj.CRS(code).to_wkt("WKT1_ESRI")))
    assert (crs.name, crs.basis) == (f"EPSG:{code}", "prj")
    lon, lat = to_degrees(np.array([400_000.0]), np.array([600_000.0]), crs)
    assert np.isfinite([lon, lat]).all()


@pytest.mark.parametrize(
    "name", ["CGCS2000_3_Degree_GK_CM_120E", "CGCS2000_3_Degree_GK_Zone_40", "CGCS2000_GK_Zone_21"]
)
def test_esri_names_of_projections(name):
    code = {"CGCS2000_3_Degree_GK_CM_120E": 4549, "CGCS2000_3_Degree_GK_Zone_40": 4528, "CGCS2000_GK_Zone_21": 4499}[
        name
    ]
    wkt = pyproj.CRS(code).to_wkt("WKT1_ESRI")
    assert name in wkt
    assert resolve(source(wkt)).epsg == code


@pytest.mark.parametrize("code", [2385, 2364, 2437, 2416, 4610, 4214, 4555])
def test_old_datums_are_refused_by_name_as_code_and_as_prj(code):
    for refused in (
        lambda: resolve(source(), f"EPSG:{code}"),
        lambda: resolve(source(pyproj.CRS(code).to_wkt("WKT1_ESRI"))),
    ):
        with pytest.raises(RefusedCrs, match=r"Xian 1980|Beijing 1954|New Beijing") as caught:
            refused()
        assert "数十米" in caught.value.hint


def test_a_datum_nobody_knows_is_asked_for_and_taken_when_told():
    degrees = source(MAPINFO, extent=(120.1, 30.2, 120.3, 30.4))
    with pytest.raises(UnknownCrs, match="MAPINFO") as caught:
        resolve(degrees, None, GONGSHU)
    assert caught.value.candidates == ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")
    crs = resolve(degrees, "EPSG:4326")
    assert (crs.name, crs.basis, "MAPINFO" in crs.overridden) == ("EPSG:4326", "option", True)


def test_an_option_that_agrees_overrides_nothing():
    assert resolve(source("EPSG:4326", "file"), "EPSG:4326").overridden == ""
    assert resolve(source("EPSG:4326", "format"), "GCJ-02").overridden == ""


@pytest.mark.parametrize("text", ["EPSG:99999", "GCJ-03", "PROJCS[broken"])
def test_what_is_no_system_is_refused(text):
    with pytest.raises(UnknownCrs, match="不是坐标系"):
        named(text, "option")


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        ((508_400, 3_348_800, 521_000, 3_364_700), ("EPSG:4549",)),
        ((3_348_800, 508_400, 3_364_700, 521_000), ("EPSG:4549",)),
        ((40_508_400, 3_348_800, 40_521_000, 3_364_700), ("EPSG:4528",)),
        ((21_219_595, 3_351_967, 21_232_709, 3_368_315), ("EPSG:4499",)),
        ((13_368_013, 3_536_731, 13_382_718, 3_555_367), ("EPSG:3857",)),
        ((120.1, 30.3, 120.2, 30.4), ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")),
        ((1.0, 2.0, 3.0, 4.0), ("EPSG:4326",)),
        (None, ()),
    ],
)
def test_candidates_are_those_that_put_the_data_inside_the_district(extent, expected):
    assert candidates(extent, GONGSHU) == expected


def test_geojson_in_metres_is_not_taken_for_degrees():
    metres = source("EPSG:4326", "format", extent=(508_400, 3_348_800, 521_000, 3_364_700))
    with pytest.raises(UnknownCrs) as caught:
        resolve(metres, None, GONGSHU)
    assert caught.value.candidates == ("EPSG:4549",)


def test_every_zone_of_cgcs2000():
    for code in range(4491, 4555):
        zone = zone_of(named(f"EPSG:{code}", "option"))
        operation = pyproj.CRS(code).coordinate_operation
        parameters = {p.name: p.value for p in operation.params}
        assert zone is not None
        assert parameters["Longitude of natural origin"] == zone.meridian
        assert parameters["False easting"] == 500_000 + zone.number * 1e6 * zone.prefixed
    assert zone_of(named("EPSG:32651", "option")) is None


def test_a_zone_number_of_another_meridian_contradicts():
    crs = named("EPSG:4549", "option")
    present, contradicts = zone_prefixes(np.array([514_907.0, 40_514_907.0, 39_514_907.0, np.nan]), crs)
    assert present.tolist() == [False, True, False, False]
    assert contradicts.tolist() == [False, False, True, False]


def test_geometry_of_every_kind_arrives_plane_and_rounded():
    shapes = np.array(
        [
            shapely.Point(514907.1679, 3355597.2235, 12),
            shapely.LineString([(514907, 3355597), (514917, 3355607)]),
            shapely.Polygon([(514907, 3355597), (514917, 3355597), (514917, 3355607)]),
            None,
            shapely.Point(),
        ]
    )
    arrived = to_register(shapes, named("EPSG:4549", "option"))
    assert [None if shape is None else shape.geom_type for shape in arrived] == [
        "Point", "LineString", "Polygon", None, "Point",
    ]  # fmt: skip
    assert not shapely.has_z(arrived).any()
    assert shapely.to_wkt(arrived[0], 12) == "POINT (120.155 30.32)"
    coordinates = shapely.get_coordinates(arrived)
    np.testing.assert_array_equal(coordinates, np.round(coordinates, 9))


def test_box_grows_by_metres():
    west, south, east, north = grown((120.0, 30.0, 121.0, 31.0), 5_000)
    geod = pyproj.Geod(ellps="GRS80")
    assert geod.inv(120.0, 30.5, west, 30.5)[2] == pytest.approx(5_000, rel=0.01)
    assert geod.inv(120.0, 30.0, 120.0, south)[2] == pytest.approx(5_000, rel=0.01)
    assert (east - 121.0, north - 31.0) == pytest.approx((120.0 - west, 30.0 - south))
