"""What a CAD drawing holds, told apart: symbols, lines, areas, lettering, the frame of the sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from importers.errors import DamagedFile, UndecodableText
from importers.inspection.suggest import suggest
from importers.read.reader import inspect, read
from registry.catalogue.layers import reference_layers

DATA = Path(__file__).parents[2] / "data"

BLOCK = [(0, "BLOCK"), (8, "0"), (2, "井盖符号"), (10, 0), (20, 0), (0, "CIRCLE"), (8, "0"), (10, 0), (20, 0), (40, 0.4),
         (0, "LINE"), (8, "0"), (10, 0), (20, 0), (11, 1), (21, 1), (0, "ENDBLK")]  # fmt: skip


def insert(layer: str, east: float, north: float, **attributes: str) -> list[tuple[int, object]]:
    place = [(10, east), (20, north), (30, 0)]
    pairs: list[tuple[int, object]] = [(0, "INSERT"), (8, layer), (66, 1), (2, "井盖符号"), *place]
    for tag, value in attributes.items():
        pairs += [(0, "ATTRIB"), (8, layer), *place, (40, 1), (1, value), (2, tag), (70, 0)]
    return [*pairs, (0, "SEQEND"), (8, layer)]


ENTITIES = [
    *insert("上水井盖", 500001, 3355001, 编号="W1", 备注="路口 东侧"),
    (0, "LWPOLYLINE"), (8, "道路中心线"), (100, "AcDbPolyline"), (90, 2), (70, 0), (10, 0), (20, 0), (10, 9), (20, 9),
    (0, "TEXT"), (8, "注记"), (10, 5), (20, 6), (40, 2), (1, "湖墅南路"),
    *insert("污水井盖", 500002, 3355002, 编号="W2"),
    (0, "LWPOLYLINE"), (8, "绿地"), (100, "AcDbPolyline"), (90, 3), (70, 1), (10, 0), (20, 0), (10, 5), (20, 0), (10, 5),
    (20, 5),
    (0, "POINT"), (8, "路灯"), (10, 500003), (20, 3355003), (30, 7.5),
    (0, "LINE"), (67, 1), (8, "图框"), (10, 0), (20, 0), (11, 420), (21, 0),
    (0, "ARC"), (100, "AcDbEntity"), (8, "道路中心线"), (100, "AcDbCircle"), (10, 0), (20, 0), (40, 5), (100, "AcDbArc"),
    (50, 0), (51, 90),
    *insert("上水井盖", 500004, 3355004, 编号="W3", 管径="DN300"),
]  # fmt: skip


def drawn(path: Path, version: str = "AC1015", page: str = "ANSI_936", codec: str = "gb18030") -> Path:
    header = [
        (0, "SECTION"),
        (2, "HEADER"),
        (9, "$ACADVER"),
        (1, version),
        (9, "$DWGCODEPAGE"),
        (3, page),
        (0, "ENDSEC"),
    ]
    blocks = [(0, "SECTION"), (2, "BLOCKS"), *BLOCK, (0, "ENDSEC")]
    pairs = [*header, *blocks, (0, "SECTION"), (2, "ENTITIES"), *ENTITIES, (0, "ENDSEC"), (0, "EOF")]
    path.write_bytes("".join(f"{code:>3}\n{value}\n" for code, value in pairs).encode(codec))
    return path


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    return drawn(tmp_path / "图.dxf")


def test_kinds_of_geometry_are_layers(drawing):
    layers = {source.name: (source.rows, source.geometry) for source in inspect(drawing)}
    assert layers == {
        "points": (4, "point"), "lines": (2, "line"), "polygons": (1, "polygon"), "texts": (1, "point"),
        "layout": (1, "mixed"),
    }  # fmt: skip


def test_a_block_is_one_point_with_its_attributes_as_columns(drawing):
    (rows,) = read(drawing, "points")
    assert rows.numbers.tolist() == [1, 4, 6, 9]
    assert rows.columns["Layer"].to_pylist() == ["上水井盖", "污水井盖", "路灯", "上水井盖"]
    assert rows.columns["BlockName"].to_pylist() == ["井盖符号", "井盖符号", None, "井盖符号"]
    assert rows.columns["编号"].to_pylist() == ["W1", "W2", None, "W3"]
    assert rows.columns["备注"].to_pylist() == ["路口 东侧", None, None, None]
    assert [(p.x, p.y) for p in rows.geometry] == [(500000 + n, 3355000 + n) for n in (1, 2, 3, 4)]


def test_columns_are_the_same_in_every_batch(drawing):
    batches = list(read(drawing, "points", batch_rows=2))
    assert {tuple(rows.columns) for rows in batches} == {tuple(c.name for c in inspect(drawing)[0].columns)}
    assert [v for rows in batches for v in rows.columns["管径"].to_pylist()] == [None, None, None, "DN300"]


def test_the_cad_layer_is_proposed_as_class(drawing):
    source = inspect(drawing)[0]
    assert suggest(source, reference_layers()["component"]).columns["Layer"] == "class"
    assert source.dimensions == "XYZ"
    assert source.crs.basis == "none"


def test_arcs_become_lines_and_are_told(drawing):
    (rows,) = read(drawing, "lines")
    assert [str(p.code) for p in rows.problems] == ["curves_linearised"]
    assert shapely.get_num_coordinates(rows.geometry).tolist()[0] == 2
    assert shapely.length(rows.geometry[1]) == pytest.approx(5 * 3.14159 / 2, rel=1e-3)


def test_a_closed_line_is_an_area(drawing):
    (rows,) = read(drawing, "polygons")
    assert shapely.area(rows.geometry).tolist() == [12.5]


@pytest.mark.parametrize(
    ("version", "page", "codec", "found", "basis"),
    [
        ("AC1015", "ANSI_936", "gb18030", "GB18030", "header"),
        ("AC1015", "ANSI_1252", "gb18030", "GB18030", "content"),
        ("AC1032", "ANSI_936", "utf-8", "UTF-8", "header"),
        ("AC1032", "ANSI_936", "gb18030", "GB18030", "content"),
    ],
)
def test_text_as_it_is_and_not_as_it_is_declared(tmp_path, version, page, codec, found, basis):
    file = drawn(tmp_path / "a.dxf", version, page, codec)
    assert {(s.encoding.name, s.encoding.basis) for s in inspect(file)} == {(found, basis)}
    (rows,) = read(file, "texts")
    assert rows.columns["Text"].to_pylist() == ["湖墅南路"]


def test_a_drawing_without_its_end_is_refused(drawing):
    drawing.write_bytes(drawing.read_bytes()[:-8])
    with pytest.raises(DamagedFile, match="EOF"):
        inspect(drawing)


def test_utf8_amid_gbk_is_refused_and_not_read_as_other_characters(tmp_path: Path) -> None:
    file = tmp_path / "lamps.dxf"
    file.write_bytes((DATA / "lamps.dxf").read_bytes().replace("路灯".encode("gbk"), "上塘路灯杆".encode(), 1))
    with pytest.raises(UndecodableText, match="是 UTF-8"):
        inspect(file)
