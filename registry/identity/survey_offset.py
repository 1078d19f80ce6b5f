"""By how much a whole survey lies off the register, and how exact it is apart from that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BIN_M = 0.5
FEWEST = 30
ROUNDS = 4


@dataclass(frozen=True)
class Offset:
    """Metres to the east and north by which the rows lie off; `sigma`: the standard deviation of one coordinate."""

    east: float
    north: float
    sigma: float


def estimate(steps: NDArray[np.float64], rows: int, tolerance: float) -> Offset:
    """The shift that most of `rows` sampled rows have in common.

    `steps`: from each asset around a row to the row, east and north in metres; most of them lead to wrong assets, but those
    lead everywhere, and the right ones to one place. Without 30 rows and half of the sample in agreement: no offset, and
    half the tolerance for sigma. Sigma is never larger than that, nor smaller than a twentieth of the tolerance.
    """
    none = Offset(0.0, 0.0, tolerance / 2)
    if len(steps) < FEWEST:
        return none
    centre = _densest(steps)
    near = steps
    for _round in range(ROUNDS):
        near = steps[np.hypot(*(steps - centre).T) <= tolerance]
        if len(near) < max(FEWEST, rows / 2):
            return none
        centre = np.median(near, axis=0)
    spread = float(np.sqrt(np.mean((near - centre) ** 2)))
    return Offset(float(centre[0]), float(centre[1]), min(max(1.1 * spread, tolerance / 20), tolerance / 2))


def _densest(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle of the square of three bins that holds most."""
    bins = np.floor(steps / BIN_M).astype(np.int64)
    low = bins.min(axis=0)
    counts = np.zeros(bins.max(axis=0) - low + 3, np.int64)
    np.add.at(counts, tuple((bins - low + 1).T), 1)
    wide = counts[:-2] + counts[1:-1] + counts[2:]
    around = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    best = np.array(np.unravel_index(around.argmax(), around.shape))
    middle: NDArray[np.float64] = (best + low + 0.5) * BIN_M
    return middle
