"""Everything that is shown of one asset: facts, areas, history and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets import query as assets
from registry.assets.proximity import Hit, neighbours
from registry.catalogue.labels import accuracy_label, area_label, field_label, state_label
from registry.i18n import in_language
from registry.messages import title_of
from registry.models.access import Person
from registry.models.areas import Area
from registry.models.assets import Asset, AssetAlias, AssetVersion
from registry.models.catalogue import AssetClassRow, LayerRow
from registry.models.changes import ChangeSet
from registry.models.parties import Party


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
class Difference:
    """One field before and after."""

    field: str
    label: str
    old: str
    new: str


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
    asset = assets.get(session, scope, id)
    kind = session.get_one(AssetClassRow, (asset.scheme, asset.class_))
    layer = session.get_one(LayerRow, asset.layer)
    versions = _versions(session, asset)
    parties = _parties(session, scope, versions)
    lon, lat, west, south, east, north, outline = _place(session, asset)
    return Card(
        id=asset.id, code=asset.code, external_key=asset.external_key or "", name=asset.name, layer=asset.layer,
        layer_name=in_language(layer.name_zh, layer.name_en), scheme=asset.scheme, class_code=asset.class_,
        class_name=in_language(kind.name_zh, kind.name_en), class_provisional=kind.verified == "general_knowledge",
        state=asset.state, state_label=state_label(asset.state), manager=parties.get(asset.manager, ""),
        owner=parties.get(asset.owner, ""), maintainer=parties.get(asset.maintainer, ""), length_m=asset.length_m,
        area_m2=asset.area_m2, surveyed_on=asset.surveyed_on, changed_on=asset.changed_on, source=asset.source or "",
        accuracy=accuracy_label(asset.accuracy) if asset.accuracy else "", areas=_areas(session, asset),
        attributes=_facts(asset.attributes, layer.schema), aliases=_aliases(session, asset), version=asset.version,
        valid_from=asset.valid_from, lon=lon, lat=lat, box=(west, south, east, north), geojson=orjson.loads(outline),
        history=_history(session, scope, versions, parties, layer.schema),
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
    return [AreaName(r.kind, area_label(r.kind), r.code, in_language(r.name_zh, r.name_en) or r.code) for r in found]


def _aliases(session: Session, asset: Asset) -> list[str]:
    this = (AssetAlias.district == asset.district, AssetAlias.asset_id == asset.id)
    return list(session.scalars(select(AssetAlias.alias).where(*this).order_by(AssetAlias.since)))


def _parties(session: Session, scope: Scope, versions: list[Any]) -> dict[int | None, str]:
    ids = {id for v in versions for id in (v.manager, v.owner, v.maintainer) if id is not None}
    found = session.execute(select(Party.id, Party.name).where(Party.district == scope.district, Party.id.in_(ids)))
    return {row.id: row.name for row in found}


def _versions(session: Session, asset: Asset) -> list[Any]:
    """Newest first; the present one leads."""
    before = select(AssetVersion).where(AssetVersion.district == asset.district, AssetVersion.id == asset.id)
    return [asset, *session.scalars(before.order_by(AssetVersion.version.desc()))]


def _history(
    session: Session, scope: Scope, versions: list[Any], parties: dict[int | None, str], schema: dict[str, Any]
) -> list[Event]:
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
        differences = [] if before is None else _differences(before, version, parties, schema)
        by, kind, title = (source.name, source.kind, title_of(source.title, source.source)) if source else ("", "", "")
        events.append(Event(version.version, version.valid_from, by, version.change_set, kind, title, differences))
    return events


def _differences(old: Any, new: Any, parties: dict[int | None, str], schema: dict[str, Any]) -> list[Difference]:
    found = []
    for field in ("code", "external_key", "name", "surveyed_on", "changed_on", "source", "accuracy"):
        found.append((field, field_label(field), getattr(old, field), getattr(new, field)))
    found.append(("class", field_label("class"), f"{old.scheme} {old.class_}", f"{new.scheme} {new.class_}"))
    found.append(("state", field_label("state"), state_label(old.state), state_label(new.state)))
    for field in ("manager", "owner", "maintainer"):
        was, now = getattr(old, field), getattr(new, field)
        found.append((field, field_label(field), parties.get(was, ""), parties.get(now, "")))
    for name in sorted(old.attributes.keys() | new.attributes.keys()):
        found.append((f"attributes.{name}", _title(schema, name), old.attributes.get(name), new.attributes.get(name)))
    found += _measures(old, new)
    return [Difference(field, label, shown(was), shown(now)) for field, label, was, now in found if was != now]


def _measures(old: Any, new: Any) -> list[tuple[str, str, Any, Any]]:
    if old.geom.data == new.geom.data:
        return []
    lengths = [
        (field, field_label(field), getattr(old, field), getattr(new, field)) for field in ("length_m", "area_m2")
    ]
    return [("geom", field_label("geom"), "", "✓"), *lengths]


def _title(schema: dict[str, Any], name: str) -> str:
    described = schema.get("properties", {}).get(name, {})
    return in_language(described.get("title", name), described.get("title_en", ""))


def _facts(attributes: dict[str, Any], schema: dict[str, Any]) -> list[Fact]:
    """In the order of the schema; what the schema does not know follows under its own name."""
    known = [name for name in schema.get("properties", {}) if name in attributes]
    return [
        Fact(_title(schema, name), shown(attributes[name]))
        for name in [*known, *sorted(attributes.keys() - set(known))]
    ]


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return in_language("是", "Yes") if value else in_language("否", "No")
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)
