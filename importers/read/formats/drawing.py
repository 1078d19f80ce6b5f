"""CAD drawings (DXF), by GDAL: one point for each block, its attributes as columns, layers by kind of geometry.

A drawing holds everything in one heap: symbols, lines, areas, lettering, the frame of the printed sheet. They are told
apart here, because a layer of the register takes one kind. The CAD layer and the block are columns, as candidates for
the class of an asset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from importers.encoding.detect import chosen, detect, lines_with_text, refuse_mixed
from importers.errors import DamagedFile, EmptyFile
from importers.geometry_collections import unwrapped
from importers.problems.problem import Code, Problem
from importers.read import gdal
from importers.read.file_type import Format
from importers.read.gdal_layers import extent
from importers.read.table import trimmed, undecodable
from importers.read.transcode import in_utf8
from importers.records import (
    SAMPLE_ROWS,
    DeclaredCrs,
    Encoding,
    Geometries,
    Request,
    Rows,
    SourceLayer,
    choose,
    described,
)

ENTITIES = "entities"
HEAD = 1 << 16
UNICODE_SINCE = b"AC1021"
CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([\w-]+)", re.IGNORECASE)
VERSION = re.compile(rb"\$ACADVER\s+1\s+(AC\d+)")
CURVED = "AcDb(Circle|Arc|Ellipse|Spline)"
# Of what GDAL tells of an entity: what a register has a use for.
KEPT = ("Layer", "BlockName", "Text", "EntityHandle", "Linetype", "BlockAngle")
POINTS, LINES, POLYGONS, TEXTS, LAYOUT, OTHERS = "points", "lines", "polygons", "texts", "layout", "others"
KINDS = {POINTS: "point", LINES: "line", POLYGONS: "polygon", TEXTS: "point", LAYOUT: "mixed", OTHERS: "mixed"}
BY_TYPE = {0: POINTS, 4: POINTS, 1: LINES, 5: LINES, 3: POLYGONS, 6: POLYGONS}


@dataclass
class Part:
    """What the drawing holds of one kind: how many, which columns have anything in them, the first rows."""

    rows: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    first: Rows | None = None


def inspect(path: Path, request: Request) -> list[SourceLayer]:
    """One layer for each kind of geometry that there is. Raises DamagedFile, UndecodableText."""
    encoding = _encoding(path, request)
    with in_utf8(path, encoding) as readable:
        return [_layer(name, part, encoding) for name, part in _survey(readable, encoding).items()]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Entities of one kind in batches, numbered by their place among all entities of the drawing, from 1."""
    encoding = _encoding(path, request)
    with in_utf8(path, encoding) as readable:
        parts = _survey(readable, encoding)
        name = choose(list(parts), request.layer)
        columns = list(parts[name].columns)
        for rows, kinds in _entities(readable, request.batch_rows, encoding):
            wanted = kinds == name
            if wanted.any():
                yield _only(rows, wanted, columns)


def _layer(name: str, part: Part, encoding: Encoding) -> SourceLayer:
    first = part.first
    assert first is not None, "a kind is there because a row of it was met"
    assert first.geometry is not None, "every entity has a place, if only None"
    heights = shapely.get_coordinates(first.geometry, include_z=True)[:, 2]
    dimensions = "XYZ" if (np.nan_to_num(heights) != 0).any() else "XY"
    return SourceLayer(
        name, Format.DXF, part.rows, described(first.columns), KINDS[name], encoding, DeclaredCrs(), dimensions,
        extent(first.geometry),
    )  # fmt: skip


def _survey(readable: Path, encoding: Encoding) -> dict[str, Part]:
    """Go through the drawing once: the attributes of blocks are only known when the last block has been met."""
    parts: dict[str, Part] = {}
    for rows, kinds in _entities(readable, SAMPLE_ROWS, encoding):
        for name in dict.fromkeys(kinds.tolist()):
            part, wanted = parts.setdefault(name, Part()), kinds == name
            here = _only(rows, wanted, list(rows.columns))
            part.rows += len(here)
            part.columns |= {column: None for column, cells in here.columns.items() if cells.null_count < len(cells)}
            part.first = part.first or here
    if not parts:
        raise EmptyFile("drawing.empty", name=readable.name)
    for part in parts.values():
        assert part.first is not None, "set in the loop above"
        part.first = _only(part.first, np.ones(len(part.first), dtype=bool), list(part.columns))
    return {name: parts[name] for name in KINDS if name in parts}


def _entities(readable: Path, batch_rows: int, encoding: Encoding) -> Iterator[tuple[Rows, NDArray[np.str_]]]:
    """All entities in batches, and the kind of each."""
    seen = 0
    for batch in gdal.features(readable, ENTITIES, batch_rows):
        numbers = np.arange(seen + 1, seen + len(batch.ids) + 1, dtype=np.int64)
        seen += len(numbers)
        geometry = unwrapped(batch.geometry)
        columns = {name: _tidy(batch.columns[name]) for name in KEPT if name in batch.columns}
        kinds = _kinds(geometry, batch.columns)
        columns = columns | _block_attributes(batch.columns.get("BlockAttributes"), columns)
        problems = undecodable(numbers, columns, encoding.name)
        shapes = batch.columns.get("SubClasses")
        if shapes is not None and pc.any(pc.match_substring_regex(shapes, CURVED)).as_py():
            problems.append(Problem(Code.CURVES_LINEARISED))
        yield Rows(numbers, columns, geometry, problems), kinds


def _tidy(column: pa.Array) -> pa.Array:
    return trimmed(column) if pa.types.is_string(column.type) else column


def _kinds(geometry: Geometries, columns: dict[str, pa.Array]) -> NDArray[np.str_]:
    types = shapely.get_type_id(geometry)
    kinds = np.full(len(geometry), OTHERS, dtype="U8")
    for code, name in BY_TYPE.items():
        kinds[types == code] = name
    written = pc.and_(columns["Text"].is_valid(), columns["BlockName"].is_null()).to_numpy(zero_copy_only=False)
    kinds[written & (kinds == POINTS)] = TEXTS
    on_paper = columns["PaperSpace"].cast(pa.bool_()).fill_null(False).to_numpy(zero_copy_only=False)
    kinds[on_paper] = LAYOUT
    return kinds


def _block_attributes(lists: pa.Array | None, taken: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """A column for each tag of the blocks' attributes, which GDAL hands over as lists of "TAG value"."""
    if lists is None or lists.null_count == len(lists):
        return {}
    pairs = pc.split_pattern(pc.list_flatten(lists), " ", max_splits=1)
    tags = pc.list_element(pairs, 0)
    values = pc.replace_substring_regex(pc.list_flatten(lists), r"^\S* ?", "")
    owners = pc.list_parent_indices(lists).to_numpy()
    columns: dict[str, pa.Array] = {}
    for tag in tags.unique().to_pylist():
        at = pc.equal(tags, tag).to_numpy(zero_copy_only=False)
        place = np.full(len(lists), -1, dtype=np.int64)
        place[owners[at]] = np.flatnonzero(at)
        name = tag if tag and tag not in taken else f"{tag}_2"
        columns[name] = trimmed(values.take(pa.array(place, mask=place < 0)))
    return columns


def _only(rows: Rows, wanted: NDArray[np.bool_], columns: list[str]) -> Rows:
    """Some of the rows, with these columns; one that is missing in this batch is empty."""
    assert rows.geometry is not None, "every entity has a place, if only None"
    mask = pa.array(wanted)
    count = int(wanted.sum())
    taken = {
        name: rows.columns[name].filter(mask) if name in rows.columns else pa.nulls(count, pa.string())
        for name in columns
    }
    numbers = rows.numbers[wanted]
    problems = [p for p in rows.problems if p.row is None or p.row in numbers]
    return Rows(numbers, taken, rows.geometry[wanted], problems)


def _encoding(path: Path, request: Request) -> Encoding:
    """Since the 2007 version drawings are in UTF-8, before it in the code page that the header names; neither is believed."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - 256))
        if b"EOF" not in file.read():
            raise DamagedFile("drawing.cut", name=path.name)
    if request.encoding:
        return chosen(request.encoding)
    page, version = CODE_PAGE.search(head), VERSION.search(head)
    said = page[1].decode() if page is not None else None
    if version is not None and version[1] >= UNICODE_SINCE:
        said = "UTF-8"
    found = detect(list(lines_with_text(path)), said, "header")
    refuse_mixed(path, found)
    return found
