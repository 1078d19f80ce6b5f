"""Degrees, minutes and seconds written as one number: 120.0918 for 120°09′18″, as total stations print them.

Read as decimal degrees such a number is up to 3 km off, and nothing in a single one tells. A column of them does: no
minute or second reaches 60, although the places run on across the ends of minutes.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

UNIT = "D.MMSS"
SPELLINGS = frozenset({"d.mmss", "dd.mmss", "ddd.mmss", "度.分秒", "度分秒"})
LOOKS_PACKED = r"^\d{2,3}\.\d{4,}$"
# Decimal degrees have seconds of 60 to 99 in two rows of five; so many distinct places without one are no chance,
ENOUGH_PLACES = 40
# nor that places come close to the end of a minute and go on at the beginning of the next, so many times.
ENOUGH_CROSSINGS = 3
LATE, EARLY = 50, 9
Numbers = NDArray[np.float64]


def is_packed_unit(unit: str) -> bool:
    """Whether a unit, as a profile or a heading has it, means degrees, minutes and seconds in one number."""
    return unicodedata.normalize("NFKC", unit).strip().lower() in SPELLINGS


def are_packed(column: pa.Array) -> bool:
    """Whether the numbers of a column prove that they are packed. False where they merely could be."""
    text = pa.types.is_string(column.type)
    if not (text or pa.types.is_floating(column.type)):
        return False
    column = column.drop_null()
    if len(column) < ENOUGH_PLACES or (text and not pc.all(pc.match_substring_regex(column, LOOKS_PACKED)).as_py()):
        return False
    minutes, seconds = _parts(np.asarray(column.cast(pa.float64())))
    if not np.isfinite(minutes).all() or (minutes % 100 >= 60).any() or (seconds >= 60).any():
        return False
    if len(np.unique(np.floor(minutes * 100 + seconds))) < ENOUGH_PLACES:
        return False
    whole = {int(minute): seconds[minutes == minute] for minute in np.unique(minutes)}
    crossings = (m for m in whole if m + 1 in whole and whole[m].max() >= LATE and whole[m + 1].min() <= EARLY)
    return sum(1 for _crossing in crossings) >= ENOUGH_CROSSINGS


def unpacked(values: Numbers) -> Numbers:
    """Decimal degrees; NaN where a minute or second is 60 or more."""
    minutes, seconds = _parts(np.abs(values))
    degrees, minutes = np.divmod(minutes, 100)
    sensible = (minutes < 60) & (seconds < 60)
    return np.where(sensible, np.sign(values) * (degrees + minutes / 60 + seconds / 3600), np.nan)


def _parts(values: Numbers) -> tuple[Numbers, Numbers]:
    """Degrees and minutes as one whole number (12009), and seconds."""
    # 120.0918 is 120.09179999… in binary; rounding at a ten-millionth of a second puts it back.
    return np.divmod(np.round(values * 10_000, 7), 100)
