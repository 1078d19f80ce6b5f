"""Dates in every spelling that surveyors use; what can be read in two ways is named, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.cells.numbers import NOTHING, Mask, NotThis, as_text, half_width
from importers.problems.codes import Code

CHINA = timezone(timedelta(hours=8))
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
# What programs write where there is no date: Excel's and Access's zero, Unix's, Oracle's, .NET's.
PLACEHOLDERS = frozenset(
    {"1900-01-00", "1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "9999-12-31", "0001-01-01", "1753-01-01"}
)
EPOCH = date(1970, 1, 1)
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_SERIALS = range(29221, 54789)  # 1980-01-01 to 2049-12-31: what a register's dates may be
MILLISECONDS = range(315_532_800_000, 2_524_608_000_000)  # the same span, as ESRI's JSON writes it

WHOLE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:(?:T|\s+)(.+))?", re.IGNORECASE)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?(?:\.0)?")
MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|((?:19|20)\d{2})(\d{2})")
YEAR = re.compile(r"(19[5-9]\d|20[0-4]\d)\s*年?")
YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?:\s+\d{1,2}:.*)?")
SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}")
NAMED_MONTH = re.compile(r"(\d{1,2})[-\s./]*([A-Za-z]{3,9}|\d{1,2}月)[-\s./,]*(\d{4}|\d{2})")
MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})[.\s]*(\d{1,2})(?:st|nd|rd|th)?[,\s]+(\d{4})")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
TIME = re.compile(
    r"(?:上午|下午|[AP]M)?\s*\d{1,2}\s*[:时点]\s*(?:\d{1,2}\s*[:分]?)?\s*(?:\d{1,2}(?:\.\d+)?\s*秒?)?\s*(?:[AP]M)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
OTHER_CALENDAR = re.compile(
    r"民[国國]|令和|平成|昭和|大正|[农農]历|[农農]曆|阴历|腊月|正月|^1\d{2}\s*[年./-]\s*\d{1,2}\s*[月./-]"
)
HAN_DATE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月)?(?:([一二三四五六七八九十廿卅]{1,3})[日号])?"
)
HAN_DIGITS = {sign: place % 10 for place, sign in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class ReadDates:
    """A column of dates (null for none), and which rows are to be told of, by what is to be said of them."""

    values: pa.Array
    remarks: dict[Code, Mask]


def dates(column: pa.Array) -> ReadDates:
    """Dates of a column of any type. A moment with a zone becomes the day that it was in China."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _typed(column)
    coded = as_text(column).dictionary_encode()
    read = [read_date(text) for text in coded.dictionary.to_pylist()]
    values = pa.array([day for day, _code in read], pa.date32()).take(coded.indices)
    said = dict.fromkeys(code for _day, code in read if code is not None)
    if not said:
        return ReadDates(values, {})
    places = coded.indices.fill_null(len(read)).to_numpy(zero_copy_only=False)
    return ReadDates(values, {code: np.array([c is code for _d, c in read] + [False])[places] for code in said})


def read_date(text: str) -> tuple[date | None, Code | None]:
    """The day that a text means, None for none, and what a person should be told of it."""
    plain = half_width(text)
    if plain.lower() in NOTHING:
        return None, None
    if set(plain) <= set("0/-. :") or plain[:10].replace("/", "-") in PLACEHOLDERS:
        return None, Code.DATE_PLACEHOLDER
    if OTHER_CALENDAR.search(plain):
        return None, Code.DATE_OTHER_CALENDAR
    try:
        return _whole(_western(plain)) or _partial(_western(plain)) or _year_last(plain) or (None, Code.DATE_BAD)
    except ValueError:  # the thirtieth of February, the thirteenth month
        return None, Code.DATE_BAD


def parse_date(text: str) -> date | None:
    """The day that a text means, None for an empty one. Raises NotThis for what is none, or might be two."""
    day, code = read_date(text)
    if day is None and code not in (None, Code.DATE_PLACEHOLDER):
        raise NotThis(text)
    return day


def _whole(plain: str) -> tuple[date, None] | None:
    """A day in full, year first, or a number that counts days or milliseconds."""
    if match := WHOLE.fullmatch(plain):
        return (day, None) if (day := _local(_day(*match.groups()[:3]), match[4])) else None
    if plain.isdigit() and int(plain) in MILLISECONDS:
        return datetime.fromtimestamp(int(plain) / 1000, CHINA).date(), None
    if match := COMPACT.fullmatch(plain):
        return _day(*match.groups()), None
    if (match := SERIAL.fullmatch(plain)) and int(match[1]) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(match[1])), None
    return None


def _partial(plain: str) -> tuple[date, Code] | None:
    """A month or a year alone: its first day, and that is told."""
    if match := MONTH.fullmatch(plain):
        return _day(match[1] or match[3], match[2] or match[4], "1"), Code.DATE_INCOMPLETE
    if match := YEAR.fullmatch(plain):
        return _day(match[1], "1", "1"), Code.DATE_INCOMPLETE
    return None


def _year_last(plain: str) -> tuple[date | None, Code | None] | None:
    """15-Mar-24, Mar 15, 2024, 15/3/2024 and 3/15/2024; 3/4/2024 and 24-3-15 are ambiguous."""
    if match := NAMED_MONTH.fullmatch(plain):
        return _day(_century(match[3]), _month(match[2]), match[1]), None
    if match := MONTH_FIRST.fullmatch(plain):
        return _day(match[3], _month(match[1]), match[2]), None
    if SHORT_YEAR.fullmatch(plain):
        return None, Code.DATE_AMBIGUOUS
    if (match := YEAR_LAST.fullmatch(plain)) is None:
        return None
    a, b = int(match[1]), int(match[2])
    if a <= 12 and b <= 12 and a != b:
        return None, Code.DATE_AMBIGUOUS
    return _day(match[3], *((match[1], match[2]) if b > 12 else (match[2], match[1]))), None


def _local(day: date, time: str | None) -> date | None:
    """The day in China of a time of day in another zone; None where what follows the day is no time."""
    if not time:
        return day
    match = TIME.fullmatch(time.strip())
    if match is None:
        return None
    zone = match[1]
    if not zone or not (clock := re.match(r"(\d{1,2}):(\d{2})", time.strip())):
        return day
    sign, hours, minutes = (1, 0, 0) if zone in "Zz" else (-1 if zone[0] == "-" else 1, int(zone[1:3]), int(zone[-2:]))
    offset = timezone(sign * timedelta(hours=hours, minutes=minutes if len(zone) > 3 else 0))
    moment = datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), tzinfo=offset)
    return moment.astimezone(CHINA).date()


def _day(year: str, month: str, day: str) -> date:
    """Raises ValueError for a day that is not in the calendar, or out of all plausible years."""
    found = date(int(year), int(month), int(day))
    if not EARLIEST <= found <= LATEST:
        raise ValueError(year)
    return found


def _western(text: str) -> str:
    """二〇二四年三月十五日 as 2024年3月15日; other texts as they are."""
    if (match := HAN_DATE.fullmatch(text)) is None:
        return text
    year = "".join(str(HAN_DIGITS[sign]) for sign in match[1])
    month, day = (_han_number(part) if part else None for part in match.groups()[1:])
    return f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")


def _han_number(text: str) -> int:
    """十 to 三十一."""
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    return (HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + (HAN_DIGITS[ones] if ones else 0)


def _month(name: str) -> str:
    if name.endswith("月"):
        return name[:-1]
    return str(MONTHS.index(name[:3].lower()) + 1)


def _century(year: str) -> str:
    """Two digits of a year: not later than ten years from now."""
    if len(year) == 4:
        return year
    this = date.today().year
    full = this // 100 * 100 + int(year)
    return str(full if full <= this + 10 else full - 100)


def _typed(column: pa.Array) -> ReadDates:
    if pa.types.is_timestamp(column.type):
        moments = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        if column.type.tz is not None:
            eight = pa.scalar(timedelta(hours=8), pa.duration("us"))
            moments = pc.add(moments.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")), eight)
        column = moments.cast(pa.date32(), safe=False)
    days = column.cast(pa.date32())
    empty = [date.fromisoformat(text) for text in PLACEHOLDERS if not text.endswith("-00")]
    remarks = {
        Code.DATE_PLACEHOLDER: pc.is_in(days, pa.array(empty, pa.date32())),
        Code.DATE_BAD: pc.or_(pc.less(days, pa.scalar(EARLIEST)), pc.greater(days, pa.scalar(LATEST))),
    }
    masks = {code: _mask(flags) for code, flags in remarks.items()}
    masks[Code.DATE_BAD] &= ~masks[Code.DATE_PLACEHOLDER]
    noted = {code: mask for code, mask in masks.items() if mask.any()}
    for mask in noted.values():
        days = pc.if_else(pa.array(mask), pa.scalar(None, pa.date32()), days)
    return ReadDates(days, noted)


def _mask(flags: pa.Array) -> Mask:
    return np.asarray(flags.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
