"""The photos of an asset over HTTP: re-encoded copies, for whom may see the asset."""

from __future__ import annotations

from flask import Response

from registry.assets import query as assets
from registry.photos import photos as attachments
from web.http.images import picture
from web.http.routing import district_blueprint
from web.http.settings import settings
from web.http.transaction import connection, scope, session

blueprint = district_blueprint("photos", __name__, "/assets/<id:id>/photos")


@blueprint.get("/<id:photo>")
def full(id: int, photo: int) -> Response:
    """The photo, no side longer than 2,048 pixels."""
    return _served(id, photo, "full")


@blueprint.get("/<id:photo>.thumb")
def thumbnail(id: int, photo: int) -> Response:
    """The photo, no side longer than 320 pixels."""
    return _served(id, photo, "thumb")


def _served(asset_id: int, photo: int, size: str) -> Response:
    assets.get(session(), scope(), asset_id)
    path = attachments.content(connection(), scope(), settings().home, asset_id, photo, size)
    return picture(path, scope().tag(path.name))
