"""A delivery to the demo district that a review can be made of."""

from __future__ import annotations

from typing import Any

import seed
import shapely
from psycopg.types.json import Jsonb

from registry.database.connections import connect

from .demo_district import DISTRICT

LAMP = "0118"


def propose(demo_database: str) -> int:
    """A delivery to the demo district, proposed: two lamps changed, one moved, one doubtful, two new."""
    with connect(demo_database, role="chengji_owner") as connection:
        lamps = connection.execute(
            "SELECT id, code, scheme, ST_X(geom), ST_Y(geom), name FROM registry.asset WHERE layer = 'component'"
            " AND class = %s AND state = 'intact' ORDER BY geom <-> ST_SetSRID(ST_MakePoint(120.15, 30.315), 4490) LIMIT 5",
            (LAMP,),
        ).fetchall()
        who = connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
    assert who is not None

    def lamp(n: int, east: float = 0.0, **values: Any) -> seed.Delivered:
        _id, code, scheme, lon, lat, name = lamps[n]
        return seed.Delivered(scheme, LAMP, shapely.Point(lon + east, lat), **{"name": name, "code": code, **values})

    rows = [
        lamp(0, state="damaged"),
        lamp(1, name="高杆灯"),
        lamp(2, east=0.0002),
        lamp(3, east=0.00003),
        *(lamp(4, east=0.0001 * n, code=None) for n in (1, 2)),
    ]
    with connect(demo_database) as connection:
        number = seed.put(connection, DISTRICT, int(who[0]), "component", rows, apply=False).change_set
    with connect(demo_database, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.change_set SET title = '路灯复测.csv' WHERE id = %s", (number,))
        connection.execute(
            "UPDATE registry.change SET doubtful = true, accepted = false, matched_by = 'place', score = 0.8, candidates = %s,"
            " delivered = %s WHERE change_set = %s AND seq = 5",
            ([lamps[4][0]], Jsonb({"scheme": lamps[3][2], "class": LAMP, "attributes": {}, "areas": []}), number),
        )
    return number
