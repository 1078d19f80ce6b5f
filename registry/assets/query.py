"""The waist: `matching` is the only way to many assets, `get` the only way to one.

List, map tile, count, search, export and neighbours all pass through here, so that they agree by construction.
Row security in the database decides what a person may see; the scope's layers stand in the statements as well, so that
the planner can use them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geoalchemy2 import functions as geo
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from registry.access.access_log import log_restricted
from registry.access.scope import Scope
from registry.assets.filters import LIVE, Filter
from registry.errors import Invalid, NotFound
from registry.i18n import _, in_language
from registry.models.assets import Asset, AssetVersion
from registry.models.catalogue import AssetClassRow
from registry.models.parties import Party

PAGE_SIZE = 50
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4490)."""


@dataclass(frozen=True)
class Matching:
    """The assets that a person may see and that meet a filter. `table` gives the columns to select and order by."""

    table: Any
    conditions: tuple[ColumnElement[bool], ...]
    district: str
    past: bool = False

    def select(self, *columns: Any) -> Select[Any]:
        """Select these columns, or whole assets where none are named."""
        return select(*columns or (self.table,)).where(*self.conditions)

    def touching(self, box: Box) -> tuple[ColumnElement[bool], ...]:
        """The condition that their boxes touch this one (degrees)."""
        return _touching(self.table, self.district, self.past, box)

    def with_class(self, *columns: Any) -> Select[Any]:
        """The same, joined to the class for its names."""
        same_class = and_(AssetClassRow.scheme == self.table.scheme, AssetClassRow.code == self.table.class_)
        return self.select(*columns).join(AssetClassRow, same_class)


def matching(scope: Scope, filter: Filter) -> Matching:
    """The assets in scope that meet the filter; with `filter.as_of` the versions that held at that moment."""
    table = _then(filter.as_of) if filter.as_of else Asset
    conditions = (*_within(table, scope, filter), *_conditions(table, scope, filter))
    if filter.text:
        other = _then(filter.as_of) if filter.as_of else aliased(Asset)
        conditions += (table.id.in_(_ids_named(other, _within(other, scope, filter), filter.text)),)
    return Matching(table, conditions, scope.district, filter.as_of is not None)


def _within(table: Any, scope: Scope, filter: Filter) -> tuple[ColumnElement[bool], ...]:
    """District and layers: what row security asks as well, said again so that the planner can use it."""
    layers = sorted(scope.layers & set(filter.layers) if filter.layers else scope.layers)
    return table.district == scope.district, table.layer.in_(layers)


def _then(moment: datetime) -> Any:
    """The register as it was: present rows that held already, and versions that still held."""
    now = select(*Asset.__table__.columns).where(Asset.valid_from <= moment)
    columns = [AssetVersion.__table__.c[column.name] for column in Asset.__table__.columns]
    before = select(*columns).where(AssetVersion.valid_from <= moment, AssetVersion.valid_to > moment)
    return aliased(Asset, union_all(now, before).subquery("asset_then"))


def box_geometry(box: Box) -> ColumnElement[Any]:
    """An envelope in storage coordinates (EPSG:4490): the literal is transformed, never the indexed column."""
    return func.ST_MakeEnvelope(*box, 4490)


def _touching(table: Any, district: str, past: bool, box: Box) -> tuple[ColumnElement[bool], ...]:
    """Earlier versions are in the spatial index only where the asset moved away afterwards. Any other lies where the next
    one does: it is found by the asset of today, or by the last version before the move."""
    envelope = box_geometry(box)
    touches = table.geom.op("&&")(envelope)
    if not past:
        return (touches,)
    there = select(Asset.id).where(Asset.district == district, Asset.geom.op("&&")(envelope))
    left = select(AssetVersion.id).where(
        AssetVersion.district == district, AssetVersion.moved_away, AssetVersion.geom.op("&&")(envelope)
    )
    return touches, table.id.in_(union_all(there, left))


def _conditions(table: Any, scope: Scope, filter: Filter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [table.state.in_(filter.states or LIVE)]
    if filter.classes:
        wanted.append(or_(*(and_(table.scheme == s, table.class_ == c) for s, c in filter.classes)))
    if filter.areas:
        wanted.append(table.areas.overlap(list(filter.areas)))
    if filter.parties:
        triple = (table.manager, table.owner, table.maintainer)
        wanted.append(or_(*(column.in_(filter.parties) for column in triple)))
    if filter.box:
        wanted += _touching(table, scope.district, filter.as_of is not None, filter.box)
        wanted.append(geo.ST_Intersects(table.geom, box_geometry(filter.box)))
    return wanted


def _ids_named(table: Any, within: tuple[ColumnElement[bool], ...], text: str) -> CompoundSelect[Any]:
    """Ids by name, class name, supplier's key or the beginning of a code.

    A union, not an OR: each alternative then uses its own index. An asset that is named like its class carries no search
    terms and is found by its class.
    """
    folded = func.registry.folded(text)
    classes = select(AssetClassRow.scheme, AssetClassRow.code).where(
        folded != "",
        or_(func.strpos(func.registry.folded(AssetClassRow.name_zh), folded) > 0,
            func.lower(AssetClassRow.name_en) == text.lower()),
    )  # fmt: skip
    named = and_(table.terms.op("@>")(search_terms(text)), func.strpos(func.registry.folded(table.name), folded) > 0)
    alternatives = [named, tuple_(table.scheme, table.class_).in_(classes), table.external_key == text]
    if text.isascii() and text.isdigit():
        alternatives.append(and_(table.code >= text, table.code < text + ":"))  # ":" is the character after "9"
    return union_all(*(select(table.id).where(*within, alternative) for alternative in alternatives))


def search_terms(text: str) -> ColumnElement[Any]:
    """The terms of a typed text, computed once per statement."""
    return select(func.registry.search_terms(text)).scalar_subquery()


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    id: int
    layer: str
    code: str
    name: str
    scheme: str
    class_: str
    class_name: str
    state: str
    areas: Sequence[str]
    length_m: float | None
    area_m2: float | None
    manager: str
    maintainer: str
    changed_on: date | None


@dataclass(frozen=True)
class Page:
    """Some rows and the keys of the pages before and after; None at an end."""

    rows: list[Row]
    next: str | None
    previous: str | None


def page(session: Session, scope: Scope, filter: Filter, after: str | None = None, size: int = PAGE_SIZE) -> Page:
    """A page of the list, in the order of ids. Paging by key: stable when rows come and go, as fast at the end as at the
    start. `after` is a key from an earlier page; raises Invalid for any other text."""
    key, backwards = _read_key(after)
    found = matching(scope, filter)
    table = found.table
    manager, maintainer = aliased(Party), aliased(Party)
    statement = found.with_class(
        table.id, table.layer, table.code, table.name, table.scheme, table.class_.label("class_code"), AssetClassRow.name_zh,
        AssetClassRow.name_en, table.state, table.areas, table.length_m, table.area_m2, table.changed_on,
        manager.name.label("manager"), maintainer.name.label("maintainer"),
    )  # fmt: skip
    for party, column in ((manager, table.manager), (maintainer, table.maintainer)):
        statement = statement.outerjoin(party, and_(party.district == table.district, party.id == column))
    if key is not None:
        statement = statement.where(table.id < key if backwards else table.id > key)
    statement = statement.order_by(table.id.desc() if backwards else table.id).limit(size + 1)
    read = session.execute(statement).all()
    more, read = len(read) > size, read[:size]
    rows = [_row(r) for r in (reversed(read) if backwards else read)]
    log_restricted(session, scope, {r.layer for r in rows}, "list", len(rows))
    has_next, has_previous = (key is not None, more) if backwards else (more, key is not None)
    return Page(
        rows,
        f"{rows[-1].id}" if rows and has_next else None,
        f"-{rows[0].id}" if rows and has_previous else None,
    )


def _read_key(after: str | None) -> tuple[int | None, bool]:
    if not after:
        return None, False
    digits = after.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise Invalid(_("页码“%(key)s”无法理解。", key=after[:40]), _("从第一页重新开始。"))
    return int(digits), after.startswith("-")


def _row(r: Any) -> Row:
    return Row(
        r.id,
        r.layer,
        r.code,
        r.name,
        r.scheme,
        r.class_code,
        in_language(r.name_zh, r.name_en),
        r.state,
        r.areas,
        r.length_m,
        r.area_m2,
        r.manager or "",
        r.maintainer or "",
        r.changed_on,
    )


@dataclass(frozen=True)
class Counts:
    """How many assets match: per layer, and per class within a layer as (scheme, code) → n."""

    layers: dict[str, int]
    classes: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All layers together."""
        return sum(self.layers.values())


def counts(session: Session, scope: Scope, filter: Filter) -> Counts:
    """Count what matches, exactly. Readable layers without a match count 0."""
    found = matching(scope, filter)
    kinds = (found.table.layer, found.table.scheme, found.table.class_)
    statement = found.select(*kinds, func.count()).group_by(*kinds)
    asked = scope.layers & set(filter.layers) if filter.layers else scope.layers
    layers = dict.fromkeys(sorted(asked), 0)
    classes: dict[str, dict[tuple[str, str], int]] = {}
    for layer, scheme, code, n in session.execute(statement):
        layers[layer] += n
        classes.setdefault(layer, {})[scheme, code] = n
    return Counts(layers, classes)


def get(session: Session, scope: Scope, id: int) -> Asset:
    """One asset, retired ones too. Raises NotFound when it is absent or out of scope: the two are one answer.

    A look at an asset of a restricted layer is logged.
    """
    asset = session.execute(
        select(Asset).where(Asset.district == scope.district, Asset.id == id, Asset.layer.in_(sorted(scope.layers)))
    ).scalar_one_or_none()
    if asset is None:
        raise NotFound(_("没有资产 %(id)s。", id=id))
    log_restricted(session, scope, {asset.layer}, "view", 1, asset.id)
    return asset
