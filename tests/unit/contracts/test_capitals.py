"""Capitals: the payment rules' six examples in every permitted spelling, and back again to the fen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.capitals import from_capitals, in_capitals
from registry.errors import Invalid

RULES = {
    "1409.50": ["壹仟肆佰零玖元伍角"],
    "6007.14": ["陆仟零柒元壹角肆分"],
    "1680.32": ["壹仟陆佰捌拾元零叁角贰分", "壹仟陆佰捌拾元叁角贰分"],
    "107000.53": ["壹拾万柒仟元零伍角叁分", "壹拾万零柒仟元伍角叁分"],
    "16409.02": ["壹万陆仟肆佰零玖元零贰分"],
    "325.04": ["叁佰贰拾伍元零肆分"],
}


@pytest.mark.parametrize("figures", RULES)
def test_the_rules_examples(figures: str) -> None:
    spellings = RULES[figures]
    assert in_capitals(Decimal(figures)).removesuffix("整") in spellings
    for spelling in spellings:
        for before in ("", "人民币", "人民币 "):
            for after in ("", "整", "正"):
                for yuan in ("元", "圆"):
                    assert from_capitals(before + spelling.replace("元", yuan) + after) == Decimal(figures)


@pytest.mark.parametrize(
    ("figures", "capitals"),
    [("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("10", "壹拾元整"), ("100000000", "壹亿元整"),
     ("100000001.10", "壹亿零壹元壹角整"), ("10000", "壹万元整"), ("10010001", "壹仟零壹万零壹元整"),
     ("1000000000000", "壹万亿元整"), ("20000300000", "贰佰亿零叁拾万元整"),
     ("1100000000000", "壹万壹仟亿元整"), ("1177500", "壹佰壹拾柒万柒仟伍佰元整")],
)  # fmt: skip
def test_written(figures: str, capitals: str) -> None:
    assert in_capitals(Decimal(figures)) == capitals
    assert from_capitals(capitals) == Decimal(figures)


@given(
    st.integers(0, 10**14)
    | st.integers(0, 10**6)
    | st.builds(lambda d, e: d * 10**e, st.integers(1, 99), st.integers(0, 14))
)
def test_round_trip(cents: int) -> None:
    amount = Decimal(cents) / 100
    written = in_capitals(amount)
    assert from_capitals(written) == amount
    assert "零零" not in written


@pytest.mark.parametrize(
    "text", ["", "壹", "一千元", "壹仟壹仟元", "拾佰元", "元", "壹元壹元", "壹万万元", "1409.50", "壹分伍角"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_capitals(text)


def test_below_zero_is_refused() -> None:
    with pytest.raises(Invalid):
        in_capitals(Decimal("-0.01"))
