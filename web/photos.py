"""The photos of an asset over HTTP: re-encoded copies, for whom may see the asset."""

from __future__ import annotations

from flask import Response

from registry import assets, attachments
from registry.database import raw
from web.district_pages import district_blueprint
from web.pictures import picture
from web.transaction import scope, session

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
    asset = assets.get(session(), scope(), asset_id)
    path = attachments.content(raw(session()), scope(), asset_id, photo, size)
    if size == "full":
        assets.log_restricted(session(), scope(), {asset.layer}, "photo", 1, asset_id)
    return picture(path)
