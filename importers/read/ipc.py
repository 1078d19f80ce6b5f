"""Layers and rows of a file as JSON and Arrow: what goes from the reading process to ours, and what is kept of a look.

Never pickled objects: a file that takes over the reader gains nothing beyond it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from importers.problems.problem import Code, Problem
from importers.records import Column, DeclaredCrs, Encoding, Rows, SourceLayer
from registry.i18n import Words, storable

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS, SHAPES = "__row__", "__wkb__"
MOST_SAMPLE = 200_000


def pack_rows(rows: Rows) -> pa.Buffer:
    """A batch as an Arrow stream: its columns, row numbers, geometries as WKB; problems in the metadata."""
    import pyarrow as pa
    import shapely

    names, arrays = [NUMBERS, *rows.columns], [pa.array(rows.numbers), *rows.columns.values()]
    if rows.geometry is not None:
        names.append(SHAPES)
        arrays.append(pa.array(shapely.to_wkb(rows.geometry, flavor="iso"), pa.binary()))
    fields = [pa.field(name, array.type) for name, array in zip(names, arrays, strict=True)]
    problems = json.dumps([_problem(problem) for problem in rows.problems], default=str)
    schema = pa.schema(fields, {"problems": problems})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return sink.getvalue()


def unpack_rows(body: bytes | bytearray) -> Rows:
    """The batch that `pack_rows` made."""
    import numpy as np
    import pyarrow as pa
    import shapely

    with pa.ipc.open_stream(pa.py_buffer(body)) as stream:
        batch = stream.read_next_batch()
        payload = json.loads((stream.schema.metadata or {})[b"problems"])
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    numbers = np.asarray(columns.pop(NUMBERS), dtype=np.int64)
    shapes = columns.pop(SHAPES, None)
    geometry = None if shapes is None else shapely.from_wkb(shapes.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return Rows(numbers, columns, geometry, [_unpacked(**p) for p in payload])


def sample(rows: Rows, count: int) -> str:
    """The first rows as text to keep; fewer of them, or none (''), where they are large."""
    while count:
        body = pack_rows(_first(rows, count))
        if len(body) <= MOST_SAMPLE:
            return base64.b64encode(body).decode()
        count //= 2
    return ""


def sampled(text: str) -> Rows:
    """The rows that `sample` kept."""
    return unpack_rows(base64.b64decode(text))


def _first(rows: Rows, count: int) -> Rows:
    numbers = rows.numbers[:count]
    shown = set(numbers.tolist())
    columns = {name: column.slice(0, count) for name, column in rows.columns.items()}
    geometry = None if rows.geometry is None else rows.geometry[:count]
    return Rows(numbers, columns, geometry, [p for p in rows.problems if p.row is None or p.row in shown])


def source_layer(payload: Mapping[str, Any]) -> SourceLayer:
    """A layer of a file out of its JSON; what else stands there is passed over."""
    known = {name: payload[name] for name in SourceLayer.__dataclass_fields__ if name in payload}
    known["columns"] = tuple(Column(**{**column, "samples": tuple(column["samples"])}) for column in payload["columns"])
    known["extent"] = tuple(payload["extent"]) if payload["extent"] else None
    return SourceLayer(**{**known, "encoding": _encoding(payload["encoding"]), "crs": DeclaredCrs(**payload["crs"])})


def _encoding(payload: Mapping[str, Any]) -> Encoding:
    return Encoding(payload["name"], payload["basis"], Words.of(payload["evidence"]))


def _unpacked(code: str, details: Mapping[str, Any] | None, **more: Any) -> Problem:
    return Problem(Code(code), details=details and {n: Words.unpacked(v) for n, v in details.items()}, **more)


def _problem(problem: Problem) -> dict[str, Any]:
    return {"code": str(problem.code), "row": problem.row, "field": problem.field, "value": problem.value,
            "details": storable(problem.details) if problem.details else None}  # fmt: skip
