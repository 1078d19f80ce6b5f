"""A small world of contracts in the seeded district: two companies, their people, contracts in force, zones side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg
import seed
import shapely

from registry.access import accounts
from registry.access.scope import Scope, open_scope
from registry.contracts import records
from registry.contracts.kinds import Kind
from registry.contracts.records import Given, period

Connection = psycopg.Connection[Any]
WEST = shapely.MultiPolygon([shapely.box(seed.LON - 0.04, seed.LAT - 0.04, seed.LON - 0.025, seed.LAT + 0.04)])
EAST = shapely.MultiPolygon([shapely.box(seed.LON - 0.025, seed.LAT - 0.04, seed.LON + 0.04, seed.LAT + 0.04)])


def staff(connection: Connection, username: str, role: str) -> int:
    """A new account with a role in the seeded district."""
    connection.execute("SET LOCAL ROLE chengji_owner")
    made = accounts.create(connection, username, f"测试{username}")
    accounts.grant_role(connection, username, seed.DISTRICT, role)
    connection.execute("SET LOCAL ROLE chengji_app")
    return made


@dataclass
class Desk:
    """A contract manager and an approver at work on one connection."""

    connection: Connection
    manager: int = 0
    approver: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.manager:
            self.manager = staff(self.connection, "manager", "contract_manager")
            self.approver = staff(self.connection, "approver", "approver")

    def as_manager(self) -> Scope:
        """From now on the manager asks."""
        return open_scope(self.connection, seed.DISTRICT, self.manager)

    def as_approver(self) -> Scope:
        """From now on the approver asks."""
        return open_scope(self.connection, seed.DISTRICT, self.approver)

    def propose(self, *rows: Given) -> records.Summary:
        """By the manager."""
        return records.propose(self.connection, self.as_manager(), "测试", rows)

    def apply(self, change_set: int) -> None:
        """By the approver where it binds or costs, else by the manager."""
        try:
            records.apply(self.connection, self.as_approver(), change_set)
        except records.NotAllowed:
            records.apply(self.connection, self.as_manager(), change_set)

    def put(self, *rows: Given) -> int:
        """Propose and apply; returns the set."""
        summary = self.propose(*rows)
        assert summary.conflicts == 0
        if summary.changes:
            self.apply(summary.change_set)
        return summary.change_set

    def undo(self, change_set: int) -> records.Summary:
        """Propose the inverse and apply it."""
        inverse = records.undo(self.connection, self.as_manager(), change_set)
        if inverse.changes:
            self.apply(inverse.change_set)
        return inverse

    def company(self, name: str, kind: str = "company") -> int:
        """The number of a party, made now if it is new."""
        summary = self.propose(Given(Kind.PARTY, {"name": name, "kind": kind}))
        if summary.changes:
            self.apply(summary.change_set)
        row = self.connection.execute("SELECT id FROM registry.party WHERE name = %s", (name,)).fetchone()
        assert row is not None
        return int(row[0])

    def contract(
        self,
        number: str,
        company: str,
        trade: str = "sanitation",
        first: date | None = None,
        last: date | None = None,
        **values: Any,
    ) -> tuple[int, int]:
        """An agreed contract with one term (this year unless said) and one lot: numbers of contract and lot."""
        self.as_manager()
        contract, term, lot = records.reserve(self.connection, 3)
        year = date.today().year
        values = {"state": "agreed", **values}
        self.put(
            Given(Kind.CONTRACT, {"number": number, "trade": trade, "purchaser": self.company("区城管局", "department"),
                                  "contractor": self.company(company), **values}, contract),
            Given(Kind.TERM, {"contract": contract, "ordinal": 1,
                              "during": period(first or date(year, 1, 1), last or date(year, 12, 31))}, term),
            Given(Kind.LOT, {"contract": contract, "number": "1"}, lot),
        )  # fmt: skip
        return contract, lot

    def zone(
        self, lot: int, place: Any = None, first: date | None = None, last: date | None = None, **rule: Any
    ) -> int:
        """A zone of one rule; without a place the whole district."""
        self.as_manager()
        zone = records.reserve(self.connection, 1)[0]
        edge = {"edge": rule.pop("edge")} if "edge" in rule else {}
        self.put(
            Given(Kind.ZONE, {"lot": lot, "during": period(first, last), **edge}, zone),
            Given(Kind.ZONE_RULE, {"zone": zone, **rule}, place=place),
        )
        return zone

    def lead(self, username: str, company: str, crew: str | None = None) -> int:
        """A new account of a company's lead, or of one of its crew."""
        made = staff(self.connection, username, "contractor")
        self.company(company)
        self.connection.execute("SET LOCAL ROLE chengji_owner")
        accounts.affiliate(self.connection, username, seed.DISTRICT, company, crew)
        self.connection.execute("SET LOCAL ROLE chengji_app")
        return made

    def day(self, days: int) -> date:
        """So many days from the district's today."""
        row = self.connection.execute("SELECT registry.today(%s)", (seed.DISTRICT,)).fetchone()
        assert row is not None
        today: date = row[0]
        return today + timedelta(days=days)
