"""Write the small deliveries of this folder: one set of six street lamps in every format and muddle that is read.

Run it after a change: `python tests/data/make_deliveries.py`. The files are committed, because a test that writes its
own input would only prove that writer and reader agree.
"""

from __future__ import annotations

import csv
import re
import sqlite3
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pyogrio.raw
import pyproj
import shapely
from old_excel import write_xls
from openpyxl import Workbook

from importers.crs.gcj02 import wgs84_to_gcj02

HERE = Path(__file__).parent
LON = 120.1550123 + 0.001 * np.arange(6)
LAT = 30.3200456 + 0.0005 * np.arange(6)
CODES = [f"33010501180{n:05d}" for n in range(1, 7)]
HEADINGS = ("标识码", "名称", "小类", "状态", "主管部门", "养护单位", "初始日期", "材质", "灯高")
STATES = ("完好", "完好", "破损", "完好", "废弃", "完好")
SCHEMA_EXTENSION = """
    create table if not exists gpkg_data_columns (table_name text, column_name text, name text, title text,
        description text, mime_type text, constraint_name text);
    create table if not exists gpkg_data_column_constraints (constraint_name text, constraint_type text, value text,
        min numeric, min_is_inclusive boolean, max numeric, max_is_inclusive boolean, description text);
    insert into gpkg_extensions values
        ('gpkg_data_columns', null, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
        ('gpkg_data_column_constraints', null, 'gpkg_schema',
         'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
"""
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


def metres(epsg: int) -> tuple[list[float], list[float]]:
    """Easting and northing of the lamps."""
    east, north = pyproj.Transformer.from_crs(4490, epsg, always_xy=True).transform(LON, LAT)
    return east.tolist(), north.tolist()


def in_one_cell() -> None:
    """Positions in a single column, as survey programs print them: X is north, and Y carries the zone."""
    surveyed = [f"X={north:.4f} Y={east:.4f}" for east, north in zip(*metres(4528), strict=True)]
    angles = [f"{dms(y)}N {dms(x)}E" for x, y in zip(LON, LAT, strict=True)]
    for name, column, delimiter in (("lamps_xy.csv", surveyed, ";"), ("lamps_dms.txt", angles, "|")):
        with (HERE / name).open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow((*HEADINGS, "坐标"))
            writer.writerows([*row, cell] for row, cell in zip(rows(), column, strict=True))


def dms(degrees: float) -> str:
    """Degrees, minutes and seconds to a ten-thousandth of a millimetre."""
    minutes, seconds = divmod(round(degrees * 3600, 6), 60)
    return f"{int(minutes // 60)}°{int(minutes % 60):02}′{seconds:09.6f}″"


def packed() -> None:
    """Degrees, minutes and seconds in one number, and the heading says so."""
    with (HERE / "lamps_packed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*HEADINGS, "经度(度.分秒)", "纬度(度.分秒)"))
        for row, x, y in zip(rows(), LON, LAT, strict=True):
            numbers = [dms(value).replace("°", ":").replace(".", "") for value in (x, y)]
            writer.writerow([*row, *(re.sub("[′″]", "", number).replace(":", ".") for number in numbers)])


def two_rows_of_heading() -> None:
    """Ledgers whose heading runs over two rows with units below: merged in XLSX and XLS, with gaps in ODS."""
    cells = [[*row[:8], 8.5, float(x), float(y)] for row, x, y in zip(rows(), LON, LAT, strict=True)]
    upper = [*HEADINGS[:4], "单位", None, *HEADINGS[6:], "坐标", None]
    lower = [None, None, None, None, "主管部门", "养护单位", None, None, None, "经度", "纬度"]
    units = [None] * 8 + ["m", "°", "°"]
    title: list[list[str | float | None]] = [["示例区路灯普查台账", *[None] * 10]]
    sheet = [*title, upper, lower, units, *cells]
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "路灯"
    for row in sheet:
        page.append(row)
    merged = [(0, 0, 0, 10), (1, 1, 4, 5), (1, 1, 9, 10), *((1, 2, column, column) for column in (0, 1, 2, 3, 6, 7, 8))]
    for top, bottom, left, right in merged:
        page.merge_cells(start_row=top + 1, end_row=bottom + 1, start_column=left + 1, end_column=right + 1)
    book.save(HERE / "lamps_two_rows.xlsx")
    write_xls(HERE / "lamps.xls", "路灯", sheet, merged)
    opendocument(HERE / "lamps.ods", sheet)


def opendocument(path: Path, sheet: Sequence[Sequence[str | float | None]]) -> None:
    """A sheet as LibreOffice writes it, with its million of empty rows below."""

    def cell(value: str | float | None) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in sheet)
    gap = '<table:table-cell table:number-columns-repeated="16384"/>'
    below = f'<table:table-row table:number-rows-repeated="1048566">{gap}</table:table-row>'
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            member("META-INF/manifest.xml"),
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            member("content.xml"),
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body><office:spreadsheet>'
            f'<table:table table:name="路灯">{body}{below}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )


def member(name: str) -> zipfile.ZipInfo:
    """A member with a date of its own, so that the same lamps make the same file."""
    info = zipfile.ZipInfo(name, (2024, 3, 15, 8, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def keyhole() -> None:
    """KML in two folders, attributes in ExtendedData, the second folder empty of places; and the same as KMZ."""

    def placemark(row: list[str], x: float, y: float) -> str:
        data = "".join(
            f'<SimpleData name="{h}">{v}</SimpleData>' for h, v in zip(HEADINGS, row, strict=True) if h != "名称"
        )
        where = f"<Point><coordinates>{x:.9f},{y:.9f},12</coordinates></Point>"
        return (
            f"<Placemark><name>{row[1]}</name><ExtendedData><SchemaData schemaUrl='#lamp'>{data}</SchemaData>"
            f"</ExtendedData>{where}</Placemark>"
        )

    fields = "".join(f'<SimpleField type="string" name="{h}"/>' for h in HEADINGS if h != "名称")
    places = "".join(placemark(row, x, y) for row, x, y in zip(rows(), LON, LAT, strict=True))
    text = (
        '<?xml version="1.0" encoding="GB2312"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>普查</name>'
        f'<Schema name="lamp" id="lamp">{fields}</Schema><Folder><name>路灯</name>{places}</Folder></Document></kml>'
    )
    (HERE / "lamps.kml").write_text(text, encoding="gb18030")
    with zipfile.ZipFile(HERE / "lamps.kmz", "w") as archive:
        archive.writestr(member("doc.kml"), text.replace("GB2312", "UTF-8"))
        archive.writestr(member("files/lamp.png"), b"\x89PNG\r\n\x1a\n")


def drawing() -> None:
    """A drawing: a block with line work, an insert with attributes for each lamp, in GBK, without a system."""
    pairs: list[tuple[int, object]] = [(0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1015")]
    pairs += [(9, "$DWGCODEPAGE"), (3, "ANSI_936"), (0, "ENDSEC"), (0, "SECTION"), (2, "BLOCKS")]
    pairs += [(0, "BLOCK"), (8, "0"), (2, "灯符号"), (70, 2), (10, 0), (20, 0), (30, 0)]
    pairs += [(0, "CIRCLE"), (8, "0"), (10, 0), (20, 0), (40, 0.5), (0, "ENDBLK"), (0, "ENDSEC")]
    pairs += [(0, "SECTION"), (2, "ENTITIES")]
    for number, (row, east, north) in enumerate(zip(rows(), *metres(4549), strict=True)):
        place = [(10, f"{east:.6f}"), (20, f"{north:.6f}"), (30, 0)]
        pairs += [(0, "INSERT"), (5, f"{256 + number:X}"), (8, "路灯"), (66, 1), (2, "灯符号"), *place]
        for heading, value in zip(HEADINGS, row, strict=True):
            if heading != "小类":  # the CAD layer says it
                pairs += [(0, "ATTRIB"), (8, "路灯"), *place, (40, 1), (1, value), (2, heading), (70, 0)]
        pairs += [(0, "SEQEND"), (8, "路灯")]
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    text = "".join(f"{code:>3}\r\n{value}\r\n" for code, value in pairs)
    (HERE / "lamps.dxf").write_bytes(text.encode("gb18030"))


def by_gdal() -> None:
    """MapInfo in GBK, native and as text; features line by line; a geodatabase with the states as coded values."""
    wkb = shapely.to_wkb(shapely.points(LON, LAT))
    columns = [np.array(column, dtype=object) for column in zip(*rows(), strict=True)]
    how = {"geometry_type": "Point", "crs": "EPSG:4490"}
    with TemporaryDirectory() as folder:
        here = Path(folder)
        east, north = metres(4549)
        flat = shapely.to_wkb(shapely.points(east, north))
        pyogrio.raw.write(here / "lamps.tab", flat, columns, list(HEADINGS), driver="MapInfo File", ENCODING="CP936",
                          geometry_type="Point", crs="EPSG:4549", BOUNDS="300000,3000000,700000,3700000")  # fmt: skip
        text = (here / "lamps.tab").read_bytes().replace(b"WindowsSimpChinese", b"Neutral")
        (here / "lamps.tab").write_bytes(text)  # as programs write it that know of no charset
        with zipfile.ZipFile(HERE / "lamps_tab.zip", "w") as archive:
            for part in sorted(here.glob("lamps.*")):
                archive.writestr(member(f"路灯/{part.name}"), part.read_bytes())
        pyogrio.raw.write(HERE / "lamps.mif", wkb, columns, list(HEADINGS), driver="MapInfo File", FORMAT="MIF",
                          ENCODING="CP936", **how)  # fmt: skip
        for name, separator in (("lamps.geojsonl", "NO"), ("lamps.geojsons", "YES")):
            pyogrio.raw.write(HERE / name, wkb, columns, list(HEADINGS), driver="GeoJSONSeq", RS=separator, **how)
        geodatabase(here, wkb, columns)


def geodatabase(folder: Path, wkb: np.ndarray, columns: list[np.ndarray]) -> None:
    """A geodatabase in a zip. Only `ogr2ogr` writes domains, from those of a GeoPackage."""
    codes = {word: str(number) for number, word in enumerate(("完好", "破损", "丢失", "废弃"), 1)}
    columns = [*columns[:3], np.array([codes[state] for state in STATES], dtype=object), *columns[4:]]
    pyogrio.raw.write(folder / "lamps.gpkg", wkb, columns, list(HEADINGS), driver="GPKG", geometry_type="Point",
                      crs="EPSG:4490")  # fmt: skip
    with sqlite3.connect(folder / "lamps.gpkg") as database:
        database.executescript(SCHEMA_EXTENSION)
        database.execute("insert into gpkg_data_columns values ('lamps', '状态', '状态', null, null, null, 'state')")
        database.executemany(
            "insert into gpkg_data_column_constraints values ('state', 'enum', ?, null, null, null, null, ?)",
            [(code, word) for word, code in codes.items()],
        )
    database.close()
    subprocess.run(["ogr2ogr", "-f", "OpenFileGDB", folder / "lamps.gdb", folder / "lamps.gpkg"], check=True)
    with zipfile.ZipFile(HERE / "lamps_gdb.zip", "w") as archive:
        for part in sorted((folder / "lamps.gdb").iterdir()):
            archive.writestr(member(f"lamps.gdb/{part.name}"), part.read_bytes())


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
    in_one_cell()
    packed()
    two_rows_of_heading()
    features()
    by_gdal()
    keyhole()
    drawing()
    zipped()


if __name__ == "__main__":
    main()
