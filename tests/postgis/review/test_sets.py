"""The review of a change set: its rows, their counts and its tiles say the same, to whoever may look."""

from collections import Counter
from collections.abc import Iterator

import pytest
import seed
import shapely
from reviewing import CJ, EVERYTHING, Review, opened
from seed import Delivered, put
from sqlalchemy.exc import ProgrammingError

from registry.changes import change_sets
from registry.database.connections import raw
from registry.errors import Invalid, NotAllowed, NotFound
from registry.review import rows as review_rows
from registry.review import sets as review
from registry.review import tiles as review_tiles
from registry.review.sets import Wanted
from registry.tiles.tile import Address


@pytest.fixture
def reviewed(database: str) -> Iterator[Review]:
    yield from opened(database)


def test_each_row_is_of_one_kind_and_the_counts_add_up(reviewed: Review) -> None:
    counts = reviewed.counts()
    assert {kind: counts.of(kind) for kind in review.KINDS} == {
        "add": 3, "update": 2, "move": 2, "retire": 0, "conflict": 1, "doubtful": 0,
    }  # fmt: skip
    reviewed.doubt(2, [reviewed.asset(7)])
    counts = reviewed.counts()
    assert (counts.of("update"), counts.of("doubtful"), counts.total) == (1, 1, 8)
    assert Counter(row.kind for row in reviewed.rows()) == {
        kind: counts.of(kind) for kind in review.KINDS if counts.of(kind)
    }
    assert counts.classes == {(CJ, "0118"): 5, (CJ, "0102"): 3}
    assert reviewed.set().rows + reviewed.set().unchanged == 14, "the rows of the file"


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ([], [2, 3, 4, 5, 7, 13, 14, 15]),
        ([("kind", "add")], [13, 14, 15]),
        ([("kind", "move"), ("kind", "conflict")], [4, 5, 7]),
        ([("class", f"{CJ}:0102")], [13, 14, 15]),
        ([("decision", "accepted")], [2, 3, 4, 5, 13, 14, 15]),
        ([("decision", "rejected")], []),
        ([("q", "高杆")], [5]),
        ([("q", "路灯")], [2, 3, 4, 5, 7]),
        ([("q", "3301050102")], [13, 14, 15]),
        ([("q", "14")], [14]),
        ([("q", "%")], []),
    ],
)
def test_one_filter_for_list_count_and_tile(reviewed: Review, query: list[tuple[str, str]], seqs: list[int]) -> None:
    wanted = Wanted.parse(query)
    assert wanted.query_pairs() == query
    assert [row.seq for row in reviewed.rows(wanted)] == seqs
    assert reviewed.counts(wanted).found == len(seqs)
    for z in (10, 16):
        assert sorted(f["id"] for f in reviewed.tile(z, wanted).get("change", [])) == seqs


@pytest.mark.parametrize("pair", [("kind", "x"), ("decision", "x"), ("class", "x"), ("q", "x" * 101)])
def test_a_filter_that_cannot_be_is_told(pair: tuple[str, str]) -> None:
    with pytest.raises(Invalid, match=pair[0] if pair[0] != "q" else "100"):
        Wanted.parse([pair])


def test_pages_by_key_hold_each_row_once(reviewed: Review) -> None:
    assert [row.seq for row in reviewed.rows(size=3)] == [row.seq for row in reviewed.rows()]


def test_old_beside_new_in_words(reviewed: Review) -> None:
    update, _retired, move, both, conflict, *added = reviewed.rows()
    differences = {d.label: (d.old, d.new) for d in update.differences}
    assert differences == {
        "状态": ("完好", "破损"),
        "养护单位": ("甲公司", "乙公司"),
        "规格": ("600 mm", "700 mm"),
        "材质": ("", "铸铁"),
    }
    assert move.differences == []
    assert move.moved_m == pytest.approx(19.2, abs=0.1)
    assert [(d.label, d.old, d.new) for d in both.differences] == [("名称", "路灯", "高杆灯")]
    assert conflict.kind == "conflict"
    assert conflict.source_row == 7
    assert {d.old for row in added for d in row.differences} == {""}


def test_the_old_side_stays_when_the_set_is_applied(reviewed: Review) -> None:
    before = [(row.seq, row.differences) for row in reviewed.rows()]
    tile = reviewed.tile(16)
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    reviewed.session.expire_all()
    assert [(row.seq, row.differences) for row in reviewed.rows()] == before
    assert reviewed.tile(16) == tile


def test_a_move_is_drawn_from_the_old_place_to_the_new(reviewed: Review) -> None:
    tile = reviewed.tile(16)
    assert {f["id"] for f in tile["old"]} == {4, 5}
    assert {f["id"]: f["properties"]["m"] for f in tile["path"]} == {4: 19.2, 5: 4.8}
    assert review_rows.detail(reviewed.session, reviewed.scope(), reviewed.set(), 4).old_geojson is not None


def test_clusters_count_every_row_once_and_say_what_is_rejected(
    reviewed: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_tiles, "FEW", 3)
    reviewed.accept(False, seqs=[13, 14])
    for z in range(8, 15):
        counted: Counter[str] = Counter()
        kept_out = 0
        for feature in reviewed.tile(z)["cluster"]:
            properties = feature["properties"]
            counted[review.KINDS[properties["k"]]] += properties["n"]
            kept_out += properties["r"]
        assert counted == {"add": 3, "update": 2, "move": 2, "conflict": 1}, z
        assert kept_out == 3, "two rejected, and the conflict"


def test_the_tag_changes_with_every_decision_and_with_the_filter(reviewed: Review) -> None:
    address = Address.parse("points", 14, 0, 0)

    def tag(wanted: Wanted = EVERYTHING) -> str:
        return review_tiles.etag(reviewed.scope(), reviewed.set(), wanted, address)

    first = tag()
    assert tag() == first != tag(Wanted(kinds=("add",)))
    reviewed.accept(False, seqs=[13])
    reviewed.session.expire_all()
    second = tag()
    assert second != first
    change_sets.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    reviewed.session.expire_all()
    assert tag() not in (first, second)


def test_who_may_look_and_who_may_decide(reviewed: Review) -> None:
    change_set = reviewed.set()
    inspector = reviewed.scope("inspector")
    assert review.counts(reviewed.session, inspector, change_set, EVERYTHING).total == 8
    with pytest.raises(NotAllowed):
        review.accept(reviewed.session, inspector, reviewed.id, False, EVERYTHING)
    for nobody in ("contractor", "camera_contractor"):
        for ask in (
            lambda scope: review.read_set(reviewed.session, scope, reviewed.id),
            lambda scope: review.counts(reviewed.session, scope, change_set, EVERYTHING),
        ):
            # The contractors' role may not even ask.
            with pytest.raises(ProgrammingError, match="permission denied"), reviewed.session.begin_nested():
                ask(reviewed.scope(nobody))
    with pytest.raises(NotFound):
        review.read_set(reviewed.session, reviewed.scope(), reviewed.id + 1)


def test_cameras_are_reviewed_with_the_grant_alone_and_each_look_is_logged(reviewed: Review) -> None:
    row = Delivered("local camera type", "1", shapely.Point(120.15, 30.32), "密探枪机", external_key="CAM-1")
    connection = raw(reviewed.session)
    cameras = put(
        connection, seed.DISTRICT, reviewed.people["camera_surveyor"], "camera", [row], apply=False
    ).change_set
    for hidden in ("surveyor", "admin"):
        with pytest.raises(NotFound):
            review.read_set(reviewed.session, reviewed.scope(hidden), cameras)
    viewer = reviewed.scope("camera_viewer")
    change_set = review.read_set(reviewed.session, viewer, cameras)
    assert review_rows.page_of_changes(reviewed.session, viewer, change_set, EVERYTHING).rows[0].name == "密探枪机"
    connection.execute("SET LOCAL ROLE chengji_owner")
    logged = connection.execute("SELECT person_id, layer, act FROM registry.access_log ORDER BY id").fetchall()
    assert logged == [
        (reviewed.people["camera_surveyor"], "camera", "import"),
        (reviewed.people["camera_viewer"], "camera", f"changes {cameras}"),
    ]  # fmt: skip


def test_lines_and_areas_are_reviewed_like_points(reviewed: Review) -> None:
    road = "GB 50220-95 / CJJ 37-2012"

    def line(dy: float) -> list[Delivered]:
        shape = shapely.MultiLineString([[(120.1495, 30.32 + dy), (120.1515, 30.32 + dy)]])
        return [Delivered(road, "2", shape, "试验大道", external_key="R-1")]

    connection = raw(reviewed.session)
    put(connection, seed.DISTRICT, reviewed.people["surveyor"], "road", line(0))
    reviewed.id = put(
        connection, seed.DISTRICT, reviewed.people["surveyor"], "road", line(0.0001), apply=False
    ).change_set
    (row,) = reviewed.rows()
    assert row.kind == "move"
    assert row.moved_m == pytest.approx(11.1, abs=0.1)
    tile = reviewed.tile(15)
    assert {f["geometry"]["type"] for f in tile["change"] + tile["old"] + tile["path"]} == {"LineString"}
