"""A layer of the demo district as the register would hold it, before a supplier's hand makes a delivery of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.blocks import Geometries
from demo.classes import class_numbers
from demo.ground import Floats
from demo.outline import DISTRICT_CODE

FIRST_SURVEY = np.datetime64("2018-03-01")
LAST_SURVEY = np.datetime64("2025-06-30")
LAST_CHANGE = np.datetime64("2025-09-30")
SOURCES = np.array(["实测", "普查", "地形图", "上报"])
BROKEN = np.array(["破损", "丢失", "废弃"])
BROKEN_PARTS = (0.7, 0.14, 0.16)
Column = NDArray[Any]


@dataclass(frozen=True)
class Table:
    """Geometry in EPSG:4549 and columns by the register's names (`code`, `name`, `state`, … and attribute names).

    Dates are `datetime64[D]`, unknown ones NaT; unknown texts "", unknown numbers NaN.
    """

    geometry: Geometries
    columns: dict[str, Column]

    def __len__(self) -> int:
        return len(self.geometry)

    def taken(self, rows: NDArray[np.int64]) -> Table:
        """These rows, in this order."""
        return Table(self.geometry[rows], {name: column[rows] for name, column in self.columns.items()})


def lifecycle(count: int, rng: np.random.Generator, broken: float) -> dict[str, Column]:
    """State, survey and change dates and source for `count` assets, a share `broken` of them not intact."""
    state = np.full(count, "完好", dtype=object)
    bad = rng.random(count) < broken
    state[bad] = rng.choice(BROKEN, bad.sum(), p=BROKEN_PARTS)
    days = (LAST_SURVEY - FIRST_SURVEY).astype(int)
    surveyed = FIRST_SURVEY + (days * rng.beta(1.6, 1.1, count)).astype("timedelta64[D]")
    later = (LAST_CHANGE - surveyed).astype(int)
    changed = surveyed + (later * rng.uniform(0.05, 1.0, count)).astype("timedelta64[D]")
    changed[~bad & (rng.random(count) > 0.14)] = np.datetime64("NaT")
    source = rng.choice(SOURCES, count, p=(0.62, 0.24, 0.09, 0.05))
    return {"state": state, "surveyed_on": surveyed, "changed_on": changed, "source": source}


def asset_codes(layer: str, classes: Column) -> Column:
    """16 digits each: district, the four-digit number of the class, a sequence that starts at 1 in every class."""
    numbers = class_numbers(layer, classes)
    order = np.argsort(numbers, kind="stable")
    first = np.searchsorted(numbers[order], numbers[order])
    sequence = np.empty(len(numbers), np.int64)
    sequence[order] = np.arange(len(numbers)) - first + 1
    return np.array([f"{DISTRICT_CODE}{n}{s:06d}" for n, s in zip(numbers, sequence, strict=True)], dtype=object)


def rounded(values: Floats, decimals: int = 1) -> Floats:
    """Values as a surveyor writes them down."""
    return np.round(values, decimals)
