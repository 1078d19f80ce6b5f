"""Features of what GDAL reads and writes, as they come: no cell is trimmed or cast, a geometry stays the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa

from importers.encoding.detect import codec_name
from importers.quarantine.rows import QuarantinedRows
from importers.read.kml import true_name, with_plain_names
from importers.read.transcode import in_utf8
from importers.records import Encoding
from registry.i18n import Words

BATCH = 16_384
# By GDAL's name of what was read: the driver that writes it, the ending, options of the file, options of the layer.
# FlatGeobuf's index would sort the features.
WRITERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "GPKG": ("GPKG", ".gpkg", {}),
    "GeoJSON": ("GeoJSON", ".geojson", {}),
    "ESRIJSON": ("GeoJSON", ".geojson", {}),
    "TopoJSON": ("GeoJSON", ".geojson", {}),
    "GeoJSONSeq": ("GeoJSONSeq", ".geojsonl", {}),
    "FlatGeobuf": ("FlatGeobuf", ".fgb", {"SPATIAL_INDEX": "NO"}),
    "LIBKML": ("LIBKML", ".kml", {}),
    "KML": ("LIBKML", ".kml", {}),
}


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The layer under the same name in a file of the same format in `folder`; of a kind that GDAL only reads, GeoPackage.

    Features are counted as the reader counts them: by fid in a GeoPackage, else from 1 in the order of the file.
    """
    encoding = Encoding(quarantined.encoding, "option", Words())
    with (
        in_utf8(path, encoding, _declared_utf8 if _is_kml(path) else None) as text,
        with_plain_names(text) if _is_kml(path) else nullcontext(text) as readable,
    ):
        parts = _write(readable, quarantined, folder)
    if _is_kml(path):
        _without_made_up_ids(path, encoding, parts[0])
    return parts


def _is_kml(path: Path) -> bool:
    return b"<" in path.open("rb").read(64)[:8]


def _declared_utf8(head: str) -> str:
    return re.sub(r"""(<\?xml[^>]*encoding=)(["'])[^"']*""", r"\1\2UTF-8", head, count=1)


def _without_made_up_ids(path: Path, encoding: Encoding, target: Path) -> None:
    """GDAL numbers placemarks that have no id, which would come back as the supplier's."""
    codec = codec_name(encoding.name) or encoding.name
    if not re.search(r"<Placemark\s[^>]*id=", path.read_text(codec, "replace")):
        text = target.read_text("utf-8")
        target.write_text(re.sub(r'<Placemark id="[^"]*">', "<Placemark>", text), "utf-8")


def _write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    import pyogrio.raw

    info = pyogrio.read_info(path, layer=quarantined.layer)
    driver, suffix, options = WRITERS.get(info["driver"], WRITERS["GPKG"])
    target = folder / (path.stem + suffix)
    reading = pyogrio.raw.open_arrow(
        path, layer=quarantined.layer, batch_size=BATCH, return_fids=True, use_pyarrow=True, read_geometry=True
    )
    with reading as (meta, reader):
        by_fid = info["driver"] == "GPKG"
        batches = _quarantined_batches(reader, quarantined, by_fid, driver == "LIBKML", meta["fid_column"] or "OGC_FID")
        first = next(batches)
        pyogrio.raw.write_arrow(
            pa.RecordBatchReader.from_batches(first.schema, _chained(first, batches)), target, driver=driver,
            layer=quarantined.layer, geometry_name=meta["geometry_name"] or "wkb_geometry",
            geometry_type=meta["geometry_type"], crs=meta["crs"], **options,
        )  # fmt: skip
    return sorted(part for part in folder.iterdir() if part.stem == target.stem)


def _quarantined_batches(
    reader: Any, quarantined: QuarantinedRows, by_fid: bool, is_kml: bool, fid_column: str
) -> Iterator[pa.RecordBatch]:
    """The waiting rows of each batch that has any, without the column of feature ids, with the two that are added."""
    seen = 0
    for batch in reader:
        ids = batch.column(0).to_numpy().astype(np.int64)
        numbers = ids if by_fid else np.arange(seen + 1, seen + batch.num_rows + 1, dtype=np.int64)
        seen += batch.num_rows
        mask = quarantined.among(numbers)
        if mask.any():
            rows = batch.drop_columns([fid_column]).filter(pa.array(mask))
            if is_kml:
                rows = rows.rename_columns(list(map(_for_kml, rows.schema.names)))
            yield _geometry_last(quarantined.added(rows, numbers[mask]), batch.schema.names[-1])


def _for_kml(name: str) -> str:
    """As a column is called; GDAL writes names as they are, also those that XML does not bear."""
    return escape(true_name(name), {'"': "&quot;"})


def _geometry_last(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """The reader names the geometry last, and the writer must find its type."""
    return batch.select([*(n for n in batch.schema.names if n != name), name])


def _chained(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others
