"""A change set under review: what its tests share."""

from __future__ import annotations

from collections.abc import Iterator
from math import asinh, pi, radians, tan
from typing import Any, LiteralString

import mapbox_vector_tile
import seed
import shapely
from psycopg.types.json import Jsonb
from seed import Delivered, put
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope
from registry.database.connections import engine, raw
from registry.review import resolution
from registry.review import rows as review_rows
from registry.review import sets as review
from registry.review import tiles as review_tiles
from registry.review.sets import Wanted
from registry.tiles.tile import Address

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
        return review.counts(self.session, self.scope(), self.set(), wanted)

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
        values = {"scheme": CJ, "class": "0118", "attributes": {}, "areas": [], **delivered}
        self.as_owner(
            "UPDATE registry.change SET doubtful = true, accepted = false, candidates = %s, score = 0.8, matched_by = 'place',"
            " delivered = %s WHERE change_set = %s AND seq = %s",
            others, Jsonb(values), self.id, seq,
        )  # fmt: skip

    def decide(self, seq: int, asset: int | None) -> None:
        resolution.resolve_match(self.session, self.scope(), self.id, seq, asset)

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
            tile = review_tiles.cut(
                self.session, self.scope(), self.set(), wanted, Address.parse("points", z, x, y)
            ).body
            for name, layer in (mapbox_vector_tile.decode(tile) if tile else {}).items():
                for feature in layer["features"]:
                    shape = feature["geometry"]
                    if shape["type"] != "Point" or all(0 <= c < 4096 for c in shape["coordinates"]):
                        found.setdefault(name, []).append(feature)
        return found


def covering(z: int) -> Iterator[tuple[int, int]]:
    for x in range(*(int((lon + 180) / 360 * 2**z) + n for n, lon in enumerate((120.149, 120.154)))):
        yield x, int((0.5 - asinh(tan(radians(30.32))) / (2 * pi)) * 2**z)


def opened(database: str) -> Iterator[Review]:
    """A register with the change set in it, rolled back in the end."""
    made = engine(database, 30)
    with Session(made) as session:
        yield Review(session)
        session.rollback()
    made.dispose()
