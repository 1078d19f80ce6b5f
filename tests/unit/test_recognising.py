"""What a file is, by its content, and archives that mean harm."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from importers import look, read
from importers.errors import DamagedFile, UnknownFormat
from importers.recognise import Format, beside, recognise

DATA = Path(__file__).parents[1] / "data"


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
    ],
)
def test_content_and_not_name(name, kind, tmp_path):
    assert recognise(DATA / name)[0] is kind
    if kind is not Format.SHAPEFILE:
        shutil.copy(DATA / name, tmp_path / "delivery.bin")
        assert recognise(tmp_path / "delivery.bin")[0] is kind


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"AC1027" + bytes(20), "DWG"),
        (b"\xff\xd8\xff\xe0 jpeg", "JPEG"),
        (b"<!DOCTYPE html><html><body>sign in</body></html>", "HTML"),
        (b"<?xml version='1.0'?><gml/>", "XML"),
        (bytes(range(1, 30)) * 9, "二进制"),
    ],
)
def test_foreign_kinds_are_named(tmp_path, content, named):
    file = tmp_path / "delivery.shp"
    file.write_bytes(content)
    with pytest.raises(UnknownFormat, match=named) as caught:
        look(file)
    assert "Shapefile" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b" \r\n\n"])
def test_an_empty_file_is_told(tmp_path, content):
    (tmp_path / "empty.csv").write_bytes(content)
    with pytest.raises(DamagedFile, match="空的"):
        look(tmp_path / "empty.csv")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DamagedFile, match="打不开"):
        look(tmp_path / "none.gpkg")


def test_parts_are_found_in_any_case(tmp_path):
    for part in ("SHP", "Dbf", "prj"):
        shutil.copy(DATA / f"lamps_gbk.{part.lower()}", tmp_path / f"灯[1].{part}")
    assert beside(tmp_path / "灯[1].SHP", ".dbf") == tmp_path / "灯[1].Dbf"
    (source,) = look(tmp_path / "灯[1].prj")
    assert (source.rows, source.crs.basis) == (6, "prj")
    assert look(tmp_path)[0].rows == 6


def test_layers_of_an_archive_have_their_chinese_names():
    (source,) = look(DATA / "lamps_gbk.zip")
    assert source.name == "路灯"


def test_an_archive_of_several_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.write(DATA / "lamps.gpkg", "a/lamps.gpkg")
        archive.write(DATA / "lamps_gb18030.csv", "b/ledger.csv")
    assert {source.name for source in look(tmp_path / "both.zip")} == {"lamps", "ledger"}
    assert sum(len(rows) for rows in read(tmp_path / "both.zip", layer="ledger")) == 6


def test_paths_out_of_the_archive_lead_nowhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.write(DATA / "lamps_gb18030.csv", "../../escaped.csv")
        archive.write(DATA / "lamps_gb18030.csv", "/etc/absolute.csv")
    assert {source.name for source in look(tmp_path / "evil.zip")} == {"escaped", "absolute"}
    assert not (tmp_path.parent / "escaped.csv").exists()


def test_a_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(70 << 20))
    with pytest.raises(DamagedFile, match="异常庞大"):
        look(tmp_path / "bomb.zip")


def test_an_archive_with_nothing_to_read_says_what_is_in_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.jpg", b"x")
    with pytest.raises(UnknownFormat, match=r"photo\.jpg"):
        look(tmp_path / "photos.zip")


def test_a_shapefile_without_its_main_part(tmp_path):
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        archive.write(DATA / "lamps_gbk.dbf", "lamps.dbf")
    with pytest.raises(DamagedFile, match=r"\.shp"):
        look(tmp_path / "half.zip")


def test_a_cut_archive(tmp_path):
    (tmp_path / "cut.zip").write_bytes((DATA / "lamps_gbk.zip").read_bytes()[:700])
    with pytest.raises(DamagedFile, match="损坏"):
        look(tmp_path / "cut.zip")


@pytest.mark.parametrize("name", ["lamps.gpkg", "lamps.parquet", "lamps.fgb", "lamps_gcj02.xlsx", "lamps.geojson"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_cut_file_gives_rows_or_a_clear_error(tmp_path, name, share):
    body = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(body[: int(len(body) * share)])
    try:
        counted = [len(rows) for source in look(tmp_path / name) for rows in read(tmp_path / name, source.name)]
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
        look(tmp_path / name)
    assert name in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_geojson_in_gbk(tmp_path):
    feature = (
        '{"type":"Feature","properties":{"名称":"上塘高架桥"},"geometry":{"type":"Point","coordinates":[120.1,30.3]}}'
    )
    (tmp_path / "a.geojson").write_text(feature, encoding="gb18030")
    (source,) = look(tmp_path / "a.geojson")
    (rows,) = read(tmp_path / "a.geojson")
    assert (source.name, source.encoding.name) == ("a", "GB18030")
    assert rows.columns["名称"].to_pylist() == ["上塘高架桥"]
