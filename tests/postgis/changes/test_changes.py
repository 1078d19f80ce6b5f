"""Propose, apply, undo: a change is a value before it is an effect."""

from typing import Any

import psycopg
import pytest
import seed
import shapely
from seed import Delivered, put

from registry.access.scope import Scope, open_scope
from registry.changes import change_sets, edits
from registry.changes.edits import Edit, propose_edit
from registry.errors import Conflict, Invalid, NotAllowed, NotFound

CJ = "CJ/T 214-2007"
Connection = psycopg.Connection[Any]

LIVE = """
SELECT code, layer, scheme, class, name, state, manager, owner, maintainer, surveyed_on, changed_on, source, accuracy,
       external_key, attributes, ST_AsEWKT(geom), areas, length_m, area_m2, terms, ST_AsEWKT(geom_3857), gx, gy
FROM registry.asset WHERE state <> 'retired' ORDER BY id
"""


def lamp(n: int, **values: Any) -> Delivered:
    return Delivered(CJ, "0118", shapely.Point(120.15 + n * 0.0001, 30.32), **values)


def live(connection: Connection) -> list[Any]:
    return connection.execute(LIVE).fetchall()


def test_the_same_delivery_twice_is_an_empty_diff(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    rows = [lamp(n, code=f"3301050118{n:06d}", attributes='{"material": "铸铁"}') for n in range(1, 6)]
    first = put(connection, district, people["surveyor"], "component", rows)
    before = live(connection)
    again = put(connection, district, people["surveyor"], "component", reversed(rows))
    assert (first.added, again.changes, again.unchanged) == (5, 0, 5)
    assert live(connection) == before


def test_rows_without_code_or_key_are_known_by_being_the_same(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    """Four rows, two of them equal in everything: each is another asset, both times."""
    rows = [lamp(1), lamp(1), lamp(2), lamp(3, attributes='{"size_mm": 700}')]
    assert put(connection, district, people["surveyor"], "component", rows).added == 4
    again = put(connection, district, people["surveyor"], "component", rows)
    assert (again.changes, again.unchanged) == (0, 4)
    changed = [*rows[:3], lamp(3, attributes='{"size_mm": 800}')]
    third = put(connection, district, people["surveyor"], "component", changed)
    assert (third.updated, third.added, third.unchanged) == (1, 0, 3)


def test_codes_are_numbered_on_and_never_reused(connection: Connection, people: dict[str, int], district: str) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1, code="3301050118000007"), lamp(2), lamp(3)])
    codes = [row[0] for row in live(connection)]
    assert codes == ["3301050118000007", "3301050118000008", "3301050118000009"]
    scope = open_scope(connection, district, people["surveyor"])
    undone = change_sets.undo(connection, scope, _last(connection))
    change_sets.apply(connection, scope, undone.change_set)
    assert live(connection) == []
    put(connection, district, people["surveyor"], "component", [lamp(4)])
    assert [row[0] for row in live(connection)] == ["3301050118000010"]


def test_an_empty_cell_keeps_what_the_register_has(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    full = lamp(1, code="3301050118000001", maintainer="甲公司", attributes='{"material": "铸铁"}', state="damaged")
    put(connection, district, people["surveyor"], "component", [full])
    before = live(connection)
    summary = put(connection, district, people["surveyor"], "component", [lamp(1, code="3301050118000001")])
    assert (summary.changes, summary.unchanged) == (0, 1)
    assert live(connection) == before


def test_a_move_is_measured_in_metres(connection: Connection, people: dict[str, int], district: str) -> None:
    code = "3301050118000001"
    put(connection, district, people["surveyor"], "component", [lamp(1, code=code)])
    moved = Delivered(CJ, "0118", shapely.Point(120.1502, 30.32), code=code)
    assert put(connection, district, people["surveyor"], "component", [moved]).moved == 1
    row = connection.execute("SELECT moved_m, changed FROM registry.change WHERE action = 'move'").fetchone()
    assert row is not None
    assert row[0] == pytest.approx(9.62, abs=0.05)  # 0.0001 degrees of longitude at 30.32 N
    assert row[1] == ["geom"]


def test_a_changed_code_leaves_an_alias_by_which_it_is_found(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1, code="3301030118000001", external_key="L-1")])
    put(connection, district, people["surveyor"], "component", [lamp(1, external_key="L-1")])
    scope = open_scope(connection, district, people["surveyor"])
    from registry.changes.edits import Edit, propose_edit

    id_, version = connection.execute("SELECT id, version FROM registry.asset").fetchone()  # type: ignore[misc]
    change_sets.apply(
        connection, scope, propose_edit(connection, scope, Edit(id_, version, {"code": "3301050118000001"}))
    )
    summary = put(
        connection, district, people["surveyor"], "component", [lamp(1, code="3301030118000001", state="damaged")]
    )
    assert (summary.added, summary.updated) == (0, 1)
    assert connection.execute("SELECT alias FROM registry.asset_alias ORDER BY since").fetchall()[0] == (
        "3301030118000001",
    )


def test_apply_then_undo_gives_equal_rows_and_undo_of_undo_too(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    rows = [lamp(n, code=f"3301050118{n:06d}") for n in range(1, 4)]
    put(connection, district, people["surveyor"], "component", rows)
    before, cells = live(connection), _cells(connection)
    second = [
        Delivered(CJ, "0118", shapely.Point(120.16, 30.33), code="3301050118000001", name="新灯", maintainer="乙公司"),
        lamp(2, code="3301050118000002", state="damaged"),
        lamp(9, code="3301050118000009"),
    ]
    summary = put(connection, district, people["surveyor"], "component", second)
    assert (summary.added, summary.updated, summary.moved) == (1, 1, 1)
    after, after_cells = live(connection), _cells(connection)
    scope = open_scope(connection, district, people["surveyor"])
    undo = change_sets.undo(connection, scope, summary.change_set)
    change_sets.apply(connection, scope, undo.change_set)
    assert live(connection) == before
    assert _cells(connection) == cells
    redo = change_sets.undo(connection, scope, undo.change_set)
    change_sets.apply(connection, scope, redo.change_set)
    assert live(connection) == after
    assert _cells(connection) == after_cells


def test_a_set_is_undone_once_and_again_when_it_was_done_again(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    """While its undo is in force a second one could only be a list of conflicts, and is refused with that undo's number."""
    put(connection, district, people["surveyor"], "component", [lamp(1, code="3301050118000001")])
    before, cells = live(connection), _cells(connection)
    changed = [lamp(1, code="3301050118000001", state="damaged"), lamp(2, code="3301050118000002")]
    done = put(connection, district, people["surveyor"], "component", changed).change_set
    after = live(connection)
    scope = open_scope(connection, district, people["surveyor"])

    def undo(change_set: int) -> int:
        summary = change_sets.undo(connection, scope, change_set)
        assert (summary.changes, summary.conflicts) == (2, 0)
        change_sets.apply(connection, scope, summary.change_set)
        return summary.change_set

    def refused(change_set: int, by: int) -> None:
        with pytest.raises(Conflict, match=f"变更集 {change_set} 已由变更集 {by} 撤销") as caught:
            change_sets.undo(connection, scope, change_set)
        assert f"撤销变更集 {by}" in caught.value.hint

    undone = undo(done)
    refused(done, undone)
    redone = undo(undone)
    assert live(connection) == after
    refused(undone, redone)
    again = undo(done)  # what did it again is what is undone
    assert (live(connection), _cells(connection)) == (before, cells)
    for change_set in (done, redone):
        refused(change_set, again)
    undo(again)
    assert live(connection) == after
    proposed = change_sets.undo(connection, scope, done)  # a proposal alone is in nobody's way
    assert change_sets.undo(connection, scope, done).changes == proposed.changes == 2


def test_undo_keeps_and_lists_what_was_edited_since(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    rows = [lamp(n, code=f"3301050118{n:06d}") for n in range(1, 4)]
    first = put(connection, district, people["surveyor"], "component", rows)
    put(connection, district, people["surveyor"], "component", [lamp(2, code="3301050118000002", state="damaged")])
    scope = open_scope(connection, district, people["surveyor"])
    undo = change_sets.undo(connection, scope, first.change_set)
    assert (undo.retired, undo.conflicts) == (2, 1)
    change_sets.apply(connection, scope, undo.change_set)
    assert [(row[0], row[5]) for row in live(connection)] == [("3301050118000002", "damaged")]


def test_apply_refuses_and_names_rows_that_changed_meanwhile(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(n, code=f"3301050118{n:06d}") for n in (1, 2)])
    scope = open_scope(connection, district, people["surveyor"])
    slow = change_sets.propose(connection, scope, "component", "import", change_sets.ChangeSetOrigin("slow"))
    with change_sets.staging(connection) as copy:
        copy.write("".join(seed._csv([lamp(1, code="3301050118000001", state="missing"), lamp(5, code="3301050118000005")],
                                     district)))  # fmt: skip
    change_sets.diff(connection, scope, "component", slow)
    quick = [lamp(1, code="3301050118000001", state="damaged"), lamp(6, code="3301050118000005")]
    put(connection, district, people["surveyor"], "component", quick)
    before = live(connection)
    with pytest.raises(change_sets.StaleChanges) as stale:
        change_sets.apply(connection, scope, slow)
    assert {(r.code, r.reason) for r in stale.value.rows} == {
        ("3301050118000001", "version"),
        ("3301050118000005", "code"),
    }
    assert sorted(r.row for r in stale.value.rows) == [2, 3], "rows as they are in the user's file"
    assert live(connection) == before


USABLE = ("A 12", 'A"12', "A'12", "A\\12", "甲 12", "A  1;2, 3")
UNUSABLE = ("", " ", "A  12 ", "\u3000A", "A\n12", "A\t12", "1\u20282", "x\x7f", "A\x8512")


@pytest.mark.parametrize("code", USABLE)
def test_a_code_with_blanks_or_quotation_marks_is_named_when_it_is_stale(
    connection: Connection, people: dict[str, int], district: str, code: str
) -> None:
    scope, row = _one_lamp(connection, people, district)
    slow = propose_edit(connection, scope, Edit(*row, {"code": code, "name": "slow"}))
    change_sets.apply(connection, scope, propose_edit(connection, scope, Edit(*row, {"name": "quick"})))
    with pytest.raises(change_sets.StaleChanges) as stale:
        change_sets.apply(connection, scope, slow)
    assert [(one.code, one.reason) for one in stale.value.rows] == [(code, "version")]
    assert code in stale.value.message
    change_sets.apply(connection, scope, propose_edit(connection, scope, Edit(row[0], row[1] + 1, {"code": code})))
    assert live(connection)[0][0] == code


@pytest.mark.parametrize("code", UNUSABLE)
def test_a_code_that_does_not_fit_on_a_line_or_ends_unseen_is_refused(
    connection: Connection, people: dict[str, int], district: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """By the edit; and by the register itself, where an earlier program proposed it and did not look."""
    scope, row = _one_lamp(connection, people, district)
    with pytest.raises(Invalid) as refused:
        propose_edit(connection, scope, Edit(*row, {"code": code}))
    assert refused.value.code == "edit.value_unusable"
    monkeypatch.setattr(edits, "_check_facts", lambda _then: None)
    proposed = propose_edit(connection, scope, Edit(*row, {"code": code}))
    with pytest.raises(Invalid) as refused:
        change_sets.apply(connection, scope, proposed)
    assert refused.value.code == "change_set.code_unusable"


def _one_lamp(connection: Connection, people: dict[str, int], district: str) -> tuple[Scope, tuple[int, int]]:
    """A surveyor's scope, and a lamp by number and version."""
    put(connection, district, people["surveyor"], "component", [lamp(1, external_key="K-1")])
    row = connection.execute("SELECT id, version FROM registry.asset WHERE external_key = 'K-1'").fetchone()
    assert row is not None
    return open_scope(connection, district, people["surveyor"]), row


def test_a_set_is_applied_once(connection: Connection, people: dict[str, int], district: str) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1)])
    scope = open_scope(connection, district, people["surveyor"])
    with pytest.raises(NotFound):
        change_sets.apply(connection, scope, _last(connection))


def test_the_same_file_proposed_twice_is_applied_once(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    """Without codes and keys nothing but place and class tells that the second proposal would add everything again."""
    scope = open_scope(connection, district, people["surveyor"])
    proposals = []
    for title in ("first", "second"):
        proposals.append(
            change_sets.propose(connection, scope, "component", "import", change_sets.ChangeSetOrigin(title))
        )
        with change_sets.staging(connection) as copy:
            copy.write("".join(seed._csv([lamp(1), lamp(2)], district)))
        change_sets.diff(connection, scope, "component", proposals[-1])
    change_sets.apply(connection, scope, proposals[0])
    with pytest.raises(change_sets.StaleChanges) as stale:
        change_sets.apply(connection, scope, proposals[1])
    assert {row.reason for row in stale.value.rows} == {"added"}
    assert len(live(connection)) == 2


def test_a_new_code_for_a_known_key_is_an_update(connection: Connection, people: dict[str, int], district: str) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1, external_key="L-1")])
    recoded = [lamp(1, external_key="L-1", code="3301050118000777")]
    summary = put(connection, district, people["surveyor"], "component", recoded)
    assert (summary.added, summary.updated) == (0, 1)
    assert [row[0] for row in live(connection)] == ["3301050118000777"]
    assert connection.execute("SELECT alias FROM registry.asset_alias").fetchall() == [("3301050118000001",)]


def test_a_key_of_another_asset_is_a_conflict_of_that_row_alone(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    rows = [lamp(n, external_key=f"L-{n}", code=f"330105011800000{n}") for n in (1, 2, 3)]
    put(connection, district, people["surveyor"], "component", rows)
    wrong = [lamp(1, external_key="L-2", code="3301050118000001"), lamp(3, code="3301050118000003", state="damaged")]
    summary = put(connection, district, people["surveyor"], "component", wrong)
    assert (summary.conflicts, summary.updated) == (1, 1)
    assert [row[13] for row in live(connection)] == ["L-1", "L-2", "L-3"]


def test_what_changes_nothing_waits_for_nobody(connection: Connection, people: dict[str, int], district: str) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1, code="3301050118000001")])
    put(connection, district, people["surveyor"], "component", [lamp(1, code="3301050118000001")])
    assert connection.execute("SELECT status FROM registry.change_set ORDER BY id").fetchall() == [
        ("applied",),
        ("empty",),
    ]


def test_who_may_not_write_may_not_propose(connection: Connection, people: dict[str, int], district: str) -> None:
    for who, error in [("inspector", NotAllowed), ("contractor", NotFound), ("camera_viewer", NotAllowed)]:
        scope = open_scope(connection, district, people[who])
        with pytest.raises(error):
            change_sets.propose(connection, scope, "road", "import", change_sets.ChangeSetOrigin("x"))
    surveyor = open_scope(connection, district, people["surveyor"])
    with pytest.raises(NotFound):  # a restricted layer does not exist for a surveyor without its grant
        change_sets.propose(connection, surveyor, "camera", "import", change_sets.ChangeSetOrigin("x"))


def test_two_rows_for_one_asset_are_a_conflict_not_a_race(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    put(connection, district, people["surveyor"], "component", [lamp(1, external_key="K1"), lamp(2, external_key="K2")])
    code = live(connection)[0][0]
    both = [lamp(1, external_key="K1", state="damaged"), lamp(1, code=code, state="missing")]
    summary = put(connection, district, people["surveyor"], "component", both)
    assert (summary.updated, summary.conflicts) == (1, 1)
    assert [row[5] for row in live(connection)] == ["damaged", "intact"]


def test_a_code_twice_in_one_delivery_leaves_the_register_as_it_was(
    connection: Connection, people: dict[str, int], district: str
) -> None:
    twice = [lamp(1, code="3301050118000001"), lamp(2, code="3301050118000001")]
    with pytest.raises(Conflict, match="3301050118000001"):
        put(connection, district, people["surveyor"], "component", twice)
    assert live(connection) == []


def test_the_roll_up_is_the_truth(connection: Connection, people: dict[str, int], district: str) -> None:
    rows = [lamp(n, code=f"3301050118{n:06d}", state="damaged" if n % 3 == 0 else "intact") for n in range(1, 40)]
    put(connection, district, people["surveyor"], "component", rows)
    moved = [
        Delivered(CJ, "0118", shapely.Point(120.12, 30.3 + n * 0.001), code=f"3301050118{n:06d}") for n in range(1, 10)
    ]
    put(connection, district, people["surveyor"], "component", moved)
    truth = connection.execute(
        "SELECT gx >> 13, gy >> 13, layer, scheme, class, count(*), count(*) FILTER (WHERE state <> 'intact'), sum(gx::bigint),"
        " sum(gy::bigint) FROM registry.asset WHERE state <> 'retired' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2"
    ).fetchall()
    assert _cells(connection) == truth


def _cells(connection: Connection) -> list[Any]:
    return connection.execute(
        "SELECT cx, cy, layer, scheme, class, n, bad, sum_x, sum_y FROM registry.asset_cell WHERE n > 0 ORDER BY 1, 2"
    ).fetchall()


def _last(connection: Connection) -> int:
    row = connection.execute("SELECT max(id) FROM registry.change_set").fetchone()
    assert row is not None
    return int(row[0])
