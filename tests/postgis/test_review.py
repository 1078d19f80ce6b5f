"""The review of a change set: its rows, their counts and its tiles say the same; what is decided is what is applied."""

from collections import Counter
from collections.abc import Iterator
from math import asinh, pi, radians, tan
from typing import Any, LiteralString

import mapbox_vector_tile
import pytest
import seed
import shapely
from psycopg.types.json import Jsonb
from seed import Delivered, put
from sqlalchemy.orm import Session

from registry import changes, doubts, review, review_rows, review_tiles
from registry.database import engine, raw
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.review import Wanted
from registry.scope import Scope, open_scope
from registry.tiles import Address

CJ = "CJ/T 214-2007"
EVERYTHING = Wanted()


def lamp(n: int, east: float = 0.0, class_: str = "0118", **values: Any) -> Delivered:
    return Delivered(
        CJ, class_, shapely.Point(120.15 + n * 0.0001 + east, 30.32), code=f"330105{class_}{n:06d}", **values
    )


class Review:
    """A register of ten lamps, and a delivery that would do one thing of each kind to some of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people = seed.districts_and_people(raw(session))
        self.put([lamp(n, maintainer="甲公司", attributes='{"size_mm": 600}') for n in range(1, 11)], apply=True)
        rows = [
            lamp(1, state="damaged", maintainer="乙公司", attributes='{"size_mm": 700, "material": "铸铁"}'),
            lamp(2, state="retired"),
            lamp(3, east=0.0002),
            lamp(4, east=0.00005, name="高杆灯"),
            lamp(5),
            lamp(5, state="damaged"),
            *(lamp(n) for n in range(6, 11)),
            *(lamp(n, class_="0102") for n in (21, 22, 23)),
        ]
        self.id = self.put(rows, apply=False)
        self.as_owner("UPDATE registry.change_set SET proposed_at = clock_timestamp() WHERE id = %s", self.id)

    def as_owner(self, query: LiteralString, *values: Any) -> None:
        """Something that the application may not do."""
        connection = raw(self.session)
        connection.execute("SET LOCAL ROLE chengji_owner")
        connection.execute(query, values)
        connection.execute("SET LOCAL ROLE chengji_app")
        self.session.expire_all()

    def put(self, rows: list[Delivered], apply: bool) -> int:
        connection = raw(self.session)
        return put(connection, seed.DISTRICT, self.people["surveyor"], "component", rows, apply=apply).change_set

    def scope(self, username: str = "surveyor") -> Scope:
        return open_scope(raw(self.session), seed.DISTRICT, self.people[username])

    def set(self) -> review.ReviewedSet:
        return review.read_set(self.session, self.scope(), self.id)

    def counts(self, wanted: Wanted = EVERYTHING) -> review.Tally:
        return review.counts(self.session, self.scope(), self.id, wanted)

    def rows(self, wanted: Wanted = EVERYTHING, size: int = 50) -> list[review_rows.ChangeLine]:
        found: list[review_rows.ChangeLine] = []
        after: int | None = 0
        while after is not None:
            page = review_rows.page_of_changes(self.session, self.scope(), self.set(), wanted, after, size)
            found += page.rows
            after = page.next
        return found

    def accept(self, accepted: bool, wanted: Wanted = EVERYTHING, **which: Any) -> int:
        return review.accept(self.session, self.scope(), self.id, accepted, wanted, **which)

    def doubt(self, seq: int, others: list[int], **delivered: Any) -> None:
        """Make a row doubtful, as the diff does it, with the row as it was delivered."""
        told = {"scheme": CJ, "class": "0118", "attributes": {}, "areas": [], **delivered}
        self.as_owner(
            "UPDATE registry.change SET doubtful = true, accepted = false, candidates = %s, score = 0.8, matched_by = 'place',"
            " delivered = %s WHERE change_set = %s AND seq = %s",
            others, Jsonb(told), self.id, seq,
        )  # fmt: skip

    def decide(self, seq: int, asset: int | None) -> None:
        doubts.decide(self.session, self.scope(), self.id, seq, asset)

    def row(self, seq: int) -> review_rows.ChangeLine:
        return review_rows.detail(self.session, self.scope(), self.set(), seq).line

    def asset(self, n: int) -> int:
        row = (
            raw(self.session)
            .execute("SELECT id FROM registry.asset WHERE code = %s", (f"3301050118{n:06d}",))
            .fetchone()
        )
        assert row is not None
        return int(row[0])

    def tile(self, z: int, wanted: Wanted = EVERYTHING) -> dict[str, Any]:
        """What the tiles of a zoom over the lamps carry, each feature where it lies."""
        found: dict[str, Any] = {}
        for x, y in covering(z):
            tile = review_tiles.cut(self.session, self.scope(), self.set(), wanted, Address.parse("points", z, x, y))
            for name, layer in (mapbox_vector_tile.decode(tile) if tile else {}).items():
                for feature in layer["features"]:
                    shape = feature["geometry"]
                    if shape["type"] != "Point" or all(0 <= c < 4096 for c in shape["coordinates"]):
                        found.setdefault(name, []).append(feature)
        return found


def covering(z: int) -> Iterator[tuple[int, int]]:
    for x in range(*(int((lon + 180) / 360 * 2**z) + n for n, lon in enumerate((120.149, 120.154)))):
        yield x, int((0.5 - asinh(tan(radians(30.32))) / (2 * pi)) * 2**z)


@pytest.fixture
def reviewed(database: str) -> Iterator[Review]:
    made = engine(database, 30)
    with Session(made) as session:
        yield Review(session)
        session.rollback()
    made.dispose()


def test_each_row_is_of_one_kind_and_the_counts_add_up(reviewed: Review) -> None:
    told = reviewed.counts()
    assert {kind: told.of(kind) for kind in review.KINDS} == {
        "add": 3, "update": 2, "move": 2, "retire": 0, "conflict": 1, "doubtful": 0,
    }  # fmt: skip
    reviewed.doubt(2, [reviewed.asset(7)])
    told = reviewed.counts()
    assert (told.of("update"), told.of("doubtful"), told.total) == (1, 1, 8)
    assert Counter(row.kind for row in reviewed.rows()) == {
        kind: told.of(kind) for kind in review.KINDS if told.of(kind)
    }
    assert told.classes == {(CJ, "0118"): 5, (CJ, "0102"): 3}
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
    told = {d.label: (d.old, d.new) for d in update.differences}
    assert told == {
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
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    reviewed.session.expire_all()
    assert [(row.seq, row.differences) for row in reviewed.rows()] == before
    assert reviewed.tile(16) == tile


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
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    written = raw(reviewed.session).execute(
        "SELECT code FROM registry.asset WHERE change_set = %s ORDER BY code", (reviewed.id,)
    )
    assert [code for (code,) in written] == ["3301050102000022", "3301050118000001", "3301050118000002"]


def test_conflicts_and_doubts_are_not_accepted_in_bulk(reviewed: Review) -> None:
    reviewed.doubt(2, [reviewed.asset(7)])
    reviewed.accept(False)
    assert reviewed.accept(True) == 6
    told = reviewed.counts()
    assert told.kinds["doubtful"] == {"undecided": 1}
    assert told.kinds["conflict"] == {"": 1}


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
    told = reviewed.set()
    assert (told.rows, reviewed.counts().of("move"), reviewed.counts().of("doubtful")) == (8, 3, 0)
    reviewed.decide(2, reviewed.asset(1))
    assert (reviewed.row(2).kind, reviewed.row(2).candidates) == ("update", [reviewed.asset(7)])
    reviewed.decide(2, reviewed.asset(7))
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
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
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
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
        doubts.decide(reviewed.session, reviewed.scope("inspector"), reviewed.id, 2, None)
    assert reviewed.row(2).kind == "doubtful"


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
            told = feature["properties"]
            counted[review.KINDS[told["k"]]] += told["n"]
            kept_out += told["r"]
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
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
    reviewed.session.expire_all()
    assert tag() not in (first, second)


def test_who_may_look_and_who_may_decide(reviewed: Review) -> None:
    inspector = reviewed.scope("inspector")
    assert review.counts(reviewed.session, inspector, reviewed.id, EVERYTHING).total == 8
    with pytest.raises(NotAllowed):
        review.accept(reviewed.session, inspector, reviewed.id, False, EVERYTHING)
    for nobody in ("contractor", "camera_contractor"):
        scope = reviewed.scope(nobody)
        with pytest.raises(NotFound):
            review.read_set(reviewed.session, scope, reviewed.id)
        assert review.counts(reviewed.session, scope, reviewed.id, EVERYTHING).total == 0
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
    told = review.read_set(reviewed.session, viewer, cameras)
    assert review_rows.page_of_changes(reviewed.session, viewer, told, EVERYTHING).rows[0].name == "密探枪机"
    connection.execute("SET LOCAL ROLE chengji_owner")
    logged = connection.execute("SELECT person_id, layer, act FROM registry.access_log").fetchall()
    assert logged == [(reviewed.people["camera_viewer"], "camera", f"changes {cameras}")]


def test_what_is_applied_is_decided_no_more(reviewed: Review) -> None:
    changes.apply(raw(reviewed.session), reviewed.scope(), reviewed.id)
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
