"""Decisions in a review: what is accepted is what is applied, and the doubtful become what a person says."""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from reviewing import CJ, EVERYTHING, Review, opened

from registry.changes import change_sets
from registry.database.connections import raw
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.review import resolution
from registry.review import rows as review_rows
from registry.review import sets as review
from registry.review.sets import Wanted


@pytest.fixture
def reviewed(database: str) -> Iterator[Review]:
    yield from opened(database)


@pytest.mark.parametrize(
    ("wanted", "which", "seqs"),
    [
        (EVERYTHING, {"seqs": [3, 14]}, [3, 14]),
        (EVERYTHING, {"seqs": []}, []),
        (Wanted(kinds=("add",)), {}, [13, 14, 15]),
        (Wanted(classes=((CJ, "0118"),)), {}, [2, 3, 4, 5]),
        (EVERYTHING, {}, [2, 3, 4, 5, 13, 14, 15]),
        (EVERYTHING, {"area": shapely.to_geojson(shapely.box(120.15205, 30.31, 120.15225, 30.33))}, [13, 14]),
        (Wanted(kinds=("move",)), {"area": shapely.to_geojson(shapely.box(120.1, 30.3, 120.2, 30.4))}, [4, 5]),
    ],
)
def test_what_is_rejected_is_kept_out_and_the_opposite_undoes_it(
    reviewed: Review, wanted: Wanted, which: dict[str, Any], seqs: list[int]
) -> None:
    before = reviewed.counts().kinds
    assert reviewed.accept(False, wanted, **which) == len(seqs)
    assert [row.seq for row in reviewed.rows(Wanted(decision="rejected"))] == seqs
    assert reviewed.accept(False, wanted, **which) == 0
    assert reviewed.accept(True, wanted, **which) == len(seqs)
    assert reviewed.counts().kinds == before


def test_only_what_is_accepted_is_applied(reviewed: Review) -> None:
    reviewed.accept(False, Wanted(kinds=("add", "move")))
    reviewed.accept(True, seqs=[14])
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    written = raw(reviewed.session).execute(
        "SELECT code FROM registry.asset WHERE change_set = %s ORDER BY code", (reviewed.id,)
    )
    assert [code for (code,) in written] == ["3301050102000022", "3301050118000001", "3301050118000002"]


def test_conflicts_and_doubts_are_not_accepted_in_bulk(reviewed: Review) -> None:
    reviewed.doubt(2, [reviewed.asset(7)])
    reviewed.accept(False)
    assert reviewed.accept(True) == 6
    counts = reviewed.counts()
    assert counts.kinds["doubtful"] == {"undecided": 1}
    assert counts.kinds["conflict"] == {"": 1}


def test_a_doubtful_row_shows_what_it_may_be(reviewed: Review) -> None:
    reviewed.doubt(2, [reviewed.asset(7), reviewed.asset(2)])
    shown = review_rows.detail(reviewed.session, reviewed.scope(), reviewed.set(), 2)
    assert [(c.code[-2:], c.is_proposed) for c in shown.candidates] == [("01", True), ("02", False), ("07", False)]
    assert [c.distance_m for c in shown.candidates] == pytest.approx([0, 9.6, 57.7], abs=0.1)
    tile = reviewed.tile(16)
    assert {f["properties"]["a"] for f in tile["candidate"]} == {reviewed.asset(n) for n in (1, 2, 7)}
    assert {f["id"] for f in tile["doubt"]} == {2}


def test_a_doubtful_row_becomes_the_asset_that_a_person_says(reviewed: Review) -> None:
    """Row 2 may be lamp 1, 5 or 7. Of what it leaves empty, it keeps what that asset has."""
    reviewed.doubt(2, [reviewed.asset(7)], state="damaged", attributes={"material": "铸铁"})
    reviewed.decide(2, reviewed.asset(7))
    row = reviewed.row(2)
    assert (row.kind, row.decision, row.matched_by, row.asset_id) == ("move", "accepted", "person", reviewed.asset(7))
    assert row.moved_m == pytest.approx(57.7, abs=0.1)
    assert {d.label: (d.old, d.new) for d in row.differences} == {"状态": ("完好", "破损"), "材质": ("", "铸铁")}
    assert row.candidates == [reviewed.asset(1)]
    change_set = reviewed.set()
    assert (change_set.rows, reviewed.counts().of("move"), reviewed.counts().of("doubtful")) == (8, 3, 0)
    reviewed.decide(2, reviewed.asset(1))
    assert (reviewed.row(2).kind, reviewed.row(2).candidates) == ("update", [reviewed.asset(7)])
    reviewed.decide(2, reviewed.asset(7))
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    state = raw(reviewed.session).execute("SELECT state FROM registry.asset WHERE id = %s", (reviewed.asset(7),))
    assert state.fetchone() == ("damaged",)


def test_a_doubtful_row_that_is_none_of_them_is_a_new_asset_with_the_next_number(reviewed: Review) -> None:
    reviewed.doubt(2, [reviewed.asset(7)], attributes={"size_mm": 500})
    reviewed.decide(2, None)
    row = reviewed.row(2)
    assert (row.kind, row.decision, row.code, row.name) == ("add", "accepted", "3301050118000011", "路灯")
    assert {d.label: d.new for d in row.differences} == {"状态": "完好", "规格": "500 mm"}
    assert set(row.candidates) == {reviewed.asset(1), reviewed.asset(7)}
    reviewed.decide(2, reviewed.asset(1))
    assert reviewed.row(2).kind == "update"
    reviewed.decide(2, None)
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    added = "SELECT count(*) FROM registry.asset WHERE change_set = %s AND version = 1"
    assert raw(reviewed.session).execute(added, (reviewed.id,)).fetchone() == (4,)


def test_a_new_asset_that_might_be_one_is_confirmed_as_new(reviewed: Review) -> None:
    reviewed.doubt(13, [reviewed.asset(7)])
    reviewed.decide(13, None)
    row = reviewed.row(13)
    assert (row.kind, row.decision, row.code) == ("add", "accepted", "3301050102000021")


def test_what_a_doubtful_row_cannot_be(reviewed: Review) -> None:
    reviewed.doubt(2, [reviewed.asset(2), reviewed.asset(7)], external_key="K-9")
    for seq, asset, error in ((2, reviewed.asset(9), Invalid), (2, 987654, Invalid), (3, None, Invalid), (99, None, NotFound),
                              (2, reviewed.asset(2), Conflict)):  # fmt: skip
        with pytest.raises(error):
            reviewed.decide(seq, asset)
    reviewed.as_owner("UPDATE registry.asset SET external_key = 'K-9' WHERE id = %s", reviewed.asset(5))
    with pytest.raises(Conflict, match="K-9"):
        reviewed.decide(2, reviewed.asset(7))
    with pytest.raises(NotAllowed):
        resolution.resolve_match(reviewed.session, reviewed.scope("inspector"), reviewed.id, 2, None)
    assert reviewed.row(2).kind == "doubtful"


def test_what_is_applied_is_decided_no_more(reviewed: Review) -> None:
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    reviewed.session.expire_all()
    with pytest.raises(Conflict):
        reviewed.accept(False)


@pytest.mark.parametrize(
    "area", ["", "x", '{"type": "Point", "coordinates": [1, 2]}', '{"type": "Polygon", "coordinates": []}',
             '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}']
)  # fmt: skip
def test_an_area_that_is_none_decides_nothing(reviewed: Review, area: str) -> None:
    with pytest.raises(Invalid):
        reviewed.accept(False, area=area)


@pytest.mark.parametrize("given", ["x", "1,", "-1", "1.5", "[1]", "99999999999"])
def test_rows_that_are_none_are_told(given: str) -> None:
    with pytest.raises(Invalid):
        review.read_seqs(given)
    assert review.read_seqs("3,14") == [3, 14]
