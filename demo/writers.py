"""Files as suppliers make them: the formats, their encodings and their bad habits, reproducible to the byte."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from demo.blocks import Geometries
from demo.sheet import Sheet
from demo.table import Column

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FILE_DATE = (2025, 9, 30)
ZIP_DATE = (*FILE_DATE, 9, 0, 0)
CLOCK = "2025-09-30T09:00:00Z"
DBF_DATE, DBF_LANGUAGE = slice(1, 4), 29
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj")


def write_shapefile(path: Path, stem: str, sheet: Sheet, kind: str, crs: str) -> None:
    """A zipped shapefile in GBK that says nothing of it: no .cpg, language byte 0. The .prj is in ESRI's spelling."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / f"{stem}.shp"
        _write(made, stem, sheet.columns, sheet.geometry, kind, crs, driver="ESRI Shapefile", encoding="GBK")
        table = made.with_suffix(".dbf")
        content = bytearray(table.read_bytes())
        content[DBF_DATE] = bytes([FILE_DATE[0] - 1900, *FILE_DATE[1:]])
        content[DBF_LANGUAGE] = 0
        table.write_bytes(content)
        parts = {part: made.with_suffix(part).read_bytes() for part in SHAPEFILE_PARTS}
    _write_zip(path, {f"{stem}{part}": content for part, content in parts.items()})


def write_geopackage(path: Path, layer: str, sheet: Sheet, kind: str, crs: str) -> None:
    """A layer of a GeoPackage; other layers of the file stay."""
    _write(path, layer, sheet.columns, sheet.geometry, kind, crs, driver="GPKG")


def write_geojson(path: Path, sheet: Sheet) -> None:
    """A GeoJSON file in UTF-8 as RFC 7946 wants it: degrees, and no word of a coordinate system."""
    shapes = [json.loads(s) if s else None for s in shapely.to_geojson(_geometry(sheet))]
    heads = list(sheet.columns)
    rows = zip(*(column.tolist() for column in sheet.columns.values()), strict=True)
    features = [
        {"type": "Feature", "properties": dict(zip(heads, row, strict=True)), "geometry": shape}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")


def write_csv(path: Path, sheet: Sheet) -> None:
    """Comma-separated text as Excel saves it in China: GB18030, no byte order mark, CRLF."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.columns)
        writer.writerows(zip(*(column.tolist() for column in sheet.columns.values()), strict=True))


def write_ledger(path: Path, title: str, sheet: Sheet) -> None:
    """A workbook with one sheet: a merged title over all columns, the heading below it, then the rows."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    page = cast("Worksheet", book.active)
    page.title = "台账"
    page.append([title])
    page.append(["序号", *sheet.columns])
    for number, row in enumerate(zip(*(column.tolist() for column in sheet.columns.values()), strict=True), 1):
        page.append([number, *(cell if cell != "" else None for cell in row)])
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(sheet.columns) + 1)
    page["A1"].font, page["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    page.freeze_panes = "A3"
    made = io.BytesIO()
    book.save(made)
    _write_zip(path, dict(_without_clock(made)))


def _without_clock(workbook: io.BytesIO) -> Iterator[tuple[str, bytes]]:
    """The parts of a workbook, the moment of saving replaced by a fixed one."""
    with zipfile.ZipFile(workbook) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", CLOCK.encode(), content)
            yield name, content


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), content, zipfile.ZIP_DEFLATED)


def _write(
    path: Path, layer: str, columns: dict[str, Column], geometry: Geometries | None, kind: str, crs: str, **options: Any
) -> None:
    import pyogrio.raw

    shapes = shapely.to_wkb(np.asarray(geometry, object))
    with _fixed_clock():
        pyogrio.raw.write(
            path, layer=layer, geometry=shapes, field_data=list(columns.values()), fields=list(columns),
            geometry_type=kind, crs=crs, **options,
        )  # fmt: skip


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """GDAL writes the time into a GeoPackage; let it be always the same."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": CLOCK.replace("Z", ".000Z")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _geometry(sheet: Sheet) -> Geometries:
    if sheet.geometry is None:
        raise TypeError("a table with x and y has no geometry to write")
    return sheet.geometry
