"""MapInfo and KML with rows that wait: text that the file's own charset cannot hold comes back whole all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from quarantining import made, parts_of, quarantined

from importers.problems.problem import Code, Problem, at
from importers.profiles.column_names import QUARANTINE, QUARANTINE_REASON
from importers.read.reader import inspect, read


def test_mapinfo_comes_back_with_all_its_parts(tmp_path: Path) -> None:
    for name, parts in (("lamps_tab.zip", {".tab", ".dat", ".map", ".id"}), ("lamps.mif", {".mif", ".mid"})):
        (tmp_path / name).mkdir()
        written = quarantined(made(name, tmp_path / name), {2: at(Code.CLASS_MISSING, [2])}, tmp_path / name / "back")
        assert parts_of(written.path).keys() == parts


BASIC = [f"城北体育公园路灯{n}" for n in range(8)]
ODD = [*BASIC, "㐀𠮷桥", "한국어 길", "Rue de l'Église", "😀", 'say "hi", 桥', "Ω·℃ Ж"]
LONG = Problem(Code.DATE_BAD, 1, "名称", "昨天" * 40)


def table(file: Path, texts: list[str], charset: str) -> Path:
    """A MapInfo file with a text, a whole number, a number, a date, a time and a truth."""
    count = np.arange(len(texts))
    wkb = pa.array(shapely.to_wkb(shapely.points(120 + count / 1e3, 30 + count / 1e3)).tolist(), pa.binary())
    days = np.datetime64("2026-11-01") + count
    columns = {
        "name": pa.array(texts), "n": pa.array(count * -70_000, pa.int32()), "f": pa.array(count / 3), "d": pa.array(days),
        "t": pa.array(days.astype("M8[ms]") + 3_723_000), "yes": pa.array(count % 2 == 0),
    }  # fmt: skip
    batch = pa.table(columns).append_column(
        pa.field("g", wkb.type, metadata={"ARROW:extension:name": "geoarrow.wkb"}), wkb
    )
    pyogrio.raw.write_arrow(batch, file, geometry_name="g", geometry_type="Point", crs="EPSG:4490",
                            driver="MapInfo File", ENCODING=charset)  # fmt: skip
    return file


def comes_back(source: Path, folder: Path, findings: list[Problem]) -> Path:
    """Every row put into quarantine; all cells are in the file that comes back."""
    own = next(read(source))
    written = quarantined(source, {int(n): findings for n in own.numbers}, folder)
    back = next(read(written.path))
    assert [name for name in back.columns if name not in QUARANTINE] == list(own.columns)
    for name, column in own.columns.items():
        assert back.columns[name].cast(column.type).equals(column), name  # a GeoPackage calls times UTC
    return written.path


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize(
    ("texts", "charset", "back"),
    [
        (BASIC, "CP936", "GB18030"), (BASIC, "UTF-8", "UTF-8"), (ODD, "UTF-8", "UTF-8"),
        (["路" * 127, *BASIC], "CP936", "GB18030"), (["路" * 84, "😀" * 60, *BASIC], "UTF-8", "UTF-8"),
        (["한국어 길", "서울 도로", "가로등"] * 3, "CP949", "UTF-8"), (["café", "Größe", "Rue de l'Église"], "CP1252", "UTF-8"),
    ],
)  # fmt: skip
def test_a_mapinfo_file_holds_what_comes_back(suffix: str, texts: list[str], charset: str, back: str, tmp_path: Path):
    written = comes_back(table(tmp_path / f"t{suffix}", texts, charset), tmp_path / "back", [LONG, LONG])
    (layer,) = inspect(written)
    assert (layer.format, layer.encoding.name) == ("MapInfo", back)
    reason = next(read(written)).columns[QUARANTINE_REASON][0].as_py()
    assert reason.startswith("1) 名称：“昨天昨天")
    assert reason.endswith("…"), "cut between characters"


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese"])
def test_a_charset_without_a_character_in_it(suffix: str, charset: str, tmp_path: Path):
    """Characters of GB18030 that GBK lacks, in a file that says GBK or nothing: the file that comes back is UTF-8."""
    source = table(tmp_path / f"t{suffix}", [*BASIC, "@@@@@@@@桥"], "CP936")
    cells = source.with_suffix(".dat" if suffix == ".tab" else ".mid")
    cells.write_bytes(cells.read_bytes().replace(b"@@@@@@@@", "㐀𠮷".encode("gb18030")))
    source.write_bytes(source.read_bytes().replace(b"WindowsSimpChinese", charset.encode()))
    assert next(read(source)).columns["name"][-1].as_py() == "㐀𠮷桥"
    assert inspect(comes_back(source, tmp_path / "back", [LONG]))[0].encoding.name == "UTF-8"


def test_what_no_mapinfo_table_holds_becomes_a_geopackage_and_says_so(tmp_path: Path):
    """Cells that are full in their own charset are too long in UTF-8, which the reason needs."""
    source = table(tmp_path / "t.tab", ["한" * 127, *["서울 도로"] * 8], "CP949")
    assert comes_back(source, tmp_path / "1", [LONG]).suffix == ".gpkg"
    written = quarantined(source, {1: [LONG]}, tmp_path / "2")
    assert (written.format, written.path.suffix) == ("GeoPackage", ".gpkg")
    assert written.remark == "TAB 不能写回，待修的行已写成 GeoPackage；改好后按原方案上传即可。"


KML = """<?xml version="1.0" encoding="{said}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Schema name="灯" id="s">
<SimpleField name="名称" type="string"/><SimpleField name="备注" type="string"/></Schema><Folder><name>灯</name>{placemarks}
</Folder></Document></kml>"""
PLACEMARK = """<Placemark><name>{text}</name><ExtendedData><SchemaData schemaUrl="#s">
<SimpleData name="名称">{text}</SimpleData>
<SimpleData name="备注"><![CDATA[{text} & <b>]]></SimpleData></SchemaData></ExtendedData>
<Point><coordinates>120.1,30.3</coordinates></Point></Placemark>"""


@pytest.mark.parametrize(("codec", "said"), [("gb18030", "GBK"), ("gb18030", "GB2312"), ("gb18030", "GB18030"),
                                             ("utf-8", "GBK"), ("utf-16", "UTF-16"), ("utf-8", "UTF-8")])  # fmt: skip
def test_a_kml_of_any_encoding_comes_back_whole_in_utf8(codec: str, said: str, tmp_path: Path):
    placemarks = "".join(PLACEMARK.format(text=text) for text in [*BASIC * 3, "㐀𠮷桥", "Ω·℃ Ж"])
    (tmp_path / "t.kml").write_bytes(KML.format(said=said, placemarks=placemarks).encode(codec))
    written = comes_back(tmp_path / "t.kml", tmp_path / "back", [LONG])
    assert inspect(written)[0].encoding.name == "UTF-8"
    assert {text for text in next(read(written)).columns["名称"].to_pylist() if text} == {*BASIC, "㐀𠮷桥", "Ω·℃ Ж"}


DATA_PLACEMARK = """<Placemark><name>{text}</name><ExtendedData><Data name="编号"><value>00{n}</value></Data>
<Data name="类型"><displayName>x</displayName><value>{text}</value></Data><Data name='灯高 &amp; "径"'><value>8</value></Data>
<Data name="OBJECT_1"><value>1</value></Data></ExtendedData><Point><coordinates>120.1,30.3</coordinates></Point></Placemark>"""


@pytest.mark.parametrize(("codec", "said"), [("utf-8", "UTF-8"), ("gb18030", "GBK")])
def test_data_of_a_kml_keeps_its_names_apart(codec: str, said: str, tmp_path: Path):
    """GDAL lays Chinese names of equal length flat to the same ______, and keeps the last value under it."""
    placemarks = "".join(DATA_PLACEMARK.format(text=text, n=n) for n, text in enumerate(BASIC * 4))
    (tmp_path / "t.kml").write_bytes(KML.format(said=said, placemarks=placemarks).encode(codec))
    (rows,) = read(tmp_path / "t.kml")
    values = {name: rows.columns[name].to_pylist() for name in ("编号", "类型", '灯高 & "径"', "OBJECT_1")}
    assert values["编号"] == [f"00{n}" for n in range(32)]
    assert values["类型"] == BASIC * 4
    assert set(values['灯高 & "径"']) == {"8"}
    assert set(values["OBJECT_1"]) == {"1"}
    comes_back(tmp_path / "t.kml", tmp_path / "back", [LONG])
