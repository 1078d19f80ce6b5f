"""Shapefiles with the faults they are delivered with."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from importers.errors import DamagedFile
from importers.read.formats.dbf import Table, column
from importers.read.reader import inspect, read

DRIVER = "ESRI Shapefile"
pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")
DATA = Path(__file__).parents[2] / "data"


def copied(stem: str, folder: Path, without: str = "") -> Path:
    for part in DATA.glob(f"{stem}.*"):
        if part.suffix not in (without, ".zip"):
            shutil.copy(part, folder)
    return folder / f"{stem}.shp"


def table_of(folder: Path, fields: list[tuple[str, str, int, int]], records: list[bytes]) -> Table:
    width = 1 + sum(size for _name, _kind, size, _decimals in fields)
    head = struct.pack("<4BIHH20x", 3, 124, 1, 1, len(records), 33 + 32 * len(fields), width)
    for name, kind, size, decimals in fields:
        head += name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size, decimals]) + bytes(14)
    (folder / "t.dbf").write_bytes(head + b"\r" + b"".join(records) + b"\x1a")
    return Table(folder / "t.dbf")


def test_header_names_cut_inside_a_character():
    table = Table(DATA / "lamps_utf8.dbf")
    assert table.names("utf-8")[:6] == ["标识码", "名称", "小类", "状态", "主管部", "养护单"]


def test_repeated_and_empty_field_names_stay_apart(tmp_path):
    table = table_of(tmp_path, [("a", "C", 1, 0), ("a", "C", 1, 0), ("", "C", 1, 0)], [b" xyz"])
    assert table.names("utf-8") == ["a", "a_2", "column_3"]


def test_types_of_dbase(tmp_path):
    fields = [
        ("n", "N", 16, 0),
        ("f", "N", 8, 2),
        ("d", "D", 8, 0),
        ("l", "L", 1, 0),
        ("c", "C", 4, 0),
        ("o", "N", 3, 0),
    ]
    table = table_of(
        tmp_path,
        fields,
        [
            b" 3301050118000001    2.5020240315T0012*** ",
            b"                                0000000?     12",
        ],
    )
    assert len(fields) == len(table.fields)
    cells = [column(table.records(0, 1), field, "utf-8").to_pylist() for field in table.fields]
    assert cells[0] == [3301050118000001]
    assert cells[1] == [2.5]
    assert [str(day) for day in cells[2]] == ["2024-03-15"]
    assert cells[3] == [True]
    assert cells[4] == ["0012"]
    assert cells[5] == ["***"], "an overflow is kept for the reader of problems to see"


def test_records_marked_as_deleted_are_left_out_and_numbers_stay(tmp_path):
    file = copied("lamps_gbk", tmp_path)
    body = bytearray(file.with_suffix(".dbf").read_bytes())
    header, width = struct.unpack_from("<HH", body, 8)
    body[header + 2 * width] = ord("*")
    file.with_suffix(".dbf").write_bytes(body)
    (source,) = inspect(file)
    (rows,) = read(file)
    assert source.rows == 5
    assert rows.numbers.tolist() == [1, 2, 4, 5, 6]
    assert rows.columns["名称"].to_pylist()[2] == "湖墅路灯4号"
    assert len(rows.geometry) == 5


def test_null_shapes_and_lines_come_through_gdal(tmp_path):
    lines = shapely.to_wkb(np.array([shapely.LineString([(0, 0), (1, 1)]), None, shapely.LineString([(2, 2), (3, 4)])]))
    file = tmp_path / "lines.shp"
    names = np.array(["甲路", "乙路", "丙路"], dtype=object)
    pyogrio.raw.write(file, lines, [names], ["名称"], geometry_type="LineString", driver=DRIVER, encoding="GBK")
    (source,) = inspect(file)
    (rows,) = read(file)
    assert (source.geometry, source.crs.basis) == ("line", "none")
    assert rows.columns["名称"].to_pylist() == ["甲路", "乙路", "丙路"]
    assert [shape is None for shape in rows.geometry] == [False, True, False]


def test_lines_whose_column_names_are_gbk_and_undeclared(tmp_path):
    file = tmp_path / "lines.shp"
    line = shapely.to_wkb(np.array([shapely.LineString([(0, 0), (1, 1)])]))
    road = np.array(["上塘高架桥"], dtype=object)
    pyogrio.raw.write(file, line, [road], ["道路名称"], geometry_type="LineString", driver=DRIVER, encoding="GBK")
    file.with_suffix(".cpg").unlink()
    (rows,) = read(file)
    assert {name: column.to_pylist() for name, column in rows.columns.items()} == {"道路名称": ["上塘高架桥"]}


def test_points_need_no_index(tmp_path):
    (rows,) = read(copied("lamps_gbk", tmp_path, without=".shx"))
    assert len(rows) == 6


def test_missing_parts_are_named(tmp_path):
    file = tmp_path / "lines.shp"
    line = shapely.to_wkb(np.array([shapely.LineString([(0, 0), (1, 1)])]))
    pyogrio.raw.write(file, line, [], [], geometry_type="LineString", driver=DRIVER)
    file.with_suffix(".shx").unlink()
    with pytest.raises(DamagedFile, match=r"lines\.shx"):
        inspect(file)


def test_without_attributes_there_are_shapes_without_columns(tmp_path):
    (rows,) = read(copied("lamps_gbk", tmp_path, without=".dbf"))
    assert (len(rows), rows.columns) == (6, {})


def test_shapes_and_records_of_unequal_number_are_refused(tmp_path):
    file = copied("lamps_gbk", tmp_path)
    body = file.read_bytes()
    file.write_bytes(body[:-28])
    with pytest.raises(DamagedFile, match=r"5 个.*6 条"):
        list(read(file))


@pytest.mark.parametrize("length", [10, 40, 300, 900])
def test_a_cut_table_is_refused(tmp_path, length):
    file = copied("lamps_gbk", tmp_path)
    body = file.with_suffix(".dbf").read_bytes()
    file.with_suffix(".dbf").write_bytes(body[:length])
    with pytest.raises(DamagedFile, match="属性表"):
        inspect(file)


def test_bytes_that_are_no_characters_become_a_problem_of_their_row(tmp_path):
    file = copied("lamps_gbk", tmp_path)
    body = bytearray(file.with_suffix(".dbf").read_bytes())
    header, width = struct.unpack_from("<HH", body, 8)
    body[header + 3 * width + 17 : header + 3 * width + 19] = b"\xff\xff"
    file.with_suffix(".dbf").write_bytes(body)
    (rows,) = read(file, encoding="GB18030")
    assert [(str(p.code), p.row, p.field) for p in rows.problems] == [("text_undecodable", 4, "名称")]
