"""The words of problems, and the reference table made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importers.problems.problem import TEXTS, Code, Problem, Severity, at, grouped, in_order, quoted, table
from registry.i18n import _, set_language

DOCUMENT = Path(__file__).parents[3] / "docs" / "import-problems.md"


def test_every_code_has_words_and_a_remedy():
    assert set(TEXTS) == set(Code)
    assert len(Code) >= 79
    for text in TEXTS.values():
        assert text.message
        assert text.remedy
        assert not text.message.endswith(("。", "；"))


@pytest.mark.parametrize("code", list(Code))
def test_words_ask_for_nothing_that_is_not_given(code):
    names = set(re.findall(r"%\((\w+)\)s", TEXTS[code].message + TEXTS[code].remedy))
    problem = Problem(code, 17, "宽度", "无", dict.fromkeys(names, "…"))
    assert "%(" not in str(problem)
    assert str(problem).startswith("第 17 行，宽度：")


def test_the_sentence_of_a_problem():
    assert str(Problem(Code.NUMBER_BAD, 17, "宽度", "无")) == "第 17 行，宽度：“无”不是数；填写数字；不详时留空"
    assert str(Problem(Code.ELEVATION_DROPPED)).startswith("全部：")


def test_values_are_quoted_on_one_line_and_cut():
    assert quoted("甲\n 乙") == "甲 乙"
    assert len(quoted("x" * 500)) == 80
    assert quoted(None) == ""


def test_errors_keep_rows_out_warnings_do_not():
    assert Problem(Code.CODE_MALFORMED).severity is Severity.ERROR
    assert Problem(Code.COORDINATES_COARSE).severity is Severity.WARNING


def test_order():
    problems = [*at(Code.DATE_BAD, [5, 2], "d", ["x", "y"]), Problem(Code.ELEVATION_DROPPED)]
    assert [p.row for p in in_order(problems)] == [None, 2, 5]


def test_grouped_by_code_and_column_errors_first():
    many = at(Code.COORDINATES_COARSE, range(10, 40), "", ["120.15, 30.32"] * 30)
    problems = [*many, *at(Code.DATE_BAD, [5], "初", ["x"]), *at(Code.DATE_BAD, [7, 8], "变", ["y", "z"])]
    groups = grouped([*problems, Problem(Code.ELEVATION_DROPPED)])
    assert [(str(g.code), g.field, g.count, g.more) for g in groups] == [
        ("date_bad", "变", 2, 0), ("date_bad", "初", 1, 0), ("coordinates_coarse", "", 30, 27), ("elevation_dropped", "", 1, 0),
    ]  # fmt: skip
    assert groups[0].examples == tuple(at(Code.DATE_BAD, [7, 8], "变", ["y", "z"]))
    assert groups[2].rows == tuple(range(10, 25))
    assert groups[3].rows == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_document_holds_the_table(language):
    set_language(language)
    try:
        if language == "en" and _("没有图形") == "没有图形":
            pytest.skip("the English catalogue is not compiled")
        assert table() in DOCUMENT.read_text(encoding="utf-8"), "paste the output of table()"
    finally:
        set_language("zh")
