"""What a person may see and do now. Said to the database inside the transaction, where the row policies read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from registry.errors import NotAllowed, NotFound


@dataclass(frozen=True)
class Scope:
    """One person in one district, as of this transaction."""

    district: str
    person_id: int
    person_name: str
    roles: frozenset[str]
    layers: frozenset[str]
    writable: frozenset[str]

    def require_layer(self, layer: str) -> str:
        """The layer, if this person may see it. A layer out of scope and one that does not exist are one answer."""
        if layer not in self.layers:
            raise NotFound("layer.unknown", layer=layer)
        return layer

    def require_writer(self, layer: str) -> str:
        """The layer, if this person may propose and apply changes to it."""
        if self.require_layer(layer) not in self.writable:
            raise NotAllowed("layer.not_writable", layer=layer)
        return layer

    def require_any_writer(self) -> None:
        """Raises NotAllowed unless this person may propose changes to some layer."""
        if not self.writable:
            raise NotAllowed("layer.none_writable")


_READ = """
SELECT p.id, p.name,
       coalesce((SELECT array_agg(m.role) FROM registry.membership m
                 WHERE m.person_id = p.id AND m.district = %(district)s), '{}') AS roles,
       coalesce((SELECT array_agg(r.layer) FROM registry.readable(current_user) r WHERE r.district = %(district)s), '{}'),
       coalesce((SELECT array_agg(w.layer) FROM registry.writable(current_user) w WHERE w.district = %(district)s), '{}')
FROM registry.person p WHERE p.id = %(person)s AND p.active
"""


def open_scope(connection: psycopg.Connection[Any], district: str, person_id: int) -> Scope:
    """Say who is asking, for the rest of this transaction, and read what that person may reach.

    SET LOCAL, so that a pooled connection carries nothing over to the next request.
    Raises NotFound for a person who does not exist, is not active, or is not mapped to the district.
    """
    connection.execute("SELECT set_config('registry.person', %s, true)", (str(person_id),))
    row = connection.execute(_READ, {"district": district, "person": person_id}).fetchone()
    if row is None or not row[2]:
        raise NotFound("district.unknown", district=district)
    return Scope(district, row[0], row[1], frozenset(row[2]), frozenset(row[3]), frozenset(row[4]))


def open_scope_by_name(connection: psycopg.Connection[Any], district: str, username: str) -> Scope:
    """The same for a username, as the command line gives it."""
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username.lower(),)).fetchone()
    if row is None:
        raise NotFound("user.unknown", name=username)
    return open_scope(connection, district, row[0])
