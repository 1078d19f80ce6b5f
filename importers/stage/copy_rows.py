"""Stage: prepared rows into the waiting room of the transaction, by COPY. Columnar: no Python loop per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv
import shapely
from numpy.typing import NDArray

from importers.normalise.normaliser import Prepared
from registry.areas.areas import Areas
from registry.assets.columns import DELIVERED

# An unquoted empty field is NULL to COPY, and so is a null to the writer; a quoted one is the empty text.
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")


def stage(copy: psycopg.Copy, prepared: Prepared, good: NDArray[np.bool_], areas: Areas, prints: pa.Array) -> int:
    """Copy the rows of a batch that are `good`, with their fingerprints; returns how many."""
    table = _table(prepared, good, areas, prints)
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, _OPTIONS)
    copy.write(memoryview(sink.getvalue()))
    return int(table.num_rows)


def _table(prepared: Prepared, good: NDArray[np.bool_], areas: Areas, prints: pa.Array) -> pa.Table:
    geometry = prepared.geometry[good]
    kept = pa.array(good)
    fields: dict[str, Any] = {
        "source_row": pa.array(prepared.row_number[good]),
        "class": prepared.class_code.filter(kept),
        "geom": pa.array(shapely.to_wkb(geometry, hex=True), pa.string()),
        "areas": pa.array(areas.locate(geometry), pa.string()),
        "fingerprint": prints.filter(kept),
    }
    columns = [fields[name] if name in fields else getattr(prepared, name).filter(kept) for name in DELIVERED]
    return pa.table(columns, names=list(DELIVERED))
