"""Where a table says its rows lie: two columns, one cell, several positions in a cell, degrees in disguise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from importers.cells.sexagesimal import are_packed, is_packed_unit, unpacked
from importers.inspection.suggest import suggest
from importers.normalise.normaliser import normalise
from importers.normalise.position_cells import are_positions, read_cells
from importers.profiles.profile import Profile
from importers.read.reader import inspect, read
from importers.validate.validator import validate
from registry.catalogue.layers import reference_layers

LAYERS = reference_layers()
METRES = (514907.17, 3355597.22)
DEGREES = (120.155, 30.32)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("120.155,30.32", DEGREES),
        ("120.155，30.32", DEGREES),
        ("120.155 30.32", DEGREES),
        ("(120.155, 30.32)", DEGREES),
        ("30.32,120.155", DEGREES),
        ("30.32N 120.155E", DEGREES),
        ("E120.155 N30.32", DEGREES),
        ("120°09′18.0″E，30°19′12″N", DEGREES),
        ("北纬30度19分12秒，东经120度9分18秒", DEGREES),
        ("经度：120.155 纬度：30.32", DEGREES),
        ("120:09:18 30:19:12", DEGREES),
        ("１２０．１５５，３０．３２", DEGREES),
        ("120.155,30.32,12.5", DEGREES),
        ("X=3355597.22 Y=514907.17", METRES),
        ("X=3355597.22 Y=40514907.17", (40514907.17, 3355597.22)),
        ("X：514907.17，Y：3355597.22", METRES),
        ("68.7W 44.8N", (-68.7, 44.8)),
    ],
)
def test_one_position_in_a_cell(text, place):
    cells = read_cells(pa.array([text]))
    np.testing.assert_allclose(shapely.get_coordinates(cells.geometry)[0], place, atol=1e-9)


@pytest.mark.parametrize("text", ["湖墅南路", "120.155", "120.155,", "120°70′00″ 30°19′12″", "30N 31N", "1,2,3,4,5"])
def test_what_is_no_position(text):
    cells = read_cells(pa.array([text, None, "120.1,30.3"]))
    assert cells.bad.tolist() == [True, False, False]
    assert cells.geometry[1] is None


def test_only_what_size_alone_told_counts_as_turned():
    cells = read_cells(pa.array(["30.32,120.155", "30.32N 120.155E", "120.155,30.32", "X=3355597.22 Y=514907.17"]))
    assert cells.turned.tolist() == [True, False, False, True]


@pytest.mark.parametrize("text", ["120.1,30.1;120.2,30.2;120.2,30.3", "120.1,30.1\n120.2,30.2\n120.2,30.3",
                                  "120.1,30.1 120.2,30.2 120.2,30.3", "120.1 30.1；120.2 30.2；120.2 30.3；"])  # fmt: skip
@pytest.mark.parametrize(("kind", "shape"), [("point", "MultiPoint"), ("line", "LineString"), ("polygon", "Polygon")])
def test_several_positions_in_a_cell(text, kind, shape):
    (geometry,) = read_cells(pa.array([text]), kind).geometry
    assert geometry.geom_type == shape
    assert shapely.get_coordinates(geometry)[:3].tolist() == [[120.1, 30.1], [120.2, 30.2], [120.2, 30.3]]


def test_one_bad_position_among_several_spoils_its_row_alone():
    cells = read_cells(pa.array(["120.1,30.1;120.2,甲", "120.1,30.1;120.2,30.2"]), "line")
    assert cells.bad.tolist() == [True, False]


def table(path: Path, heading: str, cells: list[str]) -> Path:
    path.write_text("\n".join([f"编号;{heading}", *(f'{n};"{cell}"' for n, cell in enumerate(cells, 1))]) + "\n")
    return path


def checked(file: Path, layer: str, **how):
    (source,) = inspect(file)
    profile = suggest(source, LAYERS[layer])
    profile = Profile(layer, dict(profile.columns), units=profile.units, constants={"class": how.pop("klass")}, **how)
    (batch,) = validate(normalise(read(file), profile, LAYERS[layer], source), LAYERS[layer])
    return profile, batch


def test_a_column_of_positions_is_proposed_whatever_its_head(tmp_path):
    for heading in ("坐标", "经纬度", "安装处"):
        file = table(tmp_path / "a.csv", heading, [f"120.{n}1234,30.{n}5432" for n in range(1, 8)])
        assert suggest(inspect(file)[0], LAYERS["component"]).columns[heading] == "xy"
    file = table(tmp_path / "a.csv", "坐标", ["甲街", "乙街"])
    assert "坐标" not in suggest(inspect(file)[0], LAYERS["component"]).columns
    assert not are_positions(["3,5", "1.5 2.5", "2024-03-15 08:30"]).any()


def test_two_columns_go_before_one(tmp_path):
    (tmp_path / "a.csv").write_text('编号,坐标,经度,纬度\n1,"120.1,30.1",120.1,30.1\n')
    columns = suggest(inspect(tmp_path / "a.csv")[0], LAYERS["component"]).columns
    assert (columns["经度"], columns["纬度"]) == ("x", "y")
    assert "坐标" not in columns


def test_rows_of_a_cell_with_many_points(tmp_path):
    several = [f"120.1234{n},30.12341;120.22341,30.22341" for n in range(8)]
    file = table(tmp_path / "a.csv", "坐标串", [*several, "120.12341,30.12341", "无"])
    _profile, lamps = checked(file, "component", crs="EPSG:4490", klass="路灯")
    many = [("geometry_many_points", row) for row in range(2, 10)]
    assert [(str(p.code), p.row) for p in lamps.problems] == [*many, ("position_not_number", 11)]
    _profile, roads = checked(file, "road", crs="EPSG:4490", klass="4")
    assert {("geometry_type", 10), ("position_not_number", 11)} <= {(str(p.code), p.row) for p in roads.problems}
    assert roads.accepted.tolist() == [True] * 8 + [False, False]


def test_axes_put_in_order_are_told_once(tmp_path):
    file = table(tmp_path / "a.csv", "坐标", [f"30.32{n}123,120.15{n}123" for n in range(5)])
    _profile, batch = checked(file, "component", crs="EPSG:4490", klass="路灯")
    assert [(str(p.code), p.row, p.value) for p in batch.problems] == [
        ("position_turned", None, "30.320123,120.150123")
    ]
    assert batch.accepted.all()


def as_packed(degrees: np.ndarray, decimals: int = 7) -> list[str]:
    ten_thousandths = np.round(degrees * 3600 * 10 ** (decimals - 4)).astype(np.int64)
    seconds = ten_thousandths % (60 * 10 ** (decimals - 4))
    minutes, whole = (
        ten_thousandths // (60 * 10 ** (decimals - 4)) % 60,
        ten_thousandths // (3600 * 10 ** (decimals - 4)),
    )
    return [f"{w}.{m:02}{s:0{decimals - 2}}" for w, m, s in zip(whole, minutes, seconds, strict=True)]


def spread(count: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(7)
    return 120.087 + 0.13 * chance.random(count), 30.258 + 0.14 * chance.random(count)


def test_packed_degrees_are_recognised_only_when_the_values_prove_it():
    lon, lat = spread(400)
    assert are_packed(pa.array(as_packed(lon)))
    assert are_packed(pa.array(as_packed(lat, 4)))
    assert are_packed(pa.array([float(text) for text in as_packed(lon)]))
    assert not are_packed(pa.array([f"{x:.7f}" for x in lon])), "decimal degrees"
    assert not are_packed(pa.array(as_packed(lon[:20]))), "too few to tell"
    assert not are_packed(pa.array(as_packed(120.1551 + lon / 1e5))), "a single street proves nothing"
    assert not are_packed(pa.array(["120.0918"] * 500)), "nor does one place"
    assert not are_packed(pa.array([f"120.15{n % 60:02}" for n in range(500)])), "decimals of one minute's width"
    assert not are_packed(pa.array(["甲"] * 500))


def test_unpacking():
    np.testing.assert_allclose(unpacked(np.array([120.0918, 30.19120, 120.09180001, -68.5959])),
                               [120.155, 30.32, 120.155 + 1e-4 / 3600, -(68 + 59 / 60 + 59 / 3600)], atol=1e-9)  # fmt: skip
    assert np.isnan(unpacked(np.array([120.6, 120.0960, np.nan]))).all()
    assert all(map(is_packed_unit, ("D.MMSS", "度.分秒", "ddd.mmss")))
    assert not is_packed_unit("度")


def test_a_delivery_in_packed_degrees_comes_home_and_says_so(tmp_path):
    lon, lat = spread(400)
    rows = "\n".join(f"{n},{x},{y}" for n, (x, y) in enumerate(zip(as_packed(lon), as_packed(lat), strict=True)))
    (tmp_path / "a.csv").write_text(f"编号,经度,纬度\n{rows}\n")
    profile, batch = checked(tmp_path / "a.csv", "component", crs="EPSG:4490", klass="路灯")
    assert profile.units == {"经度": "D.MMSS", "纬度": "D.MMSS"}
    assert [(str(p.code), p.row, p.field) for p in batch.problems] == [
        ("position_packed", None, "经度"),
        ("position_packed", None, "纬度"),
    ]
    np.testing.assert_allclose(shapely.get_coordinates(batch.prepared.geometry), np.column_stack((lon, lat)), atol=1e-6)


def test_a_minute_of_sixty_is_no_coordinate_where_packed_was_said(tmp_path):
    (tmp_path / "a.csv").write_text(
        "编号,经度(度.分秒),纬度(度.分秒)\n1,120.0918123,30.1912123\n2,120.6018123,30.1912123\n"
    )
    _profile, batch = checked(tmp_path / "a.csv", "component", crs="EPSG:4490", klass="路灯")
    assert [(str(p.code), p.row) for p in batch.problems if p.row] == [("position_not_number", 3)]


LINE = '{0};"LINESTRING (120.1234{0} 30.12345, 120.2 30.2)"\n'


def test_curves_in_wkt_are_a_problem_of_their_row(tmp_path):
    (tmp_path / "a.csv").write_text(
        '编号;wkt\n1;"CIRCULARSTRING (0 0, 1 1, 2 0)"\n' + "".join(LINE.format(n) for n in range(2, 9))
    )
    _profile, batch = checked(tmp_path / "a.csv", "road", crs="EPSG:4490", klass="4")
    assert [p.row for p in batch.problems if p.code == "wkt_bad"] == [2]
    assert batch.accepted.sum() > 0
