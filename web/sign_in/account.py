"""A person as Flask-Security sees one. The domain's own model knows no web; both are mapped to the same table."""

from __future__ import annotations

from flask_security import UserMixin

from registry.models.access import Person
from registry.models.mapping import Base


class Account(UserMixin):
    """Who is signed in. What the person may see and do is the scope's to say, per district, and never this object's."""


Base.registry.map_imperatively(Account, Person.__table__)
