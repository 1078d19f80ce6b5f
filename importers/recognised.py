"""Rows that the register has as they stand, told by their fingerprints: they need not be normalised, checked or staged.

They still count among the codes and keys of the file, so that a row that repeats one of theirs is found out, and their assets
are taken, so that another row that claims one is a conflict.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

from importers.fingerprints import Fingerprinter
from importers.normalise import Normaliser
from importers.source import Rows
from importers.validate import Validator
from importers.values import Mask
from registry.fingerprints import Known, Prints, stage_unchanged


class Recognised:
    """Sorts them out, batch by batch, and remembers which row is which asset: 16 bytes a row."""

    def __init__(self, known: Known, make: Fingerprinter, normaliser: Normaliser, validator: Validator) -> None:
        self._known, self._make, self._normaliser, self._validator = known, make, normaliser, validator
        self._rows: list[NDArray[np.int64]] = []
        self._ids: list[NDArray[np.int64]] = []

    def remaining(self, rows: Rows) -> tuple[Rows, Prints, Mask]:
        """The rows of a batch that must be looked at, their fingerprints, and which of these may be kept."""
        prints, true = self._make.of(rows)
        if not len(self._known):
            return rows, prints, true
        repeats = self._validator.seen(*self._normaliser.identity(rows), rows.numbers)
        complained = np.array([p.row for p in rows.problems if p.row is not None], dtype=np.int64)
        usable = true & ~repeats & ~np.isin(rows.numbers, complained)
        places, found = self._known.find(prints, usable)
        self._rows.append(rows.numbers[places])
        self._ids.append(self._known.take(found))
        left = np.ones(len(rows), dtype=bool)
        left[places] = False
        return _those(rows, left), prints[left], true[left]

    def stage(self, connection: psycopg.Connection[Any]) -> None:
        """Let the diff know of them."""
        if self._rows:
            stage_unchanged(connection, np.concatenate(self._rows), np.concatenate(self._ids))


def _those(rows: Rows, wanted: Mask) -> Rows:
    if wanted.all():
        return rows
    kept = pa.array(wanted)
    columns = {name: column.filter(kept) for name, column in rows.columns.items()}
    return replace(
        rows, numbers=rows.numbers[wanted], columns=columns,
        geometry=None if rows.geometry is None else rows.geometry[wanted],
    )  # fmt: skip
