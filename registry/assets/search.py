"""Suggestions while somebody types: classes, areas and assets, all within the person's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.assets.conditions import search_terms
from registry.assets.filters import Filter
from registry.assets.query import matching
from registry.i18n import in_language
from registry.models.areas import Area
from registry.models.catalogue import AssetClassRow

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ClassHit:
    """A class whose name or code matches."""

    scheme: str
    code: str
    name: str
    layer: str


@dataclass(frozen=True)
class AreaHit:
    """An area whose name, initials or code matches; its box in degrees."""

    code: str
    name: str
    kind: str
    box: Box


@dataclass(frozen=True)
class AssetHit:
    """An asset whose name or code matches; a point on it and its box in degrees."""

    id: int
    layer: str
    code: str
    name: str
    class_name: str
    lon: float
    lat: float
    box: Box


@dataclass(frozen=True)
class Suggestions:
    """What a few typed characters may mean."""

    classes: list[ClassHit]
    areas: list[AreaHit]
    assets: list[AssetHit]


def suggest(session: Session, scope: Scope, text: str, limit: int = 10) -> Suggestions:
    """What the text may mean, best first; empty for an empty text."""
    text = text.strip()[:100].replace("\0", "")
    if not text:
        return Suggestions([], [], [])
    return Suggestions(
        _classes(session, scope, text, limit), _areas(session, scope, text, limit), _assets(session, scope, text, limit)
    )


def _classes(session: Session, scope: Scope, text: str, limit: int) -> list[ClassHit]:
    folded = func.registry.folded(text)
    position = func.strpos(func.registry.folded(AssetClassRow.name_zh), folded)
    statement = (
        select(AssetClassRow)
        .where(AssetClassRow.layer.in_(sorted(scope.layers)))
        .where(
            or_(
                position > 0,
                AssetClassRow.code == text,
                func.strpos(func.lower(AssetClassRow.name_en), text.lower()) > 0,
            )
        )
        .order_by(AssetClassRow.code != text, position, AssetClassRow.scheme, AssetClassRow.position)
        .limit(limit)
    )
    return [ClassHit(c.scheme, c.code, in_language(c.name_zh, c.name_en), c.layer) for c in session.scalars(statement)]


def _areas(session: Session, scope: Scope, text: str, limit: int) -> list[AreaHit]:
    position = func.strpos(Area.name_zh, text)
    alternatives = [
        position > 0,
        func.starts_with(Area.initials, text.lower()) & (Area.initials != ""),
        func.strpos(func.lower(Area.name_en), text.lower()) > 0,
    ]
    if text.isascii() and text.isdigit() and len(text) >= 9:
        alternatives.append(and_(Area.code >= text, Area.code < text + ":"))
    statement = (
        select(Area.code, Area.name_zh, Area.name_en, Area.kind, *_box(Area.geom))
        .where(Area.district == scope.district, or_(*alternatives))
        .order_by(func.length(Area.code), position, Area.code)
        .limit(limit)
    )
    return [
        AreaHit(r.code, in_language(r.name_zh, r.name_en), r.kind, (r.west, r.south, r.east, r.north))
        for r in session.execute(statement)
    ]


def _assets(session: Session, scope: Scope, text: str, limit: int) -> list[AssetHit]:
    with look(session, scope, "suggest", typed=text) as seen:
        rows = session.execute(assets_named(scope, text, limit)).all()
        seen.rows(rows)
    return [
        AssetHit(
            r.id,
            r.layer,
            r.code,
            r.name,
            in_language(r.name_zh, r.name_en),
            r.lon,
            r.lat,
            (r.west, r.south, r.east, r.north),
        )
        for r in rows
    ]


def assets_named(scope: Scope, text: str, limit: int) -> Select[Any]:
    """Assets with a name of their own, or by the beginning of their code. What is named like its class is found by class."""
    found = matching(scope, Filter())
    table = found.table
    position = func.strpos(func.registry.folded(table.name), func.registry.folded(text))
    if text.isascii() and text.isdigit() and len(text) >= 6:
        alternative: ColumnElement[bool] = and_(table.code >= text, table.code < text + ":")
        order: tuple[Any, ...] = (table.code,)
    else:
        alternative = and_(table.terms.op("@>")(search_terms(text)), position > 0)
        order = (position, func.length(table.name), table.id)
    point = func.ST_PointOnSurface(table.geom)
    names = (table.id, table.layer, table.code, table.name, AssetClassRow.name_zh, AssetClassRow.name_en)
    place = (func.ST_X(point).label("lon"), func.ST_Y(point).label("lat"), *_box(table.geom))
    return found.with_class(*names, *place).where(alternative).order_by(*order).limit(limit)


def _box(column: Any) -> tuple[ColumnElement[float], ...]:
    edges = {"west": func.ST_XMin, "south": func.ST_YMin, "east": func.ST_XMax, "north": func.ST_YMax}
    return tuple(edge(column).label(name) for name, edge in edges.items())
