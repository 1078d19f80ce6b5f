"""What a file is, by its content, and archives that mean harm."""

from __future__ import annotations

import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from importers.errors import DamagedFile, UnknownFormat
from importers.read.file_type import Format, beside, file_type
from importers.read.reader import inspect, read

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lamps_gbk.shp", Format.SHAPEFILE),
        ("lamps_gbk.prj", Format.SHAPEFILE),
        ("lamps.gpkg", Format.GEOPACKAGE),
        ("lamps.geojson", Format.GEOJSON),
        ("lamps.fgb", Format.FLATGEOBUF),
        ("lamps.parquet", Format.GEOPARQUET),
        ("lamps_gcj02.xlsx", Format.WORKBOOK),
        ("lamps_gb18030.csv", Format.CSV),
        ("lamps_gbk.zip", Format.ARCHIVE),
        ("lamps.geojsonl", Format.GEOJSONSEQ),
        ("lamps.geojsons", Format.GEOJSONSEQ),
        ("lamps.kml", Format.KML),
        ("lamps.kmz", Format.ARCHIVE),
        ("lamps.dxf", Format.DXF),
        ("lamps.mif", Format.MAPINFO),
        ("lamps.xls", Format.OLD_WORKBOOK),
        ("lamps.ods", Format.OPEN_WORKBOOK),
    ],
)
def test_content_and_not_name(name, kind, tmp_path):
    assert file_type(DATA / name)[0] is kind
    if kind is not Format.SHAPEFILE:
        shutil.copy(DATA / name, tmp_path / "delivery.bin")
        assert file_type(tmp_path / "delivery.bin")[0] is kind


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"AC1027" + bytes(20), "DWG"),
        (b"\xff\xd8\xff\xe0 jpeg", "JPEG"),
        (b"<!DOCTYPE html><html><body>sign in</body></html>", "HTML"),
        (b"<?xml version='1.0'?><inventory/>", "XML"),
        (b"<?xml version='1.0'?><gml:FeatureCollection xmlns:gml='http://www.opengis.net/gml'/>", "GML"),
        (b"<wfs:FeatureCollection xmlns:wfs='http://www.opengis.net/wfs/2.0'/>", "WFS"),
        (b"<gpx version='1.1'><wpt lat='30' lon='120'/></gpx>", "GPX"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"AutoCAD Binary DXF\r\n\x1a\0", "DXF"),
        (b"<table><tr><td>1</td></tr></table>", "HTML"),
        (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "XML Spreadsheet"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>", "VRT"),
        (b"<kml><!-- --></kml><OGRVRTDataSource/>", "VRT"),
        (b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}', "GDALG"),
        (bytes(range(1, 30)) * 9, "二进制"),
    ],
)
def test_foreign_kinds_are_named(tmp_path, content, named):
    file = tmp_path / "delivery.shp"
    file.write_bytes(content)
    with pytest.raises(UnknownFormat, match=named) as caught:
        inspect(file)
    assert "Shapefile" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b" \r\n\n"])
def test_an_empty_file_is_told(tmp_path, content):
    (tmp_path / "empty.csv").write_bytes(content)
    with pytest.raises(DamagedFile, match="空的"):
        inspect(tmp_path / "empty.csv")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DamagedFile, match="打不开"):
        inspect(tmp_path / "none.gpkg")


def test_parts_are_found_in_any_case(tmp_path):
    for part in ("SHP", "Dbf", "prj"):
        shutil.copy(DATA / f"lamps_gbk.{part.lower()}", tmp_path / f"灯[1].{part}")
    assert beside(tmp_path / "灯[1].SHP", ".dbf") == tmp_path / "灯[1].Dbf"
    (source,) = inspect(tmp_path / "灯[1].prj")
    assert (source.rows, source.crs.basis) == (6, "prj")
    assert inspect(tmp_path)[0].rows == 6


def test_layers_of_an_archive_have_their_chinese_names():
    (source,) = inspect(DATA / "lamps_gbk.zip")
    assert source.name == "路灯"


def test_an_archive_of_several_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.write(DATA / "lamps.gpkg", "a/lamps.gpkg")
        archive.write(DATA / "lamps_gb18030.csv", "b/ledger.csv")
    assert {source.name for source in inspect(tmp_path / "both.zip")} == {"lamps", "ledger"}
    assert sum(len(rows) for rows in read(tmp_path / "both.zip", layer="ledger")) == 6


@pytest.mark.parametrize("name", ["../../escaped.csv", "/etc/absolute.csv", "C:\\\\data\\\\x.csv", "a/../../b.csv"])
def test_paths_out_of_the_archive_are_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("x" * len(name), (DATA / "lamps_gb18030.csv").read_bytes())
    evil = tmp_path / "evil.zip"
    evil.write_bytes(evil.read_bytes().replace(b"x" * len(name), name.encode()))
    with pytest.raises(DamagedFile, match="路径"):
        inspect(evil)
    assert not (tmp_path.parent / "escaped.csv").exists()


def test_links_in_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("lamps.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DamagedFile, match="链接"):
        inspect(tmp_path / "evil.zip")


def test_a_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(70 << 20))
    with pytest.raises(DamagedFile, match="异常庞大"):
        inspect(tmp_path / "bomb.zip")


def test_many_members_that_swell_together_are_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"{number}.csv", bytes(3 << 20))
    with pytest.raises(DamagedFile, match="异常庞大"):
        inspect(tmp_path / "bomb.zip")


def test_an_absurd_number_of_members_is_refused_before_they_are_listed(tmp_path):
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 900 << 20, 0, 0)
    (tmp_path / "many.zip").write_bytes(b"PK\x03\x04" + bytes(100) + end)
    with pytest.raises(DamagedFile, match="成员多得异常"):
        inspect(tmp_path / "many.zip")
    with zipfile.ZipFile(tmp_path / "lots.zip", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.csv", "")
    with pytest.raises(DamagedFile, match="异常庞大"):
        inspect(tmp_path / "lots.zip")


def packed(path: Path, *members: tuple[Path, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file, name in members:
            archive.write(file, name)
    return path


def test_an_archive_in_an_archive_is_unpacked_but_not_a_third(tmp_path):
    inner = packed(tmp_path / "路灯.zip", (DATA / "lamps_gb18030.csv", "lamps.csv"))
    outer = packed(tmp_path / "成果.zip", (inner, "一季度/路灯.zip"), (DATA / "lamps.kmz", "lamps.kmz"))
    assert {(source.name, source.rows) for source in inspect(outer)} == {("lamps", 6), ("路灯", 6)}
    with pytest.raises(DamagedFile, match="压缩包里还有压缩包"):
        inspect(packed(tmp_path / "deep.zip", (outer, "成果.zip")))


def test_layers_of_one_name_are_told_apart_by_their_folders(tmp_path):
    parts = (".shp", ".shx", ".dbf", ".prj")
    members = ((DATA / f"lamps_gbk{part}", f"{folder}/路灯{part}") for folder in ("甲", "乙") for part in parts)
    both = packed(tmp_path / "both.zip", *members)
    assert sorted(source.name for source in inspect(both)) == ["乙/路灯", "甲/路灯"]
    assert sum(len(rows) for rows in read(both, layer="甲/路灯")) == 6


def test_a_read_me_and_the_litter_of_a_mac_are_passed_over(tmp_path):
    (tmp_path / "readme.txt").write_text("It was a dark night.\n\nThe rain fell, in torrents.\n")
    (tmp_path / "litter").write_bytes(b"\0\5\x16\7")
    mixed = packed(tmp_path / "mixed.zip", (tmp_path / "readme.txt", "说明.txt"), (DATA / "lamps.gpkg", "lamps.gpkg"),
                   (tmp_path / "litter", "__MACOSX/._lamps.gpkg"), (tmp_path / "litter", "._lamps.gpkg"))  # fmt: skip
    assert [source.name for source in inspect(mixed)] == ["lamps"]
    with pytest.raises(UnknownFormat, match="不是表格"):
        inspect(packed(tmp_path / "only.zip", (tmp_path / "readme.txt", "说明.txt")))


def test_a_geodatabase_as_a_folder_and_packed_without_its_folder(tmp_path):
    with zipfile.ZipFile(DATA / "lamps_gdb.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "lamps.gdb"
    assert file_type(folder) == (Format.GEODATABASE, folder)
    assert inspect(folder)[0].rows == 6
    bare = packed(tmp_path / "bare.zip", *((file, file.name) for file in sorted(folder.iterdir())))
    assert [(source.name, source.rows, source.format) for source in inspect(bare)] == [("lamps", 6, "FileGDB")]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ("lamps_gcj02.xlsx", "lamps.csv", "XLSX"),
        ("lamps_gbk.zip", "lamps.shp", "Shapefile"),
        ("lamps.geojsonl", "lamps.json", "GeoJSONSeq"),
        ("lamps.kml", "lamps.txt", "KML"),
        ("lamps_gb18030.csv", "lamps.xls", "CSV"),
        ("lamps.dxf", "lamps.dwg", "DXF"),
    ],
)
def test_a_wrong_name_does_not_matter(tmp_path, content, name, kind):
    shutil.copy(DATA / content, tmp_path / name)
    (source,) = inspect(tmp_path / name)
    assert (source.format, source.rows) == (kind, 6)
    assert sum(len(rows) for rows in read(tmp_path / name)) == 6


def test_an_archive_with_nothing_to_read_says_what_is_in_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.jpg", b"x")
    with pytest.raises(UnknownFormat, match=r"photo\.jpg"):
        inspect(tmp_path / "photos.zip")


def test_a_shapefile_without_its_main_part(tmp_path):
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        archive.write(DATA / "lamps_gbk.dbf", "lamps.dbf")
    with pytest.raises(DamagedFile, match=r"\.shp"):
        inspect(tmp_path / "half.zip")


def test_a_cut_archive(tmp_path):
    (tmp_path / "cut.zip").write_bytes((DATA / "lamps_gbk.zip").read_bytes()[:700])
    with pytest.raises(DamagedFile, match="损坏"):
        inspect(tmp_path / "cut.zip")


@pytest.mark.parametrize("name", ["lamps.gpkg", "lamps.parquet", "lamps.fgb", "lamps_gcj02.xlsx", "lamps.geojson"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_cut_file_gives_rows_or_a_clear_error(tmp_path, name, share):
    body = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(body[: int(len(body) * share)])
    try:
        counted = [len(rows) for source in inspect(tmp_path / name) for rows in read(tmp_path / name, source.name)]
    except DamagedFile:
        counted = []
    assert sum(counted) <= 6


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        (
            "entities.kml",
            "<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><kml><name>&b;</name></kml>",
            DamagedFile,
        ),
        (
            "file.kml",
            "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><kml><name>&f;</name></kml>",
            DamagedFile,
        ),
        ("deep.geojson", '{"type":"FeatureCollection","features":[' + "[" * 100_000, DamagedFile),
        ("other.json", '{"a": 1}', UnknownFormat),
    ],
)
def test_text_that_means_harm_or_nothing(tmp_path, name, content, error):
    (tmp_path / name).write_text(content)
    with pytest.raises(error) as caught:
        inspect(tmp_path / name)
    assert name in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_geojson_in_gbk(tmp_path):
    feature = (
        '{"type":"Feature","properties":{"名称":"上塘高架桥"},"geometry":{"type":"Point","coordinates":[120.1,30.3]}}'
    )
    (tmp_path / "a.geojson").write_text(feature, encoding="gb18030")
    (source,) = inspect(tmp_path / "a.geojson")
    (rows,) = read(tmp_path / "a.geojson")
    assert (source.name, source.encoding.name) == ("a", "GB18030")
    assert rows.columns["名称"].to_pylist() == ["上塘高架桥"]
