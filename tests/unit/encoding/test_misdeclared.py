"""A corpus of mis-declared files: text arrives exactly right, or the file or the row is refused. Never mojibake."""

from __future__ import annotations

import re
import struct
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from importers.encoding.detect import decode, detect_file
from importers.errors import UndecodableText
from importers.read.formats.dbf import Table, column
from importers.read.reader import inspect, read

pytestmark = pytest.mark.slow

REPLACED = "\ufffd"
TEXTS = {
    "names": ["上塘高架", "中河立交桥", "石祥路", "湖墅南路", "大关公园", "小河直街"],
    "addresses": ["拱墅区湖墅南路293号", "上塘路与德胜路交叉口东北侧", "祥符街道星桥社区12幢3单元"],
    "one short value": ["路灯"],
    "one character": ["路"],
    "one rarer word": ["垃圾"],
    "rare Han": ["张燊", "李喆", "王堃", "陈玥"],
    "traditional": ["路燈", "雨水箅子", "電力電纜溝", "臺灣路"],
    "mixed": ["K1+200 上塘路", "DN300 雨水管", "LED路灯(双臂)", "No.5"],
    "Korean": ["가로등", "경기도 화성시 수노을로", "남양읍"],
    "one Korean word": ["도로"],
    "Latin": ["café", "Größe", "Rue de l'Église", "señal"],
    "one Latin word": ["café"],
}
CODECS = ("utf-8", "gb18030", "cp949", "cp950", "cp1252")
# What a .cpg says, and the language byte of the DBF.
DECLARED = [(None, 0), ("UTF-8", 0), ("936", 0), ("ISO-8859-1", 0x57), ("ANSI 1252", 0), ("BIG5", 0), ("949", 0),
            ("no such", 0), (None, 0x57), (None, 0x4D), (None, 0x79), (None, 0x78), (None, 0x7B)]  # fmt: skip
RIGHT_NAMES = {"utf-8": {"UTF-8", "65001"}, "gb18030": {"936"}, "cp949": {"949"}, "cp950": {"BIG5"},
               "cp1252": {"ISO-8859-1", "ANSI 1252"}}  # fmt: skip


def encoded(texts: list[str], codec: str) -> list[bytes] | None:
    try:
        return [text.encode(codec) for text in texts]
    except UnicodeEncodeError:
        return None


def table(folder: Path, columns: dict[bytes, list[bytes]], language: int = 0, width: int = 40) -> Path:
    rows = len(next(iter(columns.values())))
    head = struct.pack("<4BIHH17xB2x", 3, 124, 1, 1, rows, 33 + 32 * len(columns), 1 + width * len(columns), language)
    for name in columns:
        head += name[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    records = (b" " + b"".join(cells[row][:width].ljust(width) for cells in columns.values()) for row in range(rows))
    file = folder / "t.dbf"
    file.write_bytes(head + b"\r" + b"".join(records) + b"\x1a")
    return file


def texts_of(file: Path, declared: str | None) -> list[list[str]]:
    found = Table(file)
    encoding = found.encoding(None, declared)
    return [column(found.records(0, found.count), f, encoding.name).to_pylist() for f in found.fields]


CORPUS = [(kind, codec) for kind, codec in product(TEXTS, CODECS) if encoded(TEXTS[kind], codec) is not None]


@pytest.mark.parametrize(("kind", "codec"), CORPUS)
def test_no_mojibake_whatever_a_table_declares(tmp_path: Path, kind: str, codec: str):
    """About 450 tables: each text under each encoding that can hold it, under thirteen declarations."""
    raw = encoded(TEXTS[kind], codec)
    assert raw is not None
    for declared, language in DECLARED:
        try:
            (texts,) = texts_of(table(tmp_path, {b"NAME": raw}, language), declared)
        except UndecodableText:
            continue
        assert all(got == text or REPLACED in got for got, text in zip(texts, TEXTS[kind], strict=True)), (
            declared, hex(language), texts,
        )  # fmt: skip


@pytest.mark.parametrize(("kind", "codec"), CORPUS)
def test_no_mojibake_in_a_text_file(tmp_path: Path, kind: str, codec: str):
    raw = encoded(TEXTS[kind], codec)
    assert raw is not None
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,name\n" + b"".join(b"%d,%s\n" % (n, text) for n, text in enumerate(raw)))
    try:
        (source,) = inspect(file)
    except UndecodableText:
        return
    (rows,) = read(file)
    assert rows.columns["name"].to_pylist() == TEXTS[kind], source.encoding


# What the header of a MapInfo file says; None: nothing.
CHARSETS = [
    None,
    "Neutral",
    "WindowsSimpChinese",
    "UTF-8",
    "WindowsLatin1",
    "WindowsTradChinese",
    "WindowsKorean",
    "no-such",
]
NUMBERS = np.array([1, -70_000, 2**31 - 1])


def mapinfo(folder: Path, suffix: str, raw: list[bytes], charset: str | None) -> Path:
    """A file as GDAL writes it, with these bytes in its cells and this charset in its header; beside them, numbers."""
    for part in folder.glob("t.*"):
        part.unlink()
    file = folder / f"t{suffix}"
    marks = np.array([f"@{n:02}@" for n in range(len(raw))], dtype=object)
    rows = np.arange(len(raw))
    points = shapely.to_wkb(shapely.points(120.1 + rows / 1e3, 30.3 + rows / 1e3))
    fields = [marks, NUMBERS[rows % 3].astype(np.int32), rows / 3 - 1]
    pyogrio.raw.write(file, points, fields, ["NAME", "N", "F"], geometry_type="Point", driver="MapInfo File",
                      crs="EPSG:4490", dataset_options={"ENCODING": "CP936"})  # fmt: skip
    head = file.read_bytes()
    declared = re.compile(rb"(?im)^charset .*\r?\n|^!charset .*\r?\n|(?<=NATIVE) charset \"\w+\"")
    head = (
        declared.sub(b"", head)
        if charset is None
        else re.sub(rb'(?i)(charset "?)[\w-]+', rb"\g<1>" + charset.encode(), head)
    )
    file.write_bytes(head)
    cells = file.with_suffix(".mid" if suffix == ".mif" else ".dat")
    content = cells.read_bytes()
    for mark, text in zip(marks, raw, strict=True):
        old = mark.encode().ljust(254, b"\0") if suffix == ".tab" else mark.encode()
        assert content.count(old) == 1
        content = content.replace(old, text.ljust(254, b"\0") if suffix == ".tab" else text)
    cells.write_bytes(content)
    return file


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize(("kind", "codec"), CORPUS)
def test_no_mojibake_in_a_mapinfo_file_whatever_it_declares(tmp_path: Path, kind: str, codec: str, suffix: str):
    raw = encoded(TEXTS[kind], codec)
    assert raw is not None
    for charset in CHARSETS:
        file = mapinfo(tmp_path, suffix, raw, charset)
        try:
            (rows,) = read(file)
        except UndecodableText:
            continue
        texts = rows.columns["NAME"].to_pylist()
        assert all(got == text or REPLACED in got for got, text in zip(texts, TEXTS[kind], strict=True)), (
            charset,
            texts,
        )
        assert rows.columns["N"].to_pylist() == NUMBERS[np.arange(len(raw)) % 3].tolist()


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize("kind", ["names", "addresses", "mixed"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("charset", CHARSETS)
def test_daily_mapinfo_deliveries_are_read_right_whatever_they_declare(tmp_path, suffix, kind, codec, charset):
    raw = encoded(TEXTS[kind], codec)
    (rows,) = read(mapinfo(tmp_path, suffix, raw, charset))
    assert rows.columns["NAME"].to_pylist() == TEXTS[kind]


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize(
    ("kind", "codec", "charset"),
    [
        ("Korean", "cp949", "WindowsKorean"), ("Korean", "utf-8", "WindowsKorean"), ("Latin", "cp1252", "WindowsLatin1"),
        ("traditional", "cp950", "WindowsTradChinese"), ("traditional", "utf-8", "WindowsSimpChinese"),
        ("rare Han", "utf-8", "UTF-8"), ("one short value", "gb18030", "WindowsSimpChinese"),
        ("one short value", "gb18030", None),
    ],
)  # fmt: skip
def test_rightly_declared_mapinfo_files_are_read_right(tmp_path, suffix, kind, codec, charset):
    raw = encoded(TEXTS[kind], codec)
    (rows,) = read(mapinfo(tmp_path, suffix, raw, charset))
    assert rows.columns["NAME"].to_pylist() == TEXTS[kind]


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese"])
def test_characters_of_gb18030_that_gbk_lacks(tmp_path: Path, suffix: str, charset: str):
    """GDAL takes such a charset for GBK, and made digits of them."""
    texts = [*TEXTS["names"], *TEXTS["addresses"] * 4, "㐀𠮷桥路灯"]
    (rows,) = read(mapinfo(tmp_path, suffix, [text.encode("gb18030") for text in texts], charset))
    assert rows.columns["NAME"].to_pylist() == texts


def test_utf8_rows_amid_gbk_in_mapinfo_files(tmp_path: Path):
    raw = [f"湖墅南路{n}号".encode("gbk") for n in range(90)]
    raw[50] = "上塘高架桥".encode()
    (rows,) = read(mapinfo(tmp_path, ".tab", raw, "WindowsSimpChinese"))
    assert [text for text in rows.columns["NAME"].to_pylist() if not text.startswith("湖墅南路")] == [REPLACED]
    assert [(str(p.code), p.row, p.field) for p in rows.problems] == [("text_undecodable", 51, "NAME")]
    with pytest.raises(UndecodableText):
        list(read(mapinfo(tmp_path, ".mif", raw, "WindowsSimpChinese")))


# What the first line of a KML says; None: there is no such line.
XML_SAYS = [None, "UTF-8", "GBK", "GB2312", "ISO-8859-1", "Big5"]
PLACEMARK = (
    '<Placemark><ExtendedData><Data name="MEMO"><value>{}</value></Data></ExtendedData>'
    "<Point><coordinates>120.1,30.3</coordinates></Point></Placemark>\n"
)


def kml(folder: Path, texts: list[str], codec: str, said: str | None) -> Path:
    head = f'<?xml version="1.0" encoding="{said}"?>\n' if said else ""
    placemarks = "".join(PLACEMARK.format(text.replace("&", "&amp;")) for text in texts)
    body = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>x</name>\n{placemarks}</Folder></Document></kml>'
    file = folder / "t.kml"
    file.write_bytes((head + body).encode(codec))
    return file


@pytest.mark.parametrize(("kind", "codec"), CORPUS)
def test_no_mojibake_in_a_kml_whatever_it_declares(tmp_path: Path, kind: str, codec: str):
    for said in XML_SAYS:
        if (kind, codec) == ("one character", "gb18030") and said in (None, "UTF-8"):
            continue  # is UTF-8 as well, by the rule of XML
        try:
            (rows,) = read(kml(tmp_path, TEXTS[kind], codec, said))
        except UndecodableText:
            continue
        texts = rows.columns["MEMO"].to_pylist()
        assert all(got == text or REPLACED in got for got, text in zip(texts, TEXTS[kind], strict=True)), (said, texts)


@pytest.mark.parametrize("kind", ["names", "addresses", "mixed"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("said", XML_SAYS)
def test_daily_kml_deliveries_are_read_right_whatever_they_declare(tmp_path, kind, codec, said):
    (rows,) = read(kml(tmp_path, TEXTS[kind], codec, said))
    assert rows.columns["MEMO"].to_pylist() == TEXTS[kind]


@pytest.mark.parametrize("kind", ["names", "addresses", "mixed"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("declared", "language"), DECLARED)
def test_daily_deliveries_are_read_right_whatever_they_declare(tmp_path, kind, codec, declared, language):
    raw = encoded(TEXTS[kind], codec)
    assert texts_of(table(tmp_path, {b"NAME": raw}, language), declared) == [TEXTS[kind]]


@pytest.mark.parametrize(
    ("kind", "codec", "declared", "language"),
    [
        ("Korean", "cp949", "949", 0), ("Korean", "cp949", None, 0x79), ("Korean", "utf-8", "949", 0),
        ("traditional", "cp950", "BIG5", 0), ("traditional", "cp950", None, 0x78), ("traditional", "utf-8", "936", 0),
        ("Latin", "cp1252", "ANSI 1252", 0), ("Latin", "cp1252", "ISO-8859-1", 0x57), ("Latin", "utf-8", "ISO-8859-1", 0),
        ("rare Han", "utf-8", "936", 0),
        ("one short value", "gb18030", None, 0),
        ("one short value", "gb18030", "936", 0x57),
        ("one short value", "utf-8", "936", 0),
    ],
)  # fmt: skip
def test_rightly_declared_or_plain_utf8_is_read_right(tmp_path, kind, codec, declared, language):
    raw = encoded(TEXTS[kind], codec)
    assert raw is not None
    assert texts_of(table(tmp_path, {b"NAME": raw}, language), declared) == [TEXTS[kind]]


@pytest.mark.parametrize("declared", [None, "UTF-8", "936", "ISO-8859-1"])
@pytest.mark.parametrize("rows", [6, 900])
def test_one_column_in_gbk_and_another_in_utf8(tmp_path: Path, declared: str | None, rows: int):
    roads = [f"{name}{n}" for n, name in zip(range(rows), TEXTS["names"] * rows, strict=False)]
    places = [f"湖墅南路{n}号东侧" for n in range(rows)]
    raw = {"路名".encode("gbk"): [t.encode("gbk") for t in roads], "WEIZHI": [t.encode() for t in places]}
    columns = {name if isinstance(name, bytes) else name.encode(): cells for name, cells in raw.items()}
    file = table(tmp_path, columns)
    found = Table(file)
    encoding = found.encoding(None, declared)
    assert found.names(encoding.name) == ["路名", "WEIZHI"]
    cells = [column(found.records(0, rows), f, encoding.name).to_pylist() for f in found.fields]
    assert cells == [roads, places]
    assert encoding.name == "GB18030"
    assert "列“WEIZHI”是 UTF-8" in str(encoding.evidence)


def test_a_column_that_nobody_can_read_is_named(tmp_path: Path):
    columns = {
        b"LUMING": [t.encode("gbk") for t in TEXTS["names"]],
        b"MEMO": [b"\xff\xfe\xfd\xfc %d" % n for n in range(6)],
    }
    with pytest.raises(UndecodableText, match="列“MEMO”"):
        Table(table(tmp_path, columns)).encoding(None, "936")


def test_headers_and_cells_cut_inside_a_character(tmp_path: Path):
    name, text = "所在单元网格", "拱墅区湖墅南路与文晖路交叉口东北侧"
    for codec in ("utf-8", "gb18030"):
        for width in range(20, 30):
            file = table(tmp_path, {name.encode(codec)[:10]: [text.encode(codec)] * 3}, width=width)
            found = Table(file)
            encoding = found.encoding(None, None)
            (heading,) = found.names(encoding.name)
            cells = column(found.records(0, 3), found.fields[0], encoding.name).to_pylist()
            assert name.startswith(heading)
            assert len(heading) in (3, 5)
            assert len(set(cells)) == 1
            assert text.startswith(cells[0])
            assert len(cells[0]) == len(text.encode(codec)[:width].decode(codec, "ignore"))


def test_utf8_rows_amid_gbk_are_marked(tmp_path: Path):
    """As when two offices paste into one table: read as GBK such a row decodes without an error."""
    raw = [f"湖墅南路{n}号".encode("gbk") for n in range(300)]
    raw[150] = "上塘高架桥".encode()
    (texts,) = texts_of(table(tmp_path, {b"NAME": raw}), "936")
    assert texts[150] == REPLACED
    assert texts[:150] == [f"湖墅南路{n}号" for n in range(150)]
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,name\n" + b"".join(b"%d,%s\n" % (n, text) for n, text in enumerate(raw)))
    with pytest.raises(UndecodableText, match="152"):
        detect_file(file)


def test_a_refusal_shows_the_bytes_and_the_way_out(tmp_path: Path):
    with pytest.raises(UndecodableText, match=r"xb5") as caught:
        texts_of(table(tmp_path, {b"NAME": [text.encode("cp949") for text in TEXTS["Korean"]]}), None)
    assert "--encoding" in caught.value.hint


def test_bytes_that_are_no_text_are_never_dropped_in_silence():
    assert decode([b"\xff\xff", "路灯".encode("gbk") + b"\xff\xff", "路灯".encode("gbk") + b"\xc2"], "gb18030") == [
        REPLACED * 2, "路灯" + REPLACED * 2, "路灯",
    ]  # fmt: skip


def test_each_shapefile_of_a_zip_is_judged_for_itself(tmp_path: Path):
    points = shapely.to_wkb(shapely.points([[120.1, 30.3]] * 3))
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for stem, codec, said in (("a", "GBK", "UTF-8"), ("b", "UTF-8", "GBK")):
            names = np.array(TEXTS["names"][:3], dtype=object)
            file = tmp_path / f"{stem}.shp"
            pyogrio.raw.write(file, points, [names], ["NAME"], geometry_type="Point", driver="ESRI Shapefile",
                              encoding=codec, crs="EPSG:4490")  # fmt: skip
            file.with_suffix(".cpg").write_text(said)
            for part in tmp_path.glob(f"{stem}.*"):
                archive.write(part, part.name)
    found = {source.name: source.encoding for source in inspect(tmp_path / "both.zip")}
    assert {name: encoding.name for name, encoding in found.items()} == {"a": "GB18030", "b": "UTF-8"}
    assert all("不符" in str(encoding.evidence) for encoding in found.values())
    for stem in ("a", "b"):
        (rows,) = read(tmp_path / "both.zip", stem)
        assert rows.columns["NAME"].to_pylist() == TEXTS["names"][:3]
