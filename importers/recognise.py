"""What kind of file it is, by its content. A name is only asked where content cannot tell."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from importers.errors import DamagedFile, UnknownFormat
from registry.language import _

HEAD = 4096
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CONTROL = bytes(set(range(32)) - set(b"\t\r\n\f"))
COMPANIONS = frozenset({".dbf", ".shx", ".prj", ".cpg", ".qpj"})
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
# Kinds that people send and that are not read: named, so that the message can say what to do.
FOREIGN = (
    (b"%PDF", "PDF"), (b"AC10", "DWG"), (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"), (b"\x1f\x8b", "gzip"), (b"GIF8", "GIF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"),
)  # fmt: skip


class Format(StrEnum):
    """The kinds of file that are read, and the archive that may hold them."""

    SHAPEFILE = "Shapefile"
    GEOPACKAGE = "GeoPackage"
    GEOJSON = "GeoJSON"
    KML = "KML"
    FLATGEOBUF = "FlatGeobuf"
    CSV = "CSV"
    WORKBOOK = "XLSX"
    GEOPARQUET = "GeoParquet"
    ARCHIVE = "ZIP"


STARTS = (
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE), (b"SQLite format 3\0", Format.GEOPACKAGE), (b"PAR1", Format.GEOPARQUET),
    (b"fgb", Format.FLATGEOBUF), (b"\xd0\xcf\x11\xe0", Format.WORKBOOK),
)  # fmt: skip


def recognise(path: Path) -> tuple[Format, Path]:
    """The kind of a file, and the file to read: the .shp when a part of a shapefile was named.

    Raises UnknownFormat when it is none of ours, DamagedFile when it is empty or absent.
    """
    path = _main_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise DamagedFile(_("打不开文件“%(name)s”：%(error)s", name=path.name, error=error.strerror)) from error
    if not head.strip(b"\0 \r\n\t"):
        raise DamagedFile(_("文件“%(name)s”是空的", name=path.name), _("请重新导出。"))
    return _binary(head, path) or _text(head, path), path


def _main_file(path: Path) -> Path:
    if path.suffix.lower() in COMPANIONS and (main := beside(path, ".shp")) is not None:
        return main
    if path.is_dir():
        found = [p for p in sorted(path.iterdir()) if p.suffix.lower() == ".shp"]
        if len(found) != 1:
            raise UnknownFormat(
                _("“%(name)s”是文件夹，其中有 %(count)s 个 .shp 文件", name=path.name, count=len(found)),
                _("请指明其中一个文件，或压缩成 zip。"),
            )
        return found[0]
    return path


def beside(path: Path, suffix: str) -> Path | None:
    """The file of the same stem with another suffix, in whatever case it is written."""
    stem = path.stem
    for other in path.parent.glob(f"{_literal(stem)}.*"):
        if other.stem == stem and other.suffix.lower() == suffix:
            return other
    return None


def _literal(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _binary(head: bytes, path: Path) -> Format | None:
    """The kind by its first bytes, None for text."""
    if head.startswith(ZIP_STARTS):
        return _zipped(path)
    for start, name in FOREIGN:
        if head.startswith(start):
            raise _foreign(path, name)
    return next((kind for start, kind in STARTS if head.startswith(start)), None)


def _zipped(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise DamagedFile(
            _("压缩包“%(name)s”已损坏：%(error)s", name=path.name, error=error), _("请重新压缩后上传。")
        ) from error
    if any(name.startswith(("xl/", "content.xml")) for name in names):
        return Format.WORKBOOK
    if any(name.startswith("word/") for name in names):
        raise _foreign(path, "DOCX")
    return Format.ARCHIVE


def _text(head: bytes, path: Path) -> Format:
    start = head.removeprefix(UTF8_MARK).lstrip()
    if start[:1] in (b"{", b"["):
        return Format.GEOJSON
    if start[:1] == b"<":
        if b"<kml" in head or b":kml" in head:
            return Format.KML
        raise _foreign(path, "HTML" if b"<html" in head.lower() else "XML")
    if not head.startswith(UTF16_MARKS) and sum(head.count(byte) for byte in CONTROL) > max(3, len(head) / 50):
        raise _foreign(path, _("二进制文件"))
    return Format.CSV


def _foreign(path: Path, kind: str) -> UnknownFormat:
    return UnknownFormat(
        _("文件“%(name)s”是 %(kind)s，不能导入", name=path.name, kind=kind),
        _("支持 Shapefile、GeoPackage、GeoJSON、CSV、XLSX、GeoParquet；其他格式请先转换。"),
    )
