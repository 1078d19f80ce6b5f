"""The problems of a large delivery: read quickly, kept within bounds, and no row that waits is ever forgotten."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from importers import pipeline
from importers.pipeline import ImportRequest, run
from importers.problems.problem import Code, Problem, at
from importers.quarantine.export import quarantine_of
from importers.read.reader import read
from importers.reporting.acceptance import of_change_sets
from importers.reporting.acceptance_document import render_html
from importers.reporting.stored_problems import problems_to_store
from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.changes import problems as findings
from registry.messages import of_problem

Connection = psycopg.Connection[Any]
HEAD = "编号,类别,经度,纬度,初始日期\n"
GOOD = "G-{n},路灯,120.15{n:02}1234,30.32011234,2024-05-06\n"
BAD = "B-{n},长椅,120.16{n:02}1234,30.33011234,2024-13-45\n"


@pytest.fixture
def scope(connection: Connection, people: dict[str, int], district: str) -> Scope:
    return open_scope(connection, district, people["surveyor"])


def test_groups_are_made_at_once_although_the_planner_knows_nothing_of_their_rows(
    connection: Connection, scope: Scope
) -> None:
    change_set = change_sets.propose(connection, scope, "component", "import", change_sets.ChangeSetOrigin("far away"))
    away = at(Code.OUTSIDE_DISTRICT, range(2, 30_002), "", (f"126.8{n:05}, 37.2" for n in range(30_000)))
    twice = at(Code.KEY_REPEATED, range(20, 52), "编号", ["A-1", "A-1", "A-2", "A-1"] * 8, first=3)
    change_sets.keep_problems(
        connection, scope, change_set, problems_to_store([*away, *twice, Problem(Code.ELEVATION_DROPPED)])
    )
    connection.execute("SET LOCAL statement_timeout = '4s'")
    first, second, last = findings.groups(connection, scope, change_set)
    assert (first.code, first.count, first.rows[:3], len(first.quotes)) == ("outside_district", 30_000, [2, 3, 4], 6)
    assert (second.code, second.field, second.quotes) == ("key_repeated", "编号", ["A-1", "A-2"])
    assert (second.count, second.rows) == (32, list(range(20, 28))) and "A-1" in second.message
    assert (last.severity, last.rows, last.count) == ("warning", [], 1)
    assert [g.code for g in findings.groups(connection, scope, change_set, "warning")] == ["elevation_dropped"]


def test_what_is_kept_has_every_row_that_waits() -> None:
    problems = [
        *at(Code.STATE_UNKNOWN, [2, 3], "状态", ["a", "b"]),
        *at(Code.DATE_BAD, [3, 4], "日期", ["c", "d"]),
        *at(Code.STATE_UNKNOWN, [4, 5], "状态", ["e", "f"]),
        *at(Code.COORDINATES_COARSE, [6], "", ["g"]),
        Problem(Code.ELEVATION_DROPPED),
    ]
    rows = list(problems_to_store(problems, most=3))
    assert [(row, code) for row, _severity, code, *_rest in rows] == [
        (2, "state_unknown"), (3, "state_unknown"), (3, "date_bad"), (4, "date_bad"), (5, "state_unknown"),
        (None, "elevation_dropped"),
    ]  # fmt: skip
    assert [row.details is not None for row in rows] == [True, True, True, False, False, True]
    assert len(list(problems_to_store(problems))) == len(problems)
    assert of_problem("date_bad", "日期", "", None).message == "“…”不是日期"


def test_beyond_the_bound_quarantine_and_record_are_whole_and_say_both_numbers(
    connection: Connection, scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "problems_to_store", partial(problems_to_store, most=5))
    file = tmp_path / "lamps.csv"
    file.write_text(HEAD + "".join(GOOD.format(n=n) + BAD.format(n=n) for n in range(12)), encoding="utf-8")
    report = run(connection, scope, ImportRequest(file, "component", crs="EPSG:4490", apply=True))
    quarantined = list(range(3, 27, 2))
    assert (report.rows_in_error, report.summary.added) == (12, 12)
    reported = report.as_dict()
    assert reported["problems_found"] == 24 and reported["problems_kept"] < 24

    change_set = report.summary.change_set
    assert sorted(findings.by_row(connection, scope, change_set)) == quarantined
    made = quarantine_of(connection, scope, change_set, file, tmp_path)
    (rows,) = read(made.path)
    assert rows.columns["编号"].to_pylist() == [f"B-{n}" for n in range(12)]
    assert [int(n) for n in rows.columns["原行号"].to_pylist()] == quarantined
    reasons = rows.columns["错误原因"].to_pylist()
    assert "“长椅”" in reasons[0] and "“…”" in reasons[-1]

    (one,) = of_change_sets(connection, scope, [change_set]).rounds
    assert (one.quarantined, one.problems, one.problems_kept) == (12, 24, reported["problems_kept"])
    page = render_html(of_change_sets(connection, scope, [change_set]))
    assert f"共发现 24 处问题，上表只统计其中记下的 {reported['problems_kept']} 处" in page


def test_within_the_bound_nothing_is_said_of_it(connection: Connection, scope: Scope, tmp_path: Path) -> None:
    file = tmp_path / "lamps.csv"
    file.write_text(HEAD + GOOD.format(n=1) + BAD.format(n=2), encoding="utf-8")
    report = run(connection, scope, ImportRequest(file, "component", crs="EPSG:4490"))
    assert report.problems_kept == len(report.problems) == 2
    record = of_change_sets(connection, scope, [report.summary.change_set])
    assert record.rounds[0].problems_kept is None and "共发现" not in render_html(record)


def test_the_record_of_many_new_rows_is_made_at_once(connection: Connection, scope: Scope, tmp_path: Path) -> None:
    file = tmp_path / "lamps.csv"
    rows = (
        f"M-{n},路灯,{120.14 + n % 100 * 1e-4:.6f},{30.31 + n // 100 * 1e-4:.6f},2024-05-06\n" for n in range(6_000)
    )
    file.write_text(HEAD + "".join(rows), encoding="utf-8")
    report = run(connection, scope, ImportRequest(file, "component", crs="EPSG:4490"))
    connection.execute("SET LOCAL statement_timeout = '4s'")
    record = of_change_sets(connection, scope, [report.summary.change_set])
    assert sum(count for _action, _lon, _lat, count in record.places.marks) == record.rounds[0].taken["add"] == 6_000
