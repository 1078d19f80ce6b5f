"""The acceptance record on paper: complete, self-contained, in both languages, whatever the delivery was like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import shapely

from importers.checksum import sha256_of
from importers.inspection.suggest import suggest
from importers.problems.codes import Code
from importers.problems.problem import Problem, at
from importers.problems.texts import TEXTS
from importers.read.reader import inspect
from importers.reporting.acceptance import Act, Came, Places, ProblemSummary, Record, Round, of_check
from importers.reporting.acceptance_document import render_html, render_pdf, write
from importers.supplier_check.check import CheckResult, left_out
from importers.supplier_check.pack import Pack
from importers.validate.context import ValidationContext
from registry.catalogue.layers import reference_layers
from registry.errors import Invalid
from registry.i18n import set_language
from registry.messages import Message

DATA = Path(__file__).parents[2] / "data"
COMPONENT = reference_layers()["component"]
WHEN = datetime.fromisoformat("2026-11-27T10:30:00+08:00")
CAME = Came("路灯.zip", 12_345, "ab" * 32, "Shapefile", "路灯", 100, "GB18030", "16 段文字都能解码",
            "CGCS2000_3_Degree_GK_CM_120E", "EPSG:4549", "照明公司", "prj", "0.1.0", "测绘员甲", WHEN)  # fmt: skip
FOUND = ProblemSummary(
    "date_bad", "error", 7, ("初始日期",), (3, 9, 12), Message("date_bad", {"value": "昨天", "field": "初始日期"})
)
FIRST = Round(CAME, (FOUND,), quarantined=7, change_set=12, status="applied", taken={"add": 60, "move": 3}, left_out=2,
              conflicts=1, unchanged=27, proposed=Act("测绘员甲", WHEN), applied=Act("管理员乙", WHEN),
              checksum="cd" * 32)  # fmt: skip


def record(*rounds: Round, **other: object) -> Record:
    made = Record("三季度路灯普查", "330105", "拱墅区", "部件", rounds, Act("管理员乙", WHEN), delivery=4)
    return replace(made, **other)  # type: ignore[arg-type]


def mended(rows: int, quarantined: int, **other: object) -> Round:
    return replace(FIRST, came=replace(CAME, rows=rows), quarantined=quarantined, **other)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    yield
    set_language("zh")


def test_the_page_tells_everything_and_fetches_nothing() -> None:
    page = render_html(record(FIRST))
    for text in ("三季度路灯普查", "拱墅区 330105", "路灯.zip", "12,345", "ab" * 32, "GB18030", "EPSG:4549", "照明公司",
                 "“…”不是日期", "date_bad", "3, 9, 12 …", "管理员乙", "cd" * 32, "部分验收合格",
                 "供图单位（盖章）："):  # fmt: skip
        assert text in page, text
    assert not re.search(r"(src|href)=|url\(|@import|<script|https?://", page)
    assert page.count('class="n">63') == 0
    assert re.findall(r'<td class="n">(\d+)</td>', page)[:10] == ["7", "100", "60", "0", "3", "0", "27", "1", "2", "7"]


def test_what_a_supplier_writes_is_text_not_markup() -> None:
    sly = replace(FIRST, came=replace(CAME, name="<script>alert(1)</script>.zip"))
    page = render_html(record(sly, title="<b>x</b>"))
    assert "<script" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_english() -> None:
    set_language("en")
    page = render_html(record(FIRST))
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    given = {
        "三季度路灯普查",
        "拱墅区",
        "部件",
        "路灯",
        "测绘员甲",
        "管理员乙",
        "初始日期",
        "照明公司",
        "段文字都能解码",
    }
    left = set(re.findall(r"[\u4e00-\u9fff]+", body)) - given
    assert not left
    assert "is not a date" in body


def test_rows_that_still_wait_over_several_files() -> None:
    assert record(mended(100, 7)).quarantined == 7
    assert record(mended(100, 7), mended(5, 1)).quarantined == 3, "five of seven came, one of them still bad"
    assert record(mended(100, 7), mended(5, 1), mended(3, 0)).quarantined == 0
    assert record(mended(100, 7), mended(101, 2)).quarantined == 2, "the whole delivery anew"


def test_the_outcome_in_a_word() -> None:
    clean = mended(100, 0, left_out=0, conflicts=0)
    undone = replace(clean, undone=Act("管理员乙", WHEN), undone_set=13)
    assert record(clean).verdict == "accepted"
    assert record(FIRST).verdict == "partly"
    assert record(replace(clean, status="proposed")).verdict == "waiting"
    assert record(undone).verdict == "undone"
    assert record(clean, undone).verdict == "partly"
    assert record(replace(clean, status="rejected", unchanged=0)).verdict == "nothing"
    assert record(replace(clean, status="empty", taken={})).verdict == "accepted", "everything was there already"


def test_a_check_without_a_register_prints_the_same_form() -> None:
    (source,) = inspect(DATA / "lamps_gbk.zip")
    problems = [*at(Code.DATE_BAD, [2, 5], "初始日期", ["x", "y"]), Problem(Code.ELEVATION_DROPPED)]
    pack = Pack(suggest(source, COMPONENT), ValidationContext.without_register(), "0.0.1")
    verdict = CheckResult(source, pack.profile, "EPSG:4549", "option", left_out(pack, pack.profile), 6, problems)
    made = of_check(DATA / "lamps_gbk.zip", verdict, pack, "灯")
    (one,) = made.rounds
    assert (made.verdict, one.quarantined, one.came.rows, one.came.sha256) == (
        "failed",
        2,
        6,
        sha256_of(DATA / "lamps_gbk.zip"),
    )
    assert [(f.code, f.count, f.rows) for f in one.findings] == [("date_bad", 2, (2, 5)), ("elevation_dropped", 1, ())]
    page = render_html(made)
    assert "资产数据检查记录" in page
    assert "检查未通过：有 2 行待修" in page
    assert "变更集" not in re.sub(r"<style>.*?</style>", "", page)
    assert of_check(DATA / "lamps_gbk.zip", replace(verdict, problems=[]), pack).verdict == "passed"
    assert "例如：“x”" in page, "a supplier sees what stands in his own file"
    assert page.count("<li>未检查：") == 5
    assert "检查包由 0.0.1 版导出" in page


@pytest.mark.slow
def test_the_name_says_how_a_record_is_written(tmp_path: Path) -> None:
    write(record(FIRST), tmp_path / "a.HTML")
    write(record(FIRST), tmp_path / "a.pdf")
    assert (tmp_path / "a.HTML").read_text(encoding="utf-8") == render_html(record(FIRST))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    with pytest.raises(Invalid, match=r"a\.doc"):
        write(record(FIRST), tmp_path / "a.doc")


def every_kind() -> tuple[ProblemSummary, ...]:
    return tuple(
        ProblemSummary(
            str(code),
            str(TEXTS[code].severity),
            1000 + n,
            ("一个很长的列名称" * 3, "OBJNAME"),
            tuple(range(1, 9)),
            Message(str(code)),
        )
        for n, code in enumerate(Code)
    )


def a_map() -> Places:
    outline = shapely.MultiPolygon([shapely.box(120.08, 30.25, 120.22, 30.4)])
    actions = ("add", "update", "move", "retire", "conflict", "rejected")
    marks = ((actions[n % 6], 120.1 + n % 17 / 200, 30.28 + n % 23 / 300, n) for n in range(1, 200))
    return Places(outline, tuple(marks))


def test_the_map_shows_each_action_with_a_mark_of_its_own_and_counts() -> None:
    page = render_html(record(FIRST, places=a_map()))
    picture = page[page.index('<svg viewBox="0 0 680') : page.index("</figure>")]
    assert picture.count("<circle") + picture.count("<path") == 199 + 6 + 1
    legend = [int(n.replace(",", "")) for n in re.findall(r"</svg> \S+ ([\d,]+)</span>", picture)]
    assert sum(legend) == sum(range(1, 200))
    assert "nan" not in picture


def test_a_single_place_is_no_division_by_nothing() -> None:
    page = render_html(record(FIRST, places=Places(None, (("add", 120.1, 30.3, 1),))))
    assert 'cx="340.0" cy="110.0"' in page


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pdf_of_the_longest_and_of_the_shortest_record(language: str, tmp_path: Path) -> None:
    set_language(language)
    long = "杭州市拱墅区城市管理局二〇二六年度第三季度市政公用设施（路灯、雨水篦子、检查井）普查与更新测绘成果" * 3
    rounds = tuple(replace(FIRST, came=replace(CAME, name=f"{long}_{n}.zip"), findings=every_kind()) for n in range(2))
    whole = render_pdf(record(*rounds, title=long, places=a_map()))
    assert whole.startswith(b"%PDF-")
    short = render_pdf(record(mended(1, 0, findings=())))
    assert len(short) < len(whole)
    (tmp_path / "whole.pdf").write_bytes(whole)
