"""Vector tiles over HTTP: address, scope, ETag; then bytes from memory or from the database."""

from __future__ import annotations

import gzip
from typing import Any

from flask import Response, current_app, g, request

from registry.tiles import asset_tiles as tiles
from registry.tiles.tile import Address
from web.http.compression import accepted, gzip_body
from web.http.routing import asked, district_blueprint
from web.http.tile_cache import TileCache
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
    tag = tiles.etag(session(), scope(), g.filter, g.address)
    if request.if_none_match.contains_weak(tag):
        return _answer(Response(status=304), tag)
    found = _bytes(tag)
    if found:
        tiles.note_look(session(), scope(), g.filter, g.address)
    return _answer(_body(found), tag)


def _bytes(tag: str) -> bytes:
    """The tile, squeezed; b"" when empty."""
    cache: TileCache = current_app.extensions["chengji.tiles"]
    found = cache.get(tag)
    if found is None:
        cut = tiles.cut(session(), scope(), g.filter, g.address)
        found = gzip_body(cut) if cut else b""
        cache.put(tag, found)
    return found


def _body(tile: bytes) -> Response:
    if not tile:
        return Response(status=204)
    response = Response(tile if accepted() else gzip.decompress(tile), mimetype="application/vnd.mapbox-vector-tile")
    if accepted():
        response.headers["Content-Encoding"] = "gzip"
    return response


def _answer(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)  # squeezed or not, it is the same tile
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Cookie", "Accept-Encoding"))
    return response
