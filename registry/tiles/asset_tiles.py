"""Vector tiles, cut by the database. Two tilesets of 512 pixel tiles, so that tile zoom is display zoom minus one:

`base`: lines and areas, each layer from its own zoom, simplified to half a pixel;
`points`: counted clusters in cells of 64 pixels below tile zoom 15, single points from there.

Nothing is cut off: what a low zoom cannot show one by one it counts, and the counts add up to the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, Select, case, cast, func, select
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.filters import Filter
from registry.assets.query import in_zones, matching
from registry.models.assets import AssetCell, TileRevision
from registry.models.catalogue import LayerRow
from registry.tiles.sending import NOTHING, Cut, Door, Sight, cut_parts, sent
from registry.tiles.tile import (
    BUFFER,
    CELLS_ACROSS,
    EXTENT,
    SINGLE_FROM,
    Address,
    drawn,
    grid_corner,
    mvt,
    pixel_m,
)
from registry.vocabulary.assets import AssetState
from registry.vocabulary.catalogue import LayerGeometry

NAMED_FROM = 13
CELL_ZOOM = 17  # of the roll-up
REVISION_ZOOM = 14


def tile(session: Session, scope: Scope, filter: Filter, address: Address, door: Door) -> tuple[str, bytes | None]:
    """The tag of a tile, and its bytes as they are sent; None where the asker has them."""
    tag = etag(session, scope, filter, address)
    read = lambda: cut(session, scope, filter, address)  # noqa: E731
    return tag, sent(session, scope, door, tag, _sight(filter, address), read)


def _sight(filter: Filter, address: Address) -> Sight:
    return Sight(f"tile {address.z}/{address.x}/{address.y}", filter.query_string())


def etag(session: Session, scope: Scope, filter: Filter, address: Address) -> str:
    """A tag that is another one whenever the tile might be: by person's scope, filter, version and what was applied.

    Costs one row: the sum of the change counters of the zoom 14 cells that the tile and its margin touch.
    """
    shift = REVISION_ZOOM - address.z
    edges = [address.x - 1, address.x + 1, address.y - 1, address.y + 1]
    x0, x1, y0, y1 = (edge << shift if shift >= 0 else edge >> -shift for edge in edges)
    if shift >= 0:
        x1, y1 = x1 + (1 << shift) - 1, y1 + (1 << shift) - 1
    return scope.tag(_revision(session, scope, x0, x1, y0, y1), filter.tile_key(), address)


def _revision(session: Session, scope: Scope, x0: int, x1: int, y0: int, y1: int) -> Any:
    """A contractor is told of no change but in the cells that his own assets touch."""
    if scope.contractor:
        return session.scalar(select(func.registry.my_revision(func.current_user(), scope.district, x0, x1, y0, y1)))
    return session.scalar(
        select(func.coalesce(func.sum(TileRevision.revision), 0)).where(
            TileRevision.district == scope.district, TileRevision.cx.between(x0, x1), TileRevision.cy.between(y0, y1)
        )
    )


def cut(session: Session, scope: Scope, filter: Filter, address: Address) -> Cut:
    """The tile: one MVT layer per registry layer, or one of clusters. A look."""
    layers = drawn_layers(session, scope, filter, address)
    if not layers:
        return NOTHING
    codes = [layer.code for layer in layers]
    if address.tileset == "points" and address.z < SINGLE_FROM:
        parts: Sequence[Any] = [clusters(scope, filter, address, codes)]
    else:
        parts = [features(scope, filter, address, layer) for layer in layers]
    return cut_parts(session, scope, _sight(filter, address), codes, parts)


def drawn_layers(session: Session, scope: Scope, filter: Filter, address: Address) -> Sequence[LayerRow]:
    """The readable layers of this tileset that are drawn at this zoom, in drawing order."""
    is_point = LayerRow.geometry == LayerGeometry.POINT
    display_zoom = address.z + 1
    return session.scalars(
        select(LayerRow)
        .where(LayerRow.code.in_(sorted(filter.within(scope.layers))))
        .where(is_point if address.tileset == "points" else ~is_point)
        .where(LayerRow.zoom_min <= display_zoom, LayerRow.zoom_max >= display_zoom)
        .order_by(LayerRow.position)
    ).all()


def _state_number(column: Any) -> ColumnElement[Any]:
    return case({state.value: number for number, state in enumerate(AssetState)}, value=column)


def features(scope: Scope, filter: Filter, address: Address, layer: LayerRow) -> Select[Any]:
    """Assets one by one, with as little text as will do: unique strings are the worst thing to put in a tile."""
    found = matching(scope, filter)
    table = found.table
    shape = table.geom_3857
    wide_enough: list[ColumnElement[bool]] = []
    if layer.geometry != LayerGeometry.POINT:
        pixel = pixel_m(address)
        shape = func.ST_Simplify(shape, pixel / 2, True)
        if layer.geometry == LayerGeometry.POLYGON:
            wide_enough.append(func.ST_Area(table.geom_3857) > 4 * pixel * pixel)
    columns = [table.id, table.class_.label("c"), _state_number(table.state).label("s"), drawn(shape, address)]
    if layer.geometry != LayerGeometry.POINT and address.z >= NAMED_FROM:
        columns.append(table.name.label("n"))
    around = found.touching(address.box(BUFFER / EXTENT))
    many = in_zones(table, scope) if address.z < SINGLE_FROM else ()
    shown = found.select(*columns).where(table.layer == layer.code, *around, *wide_enough, *many)
    return mvt(layer.code, shown, "id", lambda _feature: {layer.code: func.count()})


def clusters(scope: Scope, filter: Filter, address: Address, layers: list[str]) -> Select[Any]:
    """Counts per layer and cell, at the mean place of what is counted.

    With a ring of one cell around the tile, so that no circle is cut at its edge.

    From the roll-up where layers and classes alone decide and the rows are whole layers, else on the fly through the waist.
    """
    level = address.z + CELLS_ACROSS.bit_length() - 1
    first_x, first_y = address.x * CELLS_ACROSS - 1, address.y * CELLS_ACROSS - 1
    cells = (first_x, first_x + CELLS_ACROSS + 1, first_y, first_y + CELLS_ACROSS + 1)
    count = _rolled_up if filter.is_plain and not scope.contractor else _on_the_fly
    cell = count(scope, filter, level, cells, layers).subquery("cell")
    shape = drawn(_mean_place(cell), address, EXTENT // CELLS_ACROSS)
    features = select(cell.c.layer.label("l"), cell.c.n.label("n"), cell.c.bad.label("b"), shape).where(cell.c.n > 0)
    closed = sorted(scope.restricted.intersection(layers))
    return mvt("cluster", features, None, lambda feature: {of: _counted(feature, of) for of in closed})


def _counted(feature: Any, layer: str) -> ColumnElement[Any]:
    return func.sum(feature.c.n).filter(feature.c.l == layer)


def _mean_place(cell: Any) -> ColumnElement[Any]:
    """The mean of what is counted, from the 2^30 grid to EPSG:3857. It lies inside the cell, since a cell is convex."""
    half = pi * 6378137
    size = 2 * half / 2**30
    x = (cast(cell.c.sum_x, Double) / cell.c.n + 0.5) * size - half
    y = half - (cast(cell.c.sum_y, Double) / cell.c.n + 0.5) * size
    return func.ST_SetSRID(func.ST_MakePoint(x, y), 3857)


def _rolled_up(
    scope: Scope, filter: Filter, level: int, cells: tuple[int, int, int, int], layers: list[str]
) -> Select[Any]:
    finer = CELL_ZOOM - level
    x0, x1, y0, y1 = cells
    wanted: list[ColumnElement[bool]] = [
        AssetCell.district == scope.district,
        AssetCell.cx.between(x0 << finer, ((x1 + 1) << finer) - 1),
        AssetCell.cy.between(y0 << finer, ((y1 + 1) << finer) - 1),
        AssetCell.layer.in_(layers),
    ]
    for field, value in filter.asked():
        assert field.rolled_up is not None, "asked only of a plain filter"
        wanted += field.rolled_up(value)
    place = (AssetCell.cx.op(">>")(finer), AssetCell.cy.op(">>")(finer))
    sums = (
        cast(func.sum(column), BigInteger).label(column.key)
        for column in (AssetCell.n, AssetCell.bad, AssetCell.sum_x, AssetCell.sum_y)
    )
    columns: list[Any] = [AssetCell.layer, *sums]
    counted: Select[Any] = select(*columns).where(*wanted).group_by(AssetCell.layer, *place)
    return counted


def _on_the_fly(
    scope: Scope, filter: Filter, level: int, cells: tuple[int, int, int, int], layers: list[str]
) -> Select[Any]:
    found = matching(scope, filter)
    table = found.table
    finer = 30 - level
    x0, x1, y0, y1 = cells
    west, north = grid_corner(x0, y0, level)
    east, south = grid_corner(x1 + 1, y1 + 1, level)
    place = (table.gx.op(">>")(finer), table.gy.op(">>")(finer))
    bad = func.count().filter(table.state != AssetState.INTACT)
    return (
        found.select(
            table.layer, func.count().label("n"), bad.label("bad"),
            func.sum(cast(table.gx, BigInteger)).label("sum_x"), func.sum(cast(table.gy, BigInteger)).label("sum_y"),
        )
        .where(table.layer.in_(layers), *found.touching((west, south, east, north)), *in_zones(table, scope))
        .where(place[0].between(x0, x1), place[1].between(y0, y1))
        .group_by(table.layer, *place)
    )  # fmt: skip
