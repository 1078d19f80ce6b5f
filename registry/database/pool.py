"""A pool of connections that is warm before the first person asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

# The first transformation in a backend loads PROJ: 74 ms that nobody should wait for in the middle of a map.
_LOAD_PROJ = "SELECT ST_Transform(ST_SetSRID(ST_MakePoint(120, 30), 4490), 3857)"


def keep_warm(engine: Engine, ready: int = 0) -> None:
    """Load PROJ in every connection as it is made, and make `ready` of them now."""

    @event.listens_for(engine, "connect")
    def load(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_LOAD_PROJ)
        connection.rollback()

    opened = [engine.connect() for _each in range(ready)]
    for connection in opened:
        connection.close()
