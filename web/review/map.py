"""The map of a change set under review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.catalogue.layers import Layer
from registry.i18n import _
from web.map.folium_map import (
    Boot,
    ChangeTiles,
    Controls,
    District,
    MapParts,
    MapSettings,
    MapView,
    OfflineMap,
    add_asset_tiles,
    add_drawing,
    add_drawn_shapes,
    add_fullscreen,
    map_config,
    map_parts,
)
from web.map.words import map_words
from web.review.words import review_words


@dataclass(frozen=True)
class ReviewView:
    """What the map of a change set shows. `root`: address of the set's page, below which its rows and tiles lie.

    `district`, `bounds`: boxes in degrees of the district and of the rows, None where there are none. `kinds`: code and name
    of each kind of row, in the order of the tiles' numbers. `revision` counts the decisions so far.
    """

    district: tuple[float, float, float, float]
    bounds: tuple[float, float, float, float] | None
    root: str
    revision: int
    may_decide: bool
    layer: str
    geometry: str
    kinds: Sequence[tuple[str, str]]


def build_review_map(
    district: District, layers: Sequence[Layer], settings: MapSettings, view: ReviewView, *, nonce: str = ""
) -> MapParts:
    """The map of a change set under review: its rows over the district, and tools to draw an area of rows to decide on."""
    page = OfflineMap(_("变更地图"), settings.static, script="review", zoom_control=False)
    base, points = add_asset_tiles(page, settings)
    changed = ChangeTiles(view.root)
    page.add_child(changed)
    Controls().add_to(page)
    shapes = add_drawn_shapes(page)
    add_fullscreen(page)
    if view.may_decide:
        add_drawing(page, shapes, lines=False)
    Boot("bootReview", base=base, points=points, changes=changed, shapes=shapes).add_to(page)
    config = map_config(district, layers, settings, MapView(view.bounds or view.district)) | {
        "review": {
            "root": view.root, "revision": view.revision, "may_decide": view.may_decide, "layer": view.layer,
            "geometry": view.geometry, "kinds": [{"code": code, "name": name} for code, name in view.kinds],
        },
        "strings": map_words() | review_words(),
    }  # fmt: skip
    return map_parts(page, config, nonce)
