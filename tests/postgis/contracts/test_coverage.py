"""What a zone covers of an asset: whole numbers that add up, borders that belong to one side, and never out of date."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import seed
import shapely
from contracting import Connection, Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seed import Delivered

from registry.access.scope import open_scope
from registry.areas.areas import relocate
from registry.changes import change_sets as changes
from registry.changes.edits import Edit, propose_edit
from registry.contracts import records
from registry.contracts.kinds import Kind
from registry.contracts.records import Given

EXAMPLES = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
LON, LAT, STEP = seed.LON, seed.LAT, 0.01
KEYS = itertools.count(1)
ROAD, LAMP, PARK = ("GB 50220-95 / CJJ 37-2012", "2"), ("CJ/T 214-2007", "0118"), ("CJJ/T 85-2017", "G11")


def box(column: float, row: float, columns: float = 1, rows: float = 1) -> shapely.MultiPolygon:
    """A box of a grid whose lines are shared, EPSG:4490."""
    west, south = LON + column * STEP, LAT + row * STEP
    return shapely.MultiPolygon([shapely.box(west, south, west + columns * STEP, south + rows * STEP)])


def line(*points: tuple[float, float]) -> shapely.MultiLineString:
    return shapely.MultiLineString([[(LON + x * STEP, LAT + y * STEP) for x, y in points]])


@pytest.fixture
def bare(connection: Connection, people: dict[str, int]) -> Desk:
    """A district without assets, and a desk; rolled back."""
    assert people
    return Desk(connection)


def asset(desk: Desk, kind: tuple[str, str], shape: shapely.Geometry, **values: Any) -> int:
    """A new asset, applied; its number. Each has a key of its own, so that none is taken for another."""
    desk.as_manager()
    layer = {ROAD: "road", LAMP: "component", PARK: "green"}[kind]
    row = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert row is not None
    summary = seed.put(
        desk.connection,
        seed.DISTRICT,
        row[0],
        layer,
        [Delivered(*kind, shape, external_key=f"K{next(KEYS)}", **values)],
    )
    found = desk.connection.execute(
        "SELECT asset_id FROM registry.change WHERE change_set = %s AND action = 'add'", (summary.change_set,)
    ).fetchone()
    assert found is not None
    return int(found[0])


def coverage(connection: Connection) -> list[Any]:
    """All of it, as stored, and the zones that each asset names."""
    connection.execute("SET LOCAL ROLE chengji_owner")
    pairs = connection.execute(
        "SELECT zone, asset_id, measure, span, ST_AsEWKB(part) FROM registry.coverage ORDER BY 1, 2"
    ).fetchall()
    named = connection.execute("SELECT id, zones FROM registry.asset WHERE zones <> '{}' ORDER BY 1").fetchall()
    pieces = connection.execute(
        "SELECT zone, rule, n, effect, edge, layers, classes, ST_AsEWKB(geom) FROM registry.zone_piece ORDER BY 1, 2, 3"
    ).fetchall()
    connection.execute("SET LOCAL ROLE chengji_app")
    return [pairs, named, pieces]


def from_nothing(connection: Connection) -> list[Any]:
    """What it would be if it were made anew now; leaves everything as it was."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE chengji_owner")
        connection.execute("SELECT registry.rebuild_coverage(%s)", (seed.DISTRICT,))
        return coverage(connection)


def measures(desk: Desk, asset_id: int) -> dict[int, int]:
    """How much of an asset each zone covers."""
    desk.as_manager()
    rows = desk.connection.execute("SELECT zone, measure FROM registry.coverage WHERE asset_id = %s", (asset_id,))
    return dict(rows.fetchall())


def total(desk: Desk, asset_id: int) -> int:
    row = desk.connection.execute(
        "SELECT registry.measured(length_m, area_m2) FROM registry.asset WHERE id = %s", (asset_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def on_day(desk: Desk, day: date) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    """Total, gap, once and more of each trade and asset."""
    desk.as_manager()
    rows = desk.connection.execute(
        "SELECT trade, asset_id, total, gap, once, more FROM registry.covered_on(%s, %s)", (seed.DISTRICT, day)
    )
    return {(trade, id): (all_, gap, once, more) for trade, id, all_, gap, once, more in rows}


DAY = date(2026, 6, 15)


def duty(desk: Desk, trade: str = "sanitation", *layers: str) -> None:
    for layer in layers or ("road", "component", "green"):
        desk.put(Given(Kind.DUTY, {"trade": trade, "layer": layer}))


def test_an_edge_splits_by_measure(bare: Desk) -> None:
    """A road across two zones belongs to each as far as it lies in it, to the millimetre; together they are the whole."""
    road = asset(bare, ROAD, line((0.25, 0.5), (1.75, 0.5)))
    park = asset(bare, PARK, box(0.5, 0.2, 1, 0.1))
    west = bare.zone(bare.contract("1", "甲公司")[1], box(0, 0))
    east = bare.zone(bare.contract("2", "乙公司")[1], box(1, 0))
    length, area = total(bare, road), total(bare, park)
    for id, all_ in ((road, length), (park, area)):
        found = measures(bare, id)
        assert found.keys() == {west, east}
        assert abs(found[west] - found[east]) <= (2 if id == road else 200), "0.05 mm of an area's side of 111 m"
        assert abs(sum(found.values()) - all_) <= 1
    assert sum(measures(bare, road).values()) == length, "of a line exactly: spans meet at the same millimetre"


def test_what_lies_on_a_shared_edge_is_covered_once(bare: Desk) -> None:
    """Roads drawn on the border of two, four, many zones; points on its vertices; areas that end at it."""
    zones = {(x, y): bare.zone(bare.contract(f"{x}{y}", "甲公司")[1], box(x, y)) for x in range(3) for y in range(3)}
    duty(bare)
    ids = [asset(bare, ROAD, line((x, 0), (x, 3))) for x in (1, 2)] + [
        asset(bare, ROAD, line((0, y), (3, y))) for y in (1, 2)
    ]
    ids += [asset(bare, LAMP, shapely.Point(LON + x * STEP, LAT + y * STEP)) for x in (1, 2) for y in (1, 2)]
    ids += [asset(bare, PARK, box(x, y)) for x in (0, 1) for y in (0, 1)]
    assert len(zones) == 9
    for (_trade, id), (all_, gap, once, more) in on_day(bare, DAY).items():
        assert id in ids
        assert all_ == gap + once + more
        assert gap + more <= all_ / 100_000, (id, all_, gap, once, more)  # of an area a strip of 0.05 mm at its sides
    roads = [measures(bare, id) for id in ids[:4]]
    assert [sum(found.values()) for found in roads] == [total(bare, id) for id in ids[:4]]


def test_an_item_beats_an_area(bare: Desk) -> None:
    """A border road goes whole to who lists it, and is taken out of the neighbour's zone; a stretch likewise."""
    road = asset(bare, ROAD, line((1, 0), (1, 1)))
    lamp = asset(bare, LAMP, shapely.Point(LON + 1.5 * STEP, LAT + 0.5 * STEP))
    lot = bare.contract("1", "甲公司")[1]
    west, east = bare.zone(lot, box(0, 0)), bare.zone(bare.contract("2", "乙公司")[1], box(1, 0))
    length = total(bare, road)
    assert len(measures(bare, road)) == 1
    owner = next(iter(measures(bare, road)))
    other = ({west, east} - {owner}).pop()
    bare.put(Given(Kind.ZONE_ITEM, {"zone": other, "asset_id": road}))
    assert measures(bare, road) == {owner: length, other: length}
    bare.put(Given(Kind.ZONE_ITEM, {"zone": owner, "asset_id": road, "effect": "except", "span": "{[0,1000)}"}))
    assert measures(bare, road) == {owner: length - 1000, other: length}
    bare.put(Given(Kind.ZONE_ITEM, {"zone": owner, "asset_id": road, "effect": "except", "span": None}))
    assert measures(bare, road) == {other: length}
    bare.put(Given(Kind.ZONE_ITEM, {"zone": west, "asset_id": lamp}),
             Given(Kind.ZONE_ITEM, {"zone": east, "asset_id": lamp, "effect": "except"}))  # fmt: skip
    assert measures(bare, lamp) == {west: 1}
    # beyond the line's end there is nothing to cover
    bare.put(Given(Kind.ZONE_ITEM, {"zone": other, "asset_id": road, "span": f"{{[{length - 5},{length + 900})}}"}))
    assert measures(bare, road) == {other: 5}


def test_a_rule_means_what_it_says(bare: Desk) -> None:
    """Layers, classes, grades, owners and areas; without any it means the whole district; excepting takes away."""
    lamp = asset(bare, LAMP, shapely.Point(LON, LAT), maintainer="谁")
    road = asset(bare, ROAD, line((0, 0), (1, 0)), attributes='{"cleaning_grade": "一级"}')
    lot = bare.contract("1", "甲公司")[1]
    zone = bare.zone(lot)
    assert measures(bare, lamp) == {zone: 1}
    assert measures(bare, road) == {zone: total(bare, road)}
    rule = records.page(bare.connection, bare.as_manager(), Kind.ZONE_RULE, {"zone": zone})[0].id

    def so(**values: Any) -> tuple[bool, bool]:
        blank = dict.fromkeys(("layers", "classes", "grades", "owners", "areas"), None)
        bare.put(Given(Kind.ZONE_RULE, {**blank, **values}, rule))
        assert coverage(bare.connection) == from_nothing(bare.connection)
        return bool(measures(bare, lamp)), bool(measures(bare, road))

    assert so(layers=["road"]) == (False, True)
    assert so(classes=["CJ/T 214-2007 0118"]) == (True, False)
    assert so(classes=["GB/T 30428.2-2013 0118"]) == (False, False), "the same digits of another scheme"
    assert so(grades=["一级"]) == (False, True)
    assert so(grades=["二级"]) == (False, False)
    assert so(owners=[999]) == (False, False)
    assert so(areas=["330105001"]) == (True, False) or so(areas=["330105002"]) == (True, True)
    assert so(layers=["component", "road"]) == (True, True)
    bare.put(Given(Kind.ZONE_RULE, {"zone": zone, "effect": "except", "layers": ["component"]}))
    assert so(layers=["component", "road"]) == (False, True)


def test_the_midpoint_takes_a_road_whole(bare: Desk) -> None:
    road = asset(bare, ROAD, line((0.4, 0.5), (1.2, 0.5)))
    park = asset(bare, PARK, box(0.9, 0.2, 0.8, 0.1))
    west = bare.zone(bare.contract("1", "甲公司")[1], box(0, 0), edge="midpoint")
    east = bare.zone(bare.contract("2", "乙公司")[1], box(1, 0), edge="midpoint")
    assert measures(bare, road) == {west: total(bare, road)}
    assert measures(bare, park) == {east: total(bare, park)}


def test_lots_trades_and_contracts(bare: Desk) -> None:
    """Two lots of one contract are not double, two trades are not, two contracts of one trade are."""
    road = asset(bare, ROAD, line((0.2, 0.5), (0.8, 0.5)))
    duty(bare, "sanitation", "road")
    duty(bare, "municipal", "road")
    all_ = total(bare, road)
    assert on_day(bare, DAY) == {("sanitation", road): (all_, all_, 0, 0), ("municipal", road): (all_, all_, 0, 0)}
    contract, lot = bare.contract("1", "甲公司")
    bare.zone(lot, box(0, 0, 0.5, 1))
    second = records.reserve(bare.connection, 1)[0]
    bare.put(Given(Kind.LOT, {"contract": contract, "number": "2"}, second))
    bare.zone(second, box(0, 0))
    assert on_day(bare, DAY)["sanitation", road] == (all_, 0, all_, 0)
    bare.zone(bare.contract("2", "乙公司", trade="municipal")[1], box(0, 0))
    assert on_day(bare, DAY) == {("sanitation", road): (all_, 0, all_, 0), ("municipal", road): (all_, 0, all_, 0)}
    bare.zone(bare.contract("3", "丙公司", first=DAY, last=DAY)[1], box(0.5, 0, 0.5, 1))
    double = on_day(bare, DAY)["sanitation", road]
    assert abs(double[3] - all_ / 2) <= 2
    assert double[2] + double[3] == all_
    assert on_day(bare, date(2026, 6, 16))["sanitation", road] == (all_, 0, all_, 0), (
        "the last day counts, the next does not"
    )
    assert on_day(bare, date(2025, 12, 31))["sanitation", road] == (all_, all_, 0, 0)


def test_a_survey_that_moves_an_asset_takes_it_along(bare: Desk) -> None:
    """In the same transaction as the move: out of one company's zone and into another's; retired, out of all."""
    lamp = asset(bare, LAMP, shapely.Point(LON + 0.5 * STEP, LAT + 0.5 * STEP))
    west = bare.zone(bare.contract("1", "甲公司")[1], box(0, 0))
    east = bare.zone(bare.contract("2", "乙公司")[1], box(1, 0))
    lead = bare.lead("lead_a", "甲公司")
    assert measures(bare, lamp) == {west: 1}
    _edit(bare, lamp, {"geom": shapely.Point(LON + 1.5 * STEP, LAT + 0.5 * STEP)})
    assert measures(bare, lamp) == {east: 1}
    open_scope(bare.connection, seed.DISTRICT, lead)
    assert bare.connection.execute("SELECT count(*) FROM registry.asset").fetchone() == (0,)
    _edit(bare, lamp, {"state": "retired"})
    assert measures(bare, lamp) == {}
    bare.connection.execute("SET LOCAL ROLE chengji_owner")
    assert bare.connection.execute("SELECT zones FROM registry.asset WHERE id = %s", (lamp,)).fetchone() == ([],)


def _edit(desk: Desk, id: int, values: dict[str, Any]) -> None:
    desk.as_manager()
    row = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert row is not None
    scope = open_scope(desk.connection, seed.DISTRICT, row[0])
    version = desk.connection.execute("SELECT version FROM registry.asset WHERE id = %s", (id,)).fetchone()
    assert version is not None
    changes.apply(desk.connection, scope, propose_edit(desk.connection, scope, Edit(id, version[0], values)))


def test_zones_that_are_said_by_areas_follow_them(bare: Desk) -> None:
    """When areas are redrawn, in the same transaction as what else follows."""
    lamp = asset(bare, LAMP, shapely.Point(LON - STEP, LAT))
    zone = bare.zone(bare.contract("1", "甲公司")[1], areas=["330105001"])
    assert measures(bare, lamp) == {zone: 1}
    bare.connection.execute("SET LOCAL ROLE chengji_owner")
    bare.connection.execute(
        "UPDATE registry.area SET geom = ST_Translate(geom, -%s, 0) WHERE code = '330105001'", (3 * STEP,)
    )
    relocate(bare.connection, seed.DISTRICT)
    bare.connection.execute("SET LOCAL ROLE chengji_app")
    assert measures(bare, lamp) == {}
    assert coverage(bare.connection) == from_nothing(bare.connection)


def test_doctor_finds_cover_that_is_not_true(bare: Desk) -> None:
    asset(bare, LAMP, shapely.Point(LON, LAT))
    bare.zone(bare.contract("1", "甲公司")[1])
    bare.connection.execute("SET LOCAL ROLE chengji_owner")
    faults = "SELECT registry.coverage_faults(%s)"
    assert bare.connection.execute(faults, (seed.DISTRICT,)).fetchone() == (0,)
    bare.connection.execute("DELETE FROM registry.coverage")
    assert bare.connection.execute(faults, (seed.DISTRICT,)).fetchone() == (2,)


def test_a_span_is_drawn_as_long_as_it_says(bare: Desk) -> None:
    """Also of a line that crosses itself and comes back to where it began."""
    road = asset(bare, ROAD, line((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)))
    all_ = total(bare, road)
    for span in (f"{{[0,{all_})}}", "{[5,1000),[2000,2500)}", f"{{[{all_ // 3},{all_ // 3 * 2})}}"):
        row = bare.connection.execute(
            "SELECT ST_Length(registry.span_geometry(geom, %(all)s, %(span)s)::geography) * 1000,"
            " registry.span_length(%(span)s) FROM registry.asset WHERE id = %(id)s",
            {"all": all_, "span": span, "id": road},
        ).fetchone()
        assert row is not None
        assert abs(row[0] - row[1]) < 0.5 + row[1] * 1e-5, "a segment of 1.5 km is not quite as straight on the ground"


@contextmanager
def example(connection: Connection) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        yield


place = st.builds(box, *(st.integers(0, 2) for _ in range(2)), *(st.sampled_from([0.5, 1, 1.5]) for _ in range(2)))
road_shape = st.lists(st.tuples(*(st.sampled_from([0, 0.25, 0.5, 1, 1.5, 2, 3]) for _ in range(2))), min_size=2, max_size=4,
                      unique=True).map(lambda points: line(*points))  # fmt: skip
lamp_shape = st.builds(
    lambda x, y: shapely.Point(LON + x * STEP, LAT + y * STEP), *(st.sampled_from([0, 0.3, 1, 1.7, 2]),) * 2
)
shapes = st.one_of(
    st.tuples(st.just(ROAD), road_shape), st.tuples(st.just(LAMP), lamp_shape), st.tuples(st.just(PARK), place)
)
step = st.one_of(
    st.tuples(st.just("zone"), place, st.sampled_from(["split", "midpoint"])),
    st.tuples(st.just("rule"), st.integers(0, 9), place, st.sampled_from(["cover", "except"])),
    st.tuples(st.just("redraw"), st.integers(0, 9), place),
    st.tuples(st.just("item"), st.integers(0, 9), st.integers(0, 9), st.sampled_from(["cover", "except"]),
              st.sampled_from([None, "{[0,100000)}", "{[50000,900000)}"])),
    st.tuples(st.just("void"), st.integers(0, 9)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("asset"), shapes),
    st.tuples(st.just("move"), st.integers(0, 9), shapes),
    st.tuples(st.just("retire"), st.integers(0, 9)),
)  # fmt: skip


@given(first=st.lists(shapes, min_size=2, max_size=4), steps=st.lists(step, min_size=3, max_size=8))
@EXAMPLES
def test_it_is_always_what_it_would_be_from_nothing(bare: Desk, first: list[Any], steps: list[Any]) -> None:
    """After any sequence of edits of zones and assets, and undos: coverage, `asset.zones` and pieces; and every day adds up."""
    with example(bare.connection):
        made = Made(bare, [asset(bare, kind, shape) for kind, shape in first])
        for what, *how in steps:
            getattr(made, what)(*how)
        assert coverage(bare.connection) == from_nothing(bare.connection)
        for (_trade, id), (all_, gap, once, more) in on_day(bare, DAY).items():
            assert min(gap, once, more) >= 0
            assert (gap + once + more, all_) == (all_, total(bare, id))


class Made:
    """What a random sequence has made so far: the numbers of assets, zones, rules and sets."""

    def __init__(self, desk: Desk, assets: list[int]) -> None:
        self.desk, self.assets = desk, assets
        self.zones: list[int] = []
        self.sets: list[int] = []
        self.contracts = 0
        duty(desk)

    def _pick(self, among: list[int], which: int) -> int | None:
        return among[which % len(among)] if among else None

    def _put(self, *rows: Given) -> None:
        summary = self.desk.propose(*rows)
        if summary.changes:
            self.desk.apply(summary.change_set)
            self.sets.append(summary.change_set)

    def zone(self, shape: Any, edge: str) -> None:
        self.contracts += 1
        lot = self.desk.contract(f"N{self.contracts}", f"公司{self.contracts % 3}")[1]
        zone = records.reserve(self.desk.connection, 1)[0]
        self._put(Given(Kind.ZONE, {"lot": lot, "during": "[2026-01-01,2027-01-01)", "edge": edge}, zone),
                  Given(Kind.ZONE_RULE, {"zone": zone}, place=shape))  # fmt: skip
        self.zones.append(zone)

    def rule(self, which: int, shape: Any, effect: str) -> None:
        if zone := self._pick(self.zones, which):
            self._put(Given(Kind.ZONE_RULE, {"zone": zone, "effect": effect}, place=shape))

    def redraw(self, which: int, shape: Any) -> None:
        if zone := self._pick(self.zones, which):
            found = records.page(self.desk.connection, self.desk.as_manager(), Kind.ZONE_RULE, {"zone": zone})
            if found:
                self._put(Given(Kind.ZONE_RULE, {}, found[which % len(found)].id, place=shape))

    def item(self, which: int, id: int, effect: str, span: str | None) -> None:
        if (zone := self._pick(self.zones, which)) and (chosen := self._pick(self.assets, id)):
            self._put(Given(Kind.ZONE_ITEM, {"zone": zone, "asset_id": chosen, "effect": effect, "span": span}))

    def void(self, which: int) -> None:
        if zone := self._pick(self.zones, which):
            self._put(Given(Kind.ZONE, {"void": True}, zone))

    def undo(self, which: int) -> None:
        if number := self._pick(self.sets, which):
            try:
                self.sets.append(self.desk.undo(number).change_set)
            except records.Conflict:
                assert self.sets.count(number) == 1

    def asset(self, kind_and_shape: Any) -> None:
        self.assets.append(asset(self.desk, *kind_and_shape))

    def move(self, which: int, kind_and_shape: Any) -> None:
        kind, shape = kind_and_shape
        layer = {ROAD: "road", LAMP: "component", PARK: "green"}[kind]
        mine = self.desk.connection.execute(
            "SELECT id FROM registry.asset WHERE layer = %s AND state <> 'retired'"
            " AND NOT ST_Equals(geom, ST_GeomFromText(%s, 4490)) ORDER BY id", (layer, shape.wkt)
        ).fetchall()  # fmt: skip
        if chosen := self._pick([row[0] for row in mine], which):
            _edit(self.desk, chosen, {"geom": shape})

    def retire(self, which: int) -> None:
        mine = self.desk.connection.execute(
            "SELECT id FROM registry.asset WHERE state <> 'retired' ORDER BY id"
        ).fetchall()
        if chosen := self._pick([row[0] for row in mine], which):
            _edit(self.desk, chosen, {"state": "retired"})
