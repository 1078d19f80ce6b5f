"""What a set of records would do, seen before anybody applies it, and what is doubtful about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from registry.access.scope import Scope
from registry.contracts.kinds import Kind
from registry.contracts.records import worded
from registry.i18n import N_, _


@dataclass(frozen=True)
class Effect:
    """What changes for a trade in a layer on a day, in whole millimetres, square centimetres or pieces.

    `gap`: what no contract covers; `more`: what several do; each before and after. `won`: assets that nobody covered at all and
    somebody then would; `lost`: the other way round.
    """

    trade: str
    layer: str
    gap_before: int
    gap_after: int
    more_before: int
    more_after: int
    won: int
    lost: int


@dataclass(frozen=True)
class Doubt:
    """A rule that a record breaks, or may break. `message` in the language of who reads it."""

    code: str
    severity: str
    kind: Kind
    record: int
    found: str
    expected: str

    @property
    def message(self) -> str:
        """What was found and what was expected."""
        return _(MESSAGES[self.code], found=self.found, expected=self.expected)


MESSAGES = {
    "lines_total": N_("清单合计 %(found)s 元，与合同总价 %(expected)s 元不符"),
    "supplements_high": N_("补充协议增加 %(found)s 元，超过中标价的一成（%(expected)s 元）"),
    "bond_high": N_("履约保证金 %(found)s 元，超过合同总价的一成（%(expected)s 元）"),
    "term_long": N_("合同期 %(found)s，超过 %(expected)s 个月"),
    "zone_outside": N_("责任区的范围超出行政区"),
    "zones_overlap": N_("与责任区 %(found)s 重叠 %(expected)s 平方米"),
    "zebra": N_("资产 %(found)s 沿边界进出 %(expected)s 次，应点名列入一方"),
    "item_length": N_("清册长度 %(found)s 米，图上 %(expected)s 米，相差超过 5%%"),
    "billed_measured": N_("清单数量 %(found)s，实测 %(expected)s，相差超过 5%%"),
}


@dataclass(frozen=True)
class Foresight:
    """What a set would do on a day, and what would then be doubtful about its contracts; errors first."""

    effects: tuple[Effect, ...]
    doubts: tuple[Doubt, ...]


def foresee(connection: psycopg.Connection[Any], scope: Scope, change_set: int, day: date) -> Foresight:
    """Apply the proposed set for a moment, look, and take it back: it cannot disagree with `records.apply`.

    Prices are spoken of to those who see prices. Raises StaleRecords, Invalid, NotAllowed and NotFound as applying would.
    """
    with worded(connection, change_set):
        row = connection.execute(
            "SELECT * FROM registry.foresee_records(%s, %s, %s)", (scope.district, change_set, day)
        ).fetchone()
    assert row is not None
    effects = tuple(
        Effect(**{**dict.fromkeys(_COUNTS, 0), **{k: v for k, v in e.items() if v is not None}}) for e in row[0]
    )
    return Foresight(effects, tuple(Doubt(**{**d, "kind": Kind(d["kind"])}) for d in row[1]))


_COUNTS = ("gap_before", "gap_after", "more_before", "more_after", "won", "lost")
