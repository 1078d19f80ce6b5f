"""Photos that found no asset by themselves: a page on which a person says whose they are. For whom may write the layer."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.catalogue.layers import stored_layers
from registry.changes import change_sets
from registry.errors import NotAllowed, NotFound
from registry.i18n import _
from registry.photos import unassigned
from web.http.images import picture
from web.http.routing import district_blueprint
from web.http.settings import settings
from web.http.transaction import connection, district, scope

blueprint = district_blueprint("unassigned_photos", __name__, "/photos")
PAGE = 30


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The photos that wait, and the sets of photos that are not applied yet."""
    if not scope().layers:
        raise NotFound("form.no_layer")
    if not scope().writable:
        raise NotAllowed("photo.not_assignable")
    after = max(0, min(request.args.get("after", 0, type=int), 1 << 62))
    photos, count = unassigned.page(connection(), scope(), after, PAGE + 1)
    return render_template(
        "register/photos.html", district=district(), photos=photos[:PAGE], count=count, after=after,
        sets=unassigned.sets(connection(), scope()), layers=stored_layers(connection()),
        next_after=photos[PAGE - 1].id if len(photos) > PAGE else None,
    )  # fmt: skip


@blueprint.get("/<id:photo>.jpg")
def full(photo: int) -> Response:
    """The photo, no side longer than 2,048 pixels."""
    return _served(photo, "full")


@blueprint.get("/<id:photo>.thumb")
def thumbnail(photo: int) -> Response:
    """The photo, no side longer than 320 pixels."""
    return _served(photo, "thumb")


@blueprint.post("/<id:photo>")
def assign(photo: int) -> ResponseReturnValue:
    """Give the photo to an asset of its layer, or put it aside."""
    is_dropped = "drop" in request.form
    code = request.form.get("near") or request.form.get("code", "")
    unassigned.assign_photo(connection(), scope(), photo, None if is_dropped else code[:64])
    flash(_("照片已标为不采用。") if is_dropped else _("照片已归入资产 %(code)s。", code=code.strip()[:64]), "success")
    return redirect(url_for("unassigned_photos.listing", after=request.args.get("after", type=int) or None), 303)


@blueprint.post("/sets/<id:change_set>/apply")
def apply(change_set: int) -> ResponseReturnValue:
    """Apply a set of photos. Those that wait go on waiting."""
    held = next((s for s in unassigned.sets(connection(), scope()) if s.id == change_set), None)
    if held is None:
        raise NotFound("change_set.not_proposed", id=change_set)
    change_sets.apply(connection(), scope(), change_set)
    flash(_("变更集 %(id)s 已应用。", id=change_set), "success")
    return redirect(url_for("unassigned_photos.listing"), 303)


def _served(photo: int, size: str) -> Response:
    path = unassigned.thumbnail(connection(), scope(), settings().home, photo, size)
    return picture(path, scope().tag(path.name))
