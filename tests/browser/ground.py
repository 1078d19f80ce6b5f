"""Where things are: what the tiles on the screen say, and where on the screen it lies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import asinh, atan, ceil, degrees, floor, pi, radians, sinh, tan
from typing import Any

import mapbox_vector_tile
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Response

from .visit import Visit

EXTENT = 4096
DEEPEST = 16
EDGE = 2  # pixels: the address is rounded
TILE = re.compile(r"/tiles/points/(\d+)/(\d+)/(\d+)\.mvt")
VIEW = re.compile(r"#([\d.]+)/(-?[\d.]+)/(-?[\d.]+)")


@dataclass(frozen=True)
class Thing:
    """A cluster, or a single point with its id: its layer, how many assets it stands for, its place in degrees."""

    layer: str
    count: int
    id: int | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Tile:
    """A tile of points that came: zoom, column, row, and the answer."""

    z: int
    x: int
    y: int
    answer: Response

    def things(self) -> list[Thing]:
        """What lies in this tile; what it knows of its neighbours is theirs to tell."""
        if self.answer.status == 204:
            return []
        assert self.answer.status == 200, self.answer.url
        decoded = mapbox_vector_tile.decode(self.answer.body(), default_options={"y_coord_down": True})
        features = [(name, feature) for name, layer in decoded.items() for feature in layer["features"]]
        return [
            self._thing(*pair) for pair in features if all(0 <= c < EXTENT for c in pair[1]["geometry"]["coordinates"])
        ]

    def _thing(self, name: str, feature: dict[str, Any]) -> Thing:
        properties = feature["properties"]
        x, y = feature["geometry"]["coordinates"]
        lon, lat = corner(self.x + x / EXTENT, self.y + y / EXTENT, self.z)
        return Thing(properties.get("l", name), properties.get("n", 1), feature.get("id"), lon, lat)


def arrived(visit: Visit, zoom: float, query: str = "") -> list[Tile]:
    """The tiles of points that came so far for a zoom of the map and a filter; of each the newest."""
    found = {}
    for answer in visit.answers(f"/tiles/points/{data_zoom(zoom)}/"):
        match = TILE.search(answer.url)
        if match and answer.url.partition("?")[2] == query:
            z, x, y = map(int, match.groups())
            found[x, y] = Tile(z, x, y, answer)
    return list(found.values())


def tiles(visit: Visit, zoom: float, query: str = "") -> list[Tile]:
    """As `arrived`, once the view is at this zoom and all those have come that it shows: that the map has been drawn may have
    been said of the view before."""

    def complete() -> list[Tile]:
        came = arrived(visit, zoom, query)
        return came if at_zoom(visit, zoom) and shown(visit, data_zoom(zoom)) <= {(t.x, t.y) for t in came} else []

    return visit.until(complete, f"the tiles of zoom {zoom}")


def data_zoom(zoom: float) -> int:
    """The zoom of the tiles that a zoom of the map draws: they are twice as large as Leaflet's."""
    return min(int(zoom + 0.5) - 1, DEEPEST)


def at_zoom(visit: Visit, zoom: float) -> bool:
    """Whether the address says so already; it follows the map when that has come to rest."""
    match = VIEW.search(visit.page.url)
    return match is not None and int(float(match[1]) + 0.5) == int(zoom + 0.5)


def shown(visit: Visit, z: int) -> set[tuple[int, int]]:
    """Columns and rows of the tiles that lie in the frame, but for those of which no more than an edge does."""
    zoom, lat, lon = view(visit)
    frame, pixels = visit.frame(), 256 * 2 ** (zoom - z)
    across, down = (lon + 180) / 360 * 2**z, (1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z
    columns, rows = (
        range(max(0, floor(middle - (size / 2 - EDGE) / pixels)), min(2**z, ceil(middle + (size / 2 - EDGE) / pixels)))
        for middle, size in ((across, frame["width"]), (down, frame["height"]))
    )
    return {(x, y) for x in columns for y in rows}


def things(shown: Iterable[Tile]) -> list[Thing]:
    """What all these tiles tell."""
    return [thing for tile in shown for thing in tile.things()]


def per_layer(found: Iterable[Thing]) -> dict[str, int]:
    """How many assets of each layer these things stand for."""
    counted: Counter[str] = Counter()
    for thing in found:
        counted[thing.layer] += thing.count
    return dict(counted)


def box(shown: list[Tile]) -> str:
    """The ground that a rectangle of tiles covers, as the filter's `bbox`."""
    columns, rows = {tile.x for tile in shown}, {tile.y for tile in shown}
    assert len(shown) == len(columns) * len(rows), "not a rectangle"
    west, north = corner(min(columns), min(rows), shown[0].z)
    east, south = corner(max(columns) + 1, max(rows) + 1, shown[0].z)
    return ",".join(f"{degree:.9f}" for degree in (west, south, east, north))


def corner(column: float, row: float, z: int) -> tuple[float, float]:
    """Longitude and latitude of a place in the grid of tiles."""
    return column / 2**z * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * row / 2**z))))


def view(visit: Visit) -> tuple[float, float, float]:
    """Zoom, latitude and longitude in the address."""
    match = VIEW.search(visit.page.url)
    assert match, f"no view in {visit.page.url}"
    return float(match[1]), float(match[2]), float(match[3])


def on_screen(visit: Visit, found: Sequence[Thing]) -> NDArray[np.float64]:
    """The pixels of the page where things lie: a row of x and y for each."""
    zoom, lat, lon = view(visit)
    frame = visit.frame()
    degree = 256 * 2**zoom / 360
    lons = np.array([thing.lon for thing in found])
    lats = np.radians([thing.lat for thing in found])
    x = (lons - lon) * degree + frame["x"] + frame["width"] / 2
    y = (asinh(tan(radians(lat))) - np.arcsinh(np.tan(lats))) * degree * 180 / pi + frame["y"] + frame["height"] / 2
    return np.column_stack([x, y])


def choose(visit: Visit, found: Sequence[Thing], fits: Callable[[Thing, int], bool], near: float) -> Thing:
    """A thing in the middle of the map, where nothing covers it, that fits: asked with how many others are so near."""
    frame = visit.frame()
    places = on_screen(visit, found)
    across, down = ((places - (frame["x"], frame["y"])) / (frame["width"], frame["height"])).T
    middle = (across > 0.2) & (across < 0.6) & (down > 0.2) & (down < 0.8)
    for i in np.flatnonzero(middle):
        others = int((np.hypot(*(places - places[i]).T) < near).sum()) - 1
        if fits(found[i], others):
            return found[i]
    raise AssertionError("nothing in this view fits")


def alone(visit: Visit, found: Sequence[Thing], layer: str) -> Thing:
    """A thing of this layer with no other near it."""
    return choose(visit, found, lambda thing, others: thing.layer == layer and others == 0, near=16)


def click(visit: Visit, thing: Thing) -> None:
    """Click where it lies."""
    x, y = on_screen(visit, [thing])[0]
    visit.page.mouse.click(float(x), float(y))
