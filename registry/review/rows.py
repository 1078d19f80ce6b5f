"""The rows of a change set as a person reads them: what each would change, old beside new, and what else it might be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Double, and_, case, cast, func, select, tuple_
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.differences import Difference, Wording, measured
from registry.changes.problems import ProblemGroup, of_row
from registry.database.connections import raw
from registry.errors import Invalid, NotFound
from registry.i18n import in_language
from registry.models.assets import Asset, AssetVersion
from registry.models.catalogue import AssetClassRow
from registry.models.changes import Change
from registry.review.sets import ReviewedSet, Wanted, conditions, decision_of, in_set, kind_of, look_into

PAGE_SIZE = 50


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
    with look_into(session, scope, reviewed, wanted) as seen:
        found = session.execute(statement).all()
        lines = _lines(session, scope, reviewed, found[:size])
        seen.layers({reviewed.layer: len(lines)})
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
    with look_into(session, scope, reviewed) as seen:
        found = session.execute(_select(scope, reviewed).where(Change.seq == seq)).one_or_none()
        if found is None:
            raise NotFound("review.row_unknown", id=reviewed.id, row=seq)
        seen.one(reviewed.layer, found.Change.asset_id)
        return _detail(session, scope, reviewed, found)


def _detail(session: Session, scope: Scope, reviewed: ReviewedSet, found: Any) -> Detail:
    (line,), seq = _lines(session, scope, reviewed, [found]), found.Change.seq
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
    words = Wording(session, scope, reviewed.layer, [*rows, *olds.values()])
    return [
        ChangeLine(
            c.seq, c.source_row, row.kind, c.action, row.decision, c.asset_id, c.code, c.name,
            in_language(row.name_zh or c.class_, row.name_en or ""), c.class_, c.moved_m, c.matched_by or "", c.score,
            c.reason, c.candidates, _differences(words, olds.get((c.asset_id, c.base_version)), c, row.measure),
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


def _differences(words: Wording, old: Any, new: Change, measure: float | None) -> list[Difference]:
    """Each field that the row would change; of a new asset, what the head of the row does not say already."""
    found = words.differences(old, new)
    if old is None:
        return [difference for difference in found if difference.field not in {"class", "code", "name"}]
    if measure is None:
        return found
    name = "length_m" if old.length_m is not None else "area_m2"
    size = measured(name, getattr(old, name), measure)
    return [*found, size] if size.old != size.new else found
