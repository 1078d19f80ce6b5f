"""Fingerprints: which delivered row each asset last came from, so that the next delivery need not look at it again.

A fingerprint is 128 bits over a row and over everything that decides what becomes of it; the importer makes it, the register
only compares. An edit by hand has none, so that its asset is looked at again; an undo gives the earlier one back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from registry.access.scope import Scope
from registry.database.statements import statement

Numbers = NDArray[np.int64]
Prints = NDArray[np.uint64]  # (n, 2): the first and the last eight bytes

# So many fingerprints are packed into one value on their way.
AT_ONCE = 1_000_000
_KNOWN = np.dtype([("id", ">i8"), ("first", ">u8"), ("last", ">u8")])
_NATIVE = np.dtype([("id", np.int64), ("first", np.uint64), ("last", np.uint64)])
# Rows of COPY (format binary) with three columns: their count, then each value after its length.
_BY = b"fingerprint"
_MATCHED = np.dtype([("columns", ">i2"), ("a", ">i4"), ("row", ">i8"), ("b", ">i4"), ("id", ">i8"), ("c", ">i4"),
                     ("by", f"S{len(_BY)}")])  # fmt: skip
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


class KnownFingerprints:
    """The fingerprints of the assets of a layer: 25 bytes an asset. Each asset is given away once."""

    def __init__(self, ids: Numbers, prints: Prints) -> None:
        order = np.argsort(prints[:, 0])
        self._ids, self._first, self._last = ids[order], prints[order, 0], prints[order, 1]
        # Equal rows are told apart by what else is known of them, not here.
        repeated = self._first[1:] == self._first[:-1]
        self._taken = np.r_[repeated, False] | np.r_[False, repeated] if len(ids) else np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, prints: Prints, usable: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        """Which of the `usable` rows are assets as they stand: places in `prints`, and places to `take`.

        A row that repeats one before it finds nothing.
        """
        if not len(self):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._first, prints[:, 0]), len(self) - 1)
        hit = usable & (self._first[at] == prints[:, 0]) & (self._last[at] == prints[:, 1]) & ~self._taken[at]
        rows = np.flatnonzero(hit)
        found, first = np.unique(at[rows], return_index=True)
        return rows[first], found

    def take(self, places: Numbers) -> Numbers:
        """The ids of the assets that were found; they are found no more."""
        self._taken[places] = True
        return self._ids[places]


def known(connection: psycopg.Connection[Any], scope: Scope, layer: str) -> KnownFingerprints:
    """The fingerprints of a layer's assets, as far as this person may see them."""
    stored = np.concatenate(
        [np.frombuffer(piece, _KNOWN).astype(_NATIVE) for piece in _packed(connection, scope, layer)]
    )
    return KnownFingerprints(stored["id"], np.column_stack((stored["first"], stored["last"])))


def _packed(connection: psycopg.Connection[Any], scope: Scope, layer: str) -> Iterator[bytes]:
    values = {"district": scope.district, "layer": layer, "most": AT_ONCE}
    last, more = 0, True
    with connection.cursor(binary=True) as cursor:
        while more:
            row = cursor.execute(statement("identity/fingerprints.sql").encode(), {**values, "after": last}).fetchone()
            assert row is not None
            packed, last, n = row
            yield packed or b""
            more = n == AT_ONCE


def stage_unchanged(connection: psycopg.Connection[Any], rows: Numbers, ids: Numbers) -> None:
    """Put the rows that were found unchanged, and their assets, among those in `matched`, for the diff."""
    records = np.empty(len(rows), _MATCHED)
    records["columns"], records["a"], records["b"], records["c"], records["by"] = 3, 8, 8, len(_BY), _BY
    records["row"], records["id"] = rows, ids
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY matched (source_row, asset_id, matched_by) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(_SIGNATURE)
        copy.write(records.tobytes())
        copy.write(_END)


def remember(connection: psycopg.Connection[Any], scope: Scope, change_set: int) -> None:
    """Let the assets that the staged rows leave as they are bear these rows' fingerprints. No version is made of it."""
    values = {"district": scope.district, "change_set": change_set}
    connection.execute(statement("identity/store_fingerprints.sql").encode(), values)
