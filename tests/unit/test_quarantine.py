"""Rows that wait go back to the supplier as he had them, with the reason beside them; mended, they go in."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet
import pyogrio.raw
import pytest
import shapely
from openpyxl import load_workbook

from importers import Checked, Profile, look, normalise, read, suggest, validate
from importers.headings import QUARANTINE, QUARANTINE_REASON, QUARANTINE_ROW
from importers.problems import Code, Problem, at
from importers.quarantine import Quarantine, write_quarantine
from registry.errors import Invalid
from registry.layers import reference_layers

DATA = Path(__file__).parents[1] / "data"
COMPONENT = reference_layers()["component"]
GONGSHU = (120.0869, 30.2578, 120.219, 30.4023)
# Lamps 3 and 5 get states that nobody knows. Words of the same length, so that bytes can be put in the place of bytes.
SPOILT = {"破损": "坏掉", "废弃": "不用"}
# file, or how it is made from the lamps of a GeoPackage: what it says of its coordinate system (None: the operator must)
DELIVERIES = {
    "lamps_gbk.shp": None, "lamps_gbk.zip": None, "lamps_utf8.shp": None, "lamps_wrong_cpg.shp": None,
    "lamps_utf8_said_gbk.shp": None, "lamps_gb18030.csv": "EPSG:4490", "lamps_utf8_bom.csv": "EPSG:4490",
    "lamps.tsv": "EPSG:4490", "lamps_gcj02.xlsx": None, "lamps.gpkg": None, "lamps.geojson": None, "lamps.fgb": None,
    "lamps.parquet": None, "made.kml": None, "lamps.geojsonl": None, "lamps.geojsons": None, "lamps_xy.csv": "EPSG:4528",
    "lamps_dms.txt": "EPSG:4490", "lamps_packed.csv": "EPSG:4490", "lamps_two_rows.xlsx": "EPSG:4490",
    "lamps.xls": "EPSG:4490", "lamps.ods": "EPSG:4490", "lamps.kml": None, "lamps.kmz": None, "lamps.dxf": "EPSG:4549",
    "lamps_gdb.zip": None, "lamps_tab.zip": "EPSG:4549", "lamps.mif": "EPSG:4490",
}  # fmt: skip
WRITTEN_AS = {"XLS": "XLSX", "ODS": "XLSX", "DXF": "GeoPackage", "FileGDB": "GeoPackage"}


def made(name: str, folder: Path) -> Path:
    """A delivery in a folder of its own, with the parts of a shapefile."""
    if name.startswith("made"):
        meta, rows = pyogrio.raw.read_arrow(DATA / "lamps.gpkg")
        pyogrio.raw.write_arrow(rows, folder / name, driver="LIBKML", geometry_name="geom",
                                geometry_type="Point Z", crs=meta["crs"])  # fmt: skip
        return folder / name
    for part in DATA.glob(f"{Path(name).stem}.*"):
        if (
            part.suffix == Path(name).suffix
            or (name.endswith(".shp") and part.suffix in (".dbf", ".shx", ".prj", ".cpg"))
            or (name.endswith(".mif") and part.suffix == ".mid")
        ):
            shutil.copy(part, folder)
    return folder / name


def exchange(path: Path, words: dict[str, str]) -> None:
    """Put words in the place of others, as a supplier does in his program."""
    match path.suffix:
        case ".zip" | ".kmz" | ".ods":
            with zipfile.ZipFile(path) as archive:
                members = {m: in_bytes(archive.read(m), words) for m in archive.infolist() if not m.is_dir()}
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, content in members.items():
                    archive.writestr(member, content)
        case ".xlsx":
            book = load_workbook(path)
            for row in book.worksheets[0].iter_rows():
                for cell in row:
                    if cell.value in words:
                        cell.value = words[cell.value]
            book.save(path)
        case ".parquet":
            table = pyarrow.parquet.read_table(path)
            states = pa.array([words.get(value, value) for value in table.column("状态").to_pylist()])
            changed = table.set_column(table.schema.get_field_index("状态"), "状态", states)
            pyarrow.parquet.write_table(changed.replace_schema_metadata(table.schema.metadata), path)
        case ".shp" | ".mif":
            exchange(path.with_suffix(".dbf" if path.suffix == ".shp" else ".mid"), words)
        case _:
            path.write_bytes(in_bytes(path.read_bytes(), words))


def in_bytes(content: bytes, words: dict[str, str]) -> bytes:
    for old, new in words.items():
        for codec in ("utf-8", "gb18030", "utf-16-le"):
            content = content.replace(old.encode(codec), new.encode(codec))
    return content


def checked(path: Path, profile: Profile) -> Checked:
    (source,) = look(path)
    (found,) = validate(normalise(read(path), profile, COMPONENT, source), COMPONENT, "330105", GONGSHU)
    return found


def profile_for(path: Path, crs: str | None) -> Profile:
    found = suggest(look(path)[0], COMPONENT)
    return Profile(**{**vars(found), "crs": crs or found.crs})


def rounded(column: pa.Array) -> list[object]:
    """Cells, those with many decimals rounded: two programs write the same binary number in different digits."""
    return [f"{float(v):.9f}" if re.fullmatch(r"\d+\.\d{7,}", str(v)) else v for v in column.to_pylist()]


def by_row(problems: list[Problem]) -> dict[int, list[Problem]]:
    rows: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.severity == "error" and problem.row is not None:
            rows.setdefault(problem.row, []).append(problem)
    return rows


def quarantined(path: Path, rows: dict[int, list[Problem]], folder: Path) -> Quarantine:
    folder.mkdir(exist_ok=True)
    return write_quarantine(path, None, rows, folder)


@pytest.mark.parametrize("name", DELIVERIES)
def test_bad_rows_come_back_as_they_were_and_mended_go_in(name: str, tmp_path: Path) -> None:
    source = made(name, tmp_path)
    profile = profile_for(source, DELIVERIES[name])
    whole = checked(source, profile).prepared
    exchange(source, SPOILT)
    found = checked(source, profile)
    waiting = by_row(found.problems)
    assert found.accepted.tolist() == [True, True, False, True, False, True]

    written = quarantined(source, waiting, tmp_path / "back")
    (before,), (told,) = look(source), look(written.path)
    expected = WRITTEN_AS.get(before.format, before.format)
    assert (told.format, told.rows, written.format, written.rows) == (expected, 2, expected, 2)
    assert bool(written.remark) == (expected != before.format)
    assert [c.name for c in told.columns if c.name not in QUARANTINE] == [c.name for c in before.columns]
    if expected == before.format != "KML":
        assert told.encoding.name == before.encoding.name
    assert told.crs.name == before.crs.name
    own, back = next(read(source)), next(read(written.path))
    for column, values in own.columns.items():
        assert rounded(back.columns[column]) == rounded(values.take(pa.array([2, 4]))), column
    if own.geometry is not None and back.geometry is not None:
        steps = 1e-9 if name == "lamps_tab.zip" else 0  # a TAB keeps whole steps
        for was, is_ in zip(own.geometry[[2, 4]], back.geometry, strict=True):
            assert was.wkb == is_.wkb or shapely.equals_exact(was, is_, steps * 1e3)
    reason, number = (back.columns[column] for column in back.columns if column in QUARANTINE)
    assert [value.split("；")[0].partition("：")[2] for value in reason.to_pylist()] == [
        "状态“坏掉”不在 完好、破损、丢失、废弃、移除 之列", "状态“不用”不在 完好、破损、丢失、废弃、移除 之列",
    ]  # fmt: skip
    assert [int(value) for value in number.to_pylist()] == sorted(waiting)

    assert not checked(written.path, profile).accepted.any()
    exchange(written.path, {new: old for old, new in SPOILT.items()})
    mended = checked(written.path, profile)
    assert mended.accepted.all()
    for field in ("code", "name", "state", "class_code", "surveyed_on", "maintainer", "attributes"):
        assert getattr(mended.prepared, field).equals(getattr(whole, field).take(pa.array([2, 4]))), field
    np.testing.assert_allclose(
        shapely.get_coordinates(mended.prepared.geometry), shapely.get_coordinates(whole.geometry[[2, 4]]), atol=1e-12
    )


@pytest.mark.parametrize("name", DELIVERIES)
def test_the_columns_that_are_added_are_never_attributes(name: str, tmp_path: Path) -> None:
    source = made(name, tmp_path)
    first = int(next(read(source)).numbers[0])
    written = quarantined(source, {first: at(Code.DATE_BAD, [first], "初始日期", ["x"])}, tmp_path / "back")
    profile = profile_for(written.path, DELIVERIES[name])
    assert {profile.columns[c.name] for c in look(written.path)[0].columns if c.name in QUARANTINE} == {"ignore"}
    attributes = orjson.loads(checked(written.path, profile).prepared.attributes[0].as_py())
    assert not QUARANTINE & set(attributes)


@pytest.mark.parametrize("name", DELIVERIES)
def test_rows_that_wait_again_keep_the_number_of_the_first_file(name: str, tmp_path: Path) -> None:
    source = made(name, tmp_path)
    first = int(next(read(source)).numbers[0])
    once = quarantined(source, {first + n: at(Code.DATE_BAD, [0], "初始日期", ["x"]) for n in (1, 4)}, tmp_path / "1")
    row = int(next(read(once.path)).numbers[1])
    twice = quarantined(once.path, {row: at(Code.NUMBER_BAD, [0], "灯高", ["高"])}, tmp_path / "2")
    rows = next(read(twice.path))
    columns = [column for column in rows.columns if column in QUARANTINE]
    assert len(columns) == 2
    texts = [str(rows.columns[column][0].as_py()) for column in columns]
    assert {True for text in texts if text.startswith("灯高：“高”不是数")}
    assert str(first + 4) in texts


def parts_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {Path(name).suffix: opened.read(name) for name in opened.namelist()}


def test_a_shapefile_comes_back_byte_by_byte(tmp_path: Path) -> None:
    """GBK without .cpg: cells, names cut inside a character and the .prj are the supplier's own bytes; the .cpg is new."""
    written = quarantined(DATA / "lamps_gbk.shp", {n: at(Code.CODE_REPEATED, [n], "标识码", ["1"], first=1)
                                                   for n in (2, 5)}, tmp_path)  # fmt: skip
    parts = parts_of(written.path)
    table, source = parts[".dbf"], (DATA / "lamps_gbk.dbf").read_bytes()
    start, width = int.from_bytes(source[8:10], "little"), int.from_bytes(source[10:12], "little")
    own = [source[start + width * n : start + width * (n + 1)] for n in (1, 4)]
    new_start, new_width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    assert [table[new_start + new_width * n :][:width] for n in range(2)] == own
    assert table[32 : start - 1] == source[32 : start - 1]
    assert "标识码：标识码“1”与第 1 行重复".encode("gbk") in table
    assert (parts[".prj"], parts[".cpg"]) == ((DATA / "lamps_gbk.prj").read_bytes(), b"GBK")
    shapes = (DATA / "lamps_gbk.shp").read_bytes()
    assert parts[".shp"][108:128] == shapes[100 + 28 + 8 : 100 + 2 * 28]
    assert len(parts[".shp"]) == 100 + 2 * 28 == 2 * int.from_bytes(parts[".shp"][24:28], "big")


def test_lines_with_elevation_and_a_record_without_shape(tmp_path: Path) -> None:
    lines = shapely.from_wkt(["LINESTRING Z (1 2 3, 4 5 6)", None, "LINESTRING Z (0 0 9, 7 7 9, 8 8 9)"])
    source = tmp_path / "roads.shp"
    pyogrio.raw.write(source, shapely.to_wkb(lines, output_dimension=3), [np.array(["a", "b", "c"])], ["名称"],
                      geometry_type="LineString Z", crs="EPSG:4549", encoding="GB18030")  # fmt: skip
    written = quarantined(source, {n: at(Code.GEOMETRY_MISSING, [n]) for n in (2, 3)}, tmp_path / "back")
    assert [p.name for p in (tmp_path / "back").iterdir()] == ["roads_待修.zip"]
    with zipfile.ZipFile(written.path) as archive:
        archive.extractall(tmp_path / "back")
    raw = pyogrio.raw.read(tmp_path / "back" / "roads.shp")
    assert shapely.from_wkb(raw[2])[0] is None
    assert shapely.from_wkb(raw[2])[1] == lines[2]
    assert shapely.get_coordinates(shapely.from_wkb(raw[2]), include_z=True)[:, 2].tolist() == [9, 9, 9]
    assert look(written.path)[0].extent == (0, 0, 8, 8)


def test_a_reason_too_long_for_a_cell_is_cut_between_characters(tmp_path: Path) -> None:
    many = [problem for n in range(20) for problem in at(Code.DATE_BAD, [1], f"日期{n}", ["昨天"])]
    for name in ("lamps_gbk.shp", "lamps_utf8.shp"):
        written = quarantined(DATA / name, {1: many}, tmp_path)
        reason = next(read(written.path)).columns["CJ_REASON"][0].as_py()
        assert reason.startswith("1) 日期0：“昨天”不是日期")
        assert reason.endswith("…")
        assert "\ufffd" not in reason


def test_an_encoding_without_the_words_gets_the_code(tmp_path: Path) -> None:
    source = tmp_path / "caf.shp"
    pyogrio.raw.write(source, shapely.to_wkb([shapely.Point(1, 2)]), [np.array(["Café"])], ["name"],
                      geometry_type="Point", crs="EPSG:27700", encoding="ISO-8859-1")  # fmt: skip
    rows = {1: at(Code.DATE_BAD, [1], "d", ["x"])}
    written = write_quarantine(source, None, rows, tmp_path, encoding="ISO-8859-1")
    back = next(read(written.path, encoding="ISO-8859-1"))
    assert (back.columns["name"][0].as_py(), back.columns["CJ_REASON"][0].as_py()) == ("Café", "date_bad")


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
    told = re.compile(r"\"'=cmd\(\)：没有类别；[^;]*\";[5789];")
    assert [told.sub("", line).rstrip("\n") for line in lines[2:]] == expected
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
    assert look(source)[0].header_row is None
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


def test_a_sheet_keeps_what_stands_above_it_and_its_look(tmp_path: Path) -> None:
    source = tmp_path / "台账.xlsx"
    shutil.copy(DATA / "lamps_gcj02.xlsx", source)
    book = load_workbook(source)
    sheet = book.worksheets[0]
    sheet["A5"].number_format, sheet["I8"].number_format = "@", "0.00"
    sheet["B8"].value, sheet["B8"].data_type = "=文字", "s"
    sheet.column_dimensions["B"].width = 33
    book.save(source)
    rows = {n: [Problem(Code.NUMBER_BAD, n, "=HYPERLINK()", "无")] for n in (5, 8)}
    back = load_workbook(quarantined(source, rows, tmp_path / "back").path)
    assert back.sheetnames == ["路灯台账"]
    sheet = back["路灯台账"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [
        "示例区路灯普查台账",
        "填报单位：示例照明养护有限公司",
        "标识码",
    ]
    assert sheet.max_row == 5
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:K1"]
    assert [sheet.cell(row, 5).value for row in (4, 5)] == ["示例区城市管理局"] * 2
    assert (sheet["A4"].number_format, sheet["I5"].number_format, sheet["I5"].value) == ("@", "0.00", 8.5)
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("=文字", "s")
    assert sheet.column_dimensions["B"].width == 33
    assert [sheet["L3"].value, sheet["M3"].value] == [QUARANTINE_REASON, QUARANTINE_ROW]
    assert (sheet["L4"].data_type, sheet["L4"].value[:13]) == ("s", "'=HYPERLINK()")
    assert sheet["L4"].fill.fgColor.rgb.endswith("FFF2CC")
    assert "再次上传" in sheet["L3"].comment.text
    assert [sheet["M4"].value, sheet["M5"].value] == [5, 8]


def test_a_large_sheet_passes_through_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.writers.workbook.LARGEST_WITH_LOOK", 10)
    written = quarantined(
        DATA / "lamps_gcj02.xlsx", {n: at(Code.DATE_BAD, [n], "初始日期", ["x"]) for n in (5, 8)}, tmp_path
    )
    whole, back = next(read(DATA / "lamps_gcj02.xlsx")), next(read(written.path))
    for column, values in whole.columns.items():
        assert back.columns[column].equals(values.take(pa.array([1, 4]))), column
    assert (look(written.path)[0].header_row, back.columns[QUARANTINE_ROW].to_pylist()) == (3, ["5", "8"])


CONTENT = (
    '<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="灯">{rows}'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def test_an_ods_becomes_a_workbook_and_says_so(tmp_path: Path) -> None:
    source = tmp_path / "灯.ods"
    lamps = list(csv.reader((DATA / "lamps_utf8_bom.csv").open(encoding="utf-8-sig")))
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in lamps)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.format(names=names, rows=rows))
    written = quarantined(source, {3: at(Code.DATE_BAD, [3], "初始日期", ["x"])}, tmp_path / "back")
    assert written.path.name == "灯_待修.xlsx"
    assert written.remark == "ODS 不能写回，待修的行已写成 XLSX；改好后按原方案上传即可。"
    back = next(read(written.path))
    assert back.columns["标识码"].to_pylist() == [lamps[2][0]]
    assert back.columns[QUARANTINE_ROW].to_pylist() == ["3"]


def test_mapinfo_comes_back_with_all_its_parts(tmp_path: Path) -> None:
    for name, parts in (("lamps_tab.zip", {".tab", ".dat", ".map", ".id"}), ("lamps.mif", {".mif", ".mid"})):
        (tmp_path / name).mkdir()
        written = quarantined(made(name, tmp_path / name), {2: at(Code.CLASS_MISSING, [2])}, tmp_path / name / "back")
        assert parts_of(written.path).keys() == parts


def test_one_layer_of_several_under_its_name(tmp_path: Path) -> None:
    source = tmp_path / "two.gpkg"
    for layer, code in (("灯", 4490), ("管", 4549)):
        pyogrio.raw.write(source, shapely.to_wkb(shapely.points([[1, 2], [3, 4]])), [np.array(["a", "b"])], ["名称"],
                          layer=layer, geometry_type="Point", crs=f"EPSG:{code}", append=layer == "管")  # fmt: skip
    written = write_quarantine(source, "管", {2: at(Code.CLASS_MISSING, [2])}, tmp_path)
    (told,) = look(written.path)
    assert (told.name, told.crs.text, told.rows) == ("管", "EPSG:4549", 1)


def test_stored_problems_and_no_rows(tmp_path: Path) -> None:
    stored = {"code": "date_bad", "field": "初始日期", "value": "x", "message": "“x”不是日期", "remedy": "填写日期"}
    written = write_quarantine(DATA / "lamps.tsv", None, {4: [stored]}, tmp_path)
    assert next(read(written.path)).columns[QUARANTINE_REASON].to_pylist() == ["初始日期：“x”不是日期；填写日期"]
    with pytest.raises(Invalid):
        write_quarantine(DATA / "lamps.tsv", None, {}, tmp_path)
