"""The rows of a change set as a person reads them: what each would change, old beside new, and what else it might be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Double, and_, case, cast, func, select, tuple_
from sqlalchemy.orm import Session

from registry.access.access_log import log_restricted
from registry.access.scope import Scope
from registry.assets.detail import Difference, shown
from registry.catalogue.labels import accuracy_label, field_label, state_label
from registry.changes.problems import ProblemGroup, of_row
from registry.database.connections import raw
from registry.errors import Invalid, NotFound
from registry.i18n import in_language
from registry.models.assets import Asset, AssetVersion
from registry.models.catalogue import AssetClassRow, LayerRow
from registry.models.changes import Change
from registry.models.parties import Party
from registry.review.sets import ReviewedSet, Wanted, conditions, decision_of, in_set, kind_of

PAGE_SIZE = 50
UNITS = {"_m": "m", "_mm": "mm", "_m2": "m²", "_deg": "°", "_rate": "%"}
PARTIES = ("manager", "owner", "maintainer")
PLAIN = ("code", "external_key", "name", "surveyed_on", "changed_on", "source")


@dataclass(frozen=True)
class ChangeLine:
    """One row: its standing, what it is, and each field that it would change (for a new asset: each that it has)."""

    seq: int
    source_row: int | None
    kind: str
    action: str
    decision: str
    asset_id: int
    code: str
    name: str
    class_name: str
    class_code: str
    moved_m: float | None
    matched_by: str
    score: float | None
    reason: str
    candidates: Sequence[int]
    differences: list[Difference]


@dataclass(frozen=True)
class LinesPage:
    """Some rows, in the order of the file, and the key of the next page; None at the end."""

    rows: list[ChangeLine]
    next: int | None


@dataclass(frozen=True)
class MatchCandidate:
    """An asset that a doubtful row may be: how far from the delivered place; its outline as GeoJSON text."""

    id: int
    code: str
    name: str
    class_name: str
    state: str
    distance_m: float
    score: float | None
    is_proposed: bool
    geojson: str


@dataclass(frozen=True)
class Detail:
    """A row with what the map draws of it: new and old outline as GeoJSON text, and the problems of its delivered row."""

    line: ChangeLine
    geojson: str
    old_geojson: str | None
    candidates: list[MatchCandidate]
    problems: list[ProblemGroup]
    is_registered: bool


def page_of_changes(
    session: Session, scope: Scope, reviewed: ReviewedSet, wanted: Wanted, after: int = 0, size: int = PAGE_SIZE
) -> LinesPage:
    """A page of the set's rows that meet the conditions, after the row `after`. Paged by key: as fast at the end."""
    statement = (
        _select(scope, reviewed).where(*conditions(wanted), Change.seq > after).order_by(Change.seq).limit(size + 1)
    )
    found = session.execute(statement).all()
    lines = _lines(session, scope, reviewed, found[:size])
    log_restricted(session, scope, {reviewed.layer} if lines else set(), f"changes {reviewed.id}", len(lines))
    return LinesPage(lines, lines[-1].seq if len(found) > size else None)


def read_after(given: str | None) -> int:
    """The key of a page as an address gives it. Raises Invalid."""
    if not given:
        return 0
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("page.key_bad", key=given[:40])
    return int(given)


def detail(session: Session, scope: Scope, reviewed: ReviewedSet, seq: int) -> Detail:
    """One row with its geometry and candidates. Raises NotFound."""
    found = session.execute(_select(scope, reviewed).where(Change.seq == seq)).one_or_none()
    if found is None:
        raise NotFound("review.row_unknown", id=reviewed.id, row=seq)
    (line,) = _lines(session, scope, reviewed, [found])
    log_restricted(session, scope, {reviewed.layer}, f"changes {reviewed.id}", 1, line.asset_id)
    key = (in_set(scope, reviewed.id), Change.seq == seq)
    place = session.scalar(select(func.ST_AsGeoJSON(Change.geom, 7, 0)).where(*key))
    old = _old_outline(session, scope, found.Change) if found.Change.moved_m is not None else None
    registered = session.scalar(
        select(Asset.id).where(
            Asset.district == scope.district, Asset.id == line.asset_id, Asset.layer.in_(scope.layers)
        )
    )
    return Detail(
        line, place or "null", old, _candidates(session, scope, found.Change), _problems(session, scope, found.Change),
        registered is not None,
    )  # fmt: skip


def _select(scope: Scope, reviewed: ReviewedSet) -> Any:
    same_class = and_(AssetClassRow.scheme == Change.scheme, AssetClassRow.code == Change.class_)
    geography = func.geography(Change.geom)
    measure = case(
        (func.ST_Dimension(Change.geom) == 1, func.ST_Length(geography)),
        (func.ST_Dimension(Change.geom) == 2, func.ST_Area(geography)),
        else_=cast(None, Double),
    )
    return (
        select(
            Change, kind_of().label("kind"), decision_of().label("decision"), AssetClassRow.name_zh, AssetClassRow.name_en,
            case((Change.moved_m.is_not(None), measure)).label("measure"),
        )
        .outerjoin(AssetClassRow, same_class)
        .where(in_set(scope, reviewed.id))
    )  # fmt: skip


def _lines(session: Session, scope: Scope, reviewed: ReviewedSet, found: Sequence[Any]) -> list[ChangeLine]:
    rows = [row.Change for row in found]
    olds = _olds(session, scope, rows)
    words = _Words(session, scope, reviewed.layer, [*rows, *olds.values()])
    return [
        ChangeLine(
            c.seq, c.source_row, row.kind, c.action, row.decision, c.asset_id, c.code, c.name,
            in_language(row.name_zh or c.class_, row.name_en or ""), c.class_, c.moved_m, c.matched_by or "", c.score,
            c.reason, c.candidates, words.differences(olds.get((c.asset_id, c.base_version)), c, row.measure),
        )
        for row, c in zip(found, rows, strict=True)
    ]  # fmt: skip


def _olds(session: Session, scope: Scope, rows: Sequence[Change]) -> dict[tuple[int, int | None], Any]:
    """The state that each change starts from: the asset as it is, or the version that was superseded since."""
    keys = [(c.asset_id, c.base_version) for c in rows if c.base_version is not None]
    if not keys:
        return {}
    found: dict[tuple[int, int | None], Any] = {}
    tables: tuple[Any, ...] = (AssetVersion, Asset)
    for table in tables:
        wanted = (table.district == scope.district, tuple_(table.id, table.version).in_(keys))
        found |= {(old.id, old.version): old for old in session.scalars(select(table).where(*wanted))}
    return found


def _old_outline(session: Session, scope: Scope, change: Change) -> str | None:
    tables: tuple[Any, ...] = (Asset, AssetVersion)
    for table in tables:
        key = (table.district == scope.district, table.id == change.asset_id, table.version == change.base_version)
        found = session.scalar(select(func.ST_AsGeoJSON(table.geom, 7, 0)).where(*key))
        if found:
            return str(found)
    return None


def _candidates(session: Session, scope: Scope, change: Change) -> list[MatchCandidate]:
    """The assets that the row might be, the proposed one first, then by distance."""
    if not (change.doubtful or change.candidates):
        return []
    here = (Change.district == scope.district, Change.change_set == change.change_set, Change.seq == change.seq)
    place = select(Change.geom).where(*here).scalar_subquery()
    distance = func.ST_Distance(func.geography(Asset.geom), func.geography(place))
    rows = session.execute(
        select(Asset.id, Asset.code, Asset.name, Asset.state, AssetClassRow.name_zh, AssetClassRow.name_en,
               distance.label("distance"), func.ST_AsGeoJSON(Asset.geom, 7, 0).label("outline"))
        .join(AssetClassRow, and_(AssetClassRow.scheme == Asset.scheme, AssetClassRow.code == Asset.class_))
        .where(Asset.district == scope.district, Asset.id.in_({change.asset_id, *change.candidates}),
               Asset.layer.in_(sorted(scope.layers)))
        .order_by(Asset.id != change.asset_id, distance, Asset.id)
    )  # fmt: skip
    return [
        MatchCandidate(r.id, r.code, r.name, in_language(r.name_zh, r.name_en), r.state, round(r.distance, 2),
                  change.score if r.id == change.asset_id else None, r.id == change.asset_id, r.outline)
        for r in rows
    ]  # fmt: skip


def _problems(session: Session, scope: Scope, change: Change) -> list[ProblemGroup]:
    if change.source_row is None:
        return []
    return of_row(raw(session), scope, change.change_set, change.source_row)


class _Words:
    """Names of parties and classes, and headings of attributes, for some rows: read at once."""

    def __init__(self, session: Session, scope: Scope, layer: str, states: Sequence[Any]) -> None:
        ids = {getattr(state, name) for state in states for name in PARTIES} - {None}
        kinds = {(state.scheme, state.class_) for state in states}
        self._parties = {
            r.id: r.name
            for r in (
                session.execute(select(Party.id, Party.name).where(Party.district == scope.district, Party.id.in_(ids)))
                if ids
                else ()
            )
        }
        keys = tuple_(AssetClassRow.scheme, AssetClassRow.code)
        self._classes = {
            (k.scheme, k.code): f"{in_language(k.name_zh, k.name_en)} {k.code}"
            for k in (session.scalars(select(AssetClassRow).where(keys.in_(kinds))) if kinds else ())
        }
        self._schema: dict[str, Any] = session.get_one(LayerRow, layer).schema.get("properties", {})

    def differences(self, old: Any, new: Change, measure: float | None) -> list[Difference]:
        """Each field that differs; where there is no old state, each that is filled."""
        before, after = self._told(old) if old is not None else {}, self._told(new)
        found = [
            Difference(name, after.get(name, before.get(name, ("", "")))[0], before.get(name, ("", ""))[1],
                       after.get(name, ("", ""))[1])
            for name in dict.fromkeys([*after, *before])
        ]  # fmt: skip
        if old is not None and measure is not None:
            name = "length_m" if old.length_m is not None else "area_m2"
            unit = " m" if name == "length_m" else " m²"
            found.append(
                Difference(name, field_label(name), *(f"{n:,.1f}{unit}" for n in (getattr(old, name) or 0, measure)))
            )
        skip = {"class", "code", "name"} if old is None else set()
        return [d for d in found if d.old != d.new and d.field not in skip]

    def _told(self, state: Any) -> dict[str, tuple[str, str]]:
        """Heading and value of each field, in the order in which they are shown."""
        told = {name: (field_label(name), shown(getattr(state, name))) for name in PLAIN}
        told["class"] = (field_label("class"), self._classes.get((state.scheme, state.class_), state.class_))
        told["state"] = (field_label("state"), state_label(state.state))
        told["accuracy"] = (field_label("accuracy"), accuracy_label(state.accuracy) if state.accuracy else "")
        for name in PARTIES:
            told[name] = (field_label(name), self._parties.get(getattr(state, name), ""))
        for name in [
            *(n for n in self._schema if n in state.attributes),
            *sorted(state.attributes.keys() - self._schema),
        ]:
            told[f"attributes.{name}"] = (self._heading(name), _with_unit(name, state.attributes[name]))
        return told

    def _heading(self, name: str) -> str:
        described = self._schema.get(name, {})
        return in_language(described.get("title", name), described.get("title_en", ""))


def _with_unit(name: str, value: Any) -> str:
    if value is None:
        return ""
    unit = next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    words = shown(value) if not isinstance(value, dict | list) else orjson.dumps(value).decode()
    return f"{words} {unit}" if unit and is_number else words
