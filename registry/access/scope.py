"""What a person may see and do now. Said to the database inside the transaction, where the row policies read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import psycopg

from registry.access.permissions import Permission
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
    permissions: frozenset[str] = frozenset()
    contractor: bool = False
    """Works under the contractors' database role: whose rows are seen follows from `zones`, not from `layers` alone."""
    zones: tuple[int, ...] = ()
    """A contractor's zones in force today, in order. With role and layers all that decides which assets he sees."""
    today: date | None = None
    """The district's calendar day, which decided it."""

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

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed unless one of this person's roles in the district holds the permission."""
        if permission not in self.permissions:
            raise NotAllowed(_("您没有“%(permission)s”权限。", permission=permission))

    def require_any_writer(self) -> None:
        """Raises NotAllowed unless this person may propose changes to some layer."""
        if not self.writable:
            raise NotAllowed(_("您没有提交数据的权限。"))


# As the application's own role, whatever an earlier scope of this transaction was.
_SAY_WHO = """
SELECT set_config('registry.person', %s, true),
       CASE WHEN current_user = 'chengji_contractor' THEN set_config('role', 'chengji_app', true) END
"""
_READ = """
SELECT p.id, p.name,
       coalesce((SELECT array_agg(m.role) FROM registry.membership m
                 WHERE m.person_id = p.id AND m.district = %(district)s), '{}') AS roles,
       coalesce((SELECT array_agg(r.layer) FROM registry.readable(current_user) r WHERE r.district = %(district)s), '{}'),
       coalesce((SELECT array_agg(w.layer) FROM registry.writable(current_user) w WHERE w.district = %(district)s), '{}'),
       coalesce((SELECT array_agg(DISTINCT h.permission) FROM registry.membership m
                 JOIN registry.role_permission h ON h.role = m.role
                 WHERE m.person_id = p.id AND m.district = %(district)s), '{}'),
       registry.today(%(district)s)
FROM registry.person p WHERE p.id = %(person)s AND p.active
"""
# The layers are those in which a contractor may see assets at all; without a zone in force there are none.
_READ_CONTRACTOR = """
SELECT mine.zones, CASE WHEN mine.zones = '{}' THEN '{}' ELSE
  coalesce((SELECT array_agg(o.layer) FROM registry.open_layers(current_user) o WHERE o.district = %(district)s), '{}') END
FROM (SELECT coalesce(array_agg(z.id ORDER BY z.id), '{}') AS zones FROM registry.zone z
      WHERE z.district = %(district)s AND z.id = ANY (registry.my_zones(current_user))) mine
"""


def open_scope(connection: psycopg.Connection[Any], district: str, person_id: int) -> Scope:
    """Say who is asking, for the rest of this transaction, and read what that person may reach.

    SET LOCAL, so that a pooled connection carries nothing over to the next request. A contractor's transaction goes on under a
    database role of its own, which the connection's login must be a member of.
    Raises NotFound for a person who does not exist, is not active, or is not mapped to the district.
    """
    connection.execute(_SAY_WHO, (str(person_id),))
    row = connection.execute(_READ, {"district": district, "person": person_id}).fetchone()
    if row is None or not row[2]:
        raise NotFound(_("没有行政区“%(district)s”。", district=district))
    who, name, roles, layers, writable, permissions, today = row
    if roles == ["contractor"]:
        return _contractor(
            connection, Scope(district, who, name, frozenset(roles), frozenset(), frozenset(), today=today)
        )
    return Scope(
        district,
        who,
        name,
        frozenset(roles),
        frozenset(layers),
        frozenset(writable),
        frozenset(permissions),
        today=today,
    )


def _contractor(connection: psycopg.Connection[Any], scope: Scope) -> Scope:
    connection.execute("SELECT set_config('role', 'chengji_contractor', true)")
    row = connection.execute(_READ_CONTRACTOR, {"district": scope.district}).fetchone()
    assert row is not None
    return replace(scope, contractor=True, zones=tuple(row[0]), layers=frozenset(row[1]))


def open_scope_by_name(connection: psycopg.Connection[Any], district: str, username: str) -> Scope:
    """The same for a username, as the command line gives it."""
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username.lower(),)).fetchone()
    if row is None:
        raise NotFound(_("没有用户“%(name)s”。", name=username), _("registry person list 可列出所有用户。"))
    return open_scope(connection, district, row[0])
