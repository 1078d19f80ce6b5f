"""What a person may see and do now. Said to the database inside the transaction, where the row policies read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from registry.errors import NotAllowed, NotFound
from registry.i18n import _


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
            raise NotFound(_("没有图层“%(layer)s”。", layer=layer))
        return layer

    def require_writer(self, layer: str) -> str:
        """The layer, if this person may propose and apply changes to it."""
        if self.require_layer(layer) not in self.writable:
            raise NotAllowed(_("您没有修改图层“%(layer)s”的权限。", layer=layer))
        return layer

    def require_any_writer(self) -> None:
        """Raises NotAllowed unless this person may propose changes to some layer."""
        if not self.writable:
            raise NotAllowed(_("您没有提交数据的权限。"))


_READ = """
SELECT p.id, p.name,
       coalesce((SELECT array_agg(m.role) FROM registry.membership m
                 WHERE m.person_id = p.id AND m.district = %(district)s), '{}') AS roles,
       coalesce((SELECT array_agg(r.layer) FROM registry.readable(current_user) r WHERE r.district = %(district)s), '{}')
         AS layers,
       coalesce((SELECT array_agg(w.layer) FROM registry.writable(current_user) w WHERE w.district = %(district)s), '{}')
         AS writable
FROM registry.person p WHERE p.id = %(person)s AND p.active
"""


def open_scope(connection: psycopg.Connection[Any], district: str, person_id: int) -> Scope:
    """Say who is asking, for the rest of this transaction, and read what that person may reach.

    SET LOCAL, so that a pooled connection carries nothing over to the next request.
    Raises NotFound for a person who does not exist, is not active, or is not mapped to the district.
    """
    connection.execute("SELECT set_config('registry.person', %s, true)", (str(person_id),))
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_READ, {"district": district, "person": person_id}).fetchone()
    if row is None or not row["roles"]:
        raise NotFound(_("没有行政区“%(district)s”。", district=district))
    return Scope(
        district, row["id"], row["name"], frozenset(row["roles"]), frozenset(row["layers"]), frozenset(row["writable"])
    )


def open_scope_by_name(connection: psycopg.Connection[Any], district: str, username: str) -> Scope:
    """The same for a username, as the command line gives it."""
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username.lower(),)).fetchone()
    if row is None:
        raise NotFound(_("没有用户“%(name)s”。", name=username), _("registry person list 可列出所有用户。"))
    return open_scope(connection, district, row[0])
