"""Assets as pages: the list, one asset, its card on the map, and an edit by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.assets import detail
from registry.assets import query as assets
from registry.assets.filter_labels import Condition, area_names, conditions, subdistricts
from registry.assets.filters import Filter
from registry.catalogue.layers import Layer
from registry.changes import change_sets
from registry.changes.edits import propose_edit
from registry.photos import photos as attachments
from web.http.headers import nonce
from web.http.routing import asked, district_blueprint
from web.http.transaction import connection, district, scope, session
from web.map.folium_map import build_asset_map
from web.map.settings import layers_in_scope, map_settings
from web.register.edit_form import read_edit

blueprint = district_blueprint("register", __name__, "/assets")
IN_FORM = frozenset({"q", "layer", "class", "state", "area", "as_of"})


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The assets that meet the filter, page by page; the same filter as the map's."""
    wanted, visible = asked(), layers_in_scope()
    page = assets.page(session(), scope(), wanted, request.args.get("after"))
    layers = {layer.code: layer for layer in visible}
    return render_template(
        "register/assets.html",
        district=district(),
        page={
            "rows": _rows(page.rows, layers),
            "next_url": _page_url(wanted, page.next),
            "previous_url": _page_url(wanted, page.previous),
        },
        counts=assets.counts(session(), scope(), wanted),
        layers=visible,
        areas=[{"code": code, "name": name} for code, name in subdistricts(session(), scope()).items()],
        filter=wanted,
        chips=_chips(wanted, conditions(session(), scope(), wanted, layers)),
    )


@blueprint.get("/<id:id>")
def page(id: int) -> ResponseReturnValue:
    """One asset with its history and a small map."""
    shown = _shown(detail.card(session(), scope(), id))
    parts = build_asset_map(district(), layers_in_scope(), map_settings(), nonce=nonce())
    return render_template("register/asset.html", asset=shown, map=parts)


@blueprint.get("/<id:id>/card")
def card(id: int) -> ResponseReturnValue:
    """One asset as a fragment, for the map's side panel."""
    return render_template(
        "register/asset_card.html", asset=_shown(detail.card(session(), scope(), id)), district=district()
    )


@blueprint.post("/<id:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    """Change one asset: proposed and applied as a change set of one change, in this request's transaction."""
    change_set = propose_edit(connection(), scope(), read_edit(id, request.form))
    change_sets.apply(connection(), scope(), change_set)
    return redirect(url_for("register.page", id=id), 303)


def _rows(rows: list[assets.Row], layers: dict[str, Layer]) -> list[dict[str, Any]]:
    """Rows with the names of their layer and of their subdistrict."""
    nearest = {row.id: next((code for code in row.areas if len(code) == 9), "") for row in rows}
    names = area_names(session(), scope(), filter(None, nearest.values()))
    return [
        {**asdict(row), "layer_name": layers[row.layer].name, "area_name": names.get(nearest[row.id], "")}
        for row in rows
    ]


def _page_url(wanted: Filter, key: str | None) -> str | None:
    return _list_url([*wanted.query_pairs(), ("after", key)]) if key else None


def _list_url(pairs: list[tuple[str, str]]) -> str:
    return url_for("register.listing") + (f"?{urlencode(pairs)}" if pairs else "")


def _chips(wanted: Filter, named: list[Condition]) -> list[dict[str, str]]:
    """The conditions that the form's fields cannot show: other keys, and the second value of a key that takes one."""
    times = Counter(condition.key for condition in named)
    return [
        {
            "key": condition.key_label,
            "value": condition.value,
            "label": condition.label,
            "remove_url": _list_url([p for p in wanted.query_pairs() if p != (condition.key, condition.value)]),
        }
        for condition in named
        if condition.key not in IN_FORM or times[condition.key] > 1
    ]


def _shown(found: detail.Card) -> dict[str, Any]:
    """The card as the templates want it: a history entry says when, who, and which fields."""
    return {
        **vars(found),
        "photos": attachments.of_asset(connection(), scope(), found.id),
        "history": [
            {"when": e.at, "who": e.by, "change_set_title": e.title, "fields": e.differences, "note": ""}
            for e in found.history
        ],
    }


__all__ = ["blueprint"]
