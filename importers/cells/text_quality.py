"""Text that is not what somebody wrote: garbled, cut off, with control characters, a formula; or that should not be kept.

A column is judged by its bytes at first. Only where they leave a doubt are its distinct values looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.problems.codes import Code

# What decoding with the wrong table leaves behind, and what fills memory that nobody wrote to.
SIGNS = re.compile("锟斤拷|烫烫烫|屯屯屯|[\ufffd\ue000-\uf8ff]|[ÃÂ][\x80-\xbf]|â€|[\xa1-\xff]{4,}")
CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]"
FORMULA = r"^(=.|@\w|[+\-].*[(|!])"
MARKED_AS_TEXT = r"^'([=@+\-])"
PHONE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])")
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PHONES = (13_000_000_000, 19_999_999_999)
SHORTEST_PERSONAL = 11
# A dBASE field holds 254 bytes, many other programs 255; the last character may not have fitted.
CUT, SHORTEST_CUT, LONGEST_CUT = (254, 255), 252, 255
# Of UTF-8 read as GBK this share of the bytes makes Han again, read rightly; of Chinese that was meant next to none.
GARBLED_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class TextDefect:
    """Rows of a column with one problem, the values to quote, and the details of each row's message."""

    code: Code
    rows: Mask
    values: Sequence[Any]
    details: Sequence[dict[str, Any]] = ()


def examine(column: pa.Array, is_free: bool) -> tuple[pa.Array, list[TextDefect]]:
    """A column freed of control characters, and what is wrong with its texts. `is_free`: people write there what they like.

    A column that is no text is returned as it is; whole numbers of a free one may still be telephone numbers.
    """
    if not pa.types.is_string(column.type):
        return column, _phones(column) if is_free and pa.types.is_integer(column.type) else []
    lengths, content, starts = _bytes(column)
    if not len(content):
        return column, []
    is_plain = bool(content.max() < 0x7F and content.min() >= 0x20)
    has_marks = bool(np.isin(starts, np.frombuffer(b"=@+-'", dtype=np.uint8)).any())
    longest = int(lengths.max())
    wanted = (not is_plain, has_marks, longest >= SHORTEST_CUT, is_free and longest >= SHORTEST_PERSONAL)
    if not any(wanted):
        return column, []
    return _examined(column, *wanted)


def _examined(
    column: pa.Array, strange: bool, marked: bool, long: bool, personal: bool
) -> tuple[pa.Array, list[TextDefect]]:
    """The same by distinct values; only the tests that are wanted."""
    coded = column.dictionary_encode()
    words = coded.dictionary
    findings: list[TextDefect] = []
    if strange:
        findings += _found(
            Code.TEXT_GARBLED, _each(words, pc.match_substring_regex(words, _doubtful()), is_garbled), coded
        )
        control = _mask(pc.match_substring_regex(words, CONTROL))
        findings += _found(Code.TEXT_CONTROL, control, coded)
        if control.any():
            words = pc.replace_substring_regex(words, CONTROL, "")
    if marked:
        findings += _found(Code.TEXT_FORMULA, _mask(pc.match_substring_regex(words, FORMULA)), coded)
        words = pc.replace_substring_regex(words, MARKED_AS_TEXT, r"\1")
    if long:
        findings += _cut(words, coded)
    if personal:
        flags = pc.match_substring_regex(words, r"1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]")
        findings += _found(Code.PERSONAL_DATA, _each(words, flags, is_personal), coded, masked)
    if words is coded.dictionary:
        return column, findings
    emptied = pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)
    return emptied.take(coded.indices), findings


def is_garbled(text: str) -> bool:
    """Whether a text bears the marks of a wrong decoding."""
    if SIGNS.search(text):
        return True
    raw = text.encode("gb18030", "replace")
    wide = sum(byte >= 0x80 for byte in raw)
    again = raw.decode("utf-8", "ignore")
    han = 3 * sum("\u4e00" <= char <= "\u9fff" for char in again)
    return wide >= 5 and han >= GARBLED_SHARE * wide


def is_personal(text: str) -> bool:
    """Whether a text holds a mobile telephone number of China, or an identity number with its right check digit."""
    return PHONE.search(text) is not None or any(_checks(match[0]) for match in IDENTITY.finditer(text))


def masked(text: str) -> str:
    """A text with the middle of such numbers struck out."""
    return IDENTITY.sub(_struck, PHONE.sub(_struck, text))


def harmless(text: str) -> str:
    """A text as a cell of a CSV file: an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if re.match(FORMULA, text) else text


def _struck(match: re.Match[str]) -> str:
    return match[0][:3] + "*" * (len(match[0]) - 5) + match[0][-2:]


def _checks(number: str) -> bool:
    """GB 11643-1999."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], IDENTITY_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


@cache
def _doubtful() -> str:
    """For Arrow: signs of a wrong decoding, or a character that begins most Han of UTF-8 when it is read as GBK."""
    pairs = (bytes((high, low)) for high in range(0xE4, 0xEA) for low in range(0x80, 0xC0) if low != 0x7F)
    begins = "".join(pair.decode("gb18030", "ignore") for pair in pairs)
    return f"{SIGNS.pattern}|[{begins}]"


def _bytes(column: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]]:
    """Of a text column the length of every cell, all bytes, and the first byte of every cell that has one."""
    _valid, places, content = column.buffers()
    none = np.zeros(0, dtype=np.uint8)
    if content is None or not len(column):
        return np.zeros(0, dtype=np.int32), none, none
    offsets = np.frombuffer(places, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    raw = np.frombuffer(content, dtype=np.uint8)
    lengths = np.diff(offsets)
    return lengths, raw[offsets[0] : offsets[-1]], raw[offsets[:-1][lengths > 0]]


def _each(words: pa.Array, doubtful: pa.Array, judge: Callable[[str], bool]) -> Mask:
    """The doubtful values that are judged so."""
    flags = _mask(doubtful)
    for place in np.flatnonzero(flags):
        flags[place] = judge(words[place].as_py())
    return flags


def _found(code: Code, flags: Mask, coded: pa.DictionaryArray, shown: Callable[[str], str] = str) -> list[TextDefect]:
    """A finding for all rows whose distinct value is flagged."""
    if not flags.any():
        return []
    rows = _rows(flags, coded)
    return [TextDefect(code, rows, [shown(text) for text in coded.filter(pa.array(rows)).to_pylist()])]


def _cut(words: pa.Array, coded: pa.DictionaryArray) -> list[TextDefect]:
    """Values as long as a field can be, in a column that has none longer, in UTF-8 or in GBK."""
    texts = words.to_pylist()
    for codec in ("utf-8", "gb18030"):
        sizes = [len(text.encode(codec)) for text in texts]
        if max(sizes) > LONGEST_CUT:
            continue
        is_cut = [
            size in CUT or (size >= SHORTEST_CUT and _width(text[-1], codec) > CUT[0] - size)
            for text, size in zip(texts, sizes, strict=True)
        ]
        found = _found(Code.TEXT_CUT, np.array(is_cut, dtype=bool), coded)
        return [_with_sizes(finding, codec) for finding in found]
    return []


def _with_sizes(finding: TextDefect, codec: str) -> TextDefect:
    details = [{"bytes": len(text.encode(codec))} for text in finding.values]
    return TextDefect(finding.code, finding.rows, finding.values, details)


def _width(char: str, codec: str) -> int:
    return len(char.encode(codec))


def _phones(column: pa.Array) -> list[TextDefect]:
    rows = _mask(pc.and_(pc.greater_equal(column, PHONES[0]), pc.less_equal(column, PHONES[1])))
    if not rows.any():
        return []
    return [TextDefect(Code.PERSONAL_DATA, rows, [masked(str(n)) for n in column.filter(pa.array(rows)).to_pylist()])]


def _rows(flags: Mask, coded: pa.DictionaryArray) -> Mask:
    places = coded.indices.fill_null(len(flags)).to_numpy(zero_copy_only=False)
    return np.asarray(np.append(flags, False)[places], dtype=bool)


def _mask(flags: pa.Array) -> Mask:
    return np.array(flags.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
