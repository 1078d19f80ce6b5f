"""Sheets with rows that wait: what stands above them and how they look stays."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from quarantining import DATA, quarantined

from importers.problems.problem import Code, Problem, at
from importers.profiles.column_names import QUARANTINE_REASON, QUARANTINE_ROW
from importers.read.reader import inspect, read


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
    monkeypatch.setattr("importers.quarantine.writers.workbook.LARGEST_WITH_LOOK", 10)
    written = quarantined(
        DATA / "lamps_gcj02.xlsx", {n: at(Code.DATE_BAD, [n], "初始日期", ["x"]) for n in (5, 8)}, tmp_path
    )
    whole, back = next(read(DATA / "lamps_gcj02.xlsx")), next(read(written.path))
    for column, values in whole.columns.items():
        assert back.columns[column].equals(values.take(pa.array([1, 4]))), column
    assert (inspect(written.path)[0].header_row, back.columns[QUARANTINE_ROW].to_pylist()) == (3, ["5", "8"])


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
