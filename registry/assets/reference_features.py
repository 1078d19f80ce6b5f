"""What the register already knows of a district, as plain arrays: the ground that a delivery is held against.

Read under the caller's row security, and bounded: of a layer too large to take whole, all assets of some small cells are
taken, so that inside them nothing is missing. Which cells is the same in each run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.database.statements import statement

Box = tuple[float, float, float, float]
Cells = NDArray[np.int64]  # (n, 2): column and row in a grid of degrees
ROADS = ("road", "alley")
MOST_ASSETS = 20_000
MOST_LINES = 4_000
CELL_DEGREES = 0.004
MOST_CELLS = 4_096
FINER = 4  # times smaller are the cells that a larger one is divided into, both ways


def _nothing() -> NDArray[np.object_]:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class ReferenceFeatures:
    """Live assets of one kind in EPSG:4490.

    `cells` are the boxes (n × 4: west, south, east, north) inside which `geometry` is complete; None: everywhere.
    """

    geometry: NDArray[np.object_] = field(default_factory=_nothing)
    cells: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.geometry)


@dataclass(frozen=True)
class Reference:
    """A district's box and outline (None where no area was loaded), its road centre lines, and a layer's own assets."""

    box: Box
    outline: shapely.Geometry | None = None
    roads: ReferenceFeatures = field(default_factory=ReferenceFeatures)
    assets: ReferenceFeatures = field(default_factory=ReferenceFeatures)


def load_reference(connection: psycopg.Connection[Any], scope: Scope, layer: str, near: Box | None = None) -> Reference:
    """What this person may see of the district and of `layer`, retired assets left out.

    `near` (degrees) is where the delivery may lie; cells are taken from there, and from the whole district without it.
    Raises NotFound for a layer or a district out of scope.
    """
    scope.require_layer(layer)
    box, outline = _extent(connection, scope)
    window = near or box
    assets = _known(connection, scope, (layer,), window, MOST_ASSETS)
    roads = assets if layer == "road" else _known(connection, scope, ROADS, window, MOST_LINES)
    return Reference(box, outline, roads, assets)


def load_roads(connection: psycopg.Connection[Any], scope: Scope) -> Reference:
    """The district and its roads alone: what areas are held against. Raises NotFound."""
    box, outline = _extent(connection, scope)
    return Reference(box, outline, _known(connection, scope, ROADS, box, MOST_LINES))


def _extent(connection: psycopg.Connection[Any], scope: Scope) -> tuple[Box, shapely.Geometry | None]:
    from registry.areas.districts import read_district

    district = read_district(connection, scope.district)
    row = connection.execute(
        "SELECT ST_AsBinary(ST_SimplifyPreserveTopology(geom, 0.00002)) FROM registry.area"
        " WHERE district = %s AND code = district",
        (scope.district,),
    ).fetchone()
    return district.box, shapely.from_wkb(row[0]) if row else None


def _known(
    connection: psycopg.Connection[Any], scope: Scope, layers: tuple[str, ...], window: Box, most: int
) -> ReferenceFeatures:
    """All assets of the layers that touch the window, or those of as many cells as `most` allows."""
    values = {"district": scope.district, "layers": list(layers)}
    with look(connection, scope, "reference", layers) as seen:
        cells, whole = _cells(connection, values, window)
        rows = connection.execute(
            statement("assets/reference_features.sql").encode(),
            {**values, **_cell_values(cells, CELL_DEGREES), "most": most},
        ).fetchall()
        seen.layers(dict.fromkeys(layers, len(rows)))
    if not rows:
        return ReferenceFeatures()
    ids, columns, lines, wkb = (np.array(part, dtype=object) for part in zip(*rows, strict=True))
    found = np.column_stack((columns, lines)).astype(np.int64)
    complete = np.ones(len(rows), dtype=bool)
    if len(rows) == most:  # the last cell may be cut off
        complete = (found != found[-1]).any(axis=1)
        whole = False
    _unique, first = np.unique(ids[complete].astype(np.int64), return_index=True)
    geometry = shapely.from_wkb(wkb[complete][first])
    return ReferenceFeatures(geometry, None if whole else _boxes(found[complete]))


def _cells(connection: psycopg.Connection[Any], values: dict[str, Any], window: Box) -> tuple[Cells, bool]:
    """Cells of the window in an order that scatters them and is the same each time, and whether no asset lies in any other.

    A small window has all of its cells. Of a wide one, larger cells are asked first, and only those that hold something are
    looked into, `MOST_CELLS` of each size: so that a province costs little more than a town, and no list of cells grows long.
    """
    size = CELL_DEGREES
    while (cells := _grid(window, size)) is None:
        size *= FINER
    whole = True
    while size > CELL_DEGREES * 1.5:
        asked = {**values, **_cell_values(cells, size), "most": MOST_CELLS}
        rows = connection.execute(statement("assets/reference_cells.sql").encode(), asked).fetchall()
        whole = whole and len(rows) < MOST_CELLS
        size /= FINER
        cells = _scattered(_finer(np.array(rows, np.int64).reshape(-1, 2), window, size))
    return cells, whole


def _grid(window: Box, size: float) -> Cells | None:
    """All cells of this size that the window touches; None where there are too many."""
    west, south, east, north = (floor(edge / size) for edge in window)
    if (east - west + 1) * (north - south + 1) > MOST_CELLS:
        return None
    columns, lines = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    return _scattered(np.column_stack((columns.ravel(), lines.ravel())))


def _finer(cells: Cells, window: Box, size: float) -> Cells:
    """The cells of this size inside larger ones, as far as the window touches them."""
    west, south, east, north = (floor(edge / size) for edge in window)
    steps = np.stack(np.meshgrid(np.arange(FINER), np.arange(FINER)), axis=-1).reshape(1, -1, 2)
    inside = (cells[:, None, :] * FINER + steps).reshape(-1, 2)
    kept = (inside >= (west, south)).all(axis=1) & (inside <= (east, north)).all(axis=1)
    return inside[kept]


def _scattered(cells: Cells) -> Cells:
    columns, lines = cells[:, 0], cells[:, 1]
    return cells[np.lexsort((lines, columns, (columns * 2654435761 + lines * 40503) % 65521))]


def _cell_values(cells: Cells, size: float) -> dict[str, Any]:
    return {"columns": cells[:, 0].tolist(), "rows": cells[:, 1].tolist(), "size": size}


def _boxes(cells: Cells) -> NDArray[np.float64]:
    corner = np.unique(cells, axis=0) * CELL_DEGREES
    return np.hstack((corner, corner + CELL_DEGREES))
