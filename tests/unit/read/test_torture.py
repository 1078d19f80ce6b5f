"""Files that are broken, lie or mean harm: each ends in rows or in one clear message, in little time and memory."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import warden
from torture_cases import CASES

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "data"
WHOLE = (
    "lamps.dxf", "lamps.fgb", "lamps.geojson", "lamps.geojsonl", "lamps.geojsons", "lamps.gpkg", "lamps.kml", "lamps.kmz",
    "lamps.mif", "lamps.ods", "lamps.parquet", "lamps.tsv", "lamps.xls", "lamps_gb18030.csv", "lamps_gbk.zip",
    "lamps_gcj02.xlsx", "lamps_gdb.zip", "lamps_tab.zip", "lamps_utf8_bom.csv",
)  # fmt: skip
TEXTS = ("lamps.dxf", "lamps.geojson", "lamps.geojsonl", "lamps.kml", "lamps.mif", "lamps.tsv", "lamps_gb18030.csv")
PARTS = (".shp", ".shx", ".dbf")


class Warden:
    """The program that reads in our stead."""

    def __init__(self) -> None:
        how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.process = subprocess.Popen([sys.executable, warden.__file__], **how)

    def reads(self, path: Path) -> dict[str, object]:
        """How reading ended, which is never a fault, nor slow, nor greedy."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        assert found["ended"] in ("rows", "error"), (path.name, found)
        assert found["seconds"] < warden.SECONDS, (path.name, found)
        assert found["megabytes"] < warden.MEGABYTES, (path.name, found)
        if found["ended"] == "error":
            assert found["message"], (path.name, found)
            assert str(path.parent) not in found["message"], "no path of this machine"
            assert "Traceback" not in found["message"]
        return found


@pytest.fixture(scope="module")
def reader() -> Iterator[Warden]:
    running = Warden()
    yield running
    running.process.stdin.close()
    running.process.wait()


def copied(name: str, folder: Path) -> Path:
    """A file with its parts."""
    for part in DATA.glob(f"{Path(name).stem}.*"):
        if part.suffix == Path(name).suffix or (
            part.suffix in (".mid", *PARTS) and Path(name).suffix in (".mif", ".shp")
        ):
            shutil.copy(part, folder)
    return folder / name


def flipped(body: bytes, chance: random.Random, until: int, count: int) -> bytes:
    changed = bytearray(body)
    for _flip in range(count):
        changed[chance.randrange(min(until, len(changed)))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("name", WHOLE)
def test_cut_anywhere(reader, tmp_path, name):
    chance = random.Random(name)
    file = copied(name, tmp_path)
    body = file.read_bytes()
    for _cut in range(4):
        file.write_bytes(body[: chance.randrange(1, len(body))])
        assert reader.reads(file).get("rows", 0) <= 6


@pytest.mark.parametrize("name", WHOLE)
def test_bits_flipped(reader, tmp_path, name):
    chance = random.Random(name)
    file = copied(name, tmp_path)
    body = file.read_bytes()
    for until, count in ((64, 2), (256, 4), (len(body), 3), (len(body), 40)):
        file.write_bytes(flipped(body, chance, until, count))
        reader.reads(file)


@pytest.mark.parametrize("part", PARTS)
def test_parts_of_a_shapefile_cut_flipped_and_full_of_nothing(reader, tmp_path, part):
    chance = random.Random(part)
    file = copied("lamps_gbk.shp", tmp_path)
    body = file.with_suffix(part).read_bytes()
    bodies = [body[: chance.randrange(1, len(body))] for _cut in range(4)]
    bodies += [flipped(body, chance, 100, 3) for _flip in range(4)]
    for wrong in (*bodies, b"", bytes(len(body)), b"\xff" * len(body), body[:100], body * 2):
        file.with_suffix(part).write_bytes(wrong)
        assert reader.reads(file).get("rows", 0) <= 12


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_in_it(reader, tmp_path, name):
    file = copied(name, tmp_path)
    body = file.read_bytes()
    for empty in (b"", bytes(len(body)), body[:16], b"\xff" * 4096):
        file.write_bytes(empty)
        assert reader.reads(file)["ended"] == "error" or name.endswith(("sv", ".txt"))


@pytest.mark.parametrize("name", TEXTS)
def test_text_in_utf_16(reader, tmp_path, name):
    file = copied(name, tmp_path)
    body = file.read_bytes()
    text = body.decode("utf-8" if "路".encode() in body else "gb18030")
    for codec in ("utf-16", "utf-16-be"):
        file.write_bytes(text.encode(codec))
        reader.reads(file)


def polygon_of_parts(count: int) -> bytes:
    """A shapefile record that says how many parts and points it has, and has none."""
    body = struct.pack("<i4d2i", 5, 0, 0, 1, 1, count, count)
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (108 + len(body)) // 2) + struct.pack("<2i8d", 1000, 5, *[0.0] * 8)
    return head + struct.pack(">2i", 1, len(body) // 2) + body


@pytest.mark.parametrize("count", [0, 1 << 20, 0x7FFFFFFF, -1])
def test_counts_that_are_lies(reader, tmp_path, count):
    file = copied("lamps_gbk.shp", tmp_path)
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    struct.pack_into("<i", table, 4, count)
    file.with_suffix(".dbf").write_bytes(table)
    reader.reads(file)
    areas = tmp_path / "areas.shp"
    areas.write_bytes(polygon_of_parts(count))
    index = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 54) + struct.pack("<2i8d", 1000, 5, *[0.0] * 8)
    areas.with_suffix(".shx").write_bytes(index + struct.pack(">2i", 50, 26))
    reader.reads(areas)
    interchange = tmp_path / "lines.mif"
    interchange.write_text(
        f'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns {count}\n a Char(9)\nData\n\nPline {count}\n1 2\n'
    )
    interchange.with_suffix(".mid").write_text('"x"\n')
    reader.reads(interchange)


@pytest.mark.parametrize("name", CASES)
def test_made_to_hurt(reader, tmp_path, name):
    made, ends = CASES[name]
    made()(tmp_path / name)
    assert reader.reads(tmp_path / name)["ended"] in ((ends,) if ends else ("rows", "error"))


def test_everything_in_the_chamber(reader, shared_data):
    files = sorted(file for file in (shared_data / "torture").rglob("*") if file.is_file())
    ended = [reader.reads(file)["ended"] for file in files]
    assert len(files) > 80
    assert ended.count("rows") > 60
    assert ended.count("error") >= 4
