"""Files that are still arriving: written piece by piece, continued where they were cut off, swept when nobody comes back.

An arrival is a file in `incoming` and a note beside it of how far it is. The note is the truth: bytes behind `received`
are those of a piece that was cut off, and are written over. Several files that were dropped together arrive one after the
other and lie, from the first byte on, where a zip archive wants them; so they are never on disk twice.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from io import BufferedRandom
from pathlib import Path
from typing import Any

from registry.deliveries.deliveries import Upload, incoming, safe_name
from registry.errors import Conflict, Invalid, NotFound, Unavailable

SWEPT_AFTER_SECONDS = 24 * 3600
MOST_AT_ONCE = 8  # of one person; the one longest untouched makes room
MOST_PARTS = 200
MOST_ZIPPED = (1 << 32) - (1 << 24)  # without zip64
SPARE_BYTES = 256 << 20  # what the database next door must not be robbed of
LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
LOCAL_BYTES = 30
UTF8_NAME, VERSION = 0x800, 20


@dataclass(frozen=True)
class Part:
    """One of the files that were dropped: its name, its size, and the CRC-32 of what came of it so far."""

    name: str
    bytes: int
    crc: int = 0


@dataclass(frozen=True)
class Arrival:
    """A file on its way: whose, what, and how many bytes of it are here.

    `mark` tells two files of one name and size apart (the browser's time of change); `mends` is the delivery whose rows it
    mends; `entered` is delivery and number once it is one.
    """

    token: str
    district: str
    person: int
    parts: tuple[Part, ...]
    mark: str = ""
    mends: int | None = None
    received: int = 0
    entered: tuple[int, int] | None = None
    home: Path = field(default=Path(), compare=False)

    @property
    def bytes(self) -> int:
        """How many bytes the sender has."""
        return sum(part.bytes for part in self.parts)

    @property
    def name(self) -> str:
        """What the file will be called: several parts become a zip of the .shp's or the first one's name."""
        names = [part.name for part in self.parts]
        if len(names) == 1:
            return names[0]
        main = next((name for name in names if name.lower().endswith(".shp")), names[0])
        return safe_name((main.rpartition(".")[0] or main) + ".zip")

    @property
    def path(self) -> Path:
        """Where it is until it is moved to its place."""
        return self.home / self.token

    @property
    def note(self) -> Path:
        """Where is written how far it is."""
        return self.home / f"{self.token}.json"


def begin(
    home: Path,
    district: str,
    person: int,
    parts: Sequence[tuple[str, int]],
    *,
    limit: int,
    mark: str = "",
    mends: int | None = None,
) -> Arrival:
    """Announce a file of these parts (name, bytes), or find the one that this person announced before and did not finish.

    Raises Invalid for what is empty, too large or has no usable name, Unavailable where the disk has no room for it.
    """
    named = tuple(Part(safe_name(name), size) for name, size in parts)
    _require_sound(named, limit)
    path = incoming(home)
    new = Arrival(path.name, district, person, named, mark[:80], mends, home=path.parent)
    sweep(home)
    others = [other for other in _all(path.parent) if other.person == person and other.entered is None]
    for other in others:
        if _what(other) == _what(new):
            return other
    if shutil.disk_usage(path.parent).free < new.bytes + SPARE_BYTES:
        raise _full()
    for other in others[MOST_AT_ONCE - 1 :]:
        discard(other)
    new.path.touch(exist_ok=False)
    _write_note(new)
    return new


def _require_sound(parts: tuple[Part, ...], limit: int) -> None:
    if not 0 < len(parts) <= MOST_PARTS:
        raise Invalid("upload.parts_count", most=MOST_PARTS)
    if len({part.name.casefold() for part in parts}) < len(parts):
        raise Invalid("upload.names_equal")
    size = sum(part.bytes for part in parts)
    if any(part.bytes < 0 for part in parts) or size == 0:
        raise Invalid("upload.empty", name=parts[0].name)
    if size > (limit if len(parts) == 1 else min(limit, MOST_ZIPPED)):
        raise Invalid("upload.too_large", name=parts[0].name, size=-(-size >> 20), most=limit >> 20)  # fmt: skip


def _what(arrival: Arrival) -> tuple[Any, ...]:
    """What makes two announcements mean the same file."""
    return (arrival.district, arrival.mends, arrival.mark, [(part.name, part.bytes) for part in arrival.parts])


def find(home: Path, token: str, district: str, person: int) -> Arrival:
    """The arrival of this person. Raises NotFound, also for that of another person."""
    if re.fullmatch(r"[0-9a-f]{32}", token):
        found = _read_note(incoming(home).parent / f"{token}.json")
        if found is not None and (found.district, found.person) == (district, person):
            return found
    raise NotFound("upload.unknown")


def append(arrival: Arrival, offset: int, blocks: Iterable[bytes], sha256: str = "") -> Arrival:
    """Write a piece that begins at `offset`; it counts only when it has come whole and has this checksum, if one is given.

    Raises Conflict when the piece does not follow what is here (ask again how far it is) or another one is being written,
    Invalid for bytes beyond the announced size or another checksum, Unavailable when the disk is full: then nothing stays.
    """
    try:
        with _held(arrival) as (file, now):
            if offset != now.received:
                raise Conflict("upload.offset_wrong", offset=now.received)
            arrived = _written(file, now, blocks, sha256)
            _write_note(arrived)
            return arrived
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        discard(arrival)
        raise _full() from error


def _written(file: BufferedRandom, arrival: Arrival, blocks: Iterable[bytes], sha256: str) -> Arrival:
    digest, offset, parts = hashlib.sha256(), arrival.received, list(arrival.parts)
    for block in blocks:
        digest.update(block)
        rest = memoryview(block)
        while rest:
            number, inside = _part_at(parts, offset)
            piece = rest[: parts[number].bytes - inside]
            file.seek(_start(parts, number) + inside)
            file.write(piece)
            parts[number] = replace(parts[number], crc=zlib.crc32(piece, parts[number].crc))
            offset, rest = offset + len(piece), rest[len(piece) :]
    file.flush()
    if sha256 and digest.hexdigest() != sha256.lower():
        raise Invalid("upload.piece_damaged")
    return replace(arrival, received=offset, parts=tuple(parts))


def _part_at(parts: Sequence[Part], offset: int) -> tuple[int, int]:
    """Which part a byte of the whole belongs to, and which of its bytes it is."""
    for number, part in enumerate(parts):
        if offset < part.bytes:
            return number, offset
        offset -= part.bytes
    raise Invalid("upload.too_much")


def _start(parts: Sequence[Part], number: int) -> int:
    """Where a part lies in the file: a single one from the start, one of several behind its header in the archive."""
    if len(parts) == 1:
        return 0
    return _header_at(parts, number) + LOCAL_BYTES + len(parts[number].name.encode())


def _header_at(parts: Sequence[Part], number: int) -> int:
    return sum(LOCAL_BYTES + len(part.name.encode()) + part.bytes for part in parts[:number])


def complete(arrival: Arrival) -> Upload:
    """Finish a file that has come whole: it is on the disk to stay, several parts as a zip. Raises Conflict before that."""
    with _held(arrival) as (file, now):
        if now.received < now.bytes:
            raise Conflict("upload.unfinished", offset=now.received)
        file.truncate(_start(now.parts, len(now.parts) - 1) + now.parts[-1].bytes)
        if len(now.parts) > 1:
            _write_directory(file, now.parts)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return Upload(now.name, now.path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _write_directory(file: BufferedRandom, parts: Sequence[Part]) -> None:
    """The headers of a zip archive around its stored members (APPNOTE.TXT, 4.3)."""
    day = 1 << 5 | 1  # 1980-01-01: when the parts were made is not for us to say
    central = b""
    for number, part in enumerate(parts):
        name = part.name.encode()
        shared = struct.pack("<5H3L2H", VERSION, UTF8_NAME, 0, 0, day, part.crc, part.bytes, part.bytes, len(name), 0)
        file.seek(_header_at(parts, number))
        file.write(LOCAL + shared + name)
        rest = struct.pack("<3H2L", 0, 0, 0, 0, _header_at(parts, number))
        central += CENTRAL + struct.pack("<H", VERSION) + shared + rest + name
    start = file.seek(_header_at(parts, len(parts)))
    file.write(central + END + struct.pack("<4H2LH", 0, 0, len(parts), len(parts), len(central), start, 0))


def finish_upload(arrival: Arrival, entered: tuple[int, int], place: Path) -> Arrival:
    """Move the file to its place, and note which delivery it has become."""
    settled = replace(arrival, entered=entered)
    _write_note(settled)
    place.parent.mkdir(parents=True, exist_ok=True)
    arrival.path.rename(place)
    return settled


def take_back(arrival: Arrival, place: Path) -> Arrival:
    """The delivery was not entered after all: the file is an arrival again."""
    if place.exists():
        place.rename(arrival.path)
    back = replace(arrival, entered=None)
    _write_note(back)
    return back


def link(place: Path, other: Path) -> None:
    """The same stored file for another delivery, without a second copy of it."""
    other.parent.mkdir(parents=True, exist_ok=True)
    other.hardlink_to(place)


def discard(arrival: Arrival) -> None:
    """Forget an arrival and what came of it."""
    arrival.path.unlink(missing_ok=True)
    arrival.note.unlink(missing_ok=True)


def sweep(home: Path) -> None:
    """Discard what nobody has added to for a day."""
    oldest = time.time() - SWEPT_AFTER_SECONDS
    for path in incoming(home).parent.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another process sweeps too


@contextmanager
def _held(arrival: Arrival) -> Iterator[tuple[BufferedRandom, Arrival]]:
    """The file, locked against a second writer, and the arrival as it is now."""
    try:
        file = arrival.path.open("r+b")
    except FileNotFoundError:
        raise NotFound("upload.unknown") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("upload.busy") from None
        yield file, _read_note(arrival.note) or arrival


def _all(folder: Path) -> list[Arrival]:
    """All arrivals, the latest touched first."""
    notes = sorted(folder.glob("*.json"), key=_age)
    return [found for note in notes if (found := _read_note(note)) is not None]


def _age(note: Path) -> float:
    try:
        return -note.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read_note(note: Path) -> Arrival | None:
    try:
        values = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    parts = tuple(Part(**part) for part in values.pop("parts"))
    entered = values.pop("entered")
    return Arrival(**values, parts=parts, entered=tuple(entered) if entered else None, home=note.parent)


def _write_note(arrival: Arrival) -> None:
    """Whole or not at all, whatever happens meanwhile."""
    values = {name: value for name, value in asdict(arrival).items() if name != "home"}
    half = arrival.note.with_suffix(".half")
    half.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    half.replace(arrival.note)


def _full() -> Unavailable:
    return Unavailable("upload.disk_full")
