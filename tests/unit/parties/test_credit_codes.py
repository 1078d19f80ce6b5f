"""Unified social credit codes: one wrong character is noticed, and the right check character named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from registry.errors import Invalid
from registry.parties.credit_codes import credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SOUND = "91110000600037341L"


def test_a_sound_code_is_kept_without_blanks_and_in_capitals() -> None:
    assert credit_code(" 9111 0000 6000 3734 1l ") == SOUND


@given(place=st.integers(0, 17), other=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_refused(place: int, other: str) -> None:
    wrong = SOUND[:place] + other + SOUND[place + 1 :]
    if wrong == SOUND:
        return
    with pytest.raises(Invalid) as caught:
        credit_code(wrong)
    if wrong[:8].isdigit() and wrong[2:8].isdigit():
        assert uscc.calc_check_digit(wrong[:-1]) in caught.value.message


@pytest.mark.parametrize("text", ["", "91110000", "91110000600037341I", "九一一一"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        credit_code(text)
