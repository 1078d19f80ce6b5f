"""Unpack a zipped delivery where it can do no harm: no path from inside the archive is followed, no bomb goes off."""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from importers.errors import DamagedFile, UnknownFormat
from registry.i18n import N_, Words

MOST_FILES = 10_000
MOST_BYTES = 16 << 30
# The table of contents alone of an archive with a million members costs seconds and half a gigabyte.
MOST_CONTENTS = 8 << 20
# Deflate reaches about 1000 : 1 on zeros; a real DBF full of spaces stays under 100 : 1.
HIGHEST_RATIO = 250
SMALL_ENOUGH = 64 << 20
# An archive in an archive is how offices pass things on; one in that one is how bombs are built.
DEEPEST = 2
LONGEST_NAME = 200  # bytes; file systems take 255
DRIVE = re.compile("[A-Za-z]:")
UTF8_NAMES = 0x800
ENCRYPTED = 0x1
END, END_64 = b"PK\x05\x06", b"PK\x06\x06"
# What accompanies a main file and is not read by itself.
PARTS = {
    ".shp": frozenset({".shx", ".dbf", ".prj", ".cpg"}),
    ".tab": frozenset({".dat", ".map", ".id", ".ind"}),
    ".mif": frozenset({".mid"}),
}
COMPANIONS = frozenset().union(*PARTS.values())
PACKED = frozenset({".zip", ".kmz"})
DATA = frozenset(
    {".gpkg", ".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods",
     ".parquet", ".geoparquet", ".kml", ".wpml", ".fgb", ".dxf", *PARTS}
)  # fmt: skip
GEODATABASE = ".gdb"
# What the standard library raises on members that are broken, or packed in a way it does not know.
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file (or the folder of a geodatabase) out of an archive, and the folder inside the archive it came from."""

    path: Path
    folder: str


@dataclass
class _Budget:
    """What may still be unpacked, over all archives in one another."""

    files: int = MOST_FILES
    bytes: int = MOST_BYTES


@contextmanager
def unpacked(path: Path) -> Iterator[list[Unpacked]]:
    """The data files of a zip archive, in a folder that lives as long as the context.

    Parts of a shapefile or of a MapInfo table lie beside it, the files of a geodatabase in a folder of its name;
    archives inside it are unpacked too, one level deep. Raises DamagedFile for a broken, locked or dangerous archive
    and UnknownFormat when there is nothing in it that can be read.
    """
    with TemporaryDirectory(prefix="chengji-") as folder:
        yield _unpack(path, Path(folder), _Budget(), 1)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive whose table of contents is not absurd. Raises DamagedFile, also for what is found on the way."""
    try:
        _check_contents(path)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except BROKEN as error:
        raise DamagedFile("archive.damaged", name=path.name, error=error) from error


def _check_contents(path: Path) -> None:
    """Look at the end of the archive, which says how long its table of contents is, before that is read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16) - 22))
        tail = file.read()
    end = tail.rfind(END)
    if end < 0 or len(tail) < end + 22:
        raise DamagedFile("archive.damaged", name=path.name, error=Words(N_("没有结尾的目录")))
    (size,) = struct.unpack_from("<I", tail, end + 12)
    longer = tail.rfind(END_64, 0, end)
    if size == 0xFFFFFFFF and 0 <= longer <= len(tail) - 56:
        (size,) = struct.unpack_from("<Q", tail, longer + 40)
    if size > MOST_CONTENTS:
        raise _dangerous(path, Words(N_("成员多得异常")))


def _unpack(path: Path, folder: Path, budget: _Budget, depth: int) -> list[Unpacked]:
    with opened(path) as archive:
        members = _wanted(archive, path)
        _check_members(members, path, budget)
        homes = {home: folder / str(n) for n, home in enumerate(dict.fromkeys(_home(m) for m in members))}
        files: list[Unpacked] = []
        for member in members:
            files.append(Unpacked(_extract(archive, member, homes[_home(member)]), str(_home(member))))
    found: dict[Path, Unpacked] = {}
    for file in files:
        if file.path.suffix.lower() in PACKED:
            if depth >= DEEPEST:
                raise _dangerous(path, Words(N_("其中的压缩包里还有压缩包“%(name)s”"), {"name": file.path.name}))
            nested = file.path.with_name(f"{file.path.name}.unpacked")
            inside = _unpack(file.path, nested, budget, depth + 1)
            found |= {f.path: Unpacked(f.path, str(PurePosixPath(file.folder, file.path.stem))) for f in inside}
        elif file.path.parent.suffix.lower() == GEODATABASE:
            found[file.path.parent] = Unpacked(file.path.parent, str(PurePosixPath(file.folder).parent))
        else:
            found[file.path] = file
    return _main_files(found, path)


def _wanted(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """The members that are data. Raises UnknownFormat where there are none."""
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(_name(m))]
    wanted = [m for m in members if _name(m).suffix.lower() in DATA | COMPANIONS | PACKED or _in_geodatabase(_name(m))]
    if not wanted:
        names = [_name(m).name for m in members[:10]]
        raise UnknownFormat("archive.nothing_readable", name=path.name, names=names or Words(N_("空")))
    return wanted


def _is_litter(name: PurePosixPath) -> bool:
    """What macOS puts beside every file."""
    return name.name.startswith("._") or "__MACOSX" in name.parts


def _in_geodatabase(name: PurePosixPath) -> bool:
    return name.parent.suffix.lower() == GEODATABASE or ".gdbtable" in name.suffix.lower() or name.suffix == ".gdbtablx"


def _check_members(members: list[zipfile.ZipInfo], path: Path, budget: _Budget) -> None:
    size = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    budget.files -= len(members)
    budget.bytes -= size
    bomb = any(_swells(m.file_size, m.compress_size) for m in members) or _swells(size, min(packed, _size(path)))
    if budget.files < 0 or budget.bytes < 0 or bomb:
        raise DamagedFile("archive.too_large", name=path.name, size=size >> 20)
    for member in members:
        name = _name(member)
        if ".." in name.parts or name.is_absolute() or DRIVE.fullmatch(name.parts[0]):
            raise _dangerous(path, Words(N_("成员“%(member)s”的路径指向压缩包之外"), {"member": str(name)[:80]}))
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _dangerous(path, Words(N_("成员“%(member)s”是链接"), {"member": str(name)[:80]}))
    if any(m.flag_bits & ENCRYPTED for m in members):
        raise DamagedFile("archive.locked", name=path.name)


def _swells(size: int, packed: int) -> bool:
    return size > SMALL_ENOUGH and size > HIGHEST_RATIO * max(packed, 1)


def _size(path: Path) -> int:
    return path.stat().st_size


def _dangerous(path: Path, reason: Words) -> DamagedFile:
    return DamagedFile("archive.unsafe", name=path.name, reason=reason)


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    """The path in the archive; Chinese Windows writes GBK into it without saying so, and old Windows backslashes."""
    if member.flag_bits & UTF8_NAMES:
        text = member.filename
    else:
        raw = member.filename.encode("cp437", "replace")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", "replace")
    return PurePosixPath(text.replace("\\", "/"))


def _home(member: zipfile.ZipInfo) -> PurePosixPath:
    """The folder in the archive; that of a geodatabase packed without its folder is made up."""
    name = _name(member)
    bare = _in_geodatabase(name) and name.parent.suffix.lower() != GEODATABASE
    return name.parent / f"data{GEODATABASE}" if bare else name.parent


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, home: Path) -> Path:
    """Write one member under its bare name into the folder for its folder, so that the parts of a shapefile meet."""
    name = _name(member)
    if _home(member).suffix.lower() == GEODATABASE:
        home = home / _home(member).name
    home.mkdir(parents=True, exist_ok=True)
    stem = name.stem.encode()[: LONGEST_NAME - len(name.suffix)].decode("utf-8", "ignore")
    target = home / (stem + name.suffix)
    with archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return target


def _main_files(found: dict[Path, Unpacked], path: Path) -> list[Unpacked]:
    """The files that are read; the other parts of a shapefile only accompany it."""
    main = [file for file in found.values() if file.path.suffix.lower() not in COMPANIONS]
    if not main:
        raise DamagedFile("archive.shp_missing", name=path.name)
    return sorted(main, key=lambda file: (file.folder, file.path.name))
