"""What a person may see and do now. Said to the database inside the transaction, where the row policies read it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any

import psycopg
from psycopg.rows import dict_row

from registry import __version__
from registry.errors import NotAllowed, NotFound

# All districts of the country keep one time.
TIME_ZONE = "Asia/Shanghai"
# Metadata of a field that decides nothing of what is seen. A field that does not say so does: it is in the key.
_SEEN_BY_ALL = {"decides": False}


@dataclass(frozen=True)
class Scope:
    """One person in one district, as of this transaction.

    `restricted` are those of the `layers` that are open to a look alone (`registry.access.access_log`); `today` is the
    district's calendar day, with which a right may begin or end.
    """

    district: str
    person_id: int = field(metadata=_SEEN_BY_ALL)
    person_name: str = field(metadata=_SEEN_BY_ALL)
    roles: frozenset[str]
    layers: frozenset[str]
    writable: frozenset[str]
    restricted: frozenset[str] = frozenset()
    today: date | None = None

    @cached_property
    def key(self) -> str:
        """All that decides what this person is shown: whoever has an equal key sees the same. Changes at midnight.

        Every field is in it, unless it says that it decides nothing. The person stands in it where a look is logged, so that
        nobody answers for another's look.
        """
        deciding = [(f.name, _plain(getattr(self, f.name))) for f in fields(self) if f.metadata.get("decides", True)]
        return repr([*deciding, ("person", self.person_id if self.restricted else None)])

    def tag(self, *told: object) -> str:
        """An ETag, and a key for caches, of what this scope is shown that is made of `told`, by this version of the program."""
        return hashlib.sha256(repr((__version__, self.key, *told)).encode()).hexdigest()[:32]

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


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value) if isinstance(value, date) else value


# Another person's look ends here.
_SAY_WHO = "SELECT set_config('registry.person', %s, true), set_config('registry.looking', '', true)"
_READ = """
SELECT p.id, p.name,
       coalesce((SELECT array_agg(m.role) FROM registry.membership m
                 WHERE m.person_id = p.id AND m.district = %(district)s), '{}') AS roles,
       coalesce((SELECT array_agg(r.layer) FROM registry.readable(current_user) r WHERE r.district = %(district)s), '{}')
         AS layers,
       coalesce((SELECT array_agg(w.layer) FROM registry.writable(current_user) w WHERE w.district = %(district)s), '{}')
         AS writable,
       coalesce((SELECT array_agg(l.code) FROM registry.layer l WHERE l.restricted), '{}') AS restricted,
       (now() AT TIME ZONE %(zone)s)::date AS today
FROM registry.person p WHERE p.id = %(person)s AND p.active
"""


def open_scope(connection: psycopg.Connection[Any], district: str, person_id: int) -> Scope:
    """Say who is asking, for the rest of this transaction, and read what that person may reach.

    SET LOCAL, so that a pooled connection carries nothing over to the next request.
    Raises NotFound for a person who does not exist, is not active, or is not mapped to the district.
    """
    connection.execute(_SAY_WHO, (str(person_id),))
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_READ, {"district": district, "person": person_id, "zone": TIME_ZONE}).fetchone()
    if row is None or not row["roles"]:
        raise NotFound("district.unknown", district=district)
    roles, layers, writable = (frozenset(row[name]) for name in ("roles", "layers", "writable"))
    closed = layers.intersection(row["restricted"])
    return Scope(district, row["id"], row["name"], roles, layers, writable, closed, row["today"])


def open_scope_by_name(connection: psycopg.Connection[Any], district: str, username: str) -> Scope:
    """The same for a username, as the command line gives it."""
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username.lower(),)).fetchone()
    if row is None:
        raise NotFound("user.unknown", name=username)
    return open_scope(connection, district, row[0])
