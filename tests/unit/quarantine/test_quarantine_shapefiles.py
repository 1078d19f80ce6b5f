"""Shapefiles with rows that wait: the supplier's own bytes, and reasons that fit a cell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from quarantining import DATA, parts_of, quarantined

from importers.problems.problem import Code, at
from importers.quarantine.export import write_quarantine
from importers.read.reader import inspect, read


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
    assert inspect(written.path)[0].extent == (0, 0, 8, 8)


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
