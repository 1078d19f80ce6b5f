"""Everything that is shown of one asset: facts, areas, history and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.assets import query as assets
from registry.assets.columns import field_label
from registry.assets.differences import MEASURES, Difference, Wording, measured, shown
from registry.assets.proximity import Hit, neighbours
from registry.i18n import in_language
from registry.messages import title_of
from registry.models.access import Person
from registry.models.areas import Area
from registry.models.assets import Asset, AssetAlias, AssetVersion
from registry.models.catalogue import AssetClassRow, LayerRow
from registry.models.changes import ChangeSet
from registry.vocabulary.areas import AreaKind
from registry.vocabulary.assets import Accuracy, AssetState
from registry.vocabulary.word_list import label


@dataclass(frozen=True)
class AreaName:
    """An area that an asset lies in."""

    kind: str
    kind_label: str
    code: str
    name: str


@dataclass(frozen=True)
class Fact:
    """An attribute with its heading."""

    label: str
    value: str


@dataclass(frozen=True)
class Event:
    """A version of the asset: when it came, by whom, from which change set, and what it changed."""

    version: int
    at: datetime
    by: str
    change_set: int
    kind: str
    title: str
    differences: list[Difference]


@dataclass(frozen=True)
class Card:
    """An asset as a person reads it. Empty text and None mean: not registered."""

    id: int
    code: str
    external_key: str
    name: str
    layer: str
    layer_name: str
    scheme: str
    class_code: str
    class_name: str
    class_provisional: bool
    state: str
    state_label: str
    manager: str
    owner: str
    maintainer: str
    length_m: float | None
    area_m2: float | None
    surveyed_on: date | None
    changed_on: date | None
    source: str
    accuracy: str
    areas: list[AreaName]
    attributes: list[Fact]
    aliases: list[str]
    version: int
    valid_from: datetime
    lon: float
    lat: float
    box: tuple[float, float, float, float]
    geojson: dict[str, Any]
    history: list[Event]
    neighbours: list[Hit]


def card(session: Session, scope: Scope, id: int) -> Card:
    """The card of one asset. Raises NotFound when it is absent or out of scope; logs the look if its layer is restricted."""
    with look(session, scope, "view") as seen:
        asset = assets.within_look(session, scope, id)
        seen.one(asset.layer, asset.id)
        return _card(session, scope, asset)


def _card(session: Session, scope: Scope, asset: Asset) -> Card:
    kind = session.get_one(AssetClassRow, (asset.scheme, asset.class_))
    layer = session.get_one(LayerRow, asset.layer)
    versions = _versions(session, asset)
    words = Wording(session, scope, asset.layer, versions)
    lon, lat, west, south, east, north, outline = _place(session, asset)
    return Card(
        id=asset.id, code=asset.code, external_key=asset.external_key or "", name=asset.name, layer=asset.layer,
        layer_name=in_language(layer.name_zh, layer.name_en), scheme=asset.scheme, class_code=asset.class_,
        class_name=in_language(kind.name_zh, kind.name_en), class_provisional=kind.verified == "general_knowledge",
        state=asset.state, state_label=label(AssetState, asset.state), manager=words.party(asset.manager),
        owner=words.party(asset.owner), maintainer=words.party(asset.maintainer), length_m=asset.length_m,
        area_m2=asset.area_m2, surveyed_on=asset.surveyed_on, changed_on=asset.changed_on, source=asset.source or "",
        accuracy=label(Accuracy, asset.accuracy), areas=_areas(session, asset),
        attributes=_facts(asset.attributes, words), aliases=_aliases(session, asset), version=asset.version,
        valid_from=asset.valid_from, lon=lon, lat=lat, box=(west, south, east, north), geojson=orjson.loads(outline),
        history=_history(session, scope, versions, words),
        neighbours=neighbours(session, scope, asset, lon, lat),
    )  # fmt: skip


def _place(session: Session, asset: Asset) -> tuple[Any, ...]:
    """A point on it, its box, and its outline as GeoJSON text, simplified to half a metre."""
    point = func.ST_PointOnSurface(Asset.geom)
    edges = (func.ST_XMin(Asset.geom), func.ST_YMin(Asset.geom), func.ST_XMax(Asset.geom), func.ST_YMax(Asset.geom))
    outline = func.ST_AsGeoJSON(func.ST_Transform(func.ST_Simplify(Asset.geom_3857, 0.5, True), 4490), 7, 0)
    this = (Asset.district == asset.district, Asset.id == asset.id)
    return tuple(session.execute(select(func.ST_X(point), func.ST_Y(point), *edges, outline).where(*this)).one())


def _areas(session: Session, asset: Asset) -> list[AreaName]:
    found = session.execute(
        select(Area.kind, Area.code, Area.name_zh, Area.name_en)
        .where(Area.district == asset.district, Area.code.in_(asset.areas))
        .order_by(func.length(Area.code), Area.code)
    )
    return [
        AreaName(r.kind, label(AreaKind, r.kind), r.code, in_language(r.name_zh, r.name_en) or r.code) for r in found
    ]


def _aliases(session: Session, asset: Asset) -> list[str]:
    this = (AssetAlias.district == asset.district, AssetAlias.asset_id == asset.id)
    return list(session.scalars(select(AssetAlias.alias).where(*this).order_by(AssetAlias.since)))


def _versions(session: Session, asset: Asset) -> list[Any]:
    """Newest first; the present one leads."""
    before = select(AssetVersion).where(AssetVersion.district == asset.district, AssetVersion.id == asset.id)
    return [asset, *session.scalars(before.order_by(AssetVersion.version.desc()))]


def _history(session: Session, scope: Scope, versions: list[Any], words: Wording) -> list[Event]:
    ids = {v.change_set for v in versions}
    rows = session.execute(
        select(ChangeSet.id, ChangeSet.kind, ChangeSet.title, ChangeSet.source, Person.name)
        .join(Person, Person.id == ChangeSet.applied_by)
        .where(ChangeSet.district == scope.district, ChangeSet.id.in_(ids))
    )
    sets = {row.id: row for row in rows}
    events = []
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        source = sets.get(version.change_set)
        differences = [] if before is None else [*words.differences(before, version), *_moved(before, version)]
        by, kind, title = (source.name, source.kind, title_of(source.title, source.source)) if source else ("", "", "")
        events.append(Event(version.version, version.valid_from, by, version.change_set, kind, title, differences))
    return events


def _moved(old: AssetVersion, new: Any) -> list[Difference]:
    """That it lies elsewhere, and how much longer or larger it is."""
    if not old.moved_away:
        return []
    measures = [measured(name, getattr(old, name), getattr(new, name)) for name in MEASURES]
    place = Difference("geom", field_label("geom"), "", "✓")
    return [place, *(one for one in measures if one.old != one.new)]


def _facts(attributes: dict[str, Any], words: Wording) -> list[Fact]:
    return [Fact(words.heading(name), shown(attributes[name])) for name in words.attributes(attributes)]
