"""Rows as a reader gives them, as MapInfo or GeoPackage: for what GDAL cannot decode, or nobody writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from importers.encoding.detect import codec_name
from importers.profiles.column_names import QUARANTINE_REASON
from importers.quarantine.rows import QuarantinedRows, cut_to
from importers.records import Rows

# What GDAL calls the charsets of a MapInfo table, by codec; UTF-8 is of MapInfo 15.2 and later.
CHARSETS = {
    "utf-8": "UTF-8", "gb18030": "CP936", "cp950": "CP950", "cp932": "CP932", "cp949": "CP949", "cp1252": "CP1252",
    "cp1250": "CP1250", "cp1251": "CP1251",
}  # fmt: skip
# What a field of a table holds at most.
NAME_BYTES, CELL_BYTES = 31, 254


def write(batches: Iterator[Rows], crs: str, quarantined: QuarantinedRows, target: Path) -> list[Path]:
    """The waiting rows in a file of the kind that the ending of `target` says; `crs` is what the reader was told.

    What no MapInfo table can hold whole becomes a GeoPackage.
    """
    import pyogrio.raw

    parts: list[pa.RecordBatch] = []
    for rows in batches:
        mask = quarantined.among(rows.numbers)
        if mask.any():
            parts.append(_as_batch(rows, mask, quarantined))
    table, driver, options = pa.Table.from_batches(parts), "GPKG", {}
    if target.suffix != ".gpkg":
        charset = _charset_for(table, quarantined.encoding)
        target = target if charset else target.with_suffix(".gpkg")
        if charset:
            table = _reasons_cut(table, charset)
            driver, options = "MapInfo File", {"ENCODING": charset, **_bounds(parts, target)}
    pyogrio.raw.write_arrow(
        table, target, driver=driver, layer=quarantined.layer, geometry_name="geom",
        geometry_type=_geometry_type(parts), crs=crs or None, **options,
    )  # fmt: skip
    return sorted(part for part in target.parent.iterdir() if part.stem == target.stem)


def _geometry_type(parts: list[pa.RecordBatch]) -> str:
    """The type that all have in common, else the one that holds any."""
    kinds = {kind for part in parts for kind in _kinds(part)}
    return kinds.pop() if len(kinds) == 1 else "Unknown"


def _kinds(part: pa.RecordBatch) -> set[str]:
    shapes = shapely.from_wkb(part.column("geom").to_numpy(zero_copy_only=False))
    shapes = shapes[shapes != None]  # noqa: E711 - element by element
    names = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
    return {
        names.get(int(code), "Unknown") + (" Z" if has_z else "")
        for code, has_z in zip(shapely.get_type_id(shapes), shapely.has_z(shapes), strict=True)
    }


def _charset_for(table: pa.Table, encoding: str) -> str | None:
    """The first charset that every name and cell fits in: the file's own, GBK, UTF-8. None where a cell gets too long.

    The reason is no cell of the supplier's: it may be cut.
    """
    own = CHARSETS.get(codec_name(encoding) or "", "CP936")
    texts = [
        column.cast(pa.string()).drop_null().to_pylist()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name != QUARANTINE_REASON and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
    ]
    for charset in dict.fromkeys((own, "CP936", "UTF-8")):
        try:
            names = [name.encode(charset) for name in table.column_names]
            "\0".join(table.column(QUARANTINE_REASON).to_pylist()).encode(charset)
            cells = ["\0".join(column).encode(charset).split(b"\0") for column in texts]
        except UnicodeEncodeError:
            continue
        if all(len(name) <= NAME_BYTES for name in names) and all(len(c) <= CELL_BYTES for cell in cells for c in cell):
            return charset
    return None


def _reasons_cut(table: pa.Table, charset: str) -> pa.Table:
    """The reasons as long as a cell may be, cut between characters."""
    place = table.column_names.index(QUARANTINE_REASON)
    reasons = table.column(place).to_pylist()
    cut = [cut_to(reason.encode(charset), CELL_BYTES, charset).decode(charset) for reason in reasons]
    return table.set_column(place, QUARANTINE_REASON, pa.array(cut, pa.string()))


def _bounds(parts: list[pa.RecordBatch], target: Path) -> dict[str, str]:
    """A TAB keeps whole steps within its bounds: narrow ones, or a step would be a centimetre."""
    shapes = shapely.from_wkb(np.concatenate([part.column("geom").to_numpy(zero_copy_only=False) for part in parts]))
    bounds = shapely.total_bounds(shapes)
    if target.suffix.lower() != ".tab" or not np.isfinite(bounds).all():
        return {}
    around = np.array([-1, -1, 1, 1]) * max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1e-3)
    return {"BOUNDS": ",".join(map(repr, (bounds + around).tolist()))}


def _as_batch(rows: Rows, mask: NDArray[np.bool_], quarantined: QuarantinedRows) -> pa.RecordBatch:
    kept = pa.array(mask)
    columns = {name: array.filter(kept) for name, array in rows.columns.items()}
    batch = quarantined.added(pa.RecordBatch.from_pydict(columns), rows.numbers[mask])
    geometry = rows.geometry[mask] if rows.geometry is not None else np.full(int(mask.sum()), None, dtype=object)
    wkb = pa.array(shapely.to_wkb(geometry, output_dimension=3).tolist(), pa.binary())
    return batch.append_column(pa.field("geom", wkb.type, metadata={"ARROW:extension:name": "geoarrow.wkb"}), wkb)
