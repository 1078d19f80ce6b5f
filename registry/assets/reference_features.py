"""What the register already knows of a district, as plain arrays: the ground that a delivery is held against.

Read under the caller's row security, and bounded: of a layer too large to take whole, all assets of some small cells are
taken, so that inside them nothing is missing. Which cells is the same in each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from registry.access.access_log import look
from registry.access.scope import Scope
from registry.database.statements import statement

Box = tuple[float, float, float, float]
ROADS = ("road", "alley")
MOST_ASSETS = 20_000
MOST_LINES = 4_000
CELL_DEGREES = 0.004


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
    values = {"district": scope.district, "layers": list(layers), "most": most, "cell": CELL_DEGREES}
    values |= dict(zip(("west", "south", "east", "north"), window, strict=True))
    with look(connection, scope, "reference", layers) as seen, _by_place(connection):
        rows = connection.execute(statement("assets/reference_features.sql").encode(), values).fetchall()
        seen.layers(dict.fromkeys(layers, len(rows)))
    if not rows:
        return ReferenceFeatures()
    ids, columns, lines, wkb = (np.array(part, dtype=object) for part in zip(*rows, strict=True))
    cells = np.column_stack((columns, lines)).astype(np.int64)
    complete = np.ones(len(rows), dtype=bool)
    if len(rows) == most:  # the last cell may be cut off
        complete = (cells != cells[-1]).any(axis=1)
    _unique, first = np.unique(ids[complete].astype(np.int64), return_index=True)
    geometry = shapely.from_wkb(wkb[complete][first])
    return ReferenceFeatures(geometry, None if complete.all() else _boxes(cells[complete]))


@contextmanager
def _by_place(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Each cell through the spatial index: of a layer that was filled a minute ago the planner knows nothing yet, and would
    read all of it for every cell. Bitmaps only, because the order by id would tempt it to walk the layer's index."""
    for name in ("enable_seqscan", "enable_indexscan"):
        connection.execute("SELECT set_config(%s, 'off', true)", (name,))
    yield
    for name in ("enable_seqscan", "enable_indexscan"):
        connection.execute("SELECT set_config(%s, 'on', true)", (name,))


def _boxes(cells: NDArray[np.int64]) -> NDArray[np.float64]:
    corner = np.unique(cells, axis=0) * CELL_DEGREES
    return np.hstack((corner, corner + CELL_DEGREES))
