"""The conditions of a filter in words, and the areas that one can choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.filter_fields import Naming
from registry.assets.filters import Filter
from registry.assets.query import matching
from registry.catalogue.layers import Layer
from registry.i18n import in_language
from registry.models.areas import Area


@dataclass(frozen=True)
class Condition:
    """One pair of the filter's query string, with the name of its key and of its value."""

    key: str
    value: str
    key_label: str
    label: str


def conditions(session: Session, scope: Scope, filter: Filter, layers: Mapping[str, Layer]) -> list[Condition]:
    """The filter as a person reads it. What is out of scope keeps its code: a name would tell that it exists."""
    naming = Naming(session, scope, layers, lambda **values: matching(scope, Filter(**values)))
    found = []
    for field, value in filter.asked():
        heading, names = field.heading(), field.names(naming, value)
        found += [Condition(field.key, text, heading, names.get(text) or text) for text in field.write(value)]
    return found


def area_names(session: Session, scope: Scope, codes: Iterable[str]) -> dict[str, str]:
    """Names of areas of the district, by code; unnamed ones are left out. No statement where there is no code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    statement = select(Area.code, Area.name_zh, Area.name_en).where(
        Area.district == scope.district, Area.code.in_(wanted)
    )
    return {r.code: name for r in session.execute(statement) if (name := in_language(r.name_zh, r.name_en))}


def subdistricts(session: Session, scope: Scope) -> dict[str, str]:
    """Names of the district's subdistricts, in the order of their codes."""
    statement = (
        select(Area.code, Area.name_zh, Area.name_en)
        .where(Area.district == scope.district, Area.kind == "subdistrict", func.length(Area.code) == 9)
        .order_by(Area.code)
    )
    return {r.code: in_language(r.name_zh, r.name_en) or r.code for r in session.execute(statement)}
