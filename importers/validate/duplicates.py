"""Which rows of a delivery repeat the code or key of an earlier row, over millions of rows in bounded memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class FirstSeen:
    """Remembers of every value the first row it stood in: 16 bytes a value.

    Values are compared by Python's 64-bit hash, which is seeded anew in every process: two of ten million different
    values meet with a probability of one in 400,000.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Numbers, Numbers]] = []

    def repeated(self, values: pa.Array, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Positions in `values` that repeat an earlier value, and the row in which that value stood first.

        `rows` are row numbers, unique over the whole delivery; null repeats nothing.
        """
        places = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
        hashes = _hashes(values.drop_null() if values.null_count else values)
        distinct, first, member = np.unique(hashes, return_index=True, return_inverse=True)
        first_rows = rows[places[first]]
        known = np.zeros(len(distinct), dtype=bool)
        for seen, seen_rows in self._runs:
            at = np.minimum(np.searchsorted(seen, distinct), len(seen) - 1)
            hit = seen[at] == distinct
            first_rows[hit] = seen_rows[at[hit]]
            known |= hit
        self._remember(distinct[~known], first_rows[~known])
        repeats = first_rows[member] != rows[places]
        return places[repeats], first_rows[member][repeats]

    def _remember(self, distinct: Numbers, rows: Numbers) -> None:
        """Add a sorted run; runs of like size are merged, so that there are never more than a few."""
        if not len(distinct):
            return
        self._runs.append((distinct, rows))
        while len(self._runs) > 1 and len(self._runs[-1][0]) * 2 > len(self._runs[-2][0]):
            (a, a_rows), (b, b_rows) = self._runs.pop(), self._runs.pop()
            together = np.concatenate((a, b))
            order = np.argsort(together, kind="stable")
            self._runs.append((together[order], np.concatenate((a_rows, b_rows))[order]))


def _hashes(texts: pa.Array) -> Numbers:
    """A number for each text: itself where the text is a number of up to 18 digits, a hash else."""
    is_number = pc.match_substring_regex(texts, "^[1-9][0-9]{0,17}$")
    if pc.all(is_number).as_py():
        return np.asarray(texts.cast(pa.int64()).to_numpy(zero_copy_only=False))
    hashes = np.empty(len(texts), dtype=np.int64)
    numeric = is_number.to_numpy(zero_copy_only=False)
    hashes[numeric] = texts.filter(is_number).cast(pa.int64()).to_numpy(zero_copy_only=False)
    words = texts.filter(pc.invert(is_number))
    hashes[~numeric] = np.fromiter(map(hash, words.to_pylist()), np.int64, len(words))
    return hashes


def hashed(values: pa.Array) -> NDArray[np.uint32]:
    """Texts as numbers that are equal where the texts are; 0 for null. Of this process only."""
    coded = values.dictionary_encode()
    hashes = np.array([hash(text) & 0xFFFFFFFF for text in coded.dictionary.to_pylist()] + [0], dtype=np.uint32)
    found: NDArray[np.uint32] = hashes[coded.indices.fill_null(len(hashes) - 1).to_numpy(zero_copy_only=False)]
    return found
