"""Rows that the register has as they stand, told by their fingerprints: they need not be normalised, checked or staged.

They still count among the codes and keys of the file, so that a row that repeats one of theirs is found out, and their assets
are taken, so that another row that claims one is a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.normalise.normaliser import Normaliser
from importers.records import Rows
from importers.stage.fingerprints import Fingerprinter, outline_of
from importers.validate.validator import Validator
from registry.identity import fingerprints
from registry.identity.fingerprints import KnownFingerprints, Prints, stage_unchanged

if TYPE_CHECKING:
    from importers.crs.systems import SourceCrs
    from importers.profiles.profile import Profile
    from registry.access.scope import Scope
    from registry.catalogue.layers import Layer

# So many rows are looked at, and so much of them must be known for a delivery to be an earlier one, read as it was then.
LOOKED_AT, MOST = 2_000, 0.9


@dataclass(frozen=True)
class Memory:
    """What the register remembers of a layer's earlier deliveries; `outline` stands for the extent of the district now."""

    known: KnownFingerprints
    layer: Layer
    outline: str

    @classmethod
    def of(cls, connection: psycopg.Connection[Any], scope: Scope, layer: Layer) -> Memory:
        """That of one layer, as far as this person may see it."""
        return cls(fingerprints.known(connection, scope, layer.code), layer, outline_of(connection, scope.district))

    def fingerprinter(self, profile: Profile, crs: SourceCrs) -> Fingerprinter:
        """What makes the fingerprints of a delivery that is read in this way."""
        return Fingerprinter(profile, crs, self.layer, self.outline)

    def has_most_of(self, rows: Rows, profile: Profile, crs: SourceCrs) -> bool:
        """Whether the register has these rows already, accepted when they were read in this very system."""
        if not len(self.known) or not len(rows):
            return False
        some = sampled(rows, LOOKED_AT)
        prints, true = self.fingerprinter(profile, crs).of(some)
        return len(self.known.find(prints, true)[0]) >= MOST * len(some)


class UnchangedRows:
    """Sorts them out, batch by batch, and remembers which row is which asset: 16 bytes a row."""

    def __init__(self, memory: Memory, normaliser: Normaliser, validator: Validator) -> None:
        self._known, self._make = memory.known, memory.fingerprinter(normaliser.profile, normaliser.crs)
        self._normaliser, self._validator = normaliser, validator
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


def sampled(rows: Rows, count: int) -> Rows:
    """So many of the rows from all over the batch, without what the reader had to say of them."""
    wanted = np.zeros(len(rows), dtype=bool)
    wanted[np.unique(np.linspace(0, max(0, len(rows) - 1), min(count, len(rows))).astype(int))] = True
    return replace(_those(rows, wanted), problems=[])


def _those(rows: Rows, wanted: Mask) -> Rows:
    if wanted.all():
        return rows
    kept = pa.array(wanted)
    columns = {name: column.filter(kept) for name, column in rows.columns.items()}
    return replace(
        rows, numbers=rows.numbers[wanted], columns=columns,
        geometry=None if rows.geometry is None else rows.geometry[wanted],
    )  # fmt: skip
