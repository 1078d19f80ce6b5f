"""The review of a change set: which of its rows a person wants to see, how many there are, and what is to become of them.

Rows are told apart by kind: what they do, or `doubtful` while it is not decided which asset they are. So each row is of one
kind, and the counts of the kinds add up to the rows of the set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
import shapely
from shapely.errors import ShapelyError
from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from registry.access.access_log import Look, look, open_for_work
from registry.access.scope import Scope
from registry.changes.change_sets import COUNTED, Stale
from registry.database.connections import raw
from registry.errors import Conflict, Invalid, NotFound
from registry.messages import title_of
from registry.models.access import Person
from registry.models.catalogue import AssetClassRow
from registry.models.changes import Change, ChangeSet
from registry.vocabulary.changes import Action, Decision, RowKind, SetStatus

# Plain texts: they are keys of JSON too.
KINDS = tuple(kind.value for kind in RowKind)
DECISIONS = tuple(decision.value for decision in Decision)
MOST_CORNERS = 2_000


@dataclass(frozen=True)
class Wanted:
    """Conditions that a row of a change set must meet; an empty field asks for nothing. Lists are alternatives.

    `classes` are (scheme, code) as proposed; `text` is looked for in name, class, code, supplier's key and row number.
    """

    kinds: tuple[str, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    decision: str = ""
    text: str = ""

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Wanted:
        """From the pairs of a query string: kind, class, decision, q; other names are ignored. Raises Invalid."""
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            if value.strip():
                given.setdefault(name, []).append(value.strip())
        kinds = tuple(kind for kind in KINDS if _known("kind", given.get("kind", []), KINDS) and kind in given["kind"])
        decision = given.get("decision", [""])[-1]
        _known("decision", [decision] if decision else [], DECISIONS)
        typed = given.get("q", [""])[-1]
        if len(typed) > 100:
            raise Invalid("review.text_too_long")
        return cls(kinds, tuple(sorted({_class(value) for value in given.get("class", [])})), decision, typed)

    def query_pairs(self) -> list[tuple[str, str]]:
        """The same as pairs of a query string, in one order."""
        pairs = [("kind", kind) for kind in self.kinds]
        pairs += [("class", f"{scheme}:{code}") for scheme, code in self.classes]
        pairs += [("decision", self.decision)] if self.decision else []
        return pairs + ([("q", self.text)] if self.text else [])

    def query_string(self) -> str:
        """The same as a query string."""
        return urlencode(self.query_pairs())


def _known(name: str, values: list[str], known: Sequence[str]) -> bool:
    for value in values:
        if value not in known:
            raise Invalid("review.value_unknown", name=name, value=value[:80], values=list(known))
    return bool(values)


def _class(value: str) -> tuple[str, str]:
    scheme, colon, code = value.rpartition(":")
    if not (scheme and colon and code):
        raise Invalid("review.class_bad", name="class", value=value[:80])
    return scheme, code


@dataclass(frozen=True)
class ReviewedSet:
    """A change set as its review needs it. `revision` grows with every decision; `unchanged` and `in_error` are the
    delivered rows that made no change and those that were kept out."""

    id: int
    layer: str
    kind: str
    status: str
    title: str
    proposed_by: str
    proposed_at: Any
    applied_at: Any
    undoes: int | None
    source: dict[str, Any]
    unchanged: int
    revision: int
    rows: int

    @property
    def is_open(self) -> bool:
        """Whether its rows can still be decided on."""
        return self.status == SetStatus.PROPOSED


def read_set(session: Session, scope: Scope, change_set: int) -> ReviewedSet:
    """Raises NotFound for a set that is absent or out of scope: the two are one answer."""
    found = session.execute(
        select(ChangeSet, Person.name)
        .join(Person, Person.id == ChangeSet.proposed_by)
        .where(ChangeSet.district == scope.district, ChangeSet.id == change_set, ChangeSet.layer.in_(scope.layers))
    ).one_or_none()
    if found is None:
        raise NotFound("change_set.unknown", id=change_set)
    row, by = found
    counts = {name: n for name, n in row.summary.items() if isinstance(n, int)}
    rows = sum(counts.get(name, 0) for name in COUNTED.values())
    return ReviewedSet(
        row.id, row.layer, row.kind, row.status, title_of(row.title, row.source), by, row.proposed_at, row.applied_at,
        row.undoes, row.source, counts.get("unchanged", 0), row.review_revision, rows,
    )  # fmt: skip


def look_into(
    session: Session, scope: Scope, reviewed: ReviewedSet, wanted: Wanted | None = None
) -> AbstractContextManager[Look]:
    """Read rows of the set in here: the database shows none of a restricted layer outside."""
    asked = wanted.query_string() if wanted else ""
    return look(session, scope, f"changes {reviewed.id}", (reviewed.layer,), asked=asked)


def kind_of() -> ColumnElement[str]:
    """The kind of a row, as SQL."""
    return case((Change.doubtful, RowKind.DOUBTFUL.value), else_=Change.action)


def decision_of() -> ColumnElement[str]:
    """What has been decided of a row, as SQL; a conflict is never applied and has nothing to decide: ''."""
    return case(
        (Change.doubtful, Decision.UNDECIDED.value),
        (Change.action == Action.CONFLICT, ""),
        (Change.accepted, Decision.ACCEPTED.value),
        else_=Decision.REJECTED.value,
    )


def in_set(scope: Scope, change_set: int) -> ColumnElement[bool]:
    """The rows of one set. The district and the layers stand here as well as in row security, for the planner."""
    return and_(
        Change.district == scope.district, Change.change_set == change_set, Change.layer.in_(sorted(scope.layers))
    )


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The rows that meet the conditions, as SQL."""
    found: list[ColumnElement[bool]] = []
    if wanted.kinds:
        actions = [kind for kind in wanted.kinds if kind != RowKind.DOUBTFUL]
        plain = and_(~Change.doubtful, Change.action.in_(actions))
        found.append(or_(plain, Change.doubtful) if RowKind.DOUBTFUL in wanted.kinds else plain)
    if wanted.classes:
        found.append(tuple_(Change.scheme, Change.class_).in_(wanted.classes))
    if wanted.decision:
        found.append(decision_of() == wanted.decision)
    if wanted.text:
        found.append(_says(wanted.text))
    return found


def _says(typed: str) -> ColumnElement[bool]:
    folded = select(func.registry.folded(typed)).scalar_subquery()
    classes = select(AssetClassRow.scheme, AssetClassRow.code).where(
        folded != "", func.strpos(func.registry.folded(AssetClassRow.name_zh), folded) > 0
    )
    ways = [
        and_(folded != "", func.strpos(func.registry.folded(Change.name), folded) > 0),
        tuple_(Change.scheme, Change.class_).in_(classes),
        Change.external_key == typed,
    ]
    if re.fullmatch("[0-9]{1,16}", typed):
        ways += [Change.code.startswith(typed), Change.source_row == int(typed)]
    return or_(*ways)


@dataclass(frozen=True)
class Tally:
    """How many rows: per kind and decision, and per class; `from_file` those that a delivered row asked for (not the assets
    that a complete delivery lacks); `found` those that meet the conditions, of which so many can be accepted or rejected."""

    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    classes: dict[tuple[str, str], int] = field(default_factory=dict)
    from_file: int = 0
    found: int = 0
    found_to_accept: int = 0
    found_to_reject: int = 0

    def of(self, kind: str) -> int:
        """All rows of a kind."""
        return sum(self.kinds.get(kind, {}).values())

    def decided(self, decision: str, kind: str | None = None) -> int:
        """The rows of that decision, of one kind or of all."""
        return sum(counted.get(decision, 0) for name, counted in self.kinds.items() if kind in (None, name))

    @property
    def total(self) -> int:
        """All rows of the set."""
        return sum(self.of(kind) for kind in self.kinds)


def counts(session: Session, scope: Scope, reviewed: ReviewedSet, wanted: Wanted) -> Tally:
    """Count the rows of a set, in one statement."""
    kind, decision = kind_of().label("kind"), decision_of().label("decision")
    fits = and_(*conditions(wanted)) if conditions(wanted) else text("true")
    places: Any = (literal_column("kind"), Change.scheme, Change.class_, literal_column("decision"))
    statement = (
        select(
            kind,
            Change.scheme,
            Change.class_,
            decision,
            func.count(),
            func.count(Change.source_row),
            func.count().filter(fits),
        )
        .where(in_set(scope, reviewed.id))
        .group_by(*places)
    )
    with look_into(session, scope, reviewed, wanted) as seen:
        tally = _tally(session.execute(statement))
        seen.layers({reviewed.layer: tally.total})
    return tally


def _tally(rows: Iterable[Any]) -> Tally:
    kinds: dict[str, dict[str, int]] = {name: {} for name in KINDS}
    classes: dict[tuple[str, str], int] = {}
    found: dict[str, int] = dict.fromkeys((*DECISIONS, ""), 0)
    from_file = 0
    for name, scheme, code, decided, n, delivered, fitting in rows:
        from_file += delivered
        kinds[name][decided] = kinds[name].get(decided, 0) + n
        classes[scheme, code] = classes.get((scheme, code), 0) + n
        found[decided] += fitting
    return Tally(kinds, classes, from_file, sum(found.values()), found[Decision.REJECTED], found[Decision.ACCEPTED])


def extent(session: Session, scope: Scope, reviewed: ReviewedSet) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all rows of the set in degrees; None for a set without rows."""
    whole = select(func.ST_Extent(Change.geom).label("box")).where(in_set(scope, reviewed.id)).subquery()
    edges = (func.ST_XMin(whole.c.box), func.ST_YMin(whole.c.box), func.ST_XMax(whole.c.box), func.ST_YMax(whole.c.box))
    with look_into(session, scope, reviewed) as seen:
        west, south, east, north = session.execute(select(*edges)).one()
        seen.layers({reviewed.layer: int(west is not None)})
    return (west, south, east, north) if west is not None else None


_IN_ERROR = """
SELECT count(DISTINCT source_row) FROM registry.problem WHERE district = :district AND change_set = :id AND severity = 'error'
"""


def rows_in_error(session: Session, scope: Scope, reviewed: ReviewedSet) -> int:
    """The delivered rows that were kept out of the set, because of an error."""
    with look_into(session, scope, reviewed) as seen:
        found = session.scalar(text(_IN_ERROR), {"district": scope.district, "id": reviewed.id})
        seen.layers({reviewed.layer: int(found or 0)})
    return int(found or 0)


def accept(
    session: Session,
    scope: Scope,
    change_set: int,
    accepted: bool,
    wanted: Wanted,
    *,
    seqs: Sequence[int] | None = None,
    area: str | None = None,
) -> int:
    """Accept rows of a proposed set, or reject them; returns how many changed their standing. The opposite undoes it.

    The rows that meet `wanted`, of them only `seqs` and only those that touch `area` (GeoJSON polygon in degrees) where these
    are given. Conflicts are never applied, and what is doubtful is decided row by row: neither is touched.
    Raises NotFound, NotAllowed, Invalid for an area that is none, Conflict for a set that is not open any more.
    """
    lock_open_set(session, scope, change_set)
    within = [in_set(scope, change_set), *conditions(wanted), ~Change.doubtful, Change.action != Action.CONFLICT]
    if seqs is not None:
        within.append(Change.seq.in_(list(seqs)))
    if area is not None:
        shape = func.ST_GeomFromWKB(shapely.to_wkb(_polygon(area)), 4490)
        within += [Change.geom.op("&&")(shape), func.ST_Intersects(Change.geom, shape)]
    done: Any = session.execute(
        update(Change)
        .where(*within, Change.accepted != accepted)
        .values(accepted=accepted)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def _polygon(given: str) -> shapely.Geometry:
    try:
        shape = shapely.from_geojson(given)
    except ShapelyError:
        shape = None
    sound = shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
    if not sound or shapely.get_num_coordinates(shape) > MOST_CORNERS or not shape.is_valid:
        raise Invalid("review.area_bad", area=given[:80])
    return shape


_HOLD = """
UPDATE registry.change_set SET review_revision = review_revision + 1
WHERE district = :district AND id = :id AND status = 'proposed'
"""


def lock_open_set(session: Session, scope: Scope, change_set: int) -> ReviewedSet:
    """The set, held against being applied until this transaction ends, its revision counted on: for who decides on its rows.

    Raises NotFound, NotAllowed without the right to write its layer, Conflict when it is not open (any more).
    """
    reviewed = read_set(session, scope, change_set)
    scope.require_writer(reviewed.layer)
    done: Any = session.execute(text(_HOLD), {"district": scope.district, "id": change_set})
    if done.rowcount != 1:
        raise Conflict("review.closed", id=change_set)
    open_for_work(raw(session), scope, reviewed.layer, f"review {reviewed.id}")
    return reviewed


def read_seqs(given: str) -> list[int]:
    """Row numbers as a form sends them, `1,2,3`. Raises Invalid."""
    try:
        seqs = orjson.loads(f"[{given}]")
    except orjson.JSONDecodeError:
        seqs = None
    if not isinstance(seqs, list) or not all(type(seq) is int and 0 < seq < 2**31 for seq in seqs):
        raise Invalid("review.rows_bad", rows=given[:80])
    return seqs


_STALE = """
SELECT coalesce(source_row, seq) AS row, code, reason FROM registry.stale_changes(:district, :id) ORDER BY seq LIMIT :most
"""


def stale(session: Session, scope: Scope, reviewed: ReviewedSet, most: int = 50) -> list[Stale]:
    """The accepted rows that no longer fit the register, in the order of the file, at most `most` of them."""
    values = {"district": scope.district, "id": reviewed.id, "most": most}
    with look_into(session, scope, reviewed) as seen:
        rows = session.execute(text(_STALE), values).mappings().all()
        seen.layers({reviewed.layer: len(rows)})
    return [Stale(**row) for row in rows]


def delivery_of(session: Session, scope: Scope, change_set: int) -> tuple[int, int] | None:
    """The delivery and the number of its file that proposed the set; None for an edit, an undo, or a file of old."""
    row = session.execute(
        text("SELECT delivery, number FROM registry.delivery_file WHERE district = :district AND change_set = :id"),
        {"district": scope.district, "id": change_set},
    ).first()
    return (row.delivery, row.number) if row else None
