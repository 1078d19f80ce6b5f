"""Cells as the register wants them: numbers, yes and no, codes. One distinct spelling is converted once."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.cells import units

Mask = NDArray[np.bool_]
PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
MEASURE = re.compile(r"[约≈~]?\s*([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s.,+\-].*)?")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
# What programs write for "nothing"; words a person writes, such as 无, are for the person to settle.
NOTHING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "null", "<null>", "<空>", "(null)", "nan", "none", "n/a", "#n/a"}
)
YES = frozenset({"是", "有", "y", "yes", "t", "true", "1", "√", "对"})
NO = frozenset({"否", "无", "没有", "n", "no", "f", "false", "0", "×", "不是"})


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted column, and which rows had a value that could not be converted (their value is null)."""

    values: pa.Array
    bad: Mask


class NotThis(ValueError):
    """A spelling that stands for no value of the wanted kind."""


def converted(column: pa.Array, parse: Callable[[str], Any], kind: pa.DataType) -> Converted:
    """Convert text by its distinct values; `parse` returns None for nothing and raises NotThis for nonsense."""
    coded = column.dictionary_encode()
    results: list[Any] = []
    wrong: list[bool] = []
    for text in coded.dictionary.to_pylist():
        try:
            results.append(parse(text))
            wrong.append(False)
        except NotThis:
            results.append(None)
            wrong.append(True)
    return Converted(pa.array(results, kind).take(coded.indices), _spread(wrong, coded))


def _spread(flags: list[bool], coded: pa.DictionaryArray) -> Mask:
    """Flags of distinct values as flags of rows; an empty row has none."""
    if not any(flags):
        return np.zeros(len(coded), dtype=bool)
    places = coded.indices.fill_null(len(flags)).to_numpy(zero_copy_only=False)
    return np.asarray(np.array([*flags, False])[places])


def as_text(column: pa.Array) -> pa.Array:
    """Any column as text, the way a person would write the value; text is passed through."""
    if pa.types.is_string(column.type):
        return column
    coded = column.dictionary_encode()
    words = pa.array([_written(value) for value in coded.dictionary.to_pylist()], pa.string())
    return words.take(coded.indices)


def _written(value: Any) -> str | None:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def replaced(column: pa.Array, meanings: Mapping[str, str]) -> pa.Array:
    """Text with some values replaced by others, as a profile's value map says."""
    coded = column.dictionary_encode()
    words = [meanings.get(word, word) or None for word in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def half_width(text: str) -> str:
    """Full-width digits and letters as ASCII. For codes and numbers only: in a name ㎡ and （） are meant."""
    return unicodedata.normalize("NFKC", text).strip()


def codes(column: pa.Array) -> pa.Array:
    """Codes and keys: half-width, without white space and the apostrophe by which Excel marks text."""

    def tidy(text: str) -> str | None:
        return re.sub(r"\s+", "", half_width(text)).lstrip("'‘’`") or None

    if not pc.any(pc.match_substring_regex(column, r"[^0-9A-Za-z_.\-]")).as_py():
        return column
    return converted(column, tidy, pa.string()).values


def asset_codes(column: pa.Array) -> Converted:
    """Asset codes: digits alone where superfluous signs can be removed. `bad` are the rows where they were."""
    if pc.all(pc.match_substring_regex(column, r"^[0-9]*$")).as_py() is not False:
        return Converted(column, np.zeros(len(column), dtype=bool))
    coded = column.dictionary_encode()
    before = coded.dictionary.to_pylist()
    after = [tidy_code(text) for text in before]
    changed = [new != half_width(old) for old, new in zip(before, after, strict=True)]
    return Converted(
        pa.array([text or None for text in after], pa.string()).take(coded.indices), _spread(changed, coded)
    )


def tidy_code(text: str) -> str:
    """A code without spaces and Excel's apostrophe; and without hyphens and a trailing .0, if digits are left."""
    bare = re.sub(r"\s+", "", half_width(text)).lstrip("'‘’`")
    digits = re.sub(r"[-‐‑–—－]", "", re.sub(r"\.0+$", "", bare))
    return digits if digits.isdigit() else bare


def numbers(column: pa.Array, source_unit: str = "", target_unit: str = "") -> Converted:
    """Numbers, with the unit in the cell or of the column converted to the target's."""
    scale = units.factor(source_unit, target_unit)

    def parse(text: str) -> float | None:
        return _measure(text, source_unit, target_unit)

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        plain = pc.all(pc.match_substring_regex(column, PLAIN_NUMBER)).as_py()
        if not plain or scale is None:
            return converted(column, parse, pa.float64())
    values = column.cast(pa.float64())
    if scale is None:
        return Converted(pa.nulls(len(column), pa.float64()), values.is_valid().to_numpy(zero_copy_only=False))
    finite = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    return Converted(finite if scale == 1.0 else pc.multiply(finite, scale), np.zeros(len(column), dtype=bool))


def _measure(text: str, source_unit: str, target_unit: str) -> float | None:
    plain = half_width(text)
    if plain.lower() in NOTHING:
        return None
    match = MEASURE.fullmatch(plain)
    if match is None:
        raise NotThis(text)
    scale = units.factor(match[2] or source_unit, target_unit)
    value = float(match[1].replace(",", ""))
    if scale is None or not np.isfinite(value) or has_doubtful_comma(text):
        raise NotThis(text)
    return value * scale


def has_doubtful_comma(text: str) -> bool:
    """Whether a number has a comma that does not separate thousands: 12,5 may be 12.5 or 125."""
    match = MEASURE.fullmatch(half_width(text))
    return match is not None and "," in match[1] and GROUPED.fullmatch(match[1]) is None


def has_wrong_unit(text: str) -> bool:
    """Whether a value that is no number at least begins as one: then it is the unit that is not understood."""
    return MEASURE.fullmatch(half_width(text)) is not None


def booleans(column: pa.Array) -> Converted:
    """Yes and no."""
    if pa.types.is_boolean(column.type):
        return Converted(column, np.zeros(len(column), dtype=bool))
    return converted(as_text(column), _yes_or_no, pa.bool_())


def _yes_or_no(text: str) -> bool | None:
    plain = half_width(text).lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    if plain in NOTHING:
        return None
    raise NotThis(text)
