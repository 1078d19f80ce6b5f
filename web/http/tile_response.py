"""Vector tiles over HTTP: bytes from memory or the database; 204 where nothing is, 304 where nothing has changed."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask import Response, current_app, request

from registry.tiles.sending import Door
from web.http.compression import accepted


def tile_response(read: Callable[[Door], tuple[str, bytes | None]]) -> Response:
    """The answer to a request for a tile. `read` gives its tag and bytes, None where the browser has it."""
    door = Door(request.if_none_match.contains_weak, current_app.extensions["chengji.tiles"])
    tag, squeezed = read(door)
    response = Response(status=304) if squeezed is None else _body(squeezed)
    response.set_etag(tag, weak=True)  # squeezed or not, it is the same tile
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Cookie", "Accept-Encoding"))
    return response


def _body(squeezed: bytes) -> Response:
    if not squeezed:
        return Response(status=204)
    body = squeezed if accepted() else gzip.decompress(squeezed)
    response = Response(body, mimetype="application/vnd.mapbox-vector-tile")
    if accepted():
        response.headers["Content-Encoding"] = "gzip"
    return response
