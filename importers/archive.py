"""Unpack a zipped delivery where it can do no harm: no path from inside the archive is followed, no bomb goes off."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from importers.errors import DamagedFile, UnknownFormat
from registry.language import _

MOST_FILES = 10_000
MOST_BYTES = 16 << 30
# Deflate reaches about 1000 : 1 on zeros; a real DBF full of spaces stays under 100 : 1.
HIGHEST_RATIO = 250
SMALL_ENOUGH = 64 << 20
UTF8_NAMES = 0x800
ENCRYPTED = 0x1
SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
DATA = frozenset(
    {".gpkg", ".geojson", ".json", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".geoparquet", ".kml", ".fgb"}
)


@contextmanager
def unpacked(path: Path) -> Iterator[list[Path]]:
    """The data files of a zip archive, in a folder that lives as long as the context.

    Parts of a shapefile lie beside it. Raises DamagedFile for a broken, locked or dangerous archive and UnknownFormat
    when there is nothing in it that can be read.
    """
    try:
        with zipfile.ZipFile(path) as archive, TemporaryDirectory(prefix="chengji-") as folder:
            members = _safe(archive, path)
            places = list(dict.fromkeys(_name(member).parent for member in members))
            for number in range(len(places)):
                (Path(folder) / str(number)).mkdir()
            yield _together(
                [_extract(archive, m, Path(folder) / str(places.index(_name(m).parent))) for m in members], path
            )
    except zipfile.BadZipFile as error:
        raise DamagedFile(
            _("压缩包“%(name)s”已损坏：%(error)s", name=path.name, error=error), _("请重新压缩后上传。")
        ) from error


def _safe(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    wanted = [m for m in archive.infolist() if not m.is_dir() and _name(m).suffix.lower() in SHAPEFILE_PARTS | DATA]
    wanted = [m for m in wanted if not _name(m).name.startswith("._")]
    size = sum(m.file_size for m in wanted)
    bomb = any(m.file_size > SMALL_ENOUGH and m.file_size > HIGHEST_RATIO * max(m.compress_size, 1) for m in wanted)
    if len(wanted) > MOST_FILES or size > MOST_BYTES or bomb:
        raise DamagedFile(
            _("压缩包“%(name)s”展开后异常庞大（%(size)s MB）", name=path.name, size=size >> 20),
            _("请只压缩需要导入的文件。"),
        )
    if any(m.flag_bits & ENCRYPTED for m in wanted):
        raise DamagedFile(_("压缩包“%(name)s”有密码", name=path.name), _("请去掉密码后上传。"))
    if not wanted:
        names = _("、").join(_name(m).name for m in archive.infolist()[:10] if not m.is_dir())
        raise UnknownFormat(
            _("压缩包“%(name)s”中没有可导入的文件：%(names)s", name=path.name, names=names or _("空")),
            _("支持 Shapefile、GeoPackage、GeoJSON、CSV、XLSX、GeoParquet。"),
        )
    return wanted


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    """The path in the archive; Chinese Windows writes GBK into it without saying so."""
    if member.flag_bits & UTF8_NAMES:
        return PurePosixPath(member.filename)
    raw = member.filename.encode("cp437", "replace")
    try:
        return PurePosixPath(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return PurePosixPath(raw.decode("gb18030", "replace"))


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """Write one member under its bare name into the folder for its folder, so that the parts of a shapefile meet."""
    target = folder / _name(member).name.replace("\\", "_")
    with archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return target


def _together(files: list[Path], path: Path) -> list[Path]:
    """The files that are read; the other parts of a shapefile only accompany it."""
    main = [file for file in files if file.suffix.lower() not in SHAPEFILE_PARTS - {".shp"}]
    if not main:
        raise DamagedFile(
            _("压缩包“%(name)s”中缺少 .shp 文件", name=path.name), _("请把 .shp、.shx、.dbf、.prj 一起压缩。")
        )
    return sorted(main)
