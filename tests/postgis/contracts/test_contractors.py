"""What a contractor sees: the assets of his contracts in force, and his contracts; nothing of anybody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import seed
from contracting import EAST, WEST, Connection, Desk
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from registry.access.access_log import look
from registry.access.scope import Scope, open_scope
from registry.assets import query as assets_in_scope
from registry.assets.filters import Filter
from registry.contracts import records
from registry.contracts.kinds import Kind
from registry.contracts.records import Given, period
from registry.tiles import asset_tiles as tiles


def enter(connection: Connection, person: int) -> Any:
    return open_scope(connection, seed.DISTRICT, person)


def assets(connection: Connection, person: int) -> set[int]:
    """All that a person reaches with a bare statement."""
    enter(connection, person)
    return {row[0] for row in connection.execute("SELECT id FROM registry.asset")}


def by_place(connection: Connection, place: Any) -> set[int]:
    """What lies in a place in truth, cameras left out."""
    connection.execute("SET LOCAL ROLE chengji_owner")
    rows = connection.execute(
        "SELECT id FROM registry.asset WHERE district = %s AND layer <> 'camera'"
        " AND ST_Intersects(geom, ST_GeomFromText(%s, 4490))",
        (seed.DISTRICT, place.wkt),
    ).fetchall()
    connection.execute("SET LOCAL ROLE chengji_app")
    return {row[0] for row in rows}


def test_each_company_sees_its_own_and_only_today(desk: Desk) -> None:
    """The ladder: nothing, then one thing after the other, each of which opens nothing but together."""
    connection = desk.connection
    ours, theirs = desk.lead("lead_a", "甲公司"), desk.lead("lead_b", "乙公司")
    assert assets(connection, ours) == set()
    contract, lot = desk.contract("HT-1", "甲公司", state="draft")
    zone = desk.zone(lot, WEST)
    west, east = by_place(connection, WEST), by_place(connection, EAST)
    assert assets(connection, ours) == set(), "a draft"
    desk.put(Given(Kind.CONTRACT, {"state": "agreed"}, contract))
    assert assets(connection, ours) == west
    assert assets(connection, theirs) == set()
    _other, lot_b = desk.contract("HT-2", "乙公司", trade="municipal")
    desk.zone(lot_b, EAST)
    assert assets(connection, theirs) == east
    assert assets(connection, ours) == west
    term = records.page(connection, desk.as_manager(), Kind.TERM, {"contract": contract})[0].id
    ours_again, not_ours = desk.company("甲公司"), desk.company("乙公司")
    for kind, id, never, again in (
        (Kind.TERM, term, {"state": "option"}, {"state": "agreed"}),
        (Kind.TERM, term, {"during": (desk.day(1), desk.day(9))}, {"during": (desk.day(-9), desk.day(0))}),
        (Kind.TERM, term, {"during": (desk.day(-9), desk.day(-1))}, {"during": (desk.day(0), desk.day(0))}),
        (
            Kind.CONTRACT,
            contract,
            {"state": "terminated", "terminated_on": desk.day(-1)},
            {"terminated_on": desk.day(0)},
        ),
        (Kind.ZONE, zone, {"during": (desk.day(1), None)}, {"during": (None, desk.day(0))}),
        (Kind.ZONE, zone, {"void": True}, {"void": False}),
        (Kind.LOT, lot, {"void": True}, {"void": False}),
        (Kind.CONTRACT, contract, {"contractor": not_ours}, {"contractor": ours_again}),
        (Kind.CONTRACT, contract, {"contractor": not_ours}, {"partners": [ours_again]}),
    ):
        desk.put(Given(kind, never, id))
        assert assets(connection, ours) == set(), (kind, never)
        desk.put(Given(kind, again, id))
        assert assets(connection, ours) == west, (kind, again)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registry.affiliation SET during = daterange(NULL, registry.today(district))",
        "DELETE FROM registry.affiliation",
        "UPDATE registry.person SET active = false WHERE username = 'lead_a'",
        "DELETE FROM registry.membership WHERE role = 'contractor'",
        "UPDATE registry.party SET void = true WHERE name = '甲公司'",
    ],
)
def test_who_is_no_longer_of_the_company_sees_nothing(desk: Desk, change: str) -> None:
    connection = desk.connection
    ours = desk.lead("lead_a", "甲公司")
    desk.zone(desk.contract("HT-1", "甲公司")[1])
    assert assets(connection, ours)
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute(change.encode())
    connection.execute("SET LOCAL ROLE chengji_contractor")
    assert connection.execute("SELECT count(*) FROM registry.asset").fetchone() == (0,)


def test_at_midnight_in_the_district_the_last_day_is_over(desk: Desk) -> None:
    """Nothing is written but the hour: a contract whose last day it still is in one time zone is over in another."""
    connection = desk.connection
    ours = desk.lead("lead_a", "甲公司")
    set_zone = "UPDATE registry.district SET time_zone = %s WHERE code = %s"
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute(set_zone, ("Etc/GMT+12", seed.DISTRICT))
    today = desk.day(0)
    _contract, lot = desk.contract("HT-1", "甲公司", first=date(2026, 1, 1), last=today)
    zone = desk.zone(lot)
    before = enter(connection, ours)
    assert (before.zones, before.today) == ((zone,), today)
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute(set_zone, ("Pacific/Kiritimati", seed.DISTRICT))
    connection.execute("SET LOCAL ROLE chengji_app")
    after = enter(connection, ours)
    assert (after.zones, after.layers) == ((), frozenset())
    assert assets(connection, ours) == set()


def test_cameras_need_their_grant_as_well(desk: Desk) -> None:
    connection = desk.connection
    ours = desk.lead("lead_a", "甲公司")
    desk.zone(desk.contract("HT-1", "甲公司")[1])
    cameras = "SELECT count(*) FROM registry.asset WHERE layer = 'camera'"
    assert "camera" not in enter(connection, ours).layers
    assert connection.execute(cameras).fetchone() == (0,)
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute("INSERT INTO registry.layer_grant VALUES (%s, %s, 'camera')", (seed.OTHER_DISTRICT, ours))
    connection.execute("SET LOCAL ROLE chengji_app")
    enter(connection, ours)
    assert connection.execute(cameras).fetchone() == (0,), "a grant in another district"
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute("INSERT INTO registry.layer_grant VALUES (%s, %s, 'camera')", (seed.DISTRICT, ours))
    connection.execute("SET LOCAL ROLE chengji_app")
    scope = enter(connection, ours)
    assert ("camera" in scope.layers, scope.restricted) == (True, {"camera"})
    assert connection.execute(cameras).fetchone() == (0,), "without a look"
    with look(connection, scope, "count") as seen_now:
        assert connection.execute(cameras).fetchone() == (seed.CAMERAS,)
        seen_now.layers({"camera": seed.CAMERAS})
    assert connection.execute(cameras).fetchone() == (0,), "the look is over"
    connection.execute("SET LOCAL ROLE chengji_owner")
    told = "SELECT layer, act, detail ->> 'n' FROM registry.access_log WHERE person_id = %s"
    assert connection.execute(told, (ours,)).fetchall() == [("camera", "count", str(seed.CAMERAS))]


def test_what_is_said_of_a_camera_needs_a_look_as_the_camera_does(desk: Desk) -> None:
    """Coverage, items of zones, and the changes and versions of these, to staff and to contractors."""
    connection = desk.connection
    lead = desk.lead("lead_a", "甲公司")
    zone = desk.zone(desk.contract("HT-1", "甲公司")[1])
    connection.execute("SET LOCAL ROLE chengji_owner")
    row = connection.execute(
        "SELECT min(id) FROM registry.asset WHERE district = %s AND layer = 'camera'", (seed.DISTRICT,)
    ).fetchone()
    connection.execute("SET LOCAL ROLE chengji_app")
    assert row is not None
    item = records.reserve(connection, 1)[0]
    desk.put(Given(Kind.ZONE_ITEM, {"zone": zone, "asset_id": row[0]}, item))
    desk.put(Given(Kind.ZONE_ITEM, {"from_name": "东"}, item))
    told = ("SELECT count(*) FROM registry.coverage WHERE asset_id = %s",
            "SELECT count(*) FROM registry.record_change WHERE kind = 'zone_item' AND (body ->> 'asset_id')::bigint = %s",
            "SELECT count(*) FROM registry.record_version WHERE kind = 'zone_item' AND (body ->> 'asset_id')::bigint = %s",
            "SELECT count(*) FROM registry.zone_item WHERE asset_id = %s")  # fmt: skip

    def shown(scope: Scope, looking: bool) -> list[int]:
        readable = told[3:] if scope.contractor else told
        connection.execute("SELECT set_config('registry.looking', %s, true)", ("on" if looking else "",))
        return [connection.execute(query.encode(), (row[0],)).fetchone()[0] for query in readable]  # type: ignore[index]

    def grant(person: int) -> None:
        connection.execute("SET LOCAL ROLE chengji_owner")
        connection.execute("INSERT INTO registry.layer_grant VALUES (%s, %s, 'camera')", (seed.DISTRICT, person))
        connection.execute("SET LOCAL ROLE chengji_app")

    for person, all_of_it in ((desk.manager, [1, 2, 1, 1]), (lead, [1])):
        nothing = [0] * len(all_of_it)
        assert [shown(enter(connection, person), looking) for looking in (False, True)] == [nothing, nothing]
        grant(person)
        assert [shown(enter(connection, person), looking) for looking in (False, True)] == [nothing, all_of_it]


RECORDS = ("contract", "term", "supplement", "contract_sum", "lot", "zone", "zone_rule", "zone_item", "bill_line", "task_rule",
           "scheme", "worker", "worker_contact", "crew", "crew_member", "crew_lot")  # fmt: skip


def world(desk: Desk, company: str, number: str) -> tuple[int, int]:
    """A contract of a company with a row in every table that its people may see; numbers of lot and crew."""
    contract, lot = desk.contract(number, company)
    zone = desk.zone(lot, WEST)
    party = desk.company(company)
    worker, crew = records.reserve(desk.connection, 2)
    asset = desk.connection.execute(
        "SELECT min(id) FROM registry.asset WHERE district = %s AND layer = 'road'", (seed.DISTRICT,)
    ).fetchone()
    assert asset is not None
    desk.put(
        Given(Kind.SUPPLEMENT, {"contract": contract, "number": "B", "effective_on": date(2026, 7, 1)}),
        Given(Kind.CONTRACT_SUM, {"contract": contract, "what": "total", "amount": "100.00"}),
        Given(Kind.BILL_LINE, {"contract": contract, "number": "1", "item": "清扫", "unit": "m", "quantity": 1, "unit_price": 1,
                               "amount": 1}),
        Given(Kind.ZONE_ITEM, {"zone": zone, "asset_id": asset[0]}),
        Given(Kind.TASK_RULE, {"lot": lot, "task_kind": "sweeping", "times": 1, "per": "day"}),
        Given(Kind.SCHEME, {"contract": contract, "name": "月度", "body": {}}),
        Given(Kind.WORKER, {"party": party, "name": f"{company}的人"}, worker),
        Given(Kind.WORKER_CONTACT, {"worker": worker, "phone": "139"}),
        Given(Kind.CREW, {"party": party, "name": "一班"}, crew),
        Given(Kind.CREW_MEMBER, {"crew": crew, "worker": worker}),
        Given(Kind.CREW_LOT, {"crew": crew, "lot": lot}),
    )  # fmt: skip
    return lot, crew


def seen(connection: Connection, person: int) -> dict[str, int]:
    """How many rows of each table a person sees."""
    enter(connection, person)
    counted = {}
    for table in RECORDS:
        row = connection.execute(SQL("SELECT count(*) FROM registry.{}").format(Identifier(table))).fetchone()
        assert row is not None
        counted[table] = int(row[0])
    return counted


def test_a_lead_sees_his_own_records_and_crew_no_price(desk: Desk) -> None:
    world(desk, "甲公司", "HT-1")
    world(desk, "乙公司", "HT-2")
    lead, crew = desk.lead("lead_a", "甲公司"), desk.lead("crew_a", "甲公司", "一班")
    stranger = desk.lead("lead_c", "丙公司")
    assert seen(desk.connection, stranger) == dict.fromkeys(RECORDS, 0)
    assert seen(desk.connection, lead) == dict.fromkeys(RECORDS, 1)
    unpriced = {"contract_sum": 0, "bill_line": 0, "scheme": 0, "worker_contact": 0}
    assert seen(desk.connection, crew) == dict.fromkeys(RECORDS, 1) | unpriced


def test_crew_see_the_assets_of_the_lots_they_work_in(desk: Desk) -> None:
    connection = desk.connection
    contract, lot = desk.contract("HT-1", "甲公司")
    zone = desk.zone(lot, WEST)
    other = records.reserve(connection, 1)[0]
    desk.put(Given(Kind.LOT, {"contract": contract, "number": "2"}, other))
    desk.zone(other, EAST)
    crew = records.reserve(connection, 1)[0]
    desk.put(Given(Kind.CREW, {"party": desk.company("甲公司"), "name": "一班"}, crew),
             Given(Kind.CREW_LOT, {"crew": crew, "lot": lot, "during": period(desk.day(0), desk.day(0))}))  # fmt: skip
    lead, member = desk.lead("lead_a", "甲公司"), desk.lead("crew_a", "甲公司", "一班")
    assert enter(connection, member).zones == (zone,)
    assert assets(connection, member) == by_place(connection, WEST)
    assert assets(connection, lead) == by_place(connection, WEST) | by_place(connection, EAST)


def test_no_name_of_another_company(desk: Desk) -> None:
    world(desk, "甲公司", "HT-1")
    world(desk, "乙公司", "HT-2")
    desk.company("市政中心", "department")
    lead = desk.lead("lead_a", "甲公司")
    enter(desk.connection, lead)
    names = {row[0] for row in desk.connection.execute("SELECT name FROM registry.party")}
    assert names == {"甲公司", "区城管局", "市政中心"}


def test_two_companies_of_the_same_layers_have_other_scopes(desk: Desk) -> None:
    """Whatever is kept for one is not given to the other: zones and role are part of the scope, and so of every key."""
    one, two = desk.lead("lead_a", "甲公司"), desk.lead("lead_b", "乙公司")
    for number, company, place in (("HT-1", "甲公司", WEST), ("HT-2", "乙公司", EAST)):
        desk.zone(desk.contract(number, company)[1], place)
    a, b = enter(desk.connection, one), enter(desk.connection, two)
    assert a.layers == b.layers
    assert a.zones != b.zones
    assert a.key != b.key
    colleague = desk.lead("lead_c", "甲公司")
    assert enter(desk.connection, colleague).key != a.key, (
        "contracts and names are of the company, and not in the zones"
    )


def test_tiles_are_of_the_own_assets_and_change_with_them_alone(seeded: Connection) -> None:
    """Neither a cluster nor a tag tells of what other companies have: the roll-up and the counters of cells are not read."""
    connection = seeded
    whole_world = tiles.Address("points", 0, 0, 0)
    bound = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    with Session(bound) as session:
        session.connection()  # which rolls back when it is the first one
        desk = Desk(connection)
        lead = desk.lead("lead_a", "甲公司")
        desk.zone(desk.contract("HT-1", "甲公司")[1], WEST)

        def tag() -> str:
            return tiles.etag(session, enter(connection, lead), Filter(), whole_world)

        def elsewhere(change: str) -> None:
            connection.execute("SET LOCAL ROLE chengji_owner")
            connection.execute(change.encode(), (seed.DISTRICT,))
            connection.execute("SET LOCAL ROLE chengji_app")

        own = len(by_place(connection, WEST))
        scope = enter(connection, lead)
        assert assets_in_scope.counts(session, scope, Filter()).total == own > 0
        assert tiles.cut(session, scope, Filter(), whole_world).body == b"", "no point lies there"
        before = tag()
        elsewhere(
            "INSERT INTO registry.tile_revision (district, cx, cy, revision)"
            " SELECT district, max(cx) + 5, max(cy), 1 FROM registry.tile_revision WHERE district = %s GROUP BY 1"
        )
        assert tag() == before
        elsewhere("UPDATE registry.tile_revision SET revision = revision + 1 WHERE district = %s")
        assert tag() != before


def test_prices_are_for_those_who_see_prices(desk: Desk) -> None:
    world(desk, "甲公司", "HT-1")
    surveyor = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    neighbour = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'neighbour'").fetchone()
    assert surveyor is not None
    assert neighbour is not None
    unpriced = {"contract_sum": 0, "bill_line": 0, "scheme": 0, "worker_contact": 0}
    assert seen(desk.connection, surveyor[0]) == dict.fromkeys(RECORDS, 1) | unpriced
    kinds = {row[0] for row in desk.connection.execute("SELECT DISTINCT kind FROM registry.record_change")}
    assert not kinds & {"contract_sum", "bill_line", "scheme", "guide_price", "worker_contact"}
    assert "contract" in kinds
    assert seen(desk.connection, desk.manager) == dict.fromkeys(RECORDS, 1)
    open_scope(desk.connection, seed.OTHER_DISTRICT, neighbour[0])
    assert desk.connection.execute("SELECT count(*) FROM registry.contract").fetchone() == (0,), "another district"
