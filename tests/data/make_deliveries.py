"""Write the small deliveries of this folder: one set of six street lamps in every format and muddle that is read.

Run it after a change: `python tests/data/make_deliveries.py`. The files are committed, because a test that writes its
own input would only prove that writer and reader agree.
"""

from __future__ import annotations

import csv
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pyogrio.raw
import pyproj
import shapely
from openpyxl import Workbook

from importers.coordinates import wgs84_to_gcj02

HERE = Path(__file__).parent
LON = 120.1550123 + 0.001 * np.arange(6)
LAT = 30.3200456 + 0.0005 * np.arange(6)
CODES = [f"33010501180{n:05d}" for n in range(1, 7)]
HEADINGS = ("标识码", "名称", "小类", "状态", "主管部门", "养护单位", "初始日期", "材质", "灯高")
STATES = ("完好", "完好", "破损", "完好", "废弃", "完好")
DATES = ("20240315", "2024-03-15", "2024/3/15", "2024年3月15日", "2024.3.15", "45366")


def rows(dates: tuple[str, ...] = DATES) -> list[list[str]]:
    """The attributes, in the order of HEADINGS."""
    return [
        [CODES[n], f"湖墅路灯{n + 1}号", "路灯", STATES[n], "示例区城市管理局", "示例照明养护有限公司", dates[n], "铸铁", "8.5"]
        for n in range(6)
    ]  # fmt: skip


def shapefile(stem: Path, codec: str, fields: list[tuple[bytes, int]], cells: list[list[bytes]]) -> None:
    """Points in EPSG:4549 with a DBF written byte by byte: no writer would make these on purpose."""
    east, north = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(LON, LAT)
    record = np.dtype([("no", ">i4"), ("len", ">i4"), ("type", "<i4"), ("x", "<f8"), ("y", "<f8")])
    shapes = np.zeros(6, dtype=record)
    shapes["no"], shapes["len"], shapes["type"], shapes["x"], shapes["y"] = np.arange(1, 7), 10, 1, east, north
    index = np.column_stack((50 + 14 * np.arange(6), np.full(6, 10))).astype(">i4")
    box = struct.pack("<8d", east.min(), north.min(), east.max(), north.max(), 0, 0, 0, 0)
    for suffix, body in ((".shp", shapes.tobytes()), (".shx", index.tobytes())):
        head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + struct.pack("<2i", 1000, 1) + box
        stem.with_suffix(suffix).write_bytes(head + body)
    stem.with_suffix(".dbf").write_bytes(dbf(fields, cells))
    stem.with_suffix(".prj").write_text(pyproj.CRS(4549).to_wkt("WKT1_ESRI"))
    if codec:
        stem.with_suffix(".cpg").write_text(codec)


def dbf(fields: list[tuple[bytes, int]], cells: list[list[bytes]], language: int = 0) -> bytes:
    """A table of text fields; names are cut after ten bytes, wherever that is, as Windows programs do."""
    width = 1 + sum(size for _name, size in fields)
    head = struct.pack("<4BIHH16xBxxx", 3, 124, 3, 15, len(cells), 33 + 32 * len(fields), width, language)
    for name, size in fields:
        head += name[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([size, 0]) + bytes(14)
    body = b"".join(
        b" " + b"".join(cell[:size].ljust(size) for cell, (_name, size) in zip(row, fields, strict=True))
        for row in cells
    )
    return head + b"\r" + body + b"\x1a"


def lamps_as(codec: str, stem: str, cpg: str = "") -> None:
    """The lamps as a shapefile in one encoding, declared or not, rightly or not."""
    sizes = (16, 30, 12, 8, 40, 60, 20, 12, 8)
    fields = [(heading.encode(codec), size) for heading, size in zip(HEADINGS, sizes, strict=True)]
    shapefile(HERE / stem, cpg, fields, [[cell.encode(codec) for cell in row] for row in rows()])


def table(path: Path, encoding: str, delimiter: str = ",") -> None:
    """A ledger with degrees of CGCS2000."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow((*HEADINGS, "经度", "纬度"))
        writer.writerows([*row, f"{x:.9f}", f"{y:.9f}"] for row, x, y in zip(rows(), LON, LAT, strict=True))


def workbook(path: Path) -> None:
    """A ledger as offices keep it: title, remark, heading in row 3, manager merged downwards, degrees of GCJ-02."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "路灯台账"
    sheet.append(["示例区路灯普查台账"])
    sheet.append(["填报单位：示例照明养护有限公司"])
    sheet.append([*HEADINGS, "经度(GCJ02)", "纬度(GCJ02)"])
    lon, lat = wgs84_to_gcj02(LON, LAT)
    for number, (row, x, y) in enumerate(zip(rows(), lon, lat, strict=True)):
        cells = [*row[:8], 8.5, float(x), float(y)]
        sheet.append([None if number and column == 4 else cell for column, cell in enumerate(cells)])
    sheet.merge_cells("A1:K1")
    sheet.merge_cells("E4:E9")
    book.create_sheet("空表")
    book.save(path)


def features() -> None:
    """GeoPackage, GeoJSON, FlatGeobuf and GeoParquet, with Z that has to go."""
    wkb = shapely.to_wkb(shapely.points(LON, LAT, np.full(6, 12.0)), output_dimension=3)
    columns = [np.array(column, dtype=object) for column in zip(*rows(), strict=True)]
    for name, driver in (("lamps.gpkg", "GPKG"), ("lamps.geojson", "GeoJSON"), ("lamps.fgb", "FlatGeobuf")):
        (HERE / name).unlink(missing_ok=True)
        in_order = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}  # its index sorts the features
        pyogrio.raw.write(
            HERE / name,
            wkb,
            columns,
            list(HEADINGS),
            geometry_type="Point Z",
            crs="EPSG:4490",
            driver=driver,
            **in_order,
        )
    geo = (
        '{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["Point Z"],'
        '"crs":{"type":"GeographicCRS","name":"China Geodetic Coordinate System 2000","id":{"authority":"EPSG","code":4490}}}}}'
    )
    arrays = [pa.array(column.tolist()) for column in columns] + [pa.array(wkb.tolist(), pa.binary())]
    whole = pa.table(arrays, names=[*HEADINGS, "geometry"]).replace_schema_metadata({"geo": geo})
    pyarrow.parquet.write_table(whole, HERE / "lamps.parquet")


def zipped() -> None:
    """A shapefile in a zip as Windows packs it: names in GBK without the UTF-8 mark, in a folder."""
    packed, name = HERE / "lamps_gbk.zip", "路灯成果/路灯".encode("gbk")
    stand_in = "x" * len(name)  # zipfile writes no GBK names, so they are put in afterwards
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            member = zipfile.ZipInfo(stand_in + suffix, (2024, 3, 15, 8, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, (HERE / "lamps_gbk").with_suffix(suffix).read_bytes())
        archive.writestr("readme.pdf", b"%PDF-1.4")
    packed.write_bytes(packed.read_bytes().replace(stand_in.encode(), name))


def main() -> None:
    """All files."""
    lamps_as("gb18030", "lamps_gbk")
    lamps_as("utf-8", "lamps_utf8", "UTF-8")
    lamps_as("gb18030", "lamps_wrong_cpg", "UTF-8")
    lamps_as("utf-8", "lamps_utf8_said_gbk", "GBK")
    table(HERE / "lamps_gb18030.csv", "gb18030")
    table(HERE / "lamps_utf8_bom.csv", "utf-8-sig")
    table(HERE / "lamps.tsv", "utf-8", "\t")
    workbook(HERE / "lamps_gcj02.xlsx")
    features()
    zipped()


if __name__ == "__main__":
    main()
