"""Rows that wait go back to the supplier as he had them, with the reason beside them; corrected, they go in."""

from __future__ import annotations

import re
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
from quarantining import DATA, made, quarantined

from importers.inspection.suggest import suggest
from importers.normalise.normaliser import normalise
from importers.problems.problem import Code, Problem, at
from importers.profiles.column_names import QUARANTINE, QUARANTINE_REASON
from importers.profiles.profile import Profile
from importers.quarantine.export import write_quarantine
from importers.read.reader import inspect, read
from importers.validate.validator import Checked, validate
from registry.catalogue.layers import reference_layers
from registry.errors import Invalid

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
    (source,) = inspect(path)
    (found,) = validate(normalise(read(path), profile, COMPONENT, source), COMPONENT, "330105", GONGSHU)
    return found


def profile_for(path: Path, crs: str | None) -> Profile:
    found = suggest(inspect(path)[0], COMPONENT)
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


@pytest.mark.parametrize("name", DELIVERIES)
def test_bad_rows_come_back_as_they_were_and_mended_go_in(name: str, tmp_path: Path) -> None:
    source = made(name, tmp_path)
    profile = profile_for(source, DELIVERIES[name])
    whole = checked(source, profile).prepared
    exchange(source, SPOILT)
    found = checked(source, profile)
    problems_of = by_row(found.problems)
    assert found.accepted.tolist() == [True, True, False, True, False, True]

    written = quarantined(source, problems_of, tmp_path / "back")
    (before,), (after,) = inspect(source), inspect(written.path)
    expected = WRITTEN_AS.get(before.format, before.format)
    assert (after.format, after.rows, written.format, written.rows) == (expected, 2, expected, 2)
    assert bool(written.remark) == (expected != before.format)
    assert [c.name for c in after.columns if c.name not in QUARANTINE] == [c.name for c in before.columns]
    if expected == before.format != "KML":
        assert after.encoding.name == before.encoding.name
    assert after.crs.name == before.crs.name
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
    assert [int(value) for value in number.to_pylist()] == sorted(problems_of)

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
    assert {profile.columns[c.name] for c in inspect(written.path)[0].columns if c.name in QUARANTINE} == {"ignore"}
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


def test_one_layer_of_several_under_its_name(tmp_path: Path) -> None:
    source = tmp_path / "two.gpkg"
    for layer, code in (("灯", 4490), ("管", 4549)):
        pyogrio.raw.write(source, shapely.to_wkb(shapely.points([[1, 2], [3, 4]])), [np.array(["a", "b"])], ["名称"],
                          layer=layer, geometry_type="Point", crs=f"EPSG:{code}", append=layer == "管")  # fmt: skip
    written = write_quarantine(source, "管", {2: at(Code.CLASS_MISSING, [2])}, tmp_path)
    (written_layer,) = inspect(written.path)
    assert (written_layer.name, written_layer.crs.text, written_layer.rows) == ("管", "EPSG:4549", 1)


def test_stored_problems_and_no_rows(tmp_path: Path) -> None:
    stored = {"code": "date_bad", "field": "初始日期", "value": "x", "details": {}}
    written = write_quarantine(DATA / "lamps.tsv", None, {4: [stored]}, tmp_path)
    said = "初始日期：“x”不是日期；填写如 2024-03-15 的日期；不详时留空"
    assert next(read(written.path)).columns[QUARANTINE_REASON].to_pylist() == [said]
    with pytest.raises(Invalid):
        write_quarantine(DATA / "lamps.tsv", None, {}, tmp_path)
