"""One body over all formats: six street lamps come out the same, whatever they were delivered in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from importers import look, normalise, read, suggest, validate
from importers.errors import ChooseLayer
from registry.layers import reference_layers

DATA = Path(__file__).parents[1] / "data"
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
    (source,) = look(DATA / name)
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
    (source,) = look(DATA / "lamps.gpkg")
    batches = normalise(read(DATA / "lamps.gpkg", batch_rows=2), suggest(source, COMPONENT), COMPONENT, source)
    told = [[str(p.code) for p in prepared.problems] for prepared in batches]
    assert told == [["elevation_dropped"], [], []]


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
