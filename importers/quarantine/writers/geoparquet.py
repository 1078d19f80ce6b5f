"""Rows of a GeoParquet into another one, with its schema and what it says of geometry and coordinate system."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from importers.quarantine.rows import QuarantinedRows

BATCH = 16_384


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The table under the same name in `folder`."""
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    metadata = _metadata(file.schema_arrow.metadata or {})
    empty = quarantined.added(_none_of(file.schema_arrow), np.empty(0, dtype=np.int64))
    target, seen = folder / path.name, 0
    with pyarrow.parquet.ParquetWriter(target, empty.schema.with_metadata(metadata)) as out:
        for batch in file.iter_batches(batch_size=BATCH):
            numbers = np.arange(seen + 1, seen + batch.num_rows + 1, dtype=np.int64)
            seen += batch.num_rows
            mask = quarantined.among(numbers)
            if mask.any():
                rows = quarantined.added(batch.filter(pa.array(mask)), numbers[mask])
                out.write_batch(rows.replace_schema_metadata(metadata))
    return [target]


def _none_of(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _metadata(found: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The same, without the box of all rows and without what pandas says of columns that are no longer all."""
    kept = {key: value for key, value in found.items() if key != b"pandas"}
    if b"geo" in kept:
        geo = json.loads(kept[b"geo"])
        for column in geo["columns"].values():
            column.pop("bbox", None)
        kept[b"geo"] = json.dumps(geo, ensure_ascii=False).encode()
    return kept
