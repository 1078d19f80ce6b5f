"""Vector tiles of a change set: what it would do, where, drawn over the register as it is.

Few rows are drawn one by one at every zoom. Of many, a low zoom shows counts per kind in cells of 64 pixels, which add up to
the truth; nothing is cut off. The MVT layers:

`change`: the rows, with id = seq, `k` the place of the kind in KINDS, `d` that of the decision (3: none to take);
`old`: where a moved asset is now, and `path`: the way from there to the new place, with `m` in metres;
`candidate`: the assets that a doubtful row may be, with `a` their id, and `doubt`: the lines to them;
`cluster`: `k`, `n` rows of which `r` are not accepted.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.conditions import box_geometry
from registry.models.assets import Asset, AssetVersion
from registry.models.catalogue import LayerRow
from registry.models.changes import Change
from registry.review.sets import DECISIONS, KINDS, ReviewedSet, Wanted, conditions, decision_of, in_set, kind_of
from registry.tiles.sending import Cut, Door, Sight, cut_parts, sent
from registry.tiles.tile import BUFFER, CELLS_ACROSS, EXTENT, SINGLE_FROM, Address, drawn, mvt, pixel_m
from registry.vocabulary.changes import Action

# So many rows can be drawn one by one anywhere: the whole set is then on the screen as it is.
FEW = 2_000
# How far around a tile a doubtful row's candidates are looked for, in degrees: some 300 m.
REACH = 0.003
# A degree is nowhere in China shorter on the ground than this many metres (east-west, at 54 degrees north).
DEGREE_M = 65_000


def tile(
    session: Session, scope: Scope, reviewed: ReviewedSet, wanted: Wanted, address: Address, door: Door
) -> tuple[str, bytes | None]:
    """The tag of a tile, and its bytes as they are sent; None where the asker has them."""
    tag = etag(scope, reviewed, wanted, address)
    read = lambda: cut(session, scope, reviewed, wanted, address)  # noqa: E731
    return tag, sent(session, scope, door, tag, _sight(reviewed, wanted, address), read)


def _sight(reviewed: ReviewedSet, wanted: Wanted, address: Address) -> Sight:
    return Sight(f"changes {reviewed.id} {address.z}/{address.x}/{address.y}", wanted.query_string())


def etag(scope: Scope, reviewed: ReviewedSet, wanted: Wanted, address: Address) -> str:
    """A tag that is another one whenever the tile might be. Costs nothing beyond the set's own row."""
    standing = (reviewed.id, reviewed.status, reviewed.revision, reviewed.rows)
    return scope.tag("changes", standing, wanted.query_string(), address)


def is_single(reviewed: ReviewedSet, address: Address) -> bool:
    """Whether the tile carries the rows one by one."""
    return reviewed.rows <= FEW or address.z >= SINGLE_FROM


def cut(session: Session, scope: Scope, reviewed: ReviewedSet, wanted: Wanted, address: Address) -> Cut:
    """The tile. A look."""
    if is_single(reviewed, address):
        parts = _singles(scope, reviewed, wanted, address)
    else:
        kind = session.scalar(select(LayerRow.geometry).where(LayerRow.code == reviewed.layer))
        parts = [_clusters(scope, reviewed, wanted, address, kind == "point")]
    return cut_parts(session, scope, _sight(reviewed, wanted, address), (reviewed.layer,), parts)


def _place_in(names: tuple[str, ...], column: ColumnElement[str]) -> ColumnElement[int]:
    return case({name: n for n, name in enumerate(names)}, value=column, else_=len(names))


def _mvt(reviewed: ReviewedSet, name: str, features: Select[Any], id_column: str | None = "id") -> Select[Any]:
    """Whatever it draws is of the set's layer."""
    counted = (lambda feature: func.sum(feature.c.n)) if name == "cluster" else (lambda _feature: func.count())
    return mvt(name, features, id_column, lambda feature: {reviewed.layer: counted(feature)})


def _singles(scope: Scope, reviewed: ReviewedSet, wanted: Wanted, address: Address) -> list[Select[Any]]:
    """The rows whose place, way or candidates touch the tile. What reaches beyond the row's own box is bounded by how far it
    moved, so that the register is asked only for rows near by."""
    around = box_geometry(address.box(BUFFER / EXTENT))
    touches = or_(
        Change.geom.op("&&")(around),
        and_(Change.moved_m.is_not(None), func.ST_Expand(Change.geom, Change.moved_m / DEGREE_M).op("&&")(around)),
        and_(Change.doubtful, func.ST_Expand(Change.geom, REACH).op("&&")(around)),
    )
    near = (
        select(
            Change.seq, Change.asset_id, Change.base_version, Change.moved_m, Change.doubtful, Change.candidates, Change.geom,
            _place_in(KINDS, kind_of()).label("k"), _place_in(DECISIONS, decision_of()).label("d"),
        )
        .where(in_set(scope, reviewed.id), *conditions(wanted), touches)
        .cte("near")
    )  # fmt: skip
    parts = [_changes(near, address), *_moves(scope, near, address), *_doubts(scope, near, address)]
    return [_mvt(reviewed, name, features) for name, features in parts]


def _simplified(shape: Any, address: Address) -> ColumnElement[Any]:
    """Lines and areas simplified to half a pixel; an area of less than four pixels as the point in its middle."""
    pixel = pixel_m(address)
    small = and_(func.ST_Dimension(shape) > 0, func.ST_Area(func.ST_Envelope(shape)) < (3 * pixel) ** 2)
    simple = case(
        (func.ST_Dimension(shape) == 0, shape),
        (and_(small, func.ST_Dimension(shape) == 2), func.ST_Centroid(shape)),
        else_=func.ST_Simplify(shape, pixel / 2, True),
    )
    return drawn(simple, address)


Part = tuple[str, Select[Any]]


def _changes(near: Any, address: Address) -> Part:
    shape = func.ST_Transform(near.c.geom, 3857)
    return "change", select(near.c.seq.label("id"), near.c.k, near.c.d, _simplified(shape, address))


def _moves(scope: Scope, near: Any, address: Address) -> list[Part]:
    """From the version that the change starts from: the asset's own, or one that was superseded since."""

    def version(table: Any) -> Select[Any]:
        same = and_(table.id == near.c.asset_id, table.version == near.c.base_version)
        return (
            select(near.c.seq, near.c.k, near.c.d, near.c.moved_m, near.c.geom, table.geom_3857)
            .join(table, and_(table.district == scope.district, table.layer.in_(sorted(scope.layers)), same))
            .where(near.c.moved_m.is_not(None))
        )

    moved = union_all(version(Asset), version(AssetVersion)).cte("moved")
    marks = (moved.c.seq.label("id"), moved.c.k, moved.c.d)
    way = func.ST_MakeLine(func.ST_Centroid(moved.c.geom_3857), func.ST_Centroid(func.ST_Transform(moved.c.geom, 3857)))
    metres = cast(func.round(cast(moved.c.moved_m, Numeric), 1), Double)
    return [
        ("old", select(*marks, _simplified(moved.c.geom_3857, address))),
        ("path", select(*marks, metres.label("m"), drawn(way, address))),
    ]


def _doubts(scope: Scope, near: Any, address: Address) -> list[Part]:
    each = func.unnest(func.array_append(near.c.candidates, near.c.asset_id)).label("asset_id")
    asked = select(near.c.seq, near.c.asset_id.label("proposed"), near.c.geom, each).where(near.c.doubtful).distinct()
    doubt = asked.cte("asked")
    known = and_(Asset.district == scope.district, Asset.id == doubt.c.asset_id, Asset.layer.in_(sorted(scope.layers)))
    place = func.ST_Centroid(Asset.geom_3857)
    way = func.ST_MakeLine(func.ST_Centroid(func.ST_Transform(doubt.c.geom, 3857)), place)
    is_proposed = case((doubt.c.proposed == doubt.c.asset_id, 1), else_=0).label("p")
    spots = select(doubt.c.seq.label("id"), Asset.id.label("a"), is_proposed, drawn(place, address)).join(Asset, known)
    lines = select(doubt.c.seq.label("id"), is_proposed, drawn(way, address)).join(Asset, known)
    return [("candidate", spots), ("doubt", lines)]


def _clusters(scope: Scope, reviewed: ReviewedSet, wanted: Wanted, address: Address, is_point: bool) -> Select[Any]:
    """Counts per kind and cell at the mean place of what is counted, with a ring of one cell around the tile.

    Rows are counted in degrees, in columns and rows between the edges of the cells; only the mean places are projected.
    """
    margin = 1 / CELLS_ACROSS
    step = range(-1, CELLS_ACROSS + 2)
    corners = [address.corner(n / CELLS_ACROSS) for n in step]
    west, east = corners[0][0], corners[-1][0]
    edges = sorted(lat for _lon, lat in corners)
    x, y = _middle(is_point)
    around = box_geometry(address.box(margin))
    rows = (
        select(
            _place_in(KINDS, kind_of()).label("k"),
            case((and_(Change.accepted, ~Change.doubtful, Change.action != Action.CONFLICT), 0), else_=1).label("r"),
            x.label("x"), y.label("y"),
        )
        .where(in_set(scope, reviewed.id), *conditions(wanted), Change.geom.op("&&")(around))
        .subquery("row")
    )  # fmt: skip
    cx = func.width_bucket(rows.c.x, west, east, len(step) - 1).label("cx")
    cy = func.width_bucket(rows.c.y, cast(edges, ARRAY(Double))).label("cy")
    cell = (
        select(rows.c.k, cx, cy, func.count().label("n"), func.sum(rows.c.r).label("r"),
               func.avg(rows.c.x).label("x"), func.avg(rows.c.y).label("y"))
        .group_by(rows.c.k, literal_column("cx"), literal_column("cy"))
        .subquery("cell")
    )  # fmt: skip
    place = func.ST_Transform(func.ST_SetSRID(func.ST_MakePoint(cell.c.x, cell.c.y), 4490), 3857)
    shape = drawn(place, address, EXTENT // CELLS_ACROSS)
    inside = and_(cell.c.cx.between(1, len(step) - 1), cell.c.cy.between(1, len(step) - 1))
    return _mvt(reviewed, "cluster", select(cell.c.k, cell.c.n, cell.c.r, shape).where(inside), None)


def _middle(is_point: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    if is_point:
        return func.ST_X(Change.geom), func.ST_Y(Change.geom)
    xs, ys = (
        (func.ST_XMin(Change.geom), func.ST_XMax(Change.geom)),
        (func.ST_YMin(Change.geom), func.ST_YMax(Change.geom)),
    )
    return (xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2
