"""The kinds of record. Each is a typed table of its own name in the database; all change alike (`registry.contracts.records`).

This is the one declaration on this side; `registry.record_kinds()` and its neighbours are that of the database, and a test
holds the two together.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of record, in an order in which none refers to a later one."""

    PARTY = "party"
    CONTRACT = "contract"
    TERM = "term"
    SUPPLEMENT = "supplement"
    CONTRACT_SUM = "contract_sum"
    LOT = "lot"
    ZONE = "zone"
    ZONE_RULE = "zone_rule"
    BILL_LINE = "bill_line"
    ZONE_ITEM = "zone_item"
    WORKER = "worker"
    WORKER_CONTACT = "worker_contact"
    CREW = "crew"
    CREW_MEMBER = "crew_member"
    CREW_LOT = "crew_lot"
    TASK_RULE = "task_rule"
    SCHEME = "scheme"
    DUTY = "duty"
    GUIDE_PRICE = "guide_price"
    DOCUMENT = "document"


FOUR_EYES = frozenset(
    {Kind.CONTRACT, Kind.TERM, Kind.SUPPLEMENT, Kind.CONTRACT_SUM, Kind.BILL_LINE, Kind.SCHEME, Kind.GUIDE_PRICE}
)
"""Kinds that bind or cost: a set that touches one is applied by another person than the one who proposed it."""

PRICED = frozenset({Kind.CONTRACT_SUM, Kind.BILL_LINE, Kind.SCHEME, Kind.GUIDE_PRICE})
"""Kinds of which nobody sees a row who may not see prices."""

WITH_PLACE = frozenset({Kind.ZONE_RULE, Kind.ZONE_ITEM})
"""Kinds with a geometry."""
