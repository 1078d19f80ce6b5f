"""The acceptance record of real change sets: what it counts is what the register has, and its checksum can be verified."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from click.testing import CliRunner, Result

from importers.pipeline import ImportRequest, Report, run
from importers.quarantine.export import write_quarantine
from importers.read.reader import read
from importers.reporting.acceptance import checksum, of_change_sets
from importers.reporting.acceptance_document import render_html, render_pdf
from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.commands.changes import changes as command
from registry.database.connections import connect
from registry.errors import Conflict, Invalid, NotFound
from registry.operations import cluster

DATA = Path(__file__).parents[2] / "data"
Connection = psycopg.Connection[Any]
CRS = "EPSG:4490"


@pytest.fixture
def scope(connection: Connection, people: dict[str, int], district: str) -> Scope:
    return open_scope(connection, district, people["surveyor"])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The lamps as a table, two of them in states that nobody knows."""
    file = tmp_path / "lamps.csv"
    text = (DATA / "lamps_gb18030.csv").read_bytes()
    file.write_bytes(
        text.replace("破损".encode("gbk"), "坏掉".encode("gbk")).replace("废弃".encode("gbk"), "不用".encode("gbk"))
    )
    return file


def deliver(connection: Connection, scope: Scope, file: Path, apply: bool = True) -> Report:
    return run(connection, scope, ImportRequest(file, "component", crs=CRS, apply=apply))


def waiting_rows(connection: Connection, scope: Scope, change_set: int) -> dict[int, list[dict[str, Any]]]:
    rows: dict[int, list[dict[str, Any]]] = {}
    for problem in change_sets.read(connection, scope, change_set)["problems"]:
        if problem["severity"] == "error":
            rows.setdefault(problem["row"], []).append(problem)
    return rows


def mended(connection: Connection, scope: Scope, report: Report, ledger: Path, folder: Path) -> Path:
    """The rows that wait, as a supplier gets them back and mends them."""
    folder.mkdir()
    rows = waiting_rows(connection, scope, report.summary.change_set)
    written = write_quarantine(ledger, report.source, rows, folder).path
    assert len(next(read(written))) == 2
    text = written.read_bytes().replace("坏掉".encode("gbk"), "破损".encode("gbk"))
    written.write_bytes(text.replace("不用".encode("gbk"), "废弃".encode("gbk")))
    return written


def test_a_delivery_of_two_rounds_from_file_to_paper(
    connection: Connection, scope: Scope, ledger: Path, tmp_path: Path
) -> None:
    """Two of six lamps wait; mended they go in by the profile that was kept, with nothing of the reason in them."""
    first = deliver(connection, scope, ledger)
    assert (first.summary.added, first.rows_in_error) == (4, 2)
    second = deliver(connection, scope, mended(connection, scope, first, ledger, tmp_path / "back"))
    assert (second.summary.added, second.rows_in_error, second.profile_name) == (
        2,
        0,
        first.profile_name or second.profile_name,
    )
    assert second.profile.columns == first.profile.columns, "the profile that was kept fits the mended file"
    kept = connection.execute("SELECT DISTINCT jsonb_object_keys(attributes) FROM registry.asset").fetchall()
    assert not {key for (key,) in kept} & {"错误原因", "原行号"}

    sets = [first.summary.change_set, second.summary.change_set]
    record = of_change_sets(connection, scope, sets, title="三季度")
    one, two = record.rounds
    assert (one.taken, two.taken) == ({"add": 4}, {"add": 2})
    assert (one.quarantined, two.quarantined, record.quarantined, record.verdict) == (2, 0, 0, "accepted")
    assert [(f.code, f.count, f.rows) for f in one.findings] == [("state_unknown", 2, (4, 6))]
    assert (one.came.name, one.came.encoding, one.came.crs_used) == ("lamps.csv", "GB18030", CRS)
    assert one.came.sha256 == first_sha(ledger)
    assert (one.applied is not None, one.undone, one.status) == (True, None, "applied")
    assert sum(n for _action, _x, _y, n in record.places.marks) == 6
    page = render_html(record)
    assert "全部验收合格" in page
    assert one.checksum in page
    assert "<svg" in page
    assert render_pdf(record).startswith(b"%PDF-")


def first_sha(file: Path) -> str:
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_checksum_tells_the_rows_and_nothing_else(connection: Connection, scope: Scope, tmp_path: Path) -> None:
    report = deliver(connection, scope, DATA / "lamps_gb18030.csv", apply=False)
    number = report.summary.change_set
    before = checksum(connection, scope, number)
    change_sets.apply(connection, scope, number)
    assert checksum(connection, scope, number) == before, "applying changes no row of the set"
    connection.execute("SET LOCAL extra_float_digits = 0")
    connection.execute("SET LOCAL DateStyle = 'SQL, DMY'")
    assert checksum(connection, scope, number) == before, "nor does a setting of the session"
    connection.execute("SET LOCAL ROLE chengji_owner")
    for field in ("name = name || '。'", "attributes = attributes || '{\"material\": \"铁\"}'", "source_row = source_row + 1",
                  "geom = ST_Translate(geom, 1e-9, 0)"):  # fmt: skip
        connection.execute("SAVEPOINT s")
        connection.execute(
            f"UPDATE registry.change SET {field} WHERE seq = (SELECT min(seq) FROM registry.change)".encode()
        )
        assert checksum(connection, scope, number) != before, field
        connection.execute("ROLLBACK TO s")


def test_a_row_that_the_reviewer_left_out_and_an_undo(connection: Connection, scope: Scope) -> None:
    number = deliver(connection, scope, DATA / "lamps_gb18030.csv", apply=False).summary.change_set
    assert of_change_sets(connection, scope, [number]).verdict == "waiting"
    whole = checksum(connection, scope, number)
    connection.execute(
        "UPDATE registry.change SET accepted = false WHERE change_set = %s AND seq ="
        " (SELECT min(seq) FROM registry.change WHERE change_set = %s)", (number, number),
    )  # fmt: skip
    change_sets.apply(connection, scope, number)
    record = of_change_sets(connection, scope, [number])
    (one,) = record.rounds
    assert (one.taken, one.left_out, record.verdict) == ({"add": 5}, 1, "partly")
    assert one.checksum != whole
    assert {action for action, *_rest in record.places.marks} == {"add", "rejected"}

    undo = change_sets.undo(connection, scope, number).change_set
    assert of_change_sets(connection, scope, [number]).rounds[0].undone is None, "proposed is not done"
    change_sets.apply(connection, scope, undo)
    record = of_change_sets(connection, scope, [number])
    assert (record.verdict, record.rounds[0].undone_set) == ("undone", undo)
    assert record.rounds[0].undone is not None
    assert record.rounds[0].undone.by == scope.person_name
    again = change_sets.undo(connection, scope, undo).change_set
    change_sets.apply(connection, scope, again)
    assert of_change_sets(connection, scope, [number]).rounds[0].undone is None, "the undo was undone"


def test_who_may_not_see_the_layer_gets_no_record(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    viewer = open_scope(connection, district, people["camera_surveyor"])
    camera = seed.Delivered("local camera type", "1", seed.shapely.Point(seed.LON, seed.LAT), "枪机")
    number = seed.put(connection, district, people["camera_surveyor"], "camera", [camera]).change_set
    assert of_change_sets(connection, viewer, [number]).verdict == "accepted"
    for person in ("surveyor", "inspector", "neighbour"):
        where = seed.OTHER_DISTRICT if person == "neighbour" else district
        other = open_scope(connection, where, people[person])
        with pytest.raises(NotFound):
            of_change_sets(connection, other, [number])
        assert checksum(connection, other, number) == EMPTY
    with pytest.raises(NotFound, match="999999"):
        of_change_sets(connection, open_scope(connection, district, people["surveyor"]), [999_999])


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
Typed = Callable[..., Result]


@pytest.fixture
def typed(seeded_clone: str, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`typed("record", "1", …)` as the surveyor types it; an error of ours is raised as it is."""
    here = dataclasses.replace(cluster.settings(), database_url=seeded_clone)
    monkeypatch.setattr(cluster, "settings", lambda: here)

    def run_(*arguments: str) -> Result:
        who = ("--as", "surveyor", "--district", seed.DISTRICT)
        result = CliRunner().invoke(command, [*arguments, *who], standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    return run_


def test_the_commands(typed: Typed, seeded_clone: str, ledger: Path, tmp_path: Path) -> None:
    with connect(seeded_clone) as connection:
        row = connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
        assert row is not None
        scope = open_scope(connection, seed.DISTRICT, row[0])
        number = str(deliver(connection, scope, ledger).summary.change_set)
        printed = checksum(connection, scope, int(number))
    page, paper = tmp_path / "record.html", tmp_path / "record.pdf"
    typed("record", number, "--html", str(page), "--pdf", str(paper), "--title", "交付甲")
    assert "交付甲" in page.read_text(encoding="utf-8")
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "相符" in typed("record", number, "--verify", printed.upper()).output
    with pytest.raises(Conflict, match=printed):
        typed("record", number, "--verify", "0" * 64)
    with pytest.raises(Invalid):
        typed("record", number)

    typed("waiting", number, str(ledger), "--to", str(tmp_path / "back"))
    (written,) = (tmp_path / "back").iterdir()
    assert written.name == "lamps_待修.csv"
    assert next(read(written)).columns["原行号"].to_pylist() == ["4", "6"]
    other = tmp_path / "other.csv"
    shutil.copy(DATA / "lamps_gb18030.csv", other)
    with pytest.raises(Conflict, match=r"other\.csv"):
        typed("waiting", number, str(other))
