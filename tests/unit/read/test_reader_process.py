"""Reading in a child process: the same rows as without it, and whatever happens to the child is one clear message."""

import ctypes
import fcntl
import os
import socket
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from importers.errors import DamagedFile, SourceError, UnknownFormat
from importers.read.reader import inspect, read
from importers.read.reader_process import ReaderProcess
from importers.read.temporary import PREFIX, scratch
from importers.records import Rows

READ = sys.modules["importers.read.reader"]  # forked with what it is patched to
DATA = Path(__file__).resolve().parents[2] / "data"
FILES = ("lamps_gbk.zip", "lamps_gb18030.csv", "lamps_gcj02.xlsx", "lamps.gpkg", "lamps.parquet", "lamps.geojson")


@pytest.mark.parametrize("name", FILES)
def test_what_comes_over_the_pipe_is_what_went_in(name: str) -> None:
    with ReaderProcess(DATA / name) as reader:
        assert reader.inspect() == inspect(DATA / name)
        assert [_plain(rows) for rows in reader.read()] == [_plain(rows) for rows in read(DATA / name)]


def test_the_first_batch_alone_leaves_the_reader_ready() -> None:
    with ReaderProcess(DATA / "lamps.gpkg") as reader:
        first = reader.first("lamps")
        assert first is not None
        assert len(first) == 6
        assert len(reader.inspect()) == 1
        assert sum(len(rows) for rows in reader.read()) == 6


def _plain(rows: Rows) -> tuple[Any, ...]:
    shapes = None if rows.geometry is None else [None if shape is None else shape.wkb for shape in rows.geometry]
    return rows.numbers.tolist(), {n: c.to_pylist() for n, c in rows.columns.items()}, shapes, rows.problems


def test_problems_of_reading_come_over_the_pipe(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("名称,经度,纬度\n一,120.155,30.32\n二,120.156\n三,120.157,30.32,4,5\n", encoding="utf-8")
    with ReaderProcess(path) as reader:
        problems = [problem for rows in reader.read() for problem in rows.problems]
    assert problems == [problem for rows in read(path) for problem in rows.problems]
    assert problems


def test_a_file_that_is_refused_is_refused_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "plan.dwg"
    path.write_bytes(b"AC1032" + bytes(100))
    with pytest.raises(UnknownFormat) as plainly:
        inspect(path)
    with ReaderProcess(path) as reader, pytest.raises(UnknownFormat) as sandboxed:
        reader.inspect()
    assert str(sandboxed.value) == str(plainly.value)


def test_a_crash_of_the_reader_costs_the_delivery_and_not_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, "file_type", lambda _path: ctypes.string_at(0))
    with ReaderProcess(DATA / "lamps.gpkg") as reader:
        with pytest.raises(DamagedFile, match=r"lamps\.gpkg.*崩溃（11）"):
            reader.inspect()
        with pytest.raises(SourceError):
            reader.inspect()


def test_a_reader_that_wants_too_much_memory_is_refused_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, "file_type", lambda _path: bytearray(400 << 20))
    with ReaderProcess(DATA / "lamps.gpkg", megabytes=200) as reader, pytest.raises(DamagedFile, match="内存超过上限"):
        reader.inspect()


def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, "file_type", lambda _path: time.sleep(60))
    began = time.monotonic()
    with ReaderProcess(DATA / "lamps.gpkg", seconds=0.3) as reader, pytest.raises(DamagedFile, match="没有进展"):
        reader.inspect()
    assert time.monotonic() - began < 30


def test_a_fault_of_ours_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, "file_type", lambda _path: {}["missing"])
    with ReaderProcess(DATA / "lamps.gpkg") as reader, pytest.raises(RuntimeError, match="KeyError"):
        reader.inspect()


def test_nothing_is_left_of_a_reader_that_nobody_wants_any_more() -> None:
    with ReaderProcess(DATA / "lamps.gpkg") as reader:
        child = reader._child
        next(iter(reader.read()))
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


def test_the_child_holds_no_connection_of_ours() -> None:
    """A database connection that the child held open would look alive to the server after the parent's death."""
    ours, _theirs = socket.socketpair()
    with ours, _theirs, ReaderProcess(DATA / "lamps.gpkg") as reader:
        reader.inspect()
        open_ = [os.readlink(f"/proc/{reader._child}/fd/{n}") for n in os.listdir(f"/proc/{reader._child}/fd")]
        assert [link for link in open_ if link.startswith("socket:")] == []


def test_what_a_library_has_open_is_not_closed_under_it() -> None:
    """A number that was closed is given out again: the library would read another file where it left off."""
    with open(DATA / "lamps.gpkg", "rb") as held, ReaderProcess(DATA / "lamps.gpkg") as reader:
        reader.inspect()
        open_ = [os.readlink(f"/proc/{reader._child}/fd/{n}") for n in os.listdir(f"/proc/{reader._child}/fd")]
        assert held.name in open_


def test_a_killed_reader_leaves_nothing_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    packed = tmp_path / "lamps.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lamps.csv", "编码,经度,纬度\n" + "L-1,120.15,30.32\n" * 200_000)
    with ReaderProcess(packed) as reader:
        rows = reader.read("lamps", "UTF-8")
        next(rows)
        assert list((tmp_path / "temporary").rglob("lamps.csv")), "it is unpacked there"
    assert not list((tmp_path / "temporary").iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in use stays, and what was made a moment ago, and what is a link to elsewhere."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere, *(tmp_path / f"{PREFIX}{name}" for name in ("left", "used"))):
        folder.mkdir()
        (folder / "lamps.csv").write_text("x")
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    used = os.open(tmp_path / f"{PREFIX}used", os.O_RDONLY)
    fcntl.flock(used, fcntl.LOCK_EX)
    with scratch() as folder:
        assert folder.is_dir()
        assert (tmp_path / f"{PREFIX}left").is_dir(), "too new to be abandoned"
    monkeypatch.setattr("importers.read.temporary.NEW_SECONDS", -1.0)
    with scratch():
        assert not (tmp_path / f"{PREFIX}left").exists()
    os.close(used)
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", f"{PREFIX}used", f"{PREFIX}link"}
    assert (elsewhere / "lamps.csv").exists()
