"""Amounts of money in Chinese capitals (中文大写金额), as the payment rules (支付结算办法) want them; exact to the fen."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from registry.errors import Invalid

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_D = f"[{DIGITS[1:]}]"
_SECTION = re.compile(rf"(?:({_D})仟)?零?(?:({_D})佰)?零?(?:({_D})?(拾))?零?({_D})?零?")
_AMOUNT = re.compile(rf"(?:(.+)元)?零?(?:({_D})角)?零?(?:({_D})分)?")
MOST = Decimal(10) ** 16


def in_capitals(amount: Decimal) -> str:
    """`Decimal("107000.53")` → 壹拾万零柒仟元伍角叁分. Rounded half up to the fen; raises Invalid below zero and from 10^16."""
    cents = int((amount * 100).to_integral_value(ROUND_HALF_UP))
    if not 0 <= cents < MOST * 100:
        raise Invalid("capitals.amount_out_of_range", amount=amount)
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    whole = f"{_integer(yuan)}元" if yuan or not rest else ""
    zero = "零" if whole and not jiao and fen else ""
    parts = whole, zero, f"{DIGITS[jiao]}角" if jiao else "", f"{DIGITS[fen]}分" if fen else "整"
    return "".join(parts)


def _integer(value: int) -> str:
    high, low = divmod(value, 10**8)
    return _joined(f"{_integer(high)}亿" if high else "", high, low, 10**7, _below(low)) if high or low else "零"


def _below(value: int) -> str:
    """Less than a hundred million; nothing for zero."""
    high, low = divmod(value, 10**4)
    return _joined(f"{_four(high)}万" if high else "", high, low, 1000, _four(low))


def _joined(before: str, high: int, low: int, full: int, after: str) -> str:
    """One zero where a digit next to the joint is missing, whatever more is."""
    return f"{before}零{after}" if high and low and (low < full or high % 10 == 0) else before + after


def _four(value: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + _UNITS[place]
        gap = not digit
    return text


def from_capitals(text: str) -> Decimal:
    """The amount that a text in capitals says, in each of the permitted spellings: with 人民币 or not, 整 or 正, 元 or 圆.

    Raises Invalid, quoting the text, for anything else.
    """
    plain = re.sub(r"\s|人民币|[¥¥]", "", unicodedata.normalize("NFKC", text)).replace("圆", "元")
    plain = re.sub("[整正]$", "", plain)
    match = _AMOUNT.fullmatch(plain)
    if not plain or match is None:
        raise _not_capitals(text)
    whole, jiao, fen = match.groups()
    cents = (_digit(jiao) * 10 + _digit(fen)) + 100 * (0 if whole in (None, "零") else _read(whole, text))
    return Decimal(cents) / 100


def _not_capitals(text: str) -> Invalid:
    return Invalid("capitals.unreadable", text=text[:60])


def _digit(character: str | None) -> int:
    return DIGITS.index(character) if character else 0


def _read(whole: str, text: str) -> int:
    """Yuan: what stands before 亿 counts a hundred million each, what stands before 万 ten thousand."""
    value = 0
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        before, found, after = whole.rpartition(unit)
        if found:
            value += size * (_read if unit == "亿" else _section)(before, text)
            whole = after
    return value + (_section(whole, text) if whole else 0)


def _section(part: str, text: str) -> int:
    match = _SECTION.fullmatch(part.removeprefix("零"))
    if match is None or not part:
        raise _not_capitals(text)
    thousands, hundreds, tens, ten, ones = match.groups()
    return 1000 * _digit(thousands) + 100 * _digit(hundreds) + 10 * (_digit(tens) or int(bool(ten))) + _digit(ones)
