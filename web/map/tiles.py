"""The vector tiles of the register."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from registry.tiles import asset_tiles
from registry.tiles.tile import Address
from web.http.routing import asked, district_blueprint
from web.http.tile_response import tile_response
from web.http.transaction import scope, session

blueprint = district_blueprint("tiles", __name__, "/tiles")


@blueprint.url_value_preprocessor
def check(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Refuse an address or a filter that cannot be, before any statement, even the one that asks who this is."""
    given = values or {}
    g.address = Address.parse(given["tileset"], given["z"], given["x"], given["y"])
    g.filter = asked()


@blueprint.get("/<tileset>/<int:z>/<int:x>/<int:y>.mvt")
def tile(tileset: str, z: int, x: int, y: int) -> Response:
    """A tile in Mapbox Vector Tile format; 204 where nothing is, 304 where nothing has changed."""
    del tileset, z, x, y  # checked above
    return tile_response(lambda door: asset_tiles.tile(session(), scope(), g.filter, g.address, door))
