"""Files and tiles as text: what is in them, not how they are packed."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mapbox_vector_tile
from openpyxl import load_workbook
from PIL import Image

from .normal import Normal

# What a GeoPackage says of the moment it was written.
TIMED = frozenset({"last_change"})


def body(normal: Normal, content: bytes, mimetype: str, name: str = "") -> str:
    """The content of an answer or a file, by its type or else by its first bytes."""
    if mimetype == "text/html":
        return normal.html(content.decode("utf-8"))
    if mimetype in ("application/json", "application/geo+json"):
        return normal.json(content)
    if mimetype == "application/vnd.mapbox-vector-tile":
        return normal.json(json.dumps(tile(content), ensure_ascii=False))
    return file(normal, content, name)


def tile(content: bytes) -> Any:
    """A vector tile: layers with their features in the order in which they are drawn."""
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})


def file(normal: Normal, content: bytes, name: str = "") -> str:
    """A file of any kind that the program writes."""
    if content.startswith(b"PK\3\4"):
        return _archive(normal, content, name)
    if content.startswith(b"SQLite format 3"):
        return normal.text(_database(content))
    if content.startswith(b"%PDF"):
        return f"PDF: {_pages(content)} pages"
    if content.startswith(b"\xff\xd8\xff"):
        with Image.open(io.BytesIO(content)) as picture:
            return f"JPEG {picture.size} exif {dict(picture.getexif())} pixels {_sum(picture.tobytes())}"
    return _text_or_sum(normal, content, name)


def _text_or_sum(normal: Normal, content: bytes, name: str) -> str:
    if name.endswith((".geojson", ".json")):
        return normal.json(content)
    if name.endswith((".html", ".htm")):
        return normal.html(content.decode("utf-8"))
    if name.endswith(".dbf"):
        return f"DBF {len(content)} bytes {_sum(content[4:])}\n{normal.text(content.decode('gb18030', 'replace'))[:4000]!r}"
    if b"\0" not in content:
        for encoding in ("utf-8", "gb18030"):
            try:
                return f"text in {encoding}\n{normal.text(content.decode(encoding))}"
            except UnicodeDecodeError:
                continue
    return f"{len(content)} bytes {_sum(content)}"


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _pages(content: bytes) -> int:
    """Of a PDF: counted in its object streams too."""
    found = content.count(b"/Type /Page\n") + content.count(b"/Type /Page/")
    for part in content.split(b"stream")[1:]:
        try:
            text = zlib.decompressobj().decompress(part.lstrip(b"\r\n"))
        except zlib.error:
            continue
        found += text.count(b"/Type /Page/") + text.count(b"/Type /Page ")
    return found


def _archive(normal: Normal, content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" in names:
            return normal.text(_workbook(content))
        parts = [f"--- {member}\n{file(normal, archive.read(member), member)}" for member in sorted(names)]
    return "\n".join([f"zip {name}", *parts])


def _workbook(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    lines = []
    for sheet in book.worksheets:
        lines.append(f"--- sheet {sheet.title} {sheet.dimensions} merged {sorted(map(str, sheet.merged_cells.ranges))}")
        lines += [repr([cell.value for cell in row]) for row in sheet.iter_rows()]
    return "\n".join(lines)


def _database(content: bytes) -> str:
    """Every table of an SQLite file (a GeoPackage), but its trees of boxes."""
    lines = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.gpkg"
        path.write_bytes(content)
        connection = sqlite3.connect(path)
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for table, definition in tables:
            if table.startswith(("rtree_", "sqlite_")):
                continue
            lines.append(f"--- {definition}")
            rows = connection.execute(f'SELECT * FROM "{table}"')
            heads = [column[0] for column in rows.description]
            lines += sorted(repr({h: v for h, v in zip(heads, row, strict=True) if h not in TIMED}) for row in rows)
        connection.close()
    return "\n".join(lines)
