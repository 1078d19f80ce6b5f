"""Files that are made to hurt: too wide, too deep, too long, telling lies, swelling when they are opened."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
Writer = Callable[[Path], None]
SHEET_START = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
LAUGHS = (
    "<!DOCTYPE k [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def text(content: str | bytes) -> Writer:
    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def zipped(*members: tuple[str, bytes], depth: int = 1) -> Writer:
    """A zip, in a zip, as often as told."""

    def write(path: Path) -> None:
        inner = list(members)
        for level in range(depth):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, body in inner:
                    archive.writestr(name, body)
            inner = [(f"{level}.zip", path.read_bytes())]

    return write


def _rewritten(source: str, change: Callable[[str, bytes], bytes | str]) -> Writer:
    def write(path: Path) -> None:
        with zipfile.ZipFile(DATA / source) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for info in whole.infolist():
                made.writestr(info.filename, change(info.filename, whole.read(info)))

    return write


def workbook(sheet: str, before: str = "", merged: str = "") -> Writer:
    """An XLSX whose first sheet holds this."""
    body = f"{before}{SHEET_START}<sheetData>{sheet}</sheetData>{merged}</worksheet>"
    return _rewritten("lamps_gcj02.xlsx", lambda name, was: body if name.endswith("sheet1.xml") else was)


def swollen() -> Writer:
    """A workbook whose sheet says of itself that it is of 300 MB."""

    def write(path: Path) -> None:
        workbook(cell("A1"))(path)
        body = bytearray(path.read_bytes())
        entry = body.rindex(b"PK\x01\x02", 0, body.rindex(b"sheet1.xml"))
        struct.pack_into("<I", body, entry + 24, 300 << 20)
        path.write_bytes(body)

    return write


def ods(rows: str) -> Writer:
    """An ODS whose only sheet holds these rows."""

    def change(_name: str, was: bytes) -> str:
        content = was.decode()
        start, end = content.find("<table:table-row"), content.rfind("</table:table>")
        return content[:start] + rows + content[end:] if start > 0 else content

    return _rewritten("lamps.ods", change)


def drawing(entities: str, blocks: str = "") -> Writer:
    """A DXF of group codes and values in turn."""
    pairs = f"0 SECTION 2 BLOCKS {blocks} 0 ENDSEC 0 SECTION 2 ENTITIES {entities} 0 ENDSEC 0 EOF"
    return text("\n".join(pairs.split()) + "\n")


def feature(properties: str = "{}", geometry: str = "") -> str:
    place = geometry or '{"type":"Point","coordinates":[120.1,30.3]}'
    return f'{{"type":"Feature","properties":{properties},"geometry":{place}}}'


def keyhole(body: str, before: str = "") -> str:
    return f"{before}<kml>{body}</kml>"


def cell(reference: str, value: int = 1) -> str:
    return f'<row r="{reference.lstrip("ABCDEFX")}"><c r="{reference}"><v>{value}</v></c></row>'


def repeated(rows: int, columns: int, content: str = "<text:p>x</text:p>") -> str:
    inside = f'<table:table-cell table:number-columns-repeated="{columns}">{content}</table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{rows}">{inside}</table:table-row>'


CELL_10MB = "x" * 10_000_000
UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>'
COLLECTIONS = '{"type":"GeometryCollection","geometries":[' * 500 + '{"type":"Point","coordinates":[1,2]}' + "]}" * 500
MERGED = "".join(f'<mergeCell ref="A{n}:A9000"/>' for n in range(1, 4000))
INLINE = '<c t="inlineStr"><is><t>{}</t></is></c>'
BLOCK = "0 BLOCK 2 A 10 0 20 0 {} 0 ENDBLK"
ARRAY = "0 INSERT 8 0 2 A 10 1 20 2 70 30000 71 30000 44 1 45 1"
LINKED = b'!table\n!version 300\nDefinition Table\n  Type LINKED Charset "Neutral"\n'
RASTER = '!table\n!version 300\nDefinition Table\n  File "/etc/passwd"\n  Type RASTER\n'

# name: what writes it (not before it is wanted: some are large), how it must end (None: either way)
CASES: dict[str, tuple[Callable[[], Writer], str | None]] = {
    "columns.csv": (lambda: text(",".join(f"c{n}" for n in range(5000)) + "\n" + ("1," * 4999 + "1\n") * 20), "rows"),
    "cell.csv": (lambda: text("id,x\n1," + "路" * 3_400_000 + "\n2,y\n"), "rows"),
    "cells.csv": (lambda: text("id,x\n" + f'1,"{"a" * 99}\n' * 3 + "b" * 10_000_000), None),
    "long_line.csv": (lambda: text("1," * 5_000_000), "error"),
    "quote.csv": (lambda: text('id,name\n1,"a\n' + "2,b\n" * 200_000), "error"),
    "quotes.csv": (lambda: text("a,b\n" + '"' * 2_000_001), None),
    "nul.csv": (lambda: text(b"a,b\n1,\0\0\0x\n\0,2\n"), None),
    "separators.csv": (lambda: text("," * 1_000_000 + "\n"), "error"),
    "one_line.json": (lambda: text(f'{{"type":"FeatureCollection","features":[{",".join([feature()] * 20_000)}]}}'), "rows"),
    "columns.geojson": (lambda: text(feature(json.dumps({f"c{n}": n for n in range(5000)}))), "rows"),
    "cell.geojson": (lambda: text(feature(json.dumps({"a": CELL_10MB}))), "rows"),
    "deep.geojson": (lambda: text('{"a":' * 200_000), "error"),
    "deep_value.geojson": (lambda: text(feature('{"a":' + "[" * 5000 + "]" * 5000 + "}")), None),
    "deep_place.geojson": (lambda: text(feature(geometry=COLLECTIONS)), None),
    "numbers.geojson": (lambda: text(feature('{"a":1e999}', '{"type":"Point","coordinates":[1e308,1e999]}')), None),
    "half.geojsonl": (lambda: text((feature() + "\n") * 5 + feature()[:20]), None),
    "wrong.geojsonl": (lambda: text((feature() + "\n") * 3 + "not json\n" + feature() + "\n"), None),
    "laughs.kml": (lambda: text(keyhole("<Placemark><name>&j;</name></Placemark>", LAUGHS)), "error"),
    "laughs_16.kml": (lambda: text(keyhole("<name>&j;</name>", UTF_16 + LAUGHS).encode("utf-16")), "error"),
    "late.kml": (lambda: text(f"<kml><!--{' ' * 2_000_000}--></kml>{LAUGHS}"), "error"),
    "deep.kml": (lambda: text("<kml>" + "<Folder>" * 20_000), "error"),
    "folders.kml": (lambda: text(keyhole("<Folder><name>a</name>" * 300 + "</Folder>" * 300)), None),
    "cell.kml": (lambda: text(keyhole(f"<Placemark><name>{CELL_10MB}</name></Placemark>")), None),
    "laughs.kmz": (lambda: zipped(("doc.kml", keyhole("<name>&j;</name>", LAUGHS).encode())), "error"),
    "far_corner.xlsx": (lambda: workbook(cell("A1") + cell("XFD1048576")), "error"),
    "far_row_first.xlsx": (lambda: workbook(cell("AAA900000") + cell("A1")), "error"),
    "columns.xlsx": (lambda: workbook(("<row>" + "<c><v>7</v></c>" * 5000 + "</row>") * 3), "rows"),
    "merged.xlsx": (lambda: workbook(cell("B1") + cell("A9000"), merged=f"<mergeCells>{MERGED}</mergeCells>"), None),
    "whole.xlsx": (lambda: workbook(cell("A1"), merged='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), None),
    "laughs.xlsx": (lambda: workbook(f"<row>{INLINE.format('&j;')}</row>", LAUGHS), "error"),
    "cell.xlsx": (lambda: workbook(f"<row>{INLINE.format(CELL_10MB)}<c><v>1</v></c></row>"), None),
    "swollen.xlsx": (swollen, "error"),
    "rows.ods": (lambda: ods(repeated(1_048_576, 16_384)), "error"),
    "hollow.ods": (lambda: ods(repeated(1_000_000, 16_384, "") + repeated(1, 1000)), "error"),
    "block_in_itself.dxf": (lambda: drawing("0 INSERT 8 0 2 A 10 1 20 2", BLOCK.format("0 INSERT 8 0 2 A 10 1 20 1")), None),
    "array.dxf": (lambda: drawing(ARRAY, BLOCK.format("0 POINT 8 0 10 0")), None),
    "spline.dxf": (lambda: drawing("0 SPLINE 8 0 70 0 71 2147483647 72 2147483647 73 2147483647 40 0 10 0 20 0"), None),
    "unended.dxf": (lambda: text("0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n0\n10\n1\n20\n2\n"), "error"),
    "nothing.dxf": (lambda: drawing(""), "error"),
    "three.zip": (lambda: zipped(("a.csv", b"a,b\n1,2\n"), depth=3), "error"),
    "two.zip": (lambda: zipped(("a.csv", b"a,b\n1,2\n"), depth=2), "rows"),
    "bomb_in_zip.zip": (lambda: zipped(("a.csv", bytes(80 << 20)), depth=2), "error"),
    "bomb.kmz": (lambda: zipped(("doc.kml", b"<kml>" + b" " * (80 << 20))), "error"),
    "not_a_zip.zip": (lambda: zipped(("a.zip", b"PK\x03\x04 nothing")), "error"),
    "long_names.zip": (lambda: zipped(("路" * 200 + ".csv", b"a,b\n1,2\n")), "rows"),
    "gdb.zip": (lambda: zipped(("a.gdb/a00000001.gdbtable", b"\3\0\0\0" + b"\xff" * 100), ("a.gdb/gdb", b"\5\0\0\0")), "error"),
    "tab.zip": (lambda: zipped(("a.tab", LINKED), ("b.tab", b"")), "error"),
    "seamless.tab": (lambda: text(RASTER), "error"),
    "magic.parquet": (lambda: text(b"PAR1" + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"), "error"),
    "magic.fgb": (lambda: text(b"fgb\x03fgb\x00" + struct.pack("<I", 0x7FFFFFFF) + bytes(64)), "error"),
    "magic.gpkg": (lambda: text(b"SQLite format 3\0" + bytes(4096)), "error"),
    "magic.xls": (lambda: text(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096), "error"),
}  # fmt: skip
