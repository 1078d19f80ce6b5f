"""Units that suppliers write, and the factor between two of them."""

from __future__ import annotations

import re
import unicodedata

LENGTH = {
    "mm": 0.001, "毫米": 0.001, "cm": 0.01, "厘米": 0.01, "m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0,
    "ft": 0.3048, "feet": 0.3048, "metres": 1.0, "meters": 1.0,
}  # fmt: skip
AREA = {
    "m2": 1.0, "平米": 1.0, "平方米": 1.0, "sqm": 1.0, "亩": 10_000.0 / 15.0, "ha": 10_000.0, "公顷": 10_000.0,
    "万平方米": 10_000.0, "万m2": 10_000.0, "km2": 1_000_000.0, "平方公里": 1_000_000.0,
}  # fmt: skip
SHARE = {"%": 1.0, "百分比": 1.0}
ANGLE = {"deg": 1.0, "度": 1.0, "°": 1.0}
COUNT = {"个": 1.0, "株": 1.0, "棵": 1.0, "条": 1.0, "盏": 1.0, "年": 1.0}
DIMENSIONS = (LENGTH, AREA, SHARE, ANGLE, COUNT)
# The register's attributes carry their unit at the end of their name.
SUFFIXES = {"_mm": "mm", "_m": "m", "_km": "km", "_m2": "m2", "_ha": "ha", "_deg": "deg", "_rate": "%"}


def spelled(unit: str) -> str:
    """A unit in the spelling of the tables here: ㎡, m² and M2 are m2."""
    return re.sub(r"[\s.^]", "", unicodedata.normalize("NFKC", unit)).lower()


def is_known(unit: str) -> bool:
    """Whether the unit can be converted to anything."""
    return any(spelled(unit) in dimension for dimension in DIMENSIONS)


def unit_of(attribute: str) -> str:
    """The unit an attribute of the register is kept in, from the end of its name; empty for none."""
    return next((unit for end, unit in SUFFIXES.items() if attribute.endswith(end)), "")


def factor(source: str, target: str) -> float | None:
    """By how much to multiply; 1 when either is not given, None when one cannot become the other."""
    given, wanted = spelled(source), spelled(target)
    if not given or given == wanted:
        return 1.0
    if not wanted:
        return 1.0 if given in COUNT else None
    for dimension in DIMENSIONS:
        if given in dimension and wanted in dimension:
            return dimension[given] / dimension[wanted]
    return None
