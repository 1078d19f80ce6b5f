"""Which tile, where it lies, and how its features become Mapbox Vector Tile bytes: what every kind of tile shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import atan, degrees, pi, sinh
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from registry.errors import Invalid

TILESETS = ("base", "points")
ZOOM_MAX = 16
SINGLE_FROM = 15
EXTENT = 4096
TILE_PIXELS = 512
EQUATOR_M = 40075016.68
CELLS_ACROSS = 8  # 64 pixel cells
BUFFER = 64  # of 4096 units: a symbol of 8 pixels beyond the edge


@dataclass(frozen=True)
class Address:
    """Which tile: tileset, zoom, column, row."""

    tileset: str
    z: int
    x: int
    y: int

    @classmethod
    def parse(cls, tileset: str, z: int, x: int, y: int) -> Address:
        """Raises Invalid for a tile that cannot exist, before any SQL."""
        if tileset not in TILESETS or not 0 <= z <= ZOOM_MAX or not (0 <= x < 2**z and 0 <= y < 2**z):
            raise Invalid("tile.unknown", tile=f"{tileset}/{z}/{x}/{y}")
        return cls(tileset, z, x, y)

    def box(self, margin: float) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, widened on each side by `margin` tiles."""
        west, north = grid_corner(self.x - margin, self.y - margin, self.z)
        east, south = grid_corner(self.x + 1 + margin, self.y + 1 + margin, self.z)
        return west, south, east, north

    def corner(self, part: float) -> tuple[float, float]:
        """Longitude and latitude of the place so many tiles east and south of the tile's north-western corner."""
        return grid_corner(self.x + part, self.y + part, self.z)


def grid_corner(column: float, row: float, zoom: int) -> tuple[float, float]:
    """Longitude and latitude of a corner of the mercator grid at this zoom, kept inside the world."""
    across = max(0.0, min(column / 2**zoom, 1.0))
    down = max(0.0, min(row / 2**zoom, 1.0))
    return across * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * down))))


def bounds(address: Address) -> ColumnElement[Any]:
    """The tile in EPSG:3857, in the database."""
    return func.ST_TileEnvelope(address.z, address.x, address.y)


def mvt(
    name: str, features: Select[Any], id_column: str | None, shown: Callable[[Any], Mapping[str, Any]]
) -> Select[Any]:
    """One layer of a tile from features whose `shape` is in tile units; those without a shape are left out.

    `shown` tells, of the features as a sub-select, how many rows of which layers of the register they show: an aggregate for
    each. Columns: `mvt`, `shown`.
    """
    inner = features.subquery("feature")
    arguments = [literal_column("feature"), name, EXTENT, "shape"] + ([id_column] if id_column else [])
    counted = [part for layer, n in shown(inner).items() for part in (layer, n)]
    columns = (func.ST_AsMVT(*arguments).label("mvt"), func.jsonb_build_object(*counted).label("shown"))
    return select(*columns).select_from(inner).where(inner.c.shape.is_not(None))


def drawn(shape: Any, address: Address, buffer: int = BUFFER) -> ColumnElement[Any]:
    """A geometry in EPSG:3857 in tile units, with a margin around the tile."""
    return func.ST_AsMVTGeom(shape, bounds(address), EXTENT, buffer, True).label("shape")


def pixel_m(address: Address) -> float:
    """The size of a pixel in metres of EPSG:3857."""
    return EQUATOR_M / 2.0**address.z / TILE_PIXELS
