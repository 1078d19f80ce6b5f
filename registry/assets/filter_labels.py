"""The conditions of a filter in words, and the areas that one can choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.filters import Filter
from registry.assets.query import matching
from registry.catalogue.layers import Layer
from registry.i18n import _, in_language
from registry.models.areas import Area
from registry.models.parties import Party
from registry.vocabulary.assets import AssetState
from registry.vocabulary.word_list import label


@dataclass(frozen=True)
class Condition:
    """One pair of the filter's query string, with the name of its key and of its value."""

    key: str
    value: str
    key_label: str
    label: str


def conditions(session: Session, scope: Scope, filter: Filter, layers: Mapping[str, Layer]) -> list[Condition]:
    """The filter as a person reads it. What is out of scope keeps its code: a name would tell that it exists."""
    headings = {
        "layer": _("图层"), "class": _("分类"), "state": _("状态"), "area": _("辖区"), "party": _("单位"), "q": _("搜索"),
        "bbox": _("范围"), "as_of": _("截至"),
    }  # fmt: skip
    names = {
        "layer": {code: layer.name for code, layer in layers.items() if code in scope.layers},
        "class": {
            f"{kind.scheme}:{kind.code}": kind.name
            for code, layer in layers.items() if code in scope.layers for kind in layer.classes
        },
        "state": {state: label(AssetState, state) for state in filter.states},
        "area": area_names(session, scope, filter.areas),
        "party": _party_names(session, scope, filter.parties),
        "bbox": dict.fromkeys([value for key, value in filter.query_pairs() if key == "bbox"], _("地图上的范围")),
    }  # fmt: skip
    return [
        Condition(key, value, headings[key], names.get(key, {}).get(value) or value)
        for key, value in filter.query_pairs()
    ]


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


def _party_names(session: Session, scope: Scope, parties: Iterable[int]) -> dict[str, str]:
    """Names of those that stand on an asset in scope."""
    wanted = sorted(set(parties))
    if not wanted:
        return {}
    found = matching(scope, Filter(parties=tuple(wanted)))
    columns = (found.table.manager, found.table.owner, found.table.maintainer)
    theirs = found.select(found.table.id).where(or_(*(column == Party.id for column in columns))).exists()
    statement = select(Party.id, Party.name).where(Party.district == scope.district, Party.id.in_(wanted), theirs)
    return {str(r.id): r.name for r in session.execute(statement)}
