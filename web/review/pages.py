"""The review of a change set: what it would do, on the map and in a list; row by row accepted or rejected, then applied.

Deliveries, edits and undos alike; what was applied can still be looked at.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.catalogue.layers import Layer, stored_layers
from registry.changes import change_sets
from registry.changes.change_sets import StaleChanges
from registry.deliveries import deliveries
from registry.errors import Conflict
from registry.i18n import _
from registry.review import resolution
from registry.review import rows as review_rows
from registry.review import sets as review
from registry.review import tiles as review_tiles
from registry.tiles.tile import Address
from registry.vocabulary.changes import Reason, RowKind
from registry.vocabulary.word_list import label, labels
from web.http.headers import nonce
from web.http.routing import district_blueprint
from web.http.tile_response import tile_response
from web.http.transaction import connection, district, scope, session
from web.map.settings import layers_in_scope, map_settings
from web.review.map import ReviewView, build_review_map

blueprint = district_blueprint("review", __name__, "/changes")


@blueprint.get("/<id:id>")
def page(id: int) -> ResponseReturnValue:
    """The review page: map, legend with counts, and the first rows."""
    wanted = _wanted()
    reviewed = review.read_set(session(), scope(), id)
    tally = review.counts(session(), scope(), reviewed, wanted)
    first = review_rows.page_of_changes(session(), scope(), reviewed, wanted)
    layer = stored_layers(connection())[reviewed.layer]
    delivery = review.delivery_of(session(), scope(), id)
    parts = build_review_map(district(), layers_in_scope(), map_settings(), _view(reviewed, layer), nonce=nonce())
    return render_template(
        "review/review.html", map=parts, reviewed=reviewed, layer=layer, page=first, wanted=wanted,
        may_decide=_may_decide(reviewed),
        kinds=list(labels(RowKind)), tally=tally, classes=_classes(tally, layer),
        in_error=review.rows_in_error(session(), scope(), reviewed), delivery=delivery,
        delivery_url=_delivery_url(delivery) if delivery else None,
    )  # fmt: skip


@blueprint.get("/<id:id>/rows")
def rows(id: int) -> ResponseReturnValue:
    """A page of rows as a fragment, after the row `after`."""
    wanted, after = _wanted(), review_rows.read_after(request.args.get("after"))
    reviewed = review.read_set(session(), scope(), id)
    found = review_rows.page_of_changes(session(), scope(), reviewed, wanted, after)
    return render_template(
        "review/review_rows.html", standalone=True, page=found, may_decide=_may_decide(reviewed), district=district()
    )


@blueprint.get("/<id:id>/rows/<id:seq>")
def row(id: int, seq: int) -> ResponseReturnValue:
    """One row with everything that is known of it, as a fragment for the map's card."""
    reviewed = review.read_set(session(), scope(), id)
    shown = review_rows.detail(session(), scope(), reviewed, min(seq, 2**31 - 1))
    drawn = {"new": shown.geojson, "old": shown.old_geojson or "null"}
    geometry = {name: orjson.Fragment(text) for name, text in drawn.items()}
    spots = [
        {"id": c.id, "geometry": orjson.Fragment(c.geojson), "distance_m": c.distance_m, "proposed": c.is_proposed}
        for c in shown.candidates
    ]
    return render_template(
        "review/review_card.html", shown=shown, line=shown.line, reviewed=reviewed, may_decide=_may_decide(reviewed),
        district=district(),
        reason=label(Reason, shown.line.reason),
        geometry=orjson.dumps({**geometry, "candidates": spots, "seq": seq}).decode().replace("<", "\\u003c"),
    )  # fmt: skip


@blueprint.get("/<id:id>/counts")
def counts(id: int) -> Response:
    """How many rows of each kind and decision there are, and how many meet the filter."""
    wanted = _wanted()
    return _json(_counted(id, wanted))


@blueprint.get("/<id:id>/stale")
def stale(id: int) -> Response:
    """Accepted rows that somebody changed in the register since the proposal was made."""
    reviewed = review.read_set(session(), scope(), id)
    found = review.stale(session(), scope(), reviewed) if reviewed.is_open else []
    return _json({"rows": [{**vars(one), "words": label(Reason, one.reason)} for one in found]})


@blueprint.get("/<id:id>/tiles/<int:z>/<int:x>/<int:y>.mvt")
def tile(id: int, z: int, x: int, y: int) -> Response:
    """A tile of the set in Mapbox Vector Tile format; 204 where nothing is, 304 where nothing has changed."""
    address, wanted = Address.parse("points", z, x, y), _wanted()
    reviewed = review.read_set(session(), scope(), id)
    return tile_response(lambda door: review_tiles.tile(session(), scope(), reviewed, wanted, address, door))


@blueprint.post("/<id:id>/accept")
def accept(id: int) -> Response:
    """Accept or reject rows: those of the query string's filter, of them only `rows` and only those in `area`."""
    is_accepted = {"yes": True, "no": False}.get(request.form.get("accepted", ""))
    if is_accepted is None:
        abort(400)
    given = request.form.get("rows")
    done = review.accept(
        session(), scope(), id, is_accepted, _wanted(),
        seqs=review.read_seqs(given) if given is not None else None, area=request.form.get("area"),
    )  # fmt: skip
    return _json({"done": done, **_counted(id, _wanted())})


@blueprint.post("/<id:id>/decide")
def resolve(id: int) -> Response:
    """Which asset a doubtful row is; an empty `asset` for none that is registered."""
    seqs = review.read_seqs(request.form.get("row", ""))
    if len(seqs) != 1:
        abort(400)
    asset = request.form.get("asset", "")
    if asset and not (asset.isascii() and asset.isdigit() and len(asset) < 19):
        abort(400)
    resolution.resolve_match(session(), scope(), id, seqs[0], int(asset) if asset else None)
    return _json({"done": 1, **_counted(id, _wanted())})


@blueprint.post("/<id:id>/apply")
def apply(id: int) -> ResponseReturnValue:
    """Apply what is accepted: by the delivery's worker, or here and now for a set that no delivery brought."""
    reviewed = review.read_set(session(), scope(), id)
    scope().require_writer(reviewed.layer)
    delivery = review.delivery_of(session(), scope(), id)
    if delivery is not None:
        deliveries.request_step(connection(), scope(), *delivery, "apply")
        return redirect(_delivery_url(delivery), 303)
    try:
        change_sets.apply(connection(), scope(), id)
    except StaleChanges as error:
        flash(f"{error.message}{error.hint}", "error")
    else:
        flash(_("变更集 %(id)s 已应用。", id=id), "success")
    return redirect(url_for("review.page", id=id), 303)


@blueprint.post("/<id:id>/reject")
def reject(id: int) -> ResponseReturnValue:
    """Close the set without applying anything of it."""
    review.lock_open_set(session(), scope(), id)
    change_sets.reject(connection(), scope(), id)
    flash(_("变更集 %(id)s 已拒绝，登记册没有改动。", id=id), "success")
    return redirect(url_for("review.page", id=id), 303)


@blueprint.post("/<id:id>/again")
def again(id: int) -> ResponseReturnValue:
    """Compare with the register as it is now: the delivery is checked anew, an undo proposed anew."""
    reviewed = review.read_set(session(), scope(), id)
    scope().require_writer(reviewed.layer)
    delivery = review.delivery_of(session(), scope(), id)
    if delivery is not None:
        deliveries.request_step(connection(), scope(), *delivery, "check")
        return redirect(_delivery_url(delivery), 303)
    if reviewed.undoes is None:
        raise Conflict("review.file_not_kept", id=id)
    review.lock_open_set(session(), scope(), id)
    change_sets.reject(connection(), scope(), id)
    anew = change_sets.undo(connection(), scope(), reviewed.undoes)
    return redirect(url_for("review.page", id=anew.change_set), 303)


def _wanted() -> review.Wanted:
    return review.Wanted.parse(request.args.items(multi=True))


def _may_decide(reviewed: review.ReviewedSet) -> bool:
    return reviewed.is_open and reviewed.layer in scope().writable


def _view(reviewed: review.ReviewedSet, layer: Layer) -> ReviewView:
    """What the browser must know of the set before it can ask."""
    return ReviewView(
        district().box, review.extent(session(), scope(), reviewed), url_for("review.page", id=reviewed.id), reviewed.revision,
        _may_decide(reviewed), layer.code, layer.geometry, list(labels(RowKind)),
    )  # fmt: skip


def _classes(tally: review.Tally, layer: Layer) -> list[dict[str, Any]]:
    names = {(kind.scheme, kind.code): kind.name for kind in layer.classes}
    return [
        {"value": f"{scheme}:{code}", "name": names.get((scheme, code), code), "code": code, "n": n}
        for (scheme, code), n in sorted(tally.classes.items(), key=lambda item: (-item[1], item[0]))
    ]


def _counted(id: int, wanted: review.Wanted) -> dict[str, Any]:
    reviewed = review.read_set(session(), scope(), id)
    return _tally(review.counts(session(), scope(), reviewed, wanted))


def _tally(tally: review.Tally) -> dict[str, Any]:
    return {
        "kinds": {kind: {"n": tally.of(kind), **tally.kinds[kind]} for kind in review.KINDS},
        "decisions": {name: tally.decided(name) for name in review.DECISIONS},
        "found": tally.found, "to_accept": tally.found_to_accept, "to_reject": tally.found_to_reject,
    }  # fmt: skip


def _delivery_url(delivery: tuple[int, int]) -> str:
    """The page of the file of a delivery; another blueprint's, so by its address."""
    return f"{request.script_root}/{scope().district}/deliveries/{delivery[0]}/{delivery[1]}"


def _json(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), mimetype="application/json")
