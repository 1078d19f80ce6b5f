"""Each field of the filter and of the scope decides what is seen, or says that it does not: nobody has to think of the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import seed
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope_by_name
from registry.assets import query as assets
from registry.assets.filter_fields import FIELDS, FilterField, announce
from registry.assets.filters import Filter, headings, keys
from registry.database.connections import engine, raw
from registry.tiles import asset_tiles as tiles
from registry.tiles.tile import Address

# A value for each field that lets less through than everything.
SAMPLES: dict[str, Any] = {
    "layers": ("component",),
    "classes": (("CJ/T 214-2007", "0118"),),
    "states": ("damaged",),
    "areas": ("330105002",),
    "parties": (1 << 40,),
    "text": "路灯",
    "box": (seed.LON - 0.0051, seed.LAT - 0.002, seed.LON - 0.0049, seed.LAT),
    "as_of": datetime(2001, 1, 1, tzinfo=UTC),
}
# Another value for each field of the scope, and whether other rows are shown for it: the rest is what may be done with them.
OTHERS: dict[str, tuple[Any, bool]] = {
    "district": (seed.OTHER_DISTRICT, True),
    "person_id": (1 << 40, False),
    "person_name": ("另一位", False),
    "roles": (frozenset({"administrator"}), False),
    "layers": (frozenset({"component"}), True),
    "writable": (frozenset({"component"}), False),
    "restricted": (frozenset({"component"}), False),
    "today": (date(2001, 1, 1), False),
    "permissions": (frozenset({"contract:read"}), False),
    "contractor": (True, False),
    "zones": ((1,), False),
}


@pytest.fixture
def session(seeded_database: str) -> Iterator[Session]:
    made = engine(seeded_database, 30)
    with Session(made) as opened:
        yield opened
        opened.rollback()
    made.dispose()


@pytest.fixture
def viewer(session: Session) -> Scope:
    return open_scope_by_name(raw(session), seed.DISTRICT, "camera_viewer")


def cluster_tile() -> Address:
    """The tile over all the seeded points."""
    return next(
        address
        for x in range(1 << 10)
        for y in range(400, 440)
        if (address := Address("points", 10, x, y)).box(0)[0] < seed.LON - 0.005 < address.box(0)[2]
        and address.box(0)[1] < seed.LAT < address.box(0)[3]
    )


def shown(session: Session, scope: Scope, wanted: Filter) -> dict[str, Any]:
    """The same question to every surface."""
    address = cluster_tile()
    return {
        "tag": tiles.etag(session, scope, wanted, address),
        "list": [row.id for row in assets.page(session, scope, wanted, size=200).rows],
        "count": assets.counts(session, scope, wanted).total,
        "tile": tiles.cut(session, scope, wanted, address).body,
    }


def test_there_is_a_sample_of_every_field() -> None:
    assert set(SAMPLES) == set(FIELDS)
    assert set(OTHERS) == {field.name for field in fields(Scope)}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_of_the_filter_changes_tag_list_count_and_tile(session: Session, viewer: Scope, name: str) -> None:
    everything, some = shown(session, viewer, Filter()), shown(session, viewer, Filter(**{name: SAMPLES[name]}))
    same = {surface for surface in everything if everything[surface] == some[surface]}
    assert same == (set() if FIELDS[name].changes_tile else {"tag", "tile"})


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_survives_the_query_string_and_has_a_heading(name: str) -> None:
    asked = Filter(**{name: SAMPLES[name]})
    assert Filter.parse(asked.query_pairs()) == asked
    assert {key for key, _value in asked.query_pairs()} == {FIELDS[name].key}
    assert headings()[FIELDS[name].key]


@pytest.mark.parametrize("name", OTHERS)
def test_every_field_of_the_scope_changes_the_tag_or_says_that_it_decides_nothing(
    session: Session, viewer: Scope, name: str
) -> None:
    value, changes_rows = OTHERS[name]
    other = replace(viewer, **{name: value})
    # Under the contractors' database role alone one may ask what changed for a contractor: `test_contractors` does.
    tag = Scope.tag if name == "contractor" else lambda scope: tiles.etag(session, scope, Filter(), cluster_tile())
    mine, theirs = tag(viewer), tag(other)
    (field,) = (field for field in fields(Scope) if field.name == name)
    decides = field.metadata.get("decides", True)
    # The person decides only where looks are logged: here they are.
    assert (mine != theirs) == (decides or name == "person_id")
    assert decides or not changes_rows
    if changes_rows:
        before, after = shown(session, viewer, Filter()), shown(session, other, Filter())
        assert not [surface for surface in before if before[surface] == after[surface]]


def test_a_field_that_nobody_described_is_in_the_key() -> None:
    """So is the next one."""
    silent = [field.name for field in fields(Scope) if "decides" not in field.metadata]
    scope = Scope("330105", 1, "", frozenset(), frozenset(), frozenset())
    assert silent and all(f"('{name}'," in scope.key for name in silent)


def test_two_people_of_equal_rights_share_a_key_until_looks_are_logged() -> None:
    first = Scope("330105", 1, "甲", frozenset({"inspector"}), frozenset({"road"}), frozenset(), today=date(2026, 1, 1))
    second = replace(first, person_id=2, person_name="乙")
    assert first.key == second.key
    assert replace(first, restricted=frozenset({"road"})).key != replace(second, restricted=frozenset({"road"})).key
    assert first.key != replace(first, today=date(2026, 1, 2)).key


def test_a_slice_announces_a_field_and_everything_follows(session: Session, viewer: Scope) -> None:
    announce(
        FilterField("key_begins", "key", lambda: "编号", lambda given: given[-1], lambda value: [value],
                    lambda asked, value: (asked.table.external_key.startswith(value),), "")
    )  # fmt: skip
    try:
        asked = Filter.parse([("key", "CAM-1"), ("layer", "camera")])
        assert asked.query_string() == "layer=camera&key=CAM-1"
        assert not asked.is_plain  # nobody said that the roll-up can answer
        assert (keys()[-1], headings()["key"]) == ("key", "编号")
        found = assets.page(session, viewer, asked).rows
        assert assets.counts(session, viewer, asked).total == len(found) == 1
        assert tiles.cut(session, viewer, asked, cluster_tile()).restricted == {"camera": 1}
        with pytest.raises(ValueError, match="key_begins"):
            announce(FIELDS["key_begins"])
    finally:
        del FIELDS["key_begins"]
    with pytest.raises(TypeError):
        Filter(key_begins="CAM-1")
