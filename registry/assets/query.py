"""The waist: `matching` is the only way to many assets, `get` the only way to one.

List, map tile, count, search, export and neighbours all pass through here, so that they agree by construction.
Row security in the database decides what a person may see; the scope's layers stand in the statements as well, so that
the planner can use them. What is read here is read in a look, which writes the access log.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from registry.access.access_log import Look, look
from registry.access.scope import Scope
from registry.assets.conditions import Box, touching
from registry.assets.filter_fields import FIELDS, Asked, Conditions, FilterField
from registry.assets.filters import Filter
from registry.errors import Invalid, NotFound
from registry.i18n import in_language
from registry.models.assets import Asset
from registry.models.catalogue import AssetClassRow
from registry.models.parties import Party

PAGE_SIZE = 50


@dataclass(frozen=True)
class Matching:
    """The assets that a person may see and that meet a filter. `table` gives the columns to select and order by."""

    table: Any
    conditions: tuple[ColumnElement[bool], ...]
    scope: Scope
    filter: Filter

    def select(self, *columns: Any) -> Select[Any]:
        """Select these columns, or whole assets where none are named."""
        return select(*columns or (self.table,)).where(*self.conditions)

    def touching(self, box: Box) -> tuple[ColumnElement[bool], ...]:
        """The condition that their boxes touch this one (degrees)."""
        return touching(self.table, self.scope.district, self.filter.as_of is not None, box)

    @property
    def layers(self) -> frozenset[str]:
        """The layers that they may be of."""
        return self.filter.within(self.scope.layers)

    def look(self, session: Session, act: str) -> AbstractContextManager[Look]:
        """Read them in here: the database shows no row of a restricted layer outside."""
        return look(session, self.scope, act, self.layers, asked=self.filter.query_string())

    def with_class(self, *columns: Any) -> Select[Any]:
        """The same, joined to the class for its names."""
        same_class = and_(AssetClassRow.scheme == self.table.scheme, AssetClassRow.code == self.table.class_)
        return self.select(*columns).join(AssetClassRow, same_class)


def matching(scope: Scope, filter: Filter) -> Matching:
    """The assets in scope that meet the filter; with `filter.as_of` the versions that held at that moment."""
    others = [field.rows(value) for field, value in filter.asked() if field.rows is not None]
    table = others[0] if others else Asset
    asked = Asked(table, scope, filter, lambda: _again(filter))
    conditions = tuple(condition for field in FIELDS.values() for condition in _condition(field, asked))
    return Matching(table, (*asked.within(table), *conditions), scope, filter)


def _again(filter: Filter) -> Any:
    others = [field.rows(value) for field, value in filter.asked() if field.rows is not None]
    return others[0] if others else aliased(Asset)


def _condition(field: FilterField[Any], asked: Asked) -> Conditions:
    value = getattr(asked.filter, field.name)
    if value == field.empty:
        value = field.unasked
    return () if value is None else field.condition(asked, value)


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
    with found.look(session, "list") as seen:
        read = session.execute(statement).all()
        more, read = len(read) > size, read[:size]
        seen.rows(read)
    rows = [_row(r) for r in (reversed(read) if backwards else read)]
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
        raise Invalid("page.key_bad", key=after[:40])
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
    layers = dict.fromkeys(sorted(found.layers), 0)
    classes: dict[str, dict[tuple[str, str], int]] = {}
    with found.look(session, "count") as seen:
        for layer, scheme, code, n in session.execute(statement):
            layers[layer] += n
            classes.setdefault(layer, {})[scheme, code] = n
        seen.layers(layers)
    return Counts(layers, classes)


def get(session: Session, scope: Scope, id: int, act: str = "view") -> Asset:
    """One asset, retired ones too. Raises NotFound when it is absent or out of scope: the two are one answer.

    A look at an asset of a restricted layer is logged, as `act`.
    """
    with look(session, scope, act) as seen:
        asset = within_look(session, scope, id)
        seen.one(asset.layer, asset.id)
    return asset


def within_look(session: Session, scope: Scope, id: int) -> Asset:
    """The same for who is looking already, and tells of it himself. Outside of a look a restricted asset is not there."""
    wanted = (Asset.district == scope.district, Asset.id == id, Asset.layer.in_(sorted(scope.layers)))
    asset = session.execute(select(Asset).where(*wanted)).scalar_one_or_none()
    if asset is None:
        raise NotFound("asset.unknown", id=id)
    return asset
