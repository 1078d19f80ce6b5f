"""One body over all formats: six street lamps come out the same, whatever they were delivered in."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pyogrio.raw
import pytest
import shapely

from importers.errors import ChooseLayer, DamagedFile
from importers.geometry_collections import unwrapped
from importers.inspection.suggest import suggest
from importers.normalise.normaliser import normalise
from importers.read.reader import inspect, read
from importers.validate.validator import validate
from registry.catalogue.layers import reference_layers

DATA = Path(__file__).parents[2] / "data"
COMPONENT = reference_layers()["component"]
GONGSHU = (120.0869, 30.2578, 120.219, 30.4023)
LON = 120.1550123 + 0.001 * np.arange(6)
LAT = 30.3200456 + 0.0005 * np.arange(6)

# file: what it says of encoding and coordinate system (None: the operator must), the number of its first row
DELIVERIES = {
    "lamps_gbk.shp": ("GB18030", "content", None, 1),
    "lamps_gbk.dbf": ("GB18030", "content", None, 1),
    "lamps_gbk.zip": ("GB18030", "content", None, 1),
    "lamps_utf8.shp": ("UTF-8", "cpg", None, 1),
    "lamps_wrong_cpg.shp": ("GB18030", "content", None, 1),
    "lamps_utf8_said_gbk.shp": ("UTF-8", "content", None, 1),
    "lamps_gb18030.csv": ("GB18030", "content", "EPSG:4490", 2),
    "lamps_utf8_bom.csv": ("UTF-8-SIG", "bom", "EPSG:4490", 2),
    "lamps.tsv": ("UTF-8", "content", "CGCS2000", 2),
    "lamps_gcj02.xlsx": ("UTF-8", "format", None, 4),
    "lamps.gpkg": ("UTF-8", "format", None, 1),
    "lamps.geojson": ("UTF-8", "content", None, 1),
    "lamps.fgb": ("UTF-8", "format", None, 1),
    "lamps.parquet": ("UTF-8", "format", None, 1),
    "lamps.geojsonl": ("UTF-8", "content", None, 1),
    "lamps.geojsons": ("UTF-8", "content", None, 1),
    "lamps_xy.csv": ("GB18030", "content", "EPSG:4528", 2),
    "lamps_dms.txt": ("GB18030", "content", "EPSG:4490", 2),
    "lamps_packed.csv": ("UTF-8", "content", "EPSG:4490", 2),
    "lamps_two_rows.xlsx": ("UTF-8", "format", "EPSG:4490", 5),
    "lamps.xls": ("UTF-8", "format", "EPSG:4490", 5),
    "lamps.ods": ("UTF-8", "format", "EPSG:4490", 5),
    "lamps.kml": ("GB18030", "content", None, 1),
    "lamps.kmz": ("UTF-8", "format", None, 1),
    "lamps.dxf": ("GB18030", "header", "EPSG:4549", 1),
    "lamps_gdb.zip": ("UTF-8", "format", None, 1),
    "lamps_tab.zip": ("GB18030", "content", "EPSG:4549", 1),
    "lamps.mif": ("GB18030", "header", "EPSG:4490", 1),
}
# what is said of a delivery as a whole
REMARKS = {"elevation_dropped", "crs_overridden", "position_packed", "position_turned"}


@pytest.mark.parametrize("name", DELIVERIES)
def test_same_lamps_from_every_format(name):
    encoding, basis, crs, first_row = DELIVERIES[name]
    (source,) = inspect(DATA / name)
    assert (source.rows, source.encoding.name, source.encoding.basis) == (6, encoding, basis)
    profile = suggest(source, COMPONENT)
    profile = replace(profile, crs=crs) if crs else profile
    batches = normalise(read(DATA / name), profile, COMPONENT, source)
    (checked,) = validate(batches, COMPONENT, "330105", GONGSHU)
    prepared = checked.prepared
    assert checked.accepted.all()
    assert {str(p.code) for p in checked.problems} <= REMARKS
    assert prepared.row_number.tolist() == list(range(first_row, first_row + 6))
    assert prepared.code.to_pylist() == [f"33010501180{n:05d}" for n in range(1, 7)]
    assert prepared.name.to_pylist() == [f"湖墅路灯{n}号" for n in range(1, 7)]
    assert set(zip(prepared.scheme.to_pylist(), prepared.class_code.to_pylist(), strict=True)) == {
        ("CJ/T 214-2007", "0118")
    }
    assert prepared.state.to_pylist() == ["intact", "intact", "damaged", "intact", "abandoned", "intact"]
    assert prepared.manager.unique().to_pylist() == ["示例区城市管理局"]
    assert prepared.maintainer.unique().to_pylist() == ["示例照明养护有限公司"]
    assert prepared.surveyed_on.unique().to_pylist() == [date(2024, 3, 15)]
    attributes = [orjson.loads(text) for text in prepared.attributes.to_pylist()]
    assert all(a["material"] == "铸铁" and float(a["灯高"]) == 8.5 for a in attributes)
    assert not shapely.has_z(prepared.geometry).any()
    np.testing.assert_allclose(shapely.get_coordinates(prepared.geometry), np.column_stack((LON, LAT)), atol=2e-9)


def test_elevation_is_told_once_not_dropped_in_silence():
    (source,) = inspect(DATA / "lamps.gpkg")
    batches = normalise(read(DATA / "lamps.gpkg", batch_rows=2), suggest(source, COMPONENT), COMPONENT, source)
    codes = [[str(p.code) for p in prepared.problems] for prepared in batches]
    assert codes == [["elevation_dropped"], [], []]


@pytest.mark.parametrize("name", DELIVERIES)
def test_batches_cover_the_file_without_gap(name):
    whole = [number for rows in read(DATA / name) for number in rows.numbers]
    parts = [rows.numbers.tolist() for rows in read(DATA / name, batch_rows=4)]
    assert [len(part) for part in parts] == [4, 2]
    assert [*parts[0], *parts[1]] == whole


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(ChooseLayer, match="电杆") as caught:
        next(read(DATA / "lamps.gpkg", layer="电杆"))
    assert "lamps" in caught.value.hint


CURVE = struct.pack("<BII6d", 1, 8, 3, 120.1, 30.1, 120.2, 30.2, 120.3, 30.1)


@pytest.mark.parametrize(("name", "driver"), [("a.gpkg", "GPKG"), ("a.fgb", "FlatGeobuf"), ("a.gdb", "OpenFileGDB")])
def test_curves_arrive_in_straight_pieces_and_are_told(tmp_path, name, driver):
    straight = shapely.to_wkb(shapely.LineString([(120, 30), (121, 31)]))
    kind = "MultiLineString" if driver == "OpenFileGDB" else "Unknown"
    wkb, codes = np.array([straight, CURVE, None], dtype=object), np.array(["甲", "乙", "丙"], dtype=object)
    how = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}
    pyogrio.raw.write(
        tmp_path / name, wkb, [codes], ["编号"], geometry_type=kind, crs="EPSG:4490", driver=driver, **how
    )
    (source,) = inspect(tmp_path / name)
    (rows,) = read(tmp_path / name)
    assert source.geometry == "line"
    assert rows.columns["编号"].to_pylist() == ["甲", "乙", "丙"]
    assert [str(p.code) for p in rows.problems] == ["curves_linearised"]
    assert shapely.get_num_coordinates(rows.geometry).tolist()[0] == 2
    assert 40 < shapely.get_num_coordinates(rows.geometry)[1] < 100
    assert rows.geometry[2] is None
    radius = 0.1  # a half circle; four degrees to a piece keep a thousandth of it
    assert shapely.length(rows.geometry[1]) == pytest.approx(np.pi * radius, rel=1e-3)


def test_collections_of_one_kind_are_unwrapped():
    def geometry(wkt: str) -> str:
        (made,) = unwrapped(np.array([shapely.from_wkt(wkt)], dtype=object))
        return shapely.to_wkt(made, rounding_precision=0)

    assert geometry("GEOMETRYCOLLECTION (POINT (1 2))") == "POINT (1 2)"
    assert geometry("GEOMETRYCOLLECTION (POINT (1 2), MULTIPOINT (3 4, 5 6))") == "MULTIPOINT ((1 2), (3 4), (5 6))"
    assert (
        geometry("GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1)), LINESTRING EMPTY)")
        == "LINESTRING (0 0, 1 1)"
    )
    assert geometry("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))").startswith("GEOMETRYCOLLECTION")
    assert geometry("GEOMETRYCOLLECTION EMPTY") == "GEOMETRYCOLLECTION EMPTY"
    assert geometry("POINT (1 2)") == "POINT (1 2)"


def test_folders_of_a_kml_are_layers(tmp_path):
    where = "<MultiGeometry><Point><coordinates>120.1,30.1</coordinates></Point></MultiGeometry>"
    place = "<Placemark><name>{}</name>" + where + "</Placemark>"
    folders = "".join(f"<Folder><name>{n}</name>{place.format(n)}</Folder>" for n in ("路灯", "井盖"))
    (tmp_path / "a.kml").write_text(f"<kml><Document>{folders}</Document></kml>", encoding="utf-8")
    assert [(source.name, source.rows, source.geometry) for source in inspect(tmp_path / "a.kml")] == [
        ("路灯", 1, "point"), ("井盖", 1, "point"),
    ]  # fmt: skip
    (rows,) = read(tmp_path / "a.kml", layer="井盖")
    assert rows.columns["Name"].to_pylist() == ["井盖"]
    assert not {"tessellate", "visibility", "drawOrder"} & rows.columns.keys()
    with pytest.raises(ChooseLayer, match="路灯"):
        next(read(tmp_path / "a.kml"))


def test_coded_values_of_a_geodatabase_are_words():
    (rows,) = read(DATA / "lamps_gdb.zip")
    assert rows.columns["状态"].to_pylist() == ["完好", "完好", "破损", "完好", "废弃", "完好"]


def test_a_line_that_is_no_feature_is_named(tmp_path):
    lines = (DATA / "lamps.geojsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    lines[3] = lines[3][:60] + "\n"
    (tmp_path / "a.geojsonl").write_text("".join(lines), encoding="utf-8")
    with pytest.raises(DamagedFile, match="第 4 行"):
        list(read(tmp_path / "a.geojsonl"))


def test_a_mapinfo_table_without_its_data(tmp_path):
    with zipfile.ZipFile(DATA / "lamps_tab.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "路灯" / "lamps.dat").unlink()
    with pytest.raises(DamagedFile, match=r"lamps\.dat"):
        inspect(tmp_path / "路灯" / "lamps.tab")
