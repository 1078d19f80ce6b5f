"""The fingerprint of a delivered row: equal only where the same row, treated in the same way, would come to the same.

So it covers every cell and the geometry as read, and with them what decides their fate: the profile, the coordinate system,
the layer with its classes, the district's extent, and the rules of the program.
"""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from importers.cells.numbers import as_text

if TYPE_CHECKING:
    import psycopg

    from importers.crs.systems import SourceCrs
    from importers.profiles.profile import Profile
    from importers.records import Rows
    from registry.catalogue.layers import Layer
    from registry.identity.fingerprints import Prints

# The rules by which a row becomes what it becomes: how it is normalised, which checks it must pass, what of it the diff
# compares. Raise it with a rule that could make something else of a row that was taken before; the next delivery of it is
# then looked at anew, once. tests/unit/stage/test_rules.py fails when the rules in Python change and this was not considered.
RULES = 1
BYTES = 16
BETWEEN, NOTHING = "\x1f", "\x1e"


class Fingerprinter:
    """Makes the fingerprints of one delivery. `outline` stands for the district's extent, whatever tells it apart."""

    def __init__(self, profile: Profile, crs: SourceCrs, layer: Layer, outline: str) -> None:
        ingredients = (RULES, profile.to_toml(), crs.name, crs.definition, repr(layer), outline)
        self._seed = blake2b(repr(ingredients).encode(), digest_size=BYTES)

    def of(self, rows: Rows) -> tuple[Prints, np.ndarray[Any, np.dtype[np.bool_]]]:
        """The fingerprints (n, 2) of a batch, and which rows have a true one: a cell may hold what marks cells off."""
        columns = [rows.columns[name] for name in sorted(rows.columns)]
        seed = self._seed.copy()
        seed.update(repr([(name, str(rows.columns[name].type)) for name in sorted(rows.columns)]).encode())
        texts = [_text(column) for column in columns]
        joined = pc.binary_join_element_wise(
            pa.scalar(seed.hexdigest()), *texts, BETWEEN, null_handling="replace", null_replacement=NOTHING
        ) if texts else pa.array([seed.hexdigest()] * len(rows))  # fmt: skip
        true = _count(joined, BETWEEN) == len(texts)
        true &= _count(joined, NOTHING) == sum((_is_null(text) for text in texts), np.zeros(len(rows), np.int64))
        whole = joined.cast(pa.binary())
        if rows.geometry is not None:
            shapes = pa.array(shapely.to_wkb(rows.geometry, include_srid=True), pa.binary()).fill_null(b"")
            whole = pc.binary_join_element_wise(whole, shapes, BETWEEN.encode())
        digests = map(methodcaller("digest"), map(partial(blake2b, digest_size=BYTES), whole.to_pylist()))
        return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64).reshape(-1, 2), true


def as_uuids(prints: Prints, wanted: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.Array:
    """Fingerprints as PostgreSQL reads them into a uuid; null where not `wanted`."""
    text = prints.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(len(prints) + 1, dtype=np.int32) * (2 * BYTES)
    words = pa.StringArray.from_buffers(len(prints), pa.py_buffer(offsets), pa.py_buffer(text))
    return pc.if_else(pa.array(wanted), words, pa.scalar(None, pa.string()))


def outline_of(connection: psycopg.Connection[Any], district: str) -> str:
    """What tells the district's extent, as the checks use it, from any other."""
    row = connection.execute(
        "SELECT md5(concat_ws(' ', d.code, d.code_scheme, d.box::text, (SELECT string_agg(a.geom::text, ' ' ORDER BY a.code)"
        " FROM registry.area a WHERE a.district = d.code AND a.kind IN ('district', 'subdistrict'))))"
        " FROM registry.district d WHERE d.code = %s",
        (district,),
    ).fetchone()
    return str(row[0]) if row else ""


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        return column.cast(pa.string())
    return as_text(column)


def _is_null(column: pa.Array) -> np.ndarray[Any, Any]:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.int64)


def _count(text: pa.Array, mark: str) -> np.ndarray[Any, Any]:
    return np.asarray(pc.count_substring(text, mark).to_numpy(zero_copy_only=False), dtype=np.int64)
