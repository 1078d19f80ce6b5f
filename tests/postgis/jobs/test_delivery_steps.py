"""Deliveries from upload to register, by the real worker in its real processes; and what is left when they are killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
from at_work import (
    DATA,
    OPTIONS,
    as_,
    ask,
    checked,
    components,
    deliver,
    file_of,
    held,
    process_at_work,
    register_held_up,
    status_of,
    until,
    work,
    worker,
)

from registry.database.connections import connect
from registry.deliveries import deliveries
from registry.deliveries.deliveries import Upload
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.jobs import queue
from registry.messages import Message


def test_a_delivery_goes_from_upload_to_register_and_back(seeded_clone: str, home: Path) -> None:
    before = components(seeded_clone)
    delivery, number = deliver(seeded_clone, home)
    assert file_of(seeded_clone, delivery).state == "queued"
    work(seeded_clone, once=True)

    file = file_of(seeded_clone, delivery)
    assert (number, file.state, file.failure) == (1, "looked", None)
    with as_(seeded_clone) as (connection, scope):
        (source,) = deliveries.inspection(connection, scope, delivery, 1)
    assert (source["rows"], source["geometry"], source["best"]) == (6, "point", "component")
    assert source["encoding"]["name"] == "GB18030"
    assert "camera" not in source["suggestions"]
    assert source["crs_verdict"]["declared"]["crs"] == "EPSG:4549"

    ask(seeded_clone, delivery, "check", OPTIONS)
    work(seeded_clone, once=True)
    file = file_of(seeded_clone, delivery)
    assert file.state == "review", file.failure
    assert file.report is not None
    assert file.report["rows"] == 6
    assert components(seeded_clone) == before

    ask(seeded_clone, delivery, "apply")
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "applied"
    assert components(seeded_clone) != before

    ask(seeded_clone, delivery, "undo")
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "undone"
    assert components(seeded_clone) == before


def test_a_second_check_takes_the_place_of_the_first(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    work(seeded_clone, once=True)
    sets = []
    for title in ("一", "二"):
        ask(seeded_clone, delivery, "check", {**OPTIONS, "save_as": title})
        work(seeded_clone, once=True)
        sets.append(file_of(seeded_clone, delivery).change_set)
    with as_(seeded_clone) as (connection, scope):
        found = connection.execute(
            "SELECT status FROM registry.change_set WHERE district = %s AND id = ANY (%s) ORDER BY id",
            (scope.district, sets),
        ).fetchall()
    assert found == [("rejected",), ("proposed",)]


def test_an_undo_with_nothing_left_to_undo_says_so(seeded_clone: str, home: Path) -> None:
    """Every row was changed again since: they are all kept, and the delivery does not pretend that it was undone."""
    sets = []
    for owner in ("甲单位", "乙单位"):
        delivery, _number = deliver(seeded_clone, home)
        work(seeded_clone, once=True)
        ask(seeded_clone, delivery, "check", {"constants": {"class": "0118", "owner": owner}})
        work(seeded_clone, once=True)
        ask(seeded_clone, delivery, "apply")
        work(seeded_clone, once=True)
        assert file_of(seeded_clone, delivery).state == "applied"
        sets.append(delivery)
    after = components(seeded_clone)
    ask(seeded_clone, sets[0], "undo")
    work(seeded_clone, once=True)
    file = file_of(seeded_clone, sets[0])
    assert file.state == "failed"
    assert file.failure is not None
    assert "没有可撤销的" in Message.of(file.failure).message
    assert components(seeded_clone) == after


def test_what_cannot_be_read_fails_in_words(seeded_clone: str, home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "plan.dwg"
    bad.write_bytes(b"AC1032" + bytes(100))
    delivery, _number = deliver(seeded_clone, home, bad)
    work(seeded_clone, once=True)
    file = file_of(seeded_clone, delivery)
    assert file.state == "failed"
    assert file.failure is not None
    assert "DWG" in Message.of(file.failure).message
    assert Message.of(file.failure).hint
    assert str(home) not in str(file.failure)


PLACES = "编号,名称,小类,状态,经度,纬度\n" + "".join(
    f"L-{n},路灯{n},0118,完好,{120.15 + n / 1000:.6f},30.320000\n" for n in range(5)
)


@pytest.mark.parametrize(
    ("columns", "words", "hint"),
    [(4, "“places”没有图形，也没有坐标列", "x 与 y"), (6, "“places”：没有说明坐标系", "EPSG:4490")],
    ids=["no geometry", "no coordinate system"],
)
def test_what_has_no_place_is_refused_by_name_and_says_what_to_do(
    seeded_clone: str, home: Path, tmp_path: Path, columns: int, words: str, hint: str
) -> None:
    """geolens#2031: a table without geometry; GeoNode#9016: no coordinate system. Never waiting for ever: failed, with the
    next step, which is then done."""
    file = tmp_path / "places.csv"
    file.write_text("".join(",".join(line.split(",")[:columns]) + "\n" for line in PLACES.splitlines()))
    delivery, _number = deliver(seeded_clone, home, file)
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "looked"
    ask(seeded_clone, delivery, "check", {})
    work(seeded_clone, once=True)
    failed = file_of(seeded_clone, delivery)
    assert (failed.state, failed.change_set) == ("failed", None)
    assert failed.failure is not None
    assert words in Message.of(failed.failure).message, failed.failure
    assert hint in Message.of(failed.failure).hint, failed.failure
    if columns == 6:
        ask(seeded_clone, delivery, "check", {"crs": "EPSG:4490"})
        work(seeded_clone, once=True)
        assert file_of(seeded_clone, delivery).state == "review"


def test_mended_rows_join_their_delivery_and_retire_nothing(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    work(seeded_clone, once=True)
    ask(seeded_clone, delivery, "check", OPTIONS)
    work(seeded_clone, once=True)
    _delivery, number = deliver(seeded_clone, home, DATA / "lamps_gb18030.csv", delivery=delivery)
    assert number == 2
    work(seeded_clone, once=True)
    found = held(seeded_clone, delivery)
    assert found.file(1).state == "review"
    assert found.file(2).stored_options == OPTIONS


def test_only_who_may_write_delivers(seeded_clone: str, home: Path) -> None:
    upload = Upload("a.csv", 1, "0" * 64)
    for username in ("inspector", "contractor", "camera_viewer"):
        with as_(seeded_clone, username) as (connection, scope), pytest.raises(NotAllowed):
            deliveries.receive(connection, scope, upload)


def test_before_its_layer_is_known_a_delivery_is_its_uploaders_alone(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    for username in ("admin", "inspector", "camera_surveyor"):
        with as_(seeded_clone, username) as (connection, scope):
            assert deliveries.page(connection, scope) == []
            with pytest.raises(NotFound):
                deliveries.get(connection, scope, delivery)
    ask_layer(seeded_clone, delivery)
    for username in ("admin", "inspector"):
        with as_(seeded_clone, username) as (connection, scope):
            assert deliveries.page(connection, scope), username
    # The contractors' role may not even ask.
    with pytest.raises(psycopg.errors.InsufficientPrivilege), as_(seeded_clone, "contractor") as (connection, scope):
        deliveries.page(connection, scope)


def ask_layer(url: str, delivery: int) -> None:
    with as_(url) as (connection, scope):
        deliveries.name_it(connection, scope, delivery, layer="component")


def test_a_layer_out_of_reach_cannot_be_chosen(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    with as_(seeded_clone) as (connection, scope), pytest.raises(NotFound):
        deliveries.name_it(connection, scope, delivery, layer="camera")


def test_one_step_at_a_time(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    with as_(seeded_clone) as (connection, scope), pytest.raises(Conflict, match="正在处理"):
        deliveries.request_step(connection, scope, delivery, 1, "look")
    work(seeded_clone, once=True)
    with as_(seeded_clone) as (connection, scope):
        for step in ("check", "apply", "undo"):
            with pytest.raises(Conflict, match="不能做这一步"):
                deliveries.request_step(connection, scope, delivery, 1, step)


def test_what_waits_can_be_cancelled_and_asked_for_again(seeded_clone: str, home: Path) -> None:
    delivery, _number = deliver(seeded_clone, home)
    with as_(seeded_clone) as (connection, scope):
        deliveries.cancel(connection, scope, delivery, 1)
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "cancelled"
    ask(seeded_clone, delivery, "look")
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "looked"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\交付\\路灯.zip", "路灯.zip"), ("..hidden.csv", "hidden.csv"),
     ("a\x00b\u202e.csv", "ab.csv"), ("长" * 300 + ".zip", "长" * 38 + ".zip")],
)  # fmt: skip
def test_a_file_name_is_a_name_and_no_path(given: str, kept: str) -> None:
    assert deliveries.safe_name(given) == kept


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(Invalid):
        deliveries.safe_name("///..")


# Killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("victim", ["job", "worker"])
def test_a_killed_process_leaves_a_failed_step_that_can_be_done_again(
    seeded_clone: str, home: Path, victim: str
) -> None:
    delivery = checked(seeded_clone, home)
    with worker(seeded_clone) as process:
        with register_held_up(seeded_clone):
            until(lambda: status_of(seeded_clone, delivery)[0] == "running" and process_at_work(seeded_clone))
            job = process_at_work(seeded_clone)
            os.kill(job if victim == "job" else process.pid, signal.SIGKILL)
            until(lambda: process_at_work(seeded_clone) == 0)
        until(lambda: file_of(seeded_clone, delivery).state == "failed")
    file = file_of(seeded_clone, delivery)
    assert file.failure is not None
    assert "意外终止" in Message.of(file.failure).message
    assert file.change_set is None
    ask(seeded_clone, delivery, "check")
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "review"


def test_a_running_step_can_be_cancelled(seeded_clone: str, home: Path) -> None:
    delivery = checked(seeded_clone, home)
    with worker(seeded_clone), register_held_up(seeded_clone):
        until(lambda: status_of(seeded_clone, delivery)[0] == "running")
        until(lambda: process_at_work(seeded_clone))
        with connect(seeded_clone, role="chengji_owner") as connection:
            job = connection.execute(
                "SELECT job FROM registry.delivery_file WHERE delivery = %s", (delivery,)
            ).fetchone()
            assert job is not None
            queue.ask_to_stop(connection, job[0])
        until(lambda: status_of(seeded_clone, delivery)[0] == "cancelled")
    file = file_of(seeded_clone, delivery)
    assert (file.state, file.change_set) == ("cancelled", None)


def test_a_worker_that_is_stopped_leaves_its_step_for_the_next(seeded_clone: str, home: Path) -> None:
    """However often it is told: a parent that dies tells it once for each of its threads."""
    delivery = checked(seeded_clone, home)
    with worker(seeded_clone) as process, register_held_up(seeded_clone):
        until(lambda: status_of(seeded_clone, delivery)[0] == "running" and process_at_work(seeded_clone))
        for _time in range(3):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        assert process.wait(timeout=120) == 0
    assert file_of(seeded_clone, delivery).state == "queued"
    work(seeded_clone, once=True)
    assert file_of(seeded_clone, delivery).state == "review"
