"""The waist: list, counts, search, card, neighbours and the past agree with one another."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import seed
import shapely
from seed import Delivered, put
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope
from registry.assets import detail, proximity, search
from registry.assets import query as assets
from registry.assets.filters import Filter
from registry.changes import change_sets
from registry.changes.edits import Edit, propose_edit
from registry.database.connections import connect, engine, raw
from registry.errors import Conflict, Invalid, NotFound


@pytest.fixture
def session(seeded_database: str) -> Iterator[Session]:
    made = engine(seeded_database, 30)
    with Session(made) as opened:
        yield opened
        opened.rollback()
    made.dispose()


def scope_of(session: Session, username: str) -> Scope:
    row = raw(session).execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return open_scope(raw(session), seed.DISTRICT, row[0])


FILTERS = [
    Filter(),
    Filter(layers=("component",)),
    Filter(layers=("component", "camera")),
    Filter(states=("damaged",)),
    Filter(classes=(("CJ/T 214-2007", "0118"),)),
    Filter(areas=("330105001",)),
    Filter(areas=("330105002",)),
    Filter(text="路灯"),
    Filter(text="试验大道"),
    Filter(text="3301050118"),
    Filter(box=(120.1, 30.31, 120.2, 30.32)),
    Filter(layers=("component",), states=("damaged",), text="灯", box=(120.1, 30.3, 120.2, 30.33)),
    Filter(as_of=datetime(2099, 1, 1, tzinfo=UTC)),
    Filter(as_of=datetime(2000, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda f: f.query_string() or "all")
@pytest.mark.parametrize("who", ["inspector", "camera_viewer"])
def test_list_and_counts_agree(session: Session, who: str, wanted: Filter) -> None:
    scope = scope_of(session, who)
    rows: list[assets.Row] = []
    page = assets.page(session, scope, wanted, size=17)
    rows += page.rows
    while page.next:
        page = assets.page(session, scope, wanted, page.next, size=17)
        rows += page.rows
    counted = assets.counts(session, scope, wanted)
    assert len({row.id for row in rows}) == len(rows) == counted.total
    for layer, n in counted.layers.items():
        assert sum(row.layer == layer for row in rows) == n == sum(counted.classes.get(layer, {}).values())


def test_pages_go_back_the_way_they_came(session: Session) -> None:
    scope = scope_of(session, "inspector")
    first = assets.page(session, scope, Filter(), size=20)
    second = assets.page(session, scope, Filter(), first.next, size=20)
    back = assets.page(session, scope, Filter(), second.previous, size=20)
    assert back.rows == first.rows
    assert (first.previous, back.previous) == (None, None)
    with pytest.raises(Invalid):
        assets.page(session, scope, Filter(), "1; DROP TABLE")


def test_the_next_page_stays_where_it_was_while_others_edit(session: Session) -> None:
    """What comes and goes on pages that were read already moves nothing: no row twice, none left out."""
    scope = scope_of(session, "surveyor")
    wanted = Filter(layers=("component",))
    before = [row.id for row in assets.page(session, scope, wanted, size=200).rows]
    first = assets.page(session, scope, wanted, size=20)
    connection = raw(session)
    connection.execute("SET LOCAL ROLE chengji_owner")
    gone = [row.id for row in first.rows[5:12]]
    connection.execute("UPDATE registry.asset SET state = 'retired' WHERE id = ANY (%s)", (gone,))
    connection.execute("SET LOCAL ROLE chengji_app")
    put(connection, seed.DISTRICT, scope.person_id, "component",
        [Delivered("CJ/T 214-2007", "0118", shapely.Point(seed.LON, seed.LAT + 0.001 * n)) for n in range(3)])  # fmt: skip
    read, page = [row.id for row in first.rows], first
    while page.next:
        page = assets.page(session, scope, wanted, page.next, size=20)
        read += [row.id for row in page.rows]
    assert len(read) == len(set(read))
    assert set(before) <= set(read)
    assert len(set(read) - set(before)) == 3
    back = assets.page(session, scope, wanted, page.previous, size=20)
    assert len(back.rows) == 20


def test_out_of_scope_and_absent_are_one_answer(session: Session) -> None:
    viewer = scope_of(session, "camera_viewer")
    camera = assets.page(session, viewer, Filter(layers=("camera",))).rows[0]
    assert detail.card(session, viewer, camera.id).layer == "camera"
    inspector = scope_of(session, "inspector")
    answers = []
    for id_ in (camera.id, 987654321):
        with pytest.raises(NotFound) as refused:
            detail.card(session, inspector, id_)
        answers.append(refused.value.message.replace(str(id_), "N"))
    assert answers[0] == answers[1]


def test_each_look_at_a_camera_is_logged(session: Session) -> None:
    viewer = scope_of(session, "camera_viewer")
    rows = assets.page(session, viewer, Filter(layers=("camera",))).rows
    detail.card(session, viewer, rows[0].id)
    session.flush()
    raw(session).execute("SET LOCAL ROLE chengji_owner")
    logged = raw(session).execute(
        "SELECT act, asset_id, detail ->> 'n' FROM registry.access_log WHERE person_id = %s ORDER BY id",
        (viewer.person_id,),
    )
    acts = logged.fetchall()
    assert ("list", None, str(seed.CAMERAS)) in acts
    assert ("view", rows[0].id, "1") in acts


def test_a_name_that_looks_like_a_pattern_is_only_a_name(session: Session) -> None:
    scope = scope_of(session, "inspector")
    for typed in ("·", "%", "_", "\\", "'", "100%", "试%", "\x00"):
        if "\x00" in typed:
            with pytest.raises(Invalid):
                Filter.parse([("q", f"a{typed}b")])
            continue
        assert assets.counts(session, scope, Filter(text=typed)).total == 0
        assert search.suggest(session, scope, typed).assets == []


def test_search_finds_within_scope_only(session: Session) -> None:
    inspector, viewer = scope_of(session, "inspector"), scope_of(session, "camera_viewer")
    assert [hit.name for hit in search.suggest(session, inspector, "试验河1").assets] == ["试验河1"]
    assert search.suggest(session, inspector, "枪机").assets == []
    assert search.suggest(session, inspector, "枪机").classes == []
    scope_of(session, "camera_viewer")
    assert len(search.suggest(session, viewer, "枪机").assets) == seed.CAMERAS
    assert [hit.code for hit in search.suggest(session, viewer, "西街道").areas] == ["330105001"]
    assert search.suggest(session, viewer, "邻测区").areas == [], "another district's areas"


def test_identify_takes_points_before_lines(session: Session) -> None:
    scope = scope_of(session, "inspector")
    hits = proximity.identify(session, scope, Filter(), seed.LON - 0.005, seed.LAT - 0.0001, 17)
    assert hits[0].layer == "component"
    assert hits[0].distance_m == pytest.approx(0, abs=0.01)
    assert [h.distance_m for h in hits] == sorted(h.distance_m for h in hits)
    assert proximity.identify(session, scope, Filter(layers=("road",)), seed.LON - 0.005, seed.LAT - 0.0001, 17) == []
    far = proximity.identify(session, scope, Filter(layers=("component",)), seed.LON - 0.005, seed.LAT + 0.00011, 19)
    assert all(h.distance_m < 3 for h in far), "twelve pixels at zoom 19 are less than three metres"


def test_measures_are_on_the_ground(session: Session) -> None:
    """0.029 degrees of longitude at 30.322 N; the patch is 0.002 by 0.002 degrees. In EPSG:3857 the area would be 35 % more."""
    scope = scope_of(session, "inspector")
    road = next(r for r in assets.page(session, scope, Filter(layers=("road",))).rows if r.name == "试验大道1段")
    green = assets.page(session, scope, Filter(layers=("green",))).rows[0]
    assert road.length_m == pytest.approx(2788.5, rel=0.001)
    assert green.area_m2 == pytest.approx(192.2 * 221.7, rel=0.005)
    assert (road.area_m2, green.length_m) == (None, None)


def test_the_past_can_be_asked_for(clone: str) -> None:
    """Four states in one life: absent, there, moved and damaged, retired; each moment in between gives its own."""
    code, lamp = "3301050118000001", ("CJ/T 214-2007", "0118")
    with connect(clone) as connection:
        surveyor = seed.districts_and_people(connection)["surveyor"]
        moments = [_now(connection)]
        put(
            connection,
            seed.DISTRICT,
            surveyor,
            "component",
            [Delivered(*lamp, shapely.Point(120.15, 30.32), code=code)],
        )
        moments.append(_now(connection))
        moved = Delivered(*lamp, shapely.Point(120.16, 30.32), code=code, state="damaged")
        assert put(connection, seed.DISTRICT, surveyor, "component", [moved]).moved == 1
        moments.append(_now(connection))
        scope = open_scope(connection, seed.DISTRICT, surveyor)
        id_, version = connection.execute("SELECT id, version FROM registry.asset").fetchone()  # type: ignore[misc]
        change_sets.apply(connection, scope, propose_edit(connection, scope, Edit(id_, version, {"state": "retired"})))
        moments.append(_now(connection))
    made = engine(clone, 30)
    with Session(made) as session:
        scope = scope_of(session, "surveyor")
        seen = [[row.state for row in assets.page(session, scope, Filter(as_of=moment)).rows] for moment in moments]
        boxes = [(120.149, 30.31, 120.151, 30.33), (120.159, 30.31, 120.161, 30.33)]
        there = [
            [
                [row.state for row in assets.page(session, scope, Filter(as_of=moment, box=box)).rows]
                for moment in moments
            ]
            for box in boxes
        ]
    made.dispose()
    assert seen == [[], ["intact"], ["damaged"], []]
    assert there == [[[], ["intact"], [], []], [[], [], ["damaged"], []]], "each moment in its place"


def _now(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def test_history_tells_who_changed_what(session: Session) -> None:
    scope = scope_of(session, "surveyor")
    row = assets.page(session, scope, Filter(layers=("road",))).rows[0]
    connection = raw(session)
    edit = Edit(row.id, 1, {"name": "改名大道", "maintainer": "新养护公司", "attributes": {"lanes": 6}}, "更名")
    change_sets.apply(connection, scope, propose_edit(connection, scope, edit))
    session.expire_all()
    card = detail.card(session, scope, row.id)
    assert [event.version for event in card.history] == [2, 1]
    differences = {d.label: (d.old, d.new) for d in card.history[0].differences}
    assert differences == {"名称": (row.name, "改名大道"), "养护单位": ("", "新养护公司"), "车道数": ("", "6")}
    assert card.history[0].by == "测试测绘员"
    assert [fact.label for fact in card.attributes] == ["车道数"]


def test_a_single_edit_is_checked_like_a_delivery(session: Session) -> None:
    scope = scope_of(session, "surveyor")
    row = assets.page(session, scope, Filter(layers=("road",))).rows[0]
    connection = raw(session)
    for values in (
        {"attributes": {"lanes": "many"}},
        {"attributes": {"lanes": 99}},
        {"geom": shapely.Point(120, 30)},
        {"class": ("CJ/T 214-2007", "0118")},
        {"surveyed_on": "yesterday"},
        {"id": 5},
        {"name": row.name},
    ):
        with pytest.raises(Invalid):
            propose_edit(connection, scope, Edit(row.id, 1, values))
    with pytest.raises(Conflict):
        propose_edit(connection, scope, Edit(row.id, 7, {"name": "x"}))
    with pytest.raises(NotFound):
        propose_edit(connection, scope, Edit(987654321, 1, {"name": "x"}))
