"""The kinds of record. Each is a typed table of its own name in the database; all change alike (`registry.contracts.records`).

`registry.vocabulary.contracts` declares them on this side; `registry.record_kinds()` and its neighbours are that of the
database, and a test holds the two together.
"""

from __future__ import annotations

from registry.vocabulary.contracts import Kind

__all__ = ("FOUR_EYES", "PRICED", "WITH_PLACE", "Kind")

FOUR_EYES = frozenset(
    {Kind.CONTRACT, Kind.TERM, Kind.SUPPLEMENT, Kind.CONTRACT_SUM, Kind.BILL_LINE, Kind.SCHEME, Kind.GUIDE_PRICE}
)
"""Kinds that bind or cost: a set that touches one is applied by another person than the one who proposed it."""

PRICED = frozenset({Kind.CONTRACT_SUM, Kind.BILL_LINE, Kind.SCHEME, Kind.GUIDE_PRICE})
"""Kinds of which nobody sees a row who may not see prices."""

WITH_PLACE = frozenset({Kind.ZONE_RULE, Kind.ZONE_ITEM})
"""Kinds with a geometry."""
