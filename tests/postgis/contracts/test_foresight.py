"""A set's effect is seen before it is applied, and is what applying it then does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import seed
import shapely
from contracting import EAST, WEST, Connection, Desk

from registry.contracts import records
from registry.contracts.foresight import MESSAGES, Effect, foresee
from registry.contracts.kinds import Kind
from registry.contracts.records import Given
from registry.errors import NotFound

DAY = date(2026, 6, 15)


def totals(connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """Gap and double cover of each trade and layer."""
    rows = connection.execute(
        "SELECT c.trade, a.layer, sum(c.gap)::bigint, sum(c.more)::bigint FROM registry.covered_on(%s, %s) c"
        " JOIN registry.asset a ON a.district = %s AND a.id = c.asset_id GROUP BY 1, 2",
        (seed.DISTRICT, DAY, seed.DISTRICT),
    ).fetchall()
    return {(trade, layer): (gap, more) for trade, layer, gap, more in rows}


def test_what_is_foreseen_is_what_happens(desk: Desk) -> None:
    desk.put(*(Given(Kind.DUTY, {"trade": "sanitation", "layer": layer}) for layer in ("road", "component", "camera")))
    zone = desk.zone(desk.contract("1", "甲公司")[1], WEST)
    desk.zone(desk.contract("2", "乙公司")[1], EAST, layers=["road"])
    rule = records.page(desk.connection, desk.as_manager(), Kind.ZONE_RULE, {"zone": zone})[0].id
    before = totals(desk.connection)
    everywhere = shapely.MultiPolygon([shapely.box(seed.LON - 0.04, seed.LAT - 0.04, seed.LON + 0.04, seed.LAT + 0.04)])
    summary = desk.propose(Given(Kind.ZONE_RULE, {}, rule, place=everywhere))
    seen = foresee(desk.connection, desk.as_manager(), summary.change_set, DAY)
    assert totals(desk.connection) == before, "nothing has happened yet"
    desk.apply(summary.change_set)
    after = totals(desk.connection)
    assert {(e.trade, e.layer): (e.gap_before, e.more_before) for e in seen.effects} == {
        key: before[key] for key in before if before[key] != after[key]
    }
    assert {(e.trade, e.layer): (e.gap_after, e.more_after) for e in seen.effects} == {
        key: after[key] for key in after if before[key] != after[key]
    }
    components = next(e for e in seen.effects if e.layer == "component")
    assert components == Effect("sanitation", "component", seed.COMPONENTS, 0, 0, 0, seed.COMPONENTS, 0)
    assert not [e for e in seen.effects if e.layer == "camera"]
    assert [d.code for d in seen.doubts] == ["zones_overlap"]
    with pytest.raises(NotFound):
        foresee(desk.connection, desk.as_manager(), summary.change_set, DAY)


def world(desk: Desk) -> dict[str, int]:
    contract, lot = desk.contract("1", "甲公司")
    return {"contract": contract, "lot": lot, "zone": desk.zone(lot, WEST)}


def line(of: dict[str, int], amount: str = "100.00", **values: Any) -> Given:
    return Given(Kind.BILL_LINE, {"contract": of["contract"], "number": "1", "item": "清扫", "unit": "m", "quantity": 100,
                                  "unit_price": 1, "amount": amount, **values})  # fmt: skip


def money(of: dict[str, int], what: str, amount: str) -> Given:
    return Given(Kind.CONTRACT_SUM, {"contract": of["contract"], "what": what, "amount": Decimal(amount)})


def road(desk: Desk) -> int:
    row = desk.connection.execute(
        "SELECT min(id) FROM registry.asset WHERE district = %s AND layer = 'road'", (seed.DISTRICT,)
    ).fetchone()
    assert row is not None
    return int(row[0])


FAR = shapely.MultiPolygon([shapely.box(121, 31, 121.1, 31.1)])
DOUBTFUL = {
    "lines_total": lambda desk, of: [line(of), money(of, "total", "100.02")],
    "bond_high": lambda desk, of: [money(of, "total", "100.00"), money(of, "bond", "10.01")],
    "term_long": lambda desk, of: [
        Given(Kind.TERM, {"contract": of["contract"], "ordinal": 2, "during": (date(2027, 1, 1), date(2029, 1, 1))})
    ],
    "zone_outside": lambda desk, of: [Given(Kind.ZONE_RULE, {"zone": of["zone"]}, place=FAR)],
    "item_length": lambda desk, of: [
        Given(Kind.ZONE_ITEM, {"zone": of["zone"], "asset_id": road(desk), "quantity": 100, "unit": "m"})
    ],
    "billed_measured": lambda desk, of: [line(of, basis="length", layers=["road"])],
    "supplements_high": lambda desk, of: [*supplement(desk, of)],
    "zebra": lambda desk, of: [Given(Kind.ZONE_RULE, {"zone": of["zone"], "effect": "except"}, place=teeth())],
}


def supplement(desk: Desk, of: dict[str, int]) -> list[Given]:
    id = records.reserve(desk.connection, 1)[0]
    return [
        money(of, "award", "100.00"),
        Given(Kind.SUPPLEMENT, {"contract": of["contract"], "number": "B", "effective_on": DAY}, id),
        Given(
            Kind.CONTRACT_SUM, {"contract": of["contract"], "what": "supplement", "supplement": id, "amount": "10.01"}
        ),
    ]


def teeth() -> shapely.MultiPolygon:
    """Strips across the western roads."""
    west = seed.LON - 0.03
    return shapely.MultiPolygon(
        [
            shapely.box(west + n * 0.001, seed.LAT - 0.01, west + n * 0.001 + 0.0005, seed.LAT + 0.01)
            for n in range(1, 4)
        ]
    )


@pytest.mark.parametrize("code", DOUBTFUL)
def test_each_doubt_is_found_and_worded(desk: Desk, code: str) -> None:
    of = world(desk)
    sound = desk.propose(Given(Kind.CONTRACT, {"remark": "无碍"}, of["contract"]))
    assert foresee(desk.connection, desk.as_manager(), sound.change_set, DAY).doubts == ()
    desk.as_manager()
    summary = desk.propose(*DOUBTFUL[code](desk, of))
    found = foresee(desk.connection, desk.as_manager(), summary.change_set, DAY).doubts
    assert {d.code for d in found} == {code}
    assert all(d.message and "%(" not in d.message for d in found)


def test_every_doubt_has_a_test_and_words() -> None:
    assert set(MESSAGES) == {*DOUBTFUL, "zones_overlap"}


def test_prices_are_not_spoken_of_to_those_who_see_none(desk: Desk) -> None:
    from registry.access.scope import open_scope

    summary = desk.propose(*DOUBTFUL["lines_total"](desk, world(desk)))
    row = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert row is not None
    scope = open_scope(desk.connection, seed.DISTRICT, row[0])
    assert foresee(desk.connection, scope, summary.change_set, DAY).doubts == ()
