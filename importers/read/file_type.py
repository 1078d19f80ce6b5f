"""What kind of file it is, by its content. A name is only asked where content cannot tell."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from importers.errors import DamagedFile, UnknownFormat
from importers.read import archive
from importers.read.unsupported import BINARY, unsupported, unsupported_start, unsupported_text

HEAD = 4096
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CONTROL = bytes(set(range(32)) - set(b"\t\r\n\f"))
COMPANIONS = {part: main for main, parts in archive.PARTS.items() for part in parts} | {".qpj": ".shp"}
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
RECORD_SEPARATOR = b"\x1e"
# One feature to a line: the first line closes what it opens, and another follows.
FEATURE_LINES = re.compile(rb'\s*\{[^\r\n]*"type"\s*:\s*"Feature"[^\r\n]*\}[ \t]*\r?\n\s*\{', re.DOTALL)
FEATURE = re.compile(rb'\{\s*"type"\s*:\s*"Feature"\s*,')
LONGEST_LINE = 16 << 20
DRAWING = re.compile(rb"\s*(?:999\r?\n[^\n]*\n\s*)*0\r?\n\s*SECTION\r?\n")
MAPINFO_TABLE = re.compile(rb"!table\b", re.IGNORECASE)
MAPINFO_INTERCHANGE = re.compile(rb"version\s+\d+\s.*?^\s*columns\s+\d+", re.IGNORECASE | re.DOTALL | re.MULTILINE)


class Format(StrEnum):
    """The kinds of file that are read, and the archive that may hold them."""

    SHAPEFILE = "Shapefile"
    GEOPACKAGE = "GeoPackage"
    GEODATABASE = "FileGDB"
    GEOJSON = "GeoJSON"
    GEOJSONSEQ = "GeoJSONSeq"
    KML = "KML"
    DXF = "DXF"
    MAPINFO = "MapInfo"
    FLATGEOBUF = "FlatGeobuf"
    CSV = "CSV"
    WORKBOOK = "XLSX"
    OLD_WORKBOOK = "XLS"
    OPEN_WORKBOOK = "ODS"
    GEOPARQUET = "GeoParquet"
    ARCHIVE = "ZIP"


STARTS = (
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE), (b"SQLite format 3\0", Format.GEOPACKAGE), (b"PAR1", Format.GEOPARQUET),
    (b"fgb\x03", Format.FLATGEOBUF), (b"\xd0\xcf\x11\xe0", Format.OLD_WORKBOOK),
)  # fmt: skip

SIGNS = (
    (re.compile(rb"[{\[]"), Format.GEOJSON), (re.compile(rb"<"), Format.KML), (DRAWING, Format.DXF),
    (MAPINFO_TABLE, Format.MAPINFO), (MAPINFO_INTERCHANGE, Format.MAPINFO),
)  # fmt: skip


def file_type(path: Path) -> tuple[Format, Path]:
    """The kind of a file, and the file to read: the .shp when a part of a shapefile was named.

    Raises UnknownFormat when it is none of ours, DamagedFile when it is empty or absent.
    """
    path = _main_file(path)
    if path.is_dir():
        return Format.GEODATABASE, path
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise DamagedFile("file.unreadable", name=path.name, error=error.strerror) from error
    if not head.strip(b"\0 \r\n\t\x1a"):
        raise DamagedFile("file.empty", name=path.name)
    return _binary(head, path) or _text(head, path), path


def _main_file(path: Path) -> Path:
    if (suffix := COMPANIONS.get(path.suffix.lower())) and (main := beside(path, suffix)) is not None:
        return main
    if path.is_dir() and not any(path.glob("*.gdbtable")):
        found = [p for p in sorted(path.iterdir()) if p.suffix.lower() == ".shp"]
        if len(found) != 1:
            raise UnknownFormat("file.is_folder", name=path.name, count=len(found))
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
    if (name := unsupported_start(head)) is not None:
        raise unsupported(path.name, name)
    return next((kind for start, kind in STARTS if head.startswith(start)), None)


def _zipped(path: Path) -> Format:
    with archive.opened(path) as members:
        names = set(members.namelist())
    if "xl/workbook.bin" in names:
        raise unsupported(path.name, "XLSB")
    if any(name.startswith("xl/") for name in names):
        return Format.WORKBOOK
    if "content.xml" in names:
        return Format.OPEN_WORKBOOK
    if any(name.startswith("word/") for name in names):
        raise unsupported(path.name, "DOCX")
    return Format.ARCHIVE


def _text(head: bytes, path: Path) -> Format:
    start = legible(head)
    if start.startswith(RECORD_SEPARATOR + b"{") or FEATURE_LINES.match(start) or _long_feature_line(start, path):
        return Format.GEOJSONSEQ
    if (name := unsupported_text(start)) is not None:
        raise unsupported(path.name, name)
    if (kind := next((kind for sign, kind in SIGNS if sign.match(start)), None)) is not None:
        return kind
    if not head.startswith(UTF16_MARKS) and sum(head.count(byte) for byte in CONTROL) > max(3, len(head) / 50):
        raise unsupported(path.name, BINARY)
    return Format.CSV


def legible(head: bytes) -> bytes:
    """The beginning without its byte order mark; UTF-16 as UTF-8."""
    if head.startswith(UTF16_MARKS):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode().lstrip()
    return head.removeprefix(UTF8_MARK).lstrip()


def _long_feature_line(start: bytes, path: Path) -> bool:
    """Whether a JSON file whose first line is longer than the head has one feature to a line all the same."""
    if not FEATURE.match(start) or b"\n" in start.rstrip():
        return False
    with path.open("rb") as file:
        first, second = file.readline(LONGEST_LINE), file.readline(HEAD)
    return first.rstrip().endswith(b"}") and second.lstrip().startswith(b"{")
