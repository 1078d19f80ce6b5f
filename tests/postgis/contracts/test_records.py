"""A record is proposed, compared, applied and undone like an asset: whole, by the right people, and back to the byte."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import seed
import shapely
from contracting import EAST, WEST, Connection, Desk
from psycopg.sql import SQL, Identifier

from registry.access.scope import open_scope
from registry.changes import change_sets as changes
from registry.contracts import records
from registry.contracts.kinds import FOUR_EYES, PRICED, WITH_PLACE, Kind
from registry.contracts.records import Given, period
from registry.database.connections import connect
from registry.errors import Conflict, Invalid, NotAllowed, NotFound


def all_rows(connection: Connection) -> dict[str, list[Any]]:
    """Every record of every kind but its head, geometry as bytes."""
    connection.execute("SET LOCAL ROLE chengji_owner")
    found = {}
    for kind in Kind:
        place = SQL("ST_AsEWKB(geom)") if kind in WITH_PLACE else SQL("NULL")
        query = SQL("SELECT id, registry.record_body(to_jsonb(t)), {} FROM registry.{} t WHERE NOT void ORDER BY id")
        found[kind] = connection.execute(query.format(place, Identifier(kind))).fetchall()
    connection.execute("SET LOCAL ROLE chengji_app")
    return found


def bill(contract: int, number: str = "1", price: str = "10", **values: Any) -> Given:
    quantity = values.pop("quantity", Decimal(100))
    return Given(
        Kind.BILL_LINE,
        {"contract": contract, "number": number, "item": "道路清扫", "unit": "m", "quantity": quantity,
         "unit_price": Decimal(price), "amount": quantity * Decimal(price), **values},
    )  # fmt: skip


def test_the_kinds_are_those_of_the_database(connection: Connection) -> None:
    connection.execute("SET LOCAL ROLE chengji_owner")
    row = connection.execute(
        "SELECT registry.record_kinds(), registry.priced_kinds(), registry.four_eyes_kinds()"
    ).fetchone()
    assert row is not None
    assert (row[0], set(row[1]), set(row[2])) == (list(Kind), PRICED, FOUR_EYES)
    places = {
        kind
        for kind in Kind
        if connection.execute("SELECT registry.record_has_place(%s)", (kind,)).fetchone() == (True,)
    }
    assert places == WITH_PLACE
    head = {"district", "id", "version", "change_set", "valid_from", "void"}
    for kind in Kind:
        row = connection.execute(
            "SELECT array_agg(column_name::text), registry.record_key(%(kind)s) FROM information_schema.columns"
            " WHERE table_schema = 'registry' AND table_name = %(kind)s",
            {"kind": kind},
        ).fetchone()
        assert row is not None
        assert head <= set(row[0])
        assert set(row[1] or ()) <= set(row[0])


def test_references_come_before_what_refers_to_them(connection: Connection) -> None:
    order = list(Kind)
    rows = connection.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid <> confrelid"
    )
    pairs = [(a.removeprefix("registry."), b.removeprefix("registry.")) for a, b in rows]
    within = [(a, b) for a, b in pairs if a in order and b in order]
    assert len(within) > 15
    assert [pair for pair in within if order.index(Kind(pair[0])) < order.index(Kind(pair[1]))] == []


def everything(desk: Desk) -> list[Given]:
    """Rows of every kind that refer to one another."""
    c, t, s, lot, zone, worker, crew, line = records.reserve(desk.connection, 8)
    company, purchaser = desk.company("甲养护有限公司"), desk.company("区城管局", "department")
    asset = desk.connection.execute("SELECT min(id) FROM registry.asset WHERE layer = 'road'").fetchone()
    assert asset is not None
    return [
        Given(Kind.PARTY, {"name": "乙养护有限公司", "kind": "company", "aliases": ["乙公司"], "phone": "0571-1"}),
        Given(Kind.CONTRACT, {"number": "HT-1", "name": "清扫", "trade": "sanitation", "purchaser": purchaser,
                              "state": "agreed", "contractor": company, "signed_on": date(2026, 1, 1),
                              "vat_percent": Decimal("6.00")}, c),
        Given(Kind.TERM, {"contract": c, "ordinal": 1, "during": (date(2026, 1, 1), date(2026, 12, 31))}, t),
        Given(Kind.SUPPLEMENT, {"contract": c, "number": "B-1", "effective_on": date(2026, 7, 1), "rationale": "调价"}, s),
        Given(Kind.CONTRACT_SUM, {"contract": c, "what": "total", "amount": Decimal("1177500.00")}),
        Given(Kind.CONTRACT_SUM, {"contract": c, "what": "term", "term": t, "amount": Decimal("1000000.10")}),
        Given(Kind.LOT, {"contract": c, "number": "1", "name": "一标段"}, lot),
        Given(Kind.ZONE, {"lot": lot, "during": "[2026-01-01,2027-01-01)"}, zone),
        Given(Kind.ZONE_RULE, {"zone": zone, "layers": ["road", "alley"]}, place=WEST),
        Given(Kind.ZONE_RULE, {"zone": zone, "effect": "except", "areas": ["330105002"]}),
        Given(Kind.BILL_LINE, {"contract": c, "lot": lot, "number": "1", "item": "清扫", "unit": "m",
                               "quantity": Decimal("10.50"), "unit_price": Decimal("1.2345"),
                               "amount": Decimal("12.96"), "basis": "length"}, line),
        Given(Kind.ZONE_ITEM, {"zone": zone, "asset_id": asset[0], "span": "{[0,1000),[2000,3000)}", "bill_line": line},
              place=shapely.MultiPoint([(120.151234567, 30.31), (120.16, 30.32)])),
        Given(Kind.WORKER, {"party": company, "name": "王一", "during": (date(2026, 1, 1), None)}, worker),
        Given(Kind.WORKER_CONTACT, {"worker": worker, "phone": "13900000000", "certificates": [{"type": "电工"}]}),
        Given(Kind.CREW, {"party": company, "name": "一班", "duty_phone": "0571-2"}, crew),
        Given(Kind.CREW_MEMBER, {"crew": crew, "worker": worker}),
        Given(Kind.CREW_LOT, {"crew": crew, "lot": lot}),
        Given(Kind.TASK_RULE, {"lot": lot, "task_kind": "sweeping", "times": 2, "per": "day", "tolerance": "2 hours"}),
        Given(Kind.SCHEME, {"contract": c, "name": "月度", "body": {"period": "month", "scale": 2}}),
        Given(Kind.DUTY, {"trade": "sanitation", "layer": "road"}),
        Given(Kind.GUIDE_PRICE, {"trade": "sanitation", "layer": "road", "unit": "m", "price": Decimal("12.5"),
                                 "during": (date(2026, 1, 1), None)}),
        Given(Kind.DOCUMENT, {"record_kind": "contract", "record_id": c, "title": "合同", "sha256": "a" * 64, "bytes": 1,
                              "media_type": "application/pdf"}),
    ]  # fmt: skip


def test_what_is_applied_and_undone_is_as_it_was(desk: Desk) -> None:
    """Every kind, added and changed, every column and the geometry to the byte; undone again, it is done again."""
    empty = all_rows(desk.connection)
    rows = everything(desk)
    before_any = all_rows(desk.connection)
    first = desk.put(*rows)
    full = all_rows(desk.connection)
    taken_back = desk.undo(first)
    assert taken_back.voided == len(rows)
    assert all_rows(desk.connection) == before_any
    desk.undo(taken_back.change_set)
    assert all_rows(desk.connection) == full
    assert all(len(full[kind]) > len(empty[kind]) for kind in Kind)
    ids = {kind: full[kind][-1][0] for kind in Kind}
    changed = desk.put(
        Given(Kind.PARTY, {"phone": "1"}, ids[Kind.PARTY]),
        Given(Kind.CONTRACT, {"remark": "改", "vat_percent": None}, ids[Kind.CONTRACT]),
        Given(Kind.CONTRACT_SUM, {"amount": Decimal("2.50")}, ids[Kind.CONTRACT_SUM]),
        Given(Kind.ZONE_RULE, {"areas": None, "grades": ["一级"]}, ids[Kind.ZONE_RULE], place=EAST),
        Given(Kind.ZONE_ITEM, {"span": None}, ids[Kind.ZONE_ITEM], place=shapely.MultiPoint([(120.15, 30.3)])),
        Given(Kind.BILL_LINE, {"quantity": Decimal("10.51")}, ids[Kind.BILL_LINE]),
        Given(Kind.WORKER_CONTACT, {"certificates": []}, ids[Kind.WORKER_CONTACT]),
        Given(Kind.TASK_RULE, {"tolerance": "1 day", "months": [1, 2]}, ids[Kind.TASK_RULE]),
        Given(Kind.DUTY, {"void": True}, ids[Kind.DUTY]),
    )
    then = all_rows(desk.connection)
    assert then != full
    undone = desk.undo(changed)
    assert (undone.updated, undone.conflicts) == (9, 0)
    assert all_rows(desk.connection) == full
    desk.undo(undone.change_set)
    assert all_rows(desk.connection) == then
    desk.undo(changed)
    assert all_rows(desk.connection) == full


def test_a_ledger_twice_changes_nothing(desk: Desk) -> None:
    """In another order as well; a row without a number is recognised by being the same in everything."""
    rows = [r for r in everything(desk) if r.kind in (Kind.PARTY, Kind.CONTRACT)] + [
        Given(Kind.DUTY, {"trade": "sanitation", "layer": "road", "classes": ["CJ/T 214-2007 0118"]}),
        Given(
            Kind.TASK_RULE,
            {"lot": desk.contract("HT-9", "丙公司")[1], "task_kind": "sweeping", "times": 1, "per": "day"},
        ),
    ]
    assert desk.propose(*rows).added == 4
    desk.put(*rows)
    plain = [Given(r.kind, r.values) for r in reversed(rows)]
    again = desk.propose(*plain)
    assert (again.changes, again.conflicts, again.unchanged) == (0, 0, 4)


def test_a_record_that_moved_on_is_refused_whole_and_named(desk: Desk) -> None:
    contract, _lot = desk.contract("HT-1", "甲公司")
    one = desk.propose(Given(Kind.CONTRACT, {"remark": "甲"}, contract), Given(Kind.PARTY, {"name": "新公司"}))
    two = desk.propose(Given(Kind.CONTRACT, {"remark": "乙"}, contract, source_row=7))
    desk.apply(one.change_set)
    before = all_rows(desk.connection)
    with pytest.raises(records.StaleRecords) as caught:
        records.apply(desk.connection, desk.as_approver(), two.change_set)
    assert caught.value.rows == [records.Refused(7, Kind.CONTRACT, contract, "version")]
    assert all_rows(desk.connection) == before


def test_a_number_that_another_has_is_refused_and_named(desk: Desk) -> None:
    contract, lot = desk.contract("HT-1", "甲公司")
    other, _lot = desk.contract("HT-2", "甲公司")
    taken = desk.propose(Given(Kind.CONTRACT, {"number": "HT-1"}, other, source_row=3))
    with pytest.raises(records.StaleRecords) as caught:
        records.apply(desk.connection, desk.as_approver(), taken.change_set)
    assert caught.value.rows == [records.Refused(3, Kind.CONTRACT, other, "contract_number")]
    # but two may exchange their numbers in one set
    desk.put(Given(Kind.CONTRACT, {"number": "HT-1"}, other), Given(Kind.CONTRACT, {"number": "HT-2"}, contract))
    zones = desk.propose(Given(Kind.ZONE, {"lot": lot, "during": period(date(2026, 1, 1), date(2026, 6, 30))}),
                         Given(Kind.ZONE, {"lot": lot, "during": period(date(2026, 6, 30), None)}))  # fmt: skip
    with pytest.raises(records.StaleRecords) as caught:
        records.apply(desk.connection, desk.as_manager(), zones.change_set)
    assert {r.reason for r in caught.value.rows} == {"zone_during"}


def test_a_price_rise_is_a_second_row(desk: Desk) -> None:
    """June at the old price, July at the new; prices of periods that overlap are refused, by number."""
    contract, _lot = desk.contract("HT-1", "甲公司")
    old, new = (date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 12, 31))
    desk.put(bill(contract, price="10", during=old), bill(contract, price="12", during=new))
    overlapping = desk.propose(bill(contract, price="11", during=(date(2026, 6, 1), date(2026, 7, 31)), item="另"))
    with pytest.raises(records.StaleRecords) as caught:
        records.apply(desk.connection, desk.as_approver(), overlapping.change_set)
    assert [r.reason for r in caught.value.rows] == ["bill_line_during"]
    for day, price in (("2026-06-30", "10"), ("2026-07-01", "12")):
        found = desk.connection.execute(
            "SELECT unit_price FROM registry.bill_line WHERE %s::date <@ during AND NOT void", (day,)
        ).fetchall()
        assert found == [(Decimal(price),)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Given(Kind.CONTRACT, {"number": "X", "nonsense": 1}), "contract.nonsense"),
        (Given(Kind.CONTRACT, {"version": 7}), "contract.version"),
        (Given(Kind.TERM, {"during": "[2026-13-01,)"}), "2026-13-01"),
        (Given(Kind.CONTRACT_SUM, {"amount": "viel"}), "viel"),
        (Given(Kind.PARTY, {"name": "甲公司", "credit_code": "91110000600037341K"}), "校验码是 L"),
    ],
)
def test_what_a_kind_does_not_take_is_refused_when_proposed(desk: Desk, row: Given, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        desk.propose(row)


def test_what_breaks_a_rule_is_refused_when_applied(desk: Desk) -> None:
    contract, lot = desk.contract("HT-1", "甲公司")
    for row in (
        Given(Kind.CONTRACT, {"state": "terminated"}, contract),  # without its last day
        Given(Kind.TERM, {"contract": contract, "ordinal": 2, "during": "(,)"}),
        Given(Kind.LOT, {"number": "2"}),  # of no contract
        Given(Kind.LOT, {"contract": 999_999_999, "number": "2"}),
        Given(Kind.ZONE_RULE, {"zone": lot}),  # no such zone
        Given(Kind.ZONE_RULE, {"zone": lot, "effect": "perhaps"}),
    ):
        summary = desk.propose(row)
        with pytest.raises(Invalid):
            desk.apply(summary.change_set)


def test_four_eyes_for_what_binds_or_costs(desk: Desk) -> None:
    """The proposer applies neither it nor its undo: not by the module, nor by the statement itself, nor with more roles."""
    contract, lot = desk.contract("HT-1", "甲公司")
    summary = desk.propose(bill(contract))
    with pytest.raises(NotAllowed):
        records.apply(desk.connection, desk.as_manager(), summary.change_set)
    desk.connection.execute("SET LOCAL ROLE chengji_owner")
    desk.connection.execute(
        "INSERT INTO registry.membership VALUES (%s, %s, 'approver'), (%s, %s, 'contract_manager')",
        (seed.DISTRICT, desk.manager, seed.DISTRICT, desk.approver),
    )
    with pytest.raises(records.FourEyes):
        records.apply(desk.connection, desk.as_manager(), summary.change_set)
    for statement in ("SELECT registry.apply_records(%s, %s)", "SELECT registry.apply_change_set(%s, %s)"):
        with pytest.raises(psycopg.DatabaseError, match="proposed by the same person"), desk.connection.transaction():
            desk.connection.execute(statement, (seed.DISTRICT, summary.change_set))
    records.apply(desk.connection, desk.as_approver(), summary.change_set)
    inverse = records.undo(desk.connection, desk.as_approver(), summary.change_set)
    for scope in (desk.as_approver, desk.as_manager):  # who proposed the undo, and who proposed what it undoes
        with pytest.raises(records.FourEyes):
            records.apply(desk.connection, scope(), inverse.change_set)
    # where a lot works is no money: its author applies it
    zone = desk.propose(Given(Kind.ZONE, {"lot": lot, "during": period(date(2026, 1, 1), None)}))
    records.apply(desk.connection, desk.as_manager(), zone.change_set)


def test_a_set_is_applied_once(desk: Desk) -> None:
    change_set = desk.put(Given(Kind.PARTY, {"name": "一次公司"}))
    with pytest.raises(NotFound):
        records.apply(desk.connection, desk.as_manager(), change_set)
    desk.undo(change_set)
    with pytest.raises(Conflict, match="撤销"):
        desk.undo(change_set)


def test_what_was_edited_since_stays_and_is_a_conflict(desk: Desk) -> None:
    contract, _lot = desk.contract("HT-1", "甲公司")
    first = desk.put(Given(Kind.CONTRACT, {"remark": "一"}, contract), Given(Kind.PARTY, {"name": "别的公司"}))
    desk.put(Given(Kind.CONTRACT, {"remark": "二"}, contract))
    undone = desk.undo(first)
    assert (undone.voided, undone.updated, undone.conflicts) == (1, 0, 1)
    assert records.get(desk.connection, desk.as_manager(), Kind.CONTRACT, contract).values["remark"] == "二"
    told = {c.kind: c for c in records.changes_of(desk.connection, desk.as_manager(), undone.change_set)}
    assert (told[Kind.CONTRACT].reason, told[Kind.CONTRACT].action) == ("edited_since", "conflict")


def test_two_of_one_name_are_for_a_person_to_tell_apart(desk: Desk) -> None:
    company = desk.company("甲公司")
    desk.put(Given(Kind.WORKER, {"party": company, "name": "王一"}, records.reserve(desk.connection, 1)[0]),
             Given(Kind.WORKER, {"party": company, "name": "王一"}, records.reserve(desk.connection, 1)[0]))  # fmt: skip
    summary = desk.propose(Given(Kind.WORKER, {"party": company, "name": "王一", "post": "司机"}))
    assert (summary.conflicts, summary.changes) == (1, 0)
    change = records.changes_of(desk.connection, desk.as_manager(), summary.change_set)[0]
    assert (change.reason, change.doubtful, len(change.candidates)) == ("ambiguous", True, 2)


def test_history_and_review_show_before_and_after(desk: Desk) -> None:
    contract, _lot = desk.contract("HT-1", "甲公司")
    summary = desk.propose(Given(Kind.CONTRACT, {"remark": "后"}, contract, source_row=5))
    change = records.changes_of(desk.connection, desk.as_manager(), summary.change_set)[0]
    assert (change.changed, change.source_row, change.action) == (("remark",), 5, "update")
    assert change.before is not None
    assert (change.before["remark"], change.values["remark"]) == ("", "后")
    desk.apply(summary.change_set)
    past = records.history(desk.connection, desk.as_manager(), Kind.CONTRACT, contract)
    assert [(r.version, r.values["remark"]) for r in past] == [(1, "")]
    assert records.get(desk.connection, desk.as_manager(), Kind.CONTRACT, contract).version == 2


def test_pages_go_on_where_they_ended(desk: Desk) -> None:
    contract, _lot = desk.contract("HT-1", "甲公司")
    desk.put(*(bill(contract, str(n)) for n in range(7)))
    scope = desk.as_manager()
    seen: list[int] = []
    while rows := records.page(
        desk.connection, scope, Kind.BILL_LINE, {"contract": contract}, seen[-1] if seen else 0, 3
    ):
        seen += [row.id for row in rows]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "verb", ["UPDATE registry.{} SET void = true", "DELETE FROM registry.{}", "INSERT INTO registry.{} DEFAULT VALUES"]
)
def test_nobody_writes_records_but_the_change_sets(desk: Desk, kind: Kind, verb: str) -> None:
    desk.as_manager()
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.connection.transaction():
        desk.connection.execute(SQL(verb).format(Identifier(kind)))


def test_a_proposal_needs_the_right_and_an_open_set_of_records(desk: Desk) -> None:
    surveyor = desk.connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert surveyor is not None
    scope = open_scope(desk.connection, seed.DISTRICT, surveyor[0])
    with pytest.raises(NotAllowed, match="contract:write"):
        records.propose(desk.connection, scope, "x", [Given(Kind.PARTY, {"name": "x"})])
    ours = changes.propose(desk.connection, scope, "road", "edit", changes.ChangeSetOrigin("道路"))
    desk.as_manager()
    for number in (ours, 999_999):
        with pytest.raises(psycopg.DatabaseError, match="no proposed set"), desk.connection.transaction():
            desk.connection.execute("SELECT * FROM registry.propose_records(%s, %s, '[]')", (seed.DISTRICT, number))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.connection.transaction():
        desk.connection.execute("SELECT registry.write_records(%s, %s, now())", (seed.DISTRICT, ours))


def test_a_second_apply_at_the_same_time_waits(seeded_clone: str) -> None:
    """And then finds that its record moved on: refused whole, the row named."""
    with connect(seeded_clone) as first, connect(seeded_clone) as second:
        desk = Desk(first)
        contract, _lot = desk.contract("HT-1", "甲公司")
        sets = [desk.propose(Given(Kind.CONTRACT, {"remark": text}, contract)).change_set for text in ("一", "二")]
        first.commit()
        records.apply(first, desk.as_approver(), sets[0])
        refused: list[records.Refused] = []

        def apply() -> None:
            scope = open_scope(second, seed.DISTRICT, desk.approver)
            with pytest.raises(records.StaleRecords) as caught:
                records.apply(second, scope, sets[1])
            refused.extend(caught.value.rows)

        other = threading.Thread(target=apply)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the first is not committed yet"
        first.commit()
        other.join(60)
        assert [(row.record, row.reason) for row in refused] == [(contract, "version")]


def test_a_void_name_lives_again(desk: Desk) -> None:
    first = desk.put(Given(Kind.PARTY, {"name": "复活公司", "phone": "1"}))
    desk.undo(first)
    id = desk.company("复活公司")
    found = records.get(desk.connection, desk.as_manager(), Kind.PARTY, id)
    assert (found.values["void"], found.values["phone"]) == (False, "")
