"""Whatever is delivered, edited and undone in whatever order: the register stays whole, and an undo takes back exactly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import seed
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seed import Delivered, put

from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.changes.edits import Edit, propose_edit
from registry.database.connections import connect
from registry.errors import Conflict, Invalid

CJ = "CJ/T 214-2007"
Connection = psycopg.Connection[Any]
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)

EVERYTHING = """
SELECT id, code, layer, scheme, class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy,
       external_key, attributes, ST_AsEWKB(geom), areas, length_m, area_m2, terms, fingerprint, ST_AsEWKB(geom_3857), gx, gy
FROM registry.asset ORDER BY id
"""
AS_OF = """
SELECT id, code, name, state, external_key, ST_AsEWKB(geom), version FROM registry.asset WHERE valid_from <= %(at)s
UNION ALL
SELECT id, code, name, state, external_key, ST_AsEWKB(geom), version FROM registry.asset_version
WHERE valid_from <= %(at)s AND valid_to > %(at)s
ORDER BY 1
"""
TRUTH = """
SELECT gx >> 13, gy >> 13, scheme, class, count(*), count(*) FILTER (WHERE state <> 'intact'), sum(gx::bigint), sum(gy::bigint)
FROM registry.asset WHERE state <> 'retired' AND gx IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
COUNTED = "SELECT cx, cy, scheme, class, n, bad, sum_x, sum_y FROM registry.asset_cell WHERE n <> 0 ORDER BY 1, 2, 3, 4"

# Few codes, keys and places, so that rows often speak of the same asset.
row = st.builds(
    lambda code, key, east, north, class_, name, state: Delivered(
        CJ, class_, shapely.Point(120.15 + east * 0.001, 30.32 + north * 0.001), name=name, state=state,
        code=f"330105{class_}{code:06d}" if code else None, external_key=f"K{key}" if key else None,
    ),
    st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 3), st.sampled_from(["0118", "0102"]),
    st.sampled_from([None, "甲", "乙"]), st.sampled_from([None, "intact", "damaged", "retired"]),
)  # fmt: skip


def _once(rows: list[Delivered]) -> list[Delivered]:
    """Without rows that repeat a code or key: the checks before the diff keep those out."""
    seen: set[str] = set()
    kept = []
    for r in rows:
        said = {v for v in (r.code, r.external_key) if v}
        if not said & seen:
            kept.append(r)
            seen |= said
    return kept


delivery = st.lists(row, max_size=6).map(_once)


@pytest.fixture
def scope(connection: Connection, people: dict[str, int], district: str) -> Scope:
    return open_scope(connection, district, people["surveyor"])


@contextmanager
def example(connection: Connection) -> Iterator[None]:
    """What happens inside is rolled back."""
    with connection.transaction(force_rollback=True):
        yield


def deliver(connection: Connection, scope: Scope, rows: list[Delivered], apply: bool = True) -> change_sets.Summary:
    return put(connection, scope.district, scope.person_id, "component", rows, apply=apply)


def everything(connection: Connection) -> list[Any]:
    return connection.execute(EVERYTHING).fetchall()


def aliases(connection: Connection) -> list[Any]:
    return connection.execute("SELECT alias, asset_id, change_set FROM registry.asset_alias ORDER BY 1").fetchall()


def assert_whole(connection: Connection) -> None:
    """One asset per code and key, versions without a gap, counts that are the truth."""
    assert connection.execute(COUNTED).fetchall() == connection.execute(TRUTH).fetchall()
    gaps = connection.execute(
        "SELECT a.id FROM registry.asset a WHERE a.version <> 1 + (SELECT count(*) FROM registry.asset_version v"
        " WHERE v.id = a.id) OR EXISTS (SELECT FROM registry.asset_version v LEFT JOIN registry.asset_version n"
        " ON n.id = v.id AND n.version = v.version + 1 WHERE v.id = a.id"
        " AND v.valid_to <> coalesce(n.valid_from, a.valid_from))"
    ).fetchall()
    assert gaps == []
    twice = connection.execute("SELECT code FROM registry.asset GROUP BY 1 HAVING count(*) > 1").fetchall()
    assert twice == []
    assert connection.execute("SELECT count(*) FROM registry.asset WHERE code LIKE '~%'").fetchone() == (0,)


@given(first=delivery, second=delivery)
@EXAMPLES
def test_an_undo_takes_back_exactly(connection: Connection, scope: Scope, first: list[Any], second: list[Any]) -> None:
    """Every column of every asset but its version; created ones are retired; aliases too. Undone again, it is done again."""
    with example(connection):
        deliver(connection, scope, first)
        before, named = everything(connection), aliases(connection)
        summary = deliver(connection, scope, second)
        if not summary.changes:
            return
        after, renamed = everything(connection), aliases(connection)
        undone = change_sets.undo(connection, scope, summary.change_set)
        assert undone.conflicts == 0
        if not undone.changes:  # all its rows were doubtful, and nobody has decided them
            assert after == before
            return
        change_sets.apply(connection, scope, undone.change_set)
        ids = {row[0] for row in before}
        assert [row for row in everything(connection) if row[0] in ids] == before
        assert {row[6] for row in everything(connection) if row[0] not in ids} <= {"retired"}
        assert aliases(connection) == named
        again = change_sets.undo(connection, scope, undone.change_set)
        change_sets.apply(connection, scope, again.change_set)
        assert everything(connection) == after
        assert [row[:2] for row in aliases(connection)] == [row[:2] for row in renamed]
        assert_whole(connection)


@given(first=delivery, second=delivery)
@EXAMPLES
def test_a_delivery_twice_is_an_empty_diff(
    connection: Connection, scope: Scope, first: list[Any], second: list[Any]
) -> None:
    """But for its conflicts and doubtful rows, which nothing was done about."""
    with example(connection):
        deliver(connection, scope, first)
        summary = deliver(connection, scope, second)
        again = deliver(connection, scope, second, apply=False)
        if not (summary.conflicts or summary.doubtful):
            assert (again.changes, again.conflicts, again.unchanged) == (0, 0, len(second))
        else:
            assert (
                again.unchanged >= len(second) - summary.conflicts - summary.doubtful - again.conflicts - again.doubtful
            )


@given(first=delivery, second=delivery)
@EXAMPLES
def test_a_diff_parts_the_rows(connection: Connection, scope: Scope, first: list[Any], second: list[Any]) -> None:
    """Each delivered row is added, updated, moved, unchanged or in conflict: of one kind, none lost."""
    with example(connection):
        deliver(connection, scope, first)
        s = deliver(connection, scope, second, apply=False)
        assert s.added + s.updated + s.moved + s.conflicts + s.unchanged == len(second)
        seqs = connection.execute("SELECT seq FROM registry.change WHERE change_set = %s", (s.change_set,)).fetchall()
        assert len(set(seqs)) == len(seqs) == len(second) - s.unchanged


step = st.one_of(
    st.tuples(st.just("propose"), delivery),
    st.tuples(st.just("apply"), st.integers(0, 3)),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from(["intact", "damaged", "retired"]), st.integers(0, 4)),
)


@given(steps=st.lists(step, min_size=3, max_size=10))
@EXAMPLES
def test_any_order_ends_whole_or_in_a_named_conflict(connection: Connection, scope: Scope, steps: list[Any]) -> None:
    """Two deliveries and single edits, proposed, applied and undone in any order; every moment seen can be asked for later."""
    with example(connection):
        proposed: list[int] = []
        applied: list[int] = []
        seen: list[tuple[Any, list[Any]]] = []
        refusals: list[str] = []
        for what, *how in steps:
            try:
                if what == "propose":
                    proposed.append(deliver(connection, scope, how[0], apply=False).change_set)
                elif what == "edit":
                    _edit(connection, scope, applied, *how)
                elif what == "apply" and proposed:
                    _apply(connection, scope, proposed.pop(how[0] % len(proposed)), applied)
                elif what == "undo" and applied:
                    with connection.transaction():
                        undone = change_sets.undo(connection, scope, applied[how[0] % len(applied)]).change_set
                        _apply(connection, scope, undone, applied)
            except change_sets.StaleChanges as stale:
                refusals += [found.reason for found in stale.rows]
            except (Conflict, Invalid) as named:
                refusals.append(str(named))
            assert_whole(connection)
            moment = connection.execute("SELECT clock_timestamp()").fetchone()
            assert moment is not None
            seen.append((moment[0], connection.execute(AS_OF, {"at": moment[0]}).fetchall()))
        assert all(refusals), "each is named"
        for at, then in seen:
            assert connection.execute(AS_OF, {"at": at}).fetchall() == then


def _apply(connection: Connection, scope: Scope, change_set: int, applied: list[int]) -> None:
    status = connection.execute("SELECT status FROM registry.change_set WHERE id = %s", (change_set,)).fetchone()
    if status == ("proposed",):
        change_sets.apply(connection, scope, change_set)
        applied.append(change_set)


def _edit(connection: Connection, scope: Scope, applied: list[int], which: int, state: str, code: int) -> None:
    assets = connection.execute("SELECT id, version, class FROM registry.asset ORDER BY id").fetchall()
    if not assets:
        return
    id_, version, class_ = assets[which % len(assets)]
    values = {"state": state} | ({"code": f"330105{class_}{code:06d}"} if code else {})
    with connection.transaction():
        _apply(connection, scope, propose_edit(connection, scope, Edit(id_, version, values)), applied)


def test_people_at_work_at_the_same_time(seeded_clone: str) -> None:
    """Four connections propose, apply, edit and undo at once: each ends in a whole register or in a named conflict."""
    with connect(seeded_clone) as asked:
        found = asked.execute("SELECT id FROM registry.person WHERE username = 'camera_surveyor'").fetchone()
        assert found is not None
    person = found[0]
    faults: list[BaseException] = []
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def work(number: int) -> None:
        try:
            with connect(seeded_clone) as connection:
                start.wait(30)
                for turn in range(6):
                    outcomes.append(_turn(connection, person, number, turn))
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    assert len(outcomes) == 24
    assert all(outcomes), "each refusal is named"
    assert outcomes.count("done") >= 6, "one of four gets through each time"
    with psycopg.connect(seeded_clone) as connection:
        assert_whole(connection)
        seats = connection.execute("SELECT status, count(*) FROM registry.change_set GROUP BY 1").fetchall()
        assert {status for status, _n in seats} <= {"applied", "empty"}


def test_a_proposal_waits_for_an_apply_that_is_under_way(seeded_clone: str) -> None:
    """Else it would not see what that apply adds, and add it a second time with nobody to notice."""
    lamp = [Delivered(CJ, "0118", shapely.Point(120.1601, 30.3301), name="同一盏灯")]
    found: list[change_sets.Summary] = []
    with connect(seeded_clone) as first:
        person = first.execute("SELECT id FROM registry.person WHERE username = 'camera_surveyor'").fetchone()
        assert person is not None

        def propose() -> None:
            with connect(seeded_clone) as second:
                found.append(put(second, seed.DISTRICT, person[0], "component", lamp))
                second.commit()

        assert put(first, seed.DISTRICT, person[0], "component", lamp).added == 1
        other = threading.Thread(target=propose)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the first is not committed yet"
        first.commit()
        other.join(60)
    assert [(summary.added, summary.unchanged) for summary in found] == [(0, 1)]


def _turn(connection: Connection, person: int, number: int, turn: int) -> str:
    """Each its own transaction: a delivery that moves the same ten lamps, or an edit of one of them, or an undo of the last."""
    scope = open_scope(connection, seed.DISTRICT, person)
    try:
        if number == 3:
            last = connection.execute("SELECT max(id) FROM registry.change_set WHERE status = 'applied'").fetchone()
            assert last is not None
            change_sets.apply(connection, scope, change_sets.undo(connection, scope, last[0]).change_set)
        elif number == 2:
            row = connection.execute(
                "SELECT id, version, state FROM registry.asset WHERE layer = 'component' ORDER BY id OFFSET %s LIMIT 1",
                (turn,),
            ).fetchone()
            assert row is not None
            state = "damaged" if row[2] == "intact" else "intact"
            change_sets.apply(
                connection, scope, propose_edit(connection, scope, Edit(row[0], row[1], {"state": state}))
            )
        else:
            codes = connection.execute(
                "SELECT code, class FROM registry.asset WHERE layer = 'component' ORDER BY id LIMIT 10"
            ).fetchall()
            rows = [
                Delivered(
                    CJ, class_, shapely.Point(120.14 + n * 0.0003 + turn * 0.0001, 30.31 + number * 0.001), code=code
                )
                for n, (code, class_) in enumerate(codes)
            ]
            put(connection, seed.DISTRICT, person, "component", rows)
        connection.commit()
        return "done"
    except Conflict as named:
        connection.rollback()
        return str(named)
