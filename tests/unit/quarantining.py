"""Rows of a delivery put into quarantine, for the tests of it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pyogrio.raw

from importers.problems.problem import Problem
from importers.quarantine.export import Quarantine, write_quarantine

DATA = Path(__file__).parents[1] / "data"


def made(name: str, folder: Path) -> Path:
    """A delivery in a folder of its own, with the parts of a shapefile."""
    if name.startswith("made"):
        meta, rows = pyogrio.raw.read_arrow(DATA / "lamps.gpkg")
        pyogrio.raw.write_arrow(rows, folder / name, driver="LIBKML", geometry_name="geom",
                                geometry_type="Point Z", crs=meta["crs"])  # fmt: skip
        return folder / name
    for part in DATA.glob(f"{Path(name).stem}.*"):
        if (
            part.suffix == Path(name).suffix
            or (name.endswith(".shp") and part.suffix in (".dbf", ".shx", ".prj", ".cpg"))
            or (name.endswith(".mif") and part.suffix == ".mid")
        ):
            shutil.copy(part, folder)
    return folder / name


def quarantined(path: Path, rows: dict[int, list[Problem]], folder: Path) -> Quarantine:
    folder.mkdir(exist_ok=True)
    return write_quarantine(path, None, rows, folder)


def parts_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {Path(name).suffix: opened.read(name) for name in opened.namelist()}
