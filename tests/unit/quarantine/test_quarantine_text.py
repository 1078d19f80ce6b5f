"""Text tables and GeoJSON with rows that wait are copied as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from quarantining import quarantined

from importers.problems.problem import Code, Problem, at
from importers.read.reader import inspect, read

TABLE = (
    "某区路灯台账,,\r\n"
    "编号;名称;备注\r\n"
    "007;\"湖墅;路\";好\r\n"
    "\r\n"
    "008;'=1+1';\"两\r\n行\"\r\n"
    "009; 空格 ;少;多;多\r\n"
    "011;路;\r\n"
    "010;少"
)  # fmt: skip


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_table_is_copied_as_it_stands(codec: str, tmp_path: Path) -> None:
    """Quotation marks, leading zeros, blanks, a cell of two lines, rows too long and too short, a last line without end."""
    source = tmp_path / "t.csv"
    source.write_bytes(TABLE.encode(codec))
    rows = {n: [Problem(Code.CLASS_MISSING, n, "=cmd()")] for n in (5, 7, 8, 9)}
    written = quarantined(source, rows, tmp_path / "back")
    text = written.path.read_bytes().decode(codec)
    assert written.path.read_bytes()[:2] == TABLE.encode(codec)[:2]
    lines = text.split("\r\n")
    assert lines[:2] == ["某区路灯台账,,", "错误原因;原行号;编号;名称;备注"]
    expected = ["008;'=1+1';\"两", '行"', "009; 空格 ;少;多;多", "011;路;", "010;少"]
    reason = re.compile(r"\"'=cmd\(\)：没有类别；[^;]*\";[5789];")
    assert [reason.sub("", line).rstrip("\n") for line in lines[2:]] == expected
    first = next(read(written.path)).columns
    assert first["编号"].to_pylist() == ["008", "009", "011", "010"]


def test_bytes_that_are_no_characters_pass_through(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    bad = b"3,\xff\xfe\x80,1\n"
    source.write_bytes(
        "编号,名称,高度\n".encode() + b"".join(b"%d,\xe8\xb7\xaf\xe7\x81\xaf,1\n" % n for n in range(60)) + bad
    )
    written = quarantined(
        source, {62: at(Code.TEXT_UNDECODABLE, [62], "名称", ["?"], encoding="UTF-8")}, tmp_path / "b"
    )
    assert written.path.read_bytes().endswith(b",62," + bad)


def test_a_table_without_heading_gets_the_names_that_its_columns_go_by(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("120.155,30.32,3\n120.156,30.33,4\n")
    assert inspect(source)[0].header_row is None
    written = quarantined(source, {2: at(Code.CLASS_MISSING, [2])}, tmp_path / "back")
    rows = next(read(written.path))
    assert {name: rows.columns[name].to_pylist() for name in ("column_1", "column_3")} == {
        "column_1": ["120.156"], "column_3": ["4"],
    }  # fmt: skip


GEOJSON = """{"type": "FeatureCollection", "name": "拱墅区路灯普查成果 [1]", "features": [
  {"type": "Feature", "id": 7, "properties": {"h": 8.50, "deep": {"a": [1, "}"]}}, "geometry": null},
  {"type":"Feature","geometry":{"type":"Point","coordinates":[120.1550123000,30.320]},"properties":null, "extra": "x"} ,
{"type": "Feature", "properties": {"h": 1e2}, "geometry": {"type": "Point", "coordinates": [120, 30, 5.0]}}
], "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}
"""


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_features_are_copied_as_text(codec: str, tmp_path: Path) -> None:
    source = tmp_path / "t.geojson"
    source.write_bytes(GEOJSON.encode(codec))
    written = quarantined(source, {n: at(Code.CLASS_MISSING, [n]) for n in (1, 2)}, tmp_path / "back")
    text = written.path.read_bytes().decode(codec)
    assert (
        '{"type": "Feature", "id": 7, "properties": {"h": 8.50, "deep": {"a": [1, "}"]}, "错误原因": "没有类别；'
        in text
    )
    assert '[120.1550123000,30.320]},"properties":{"错误原因": "没有类别；' in text
    assert text.endswith(GEOJSON[GEOJSON.index('], "crs"') :])
    assert [f["properties"]["原行号"] for f in json.loads(text)["features"]] == [1, 2]


def test_one_feature_after_another_and_esri_json(tmp_path: Path) -> None:
    source = tmp_path / "t.json"
    source.write_text('{"type":"Feature","properties":{"a":1},"geometry":null}\n' * 3)
    written = quarantined(source, {2: at(Code.CLASS_MISSING, [2])}, tmp_path / "back")
    assert json.loads(written.path.read_text())["properties"]["原行号"] == 2
    source.write_text('{"fields": [{"name": "a", "type": "esriFieldTypeInteger"}], "geometryType": "esriGeometryPoint",'
                      ' "features": [{"attributes": {"a": 1}, "geometry": {"x": 1, "y": 2}},'
                      ' {"attributes": {"a": 2}, "geometry": {"x": 3, "y": 4}}]}')  # fmt: skip
    written = quarantined(source, {2: at(Code.CLASS_MISSING, [2])}, tmp_path / "back")
    assert next(read(written.path)).columns["a"].to_pylist() == [2]


def test_features_longer_than_a_part_of_the_file(tmp_path: Path) -> None:
    rings = ", ".join(f"[{120 + n / 1e6}, 30.0]" for n in range(80_000))
    source = tmp_path / "t.geojson"
    feature = '{"type":"Feature","properties":{"n":%d},"geometry":{"type":"LineString","coordinates":[' + rings + "]}}"
    source.write_text('{"type":"FeatureCollection","features":[' + ",".join(feature % n for n in range(3)) + "]}")
    assert source.stat().st_size > 3 << 20
    written = quarantined(source, {3: at(Code.CLASS_MISSING, [3])}, tmp_path / "back")
    (kept,) = json.loads(written.path.read_text())["features"]
    assert (kept["properties"]["n"], len(kept["geometry"]["coordinates"])) == (2, 80_000)
