"""Assets as pages: the list, one asset, its card on the map, and an edit by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import assets, attachments, cards, changes
from registry.conditions import Condition, area_names, conditions, subdistricts
from registry.database import raw
from registry.edits import propose_edit
from registry.filters import Filter
from registry.layers import Layer
from web.district_pages import asked, district_blueprint
from web.edit_form import read_edit
from web.headers import nonce
from web.map import build_asset_map
from web.scene import layers_in_scope, map_settings
from web.transaction import district, scope, session

blueprint = district_blueprint("register", __name__, "/assets")
IN_FORM = frozenset({"q", "layer", "class", "state", "area", "as_of"})


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The assets that meet the filter, page by page; the same filter as the map's."""
    wanted, visible = asked(), layers_in_scope()
    page = assets.page(session(), scope(), wanted, request.args.get("after"))
    layers = {layer.code: layer for layer in visible}
    return render_template(
        "assets.html",
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
    shown = _shown(cards.card(session(), scope(), id))
    parts = build_asset_map(district(), layers_in_scope(), map_settings(), nonce=nonce())
    return render_template("asset.html", asset=shown, map=parts)


@blueprint.get("/<id:id>/card")
def card(id: int) -> ResponseReturnValue:
    """One asset as a fragment, for the map's side panel."""
    return render_template("asset_card.html", asset=_shown(cards.card(session(), scope(), id)), district=district())


@blueprint.post("/<id:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    """Change one asset: proposed and applied as a change set of one change, in this request's transaction."""
    connection = raw(session())
    change_set = propose_edit(connection, scope(), read_edit(id, request.form))
    changes.apply(connection, scope(), change_set)
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


def _shown(found: cards.Card) -> dict[str, Any]:
    """The card as the templates want it: a history entry says when, who, and which fields."""
    return {
        **vars(found),
        "photos": attachments.of_asset(raw(session()), scope(), found.id),
        "history": [
            {"when": e.at, "who": e.by, "change_set_title": e.title, "fields": e.differences, "note": ""}
            for e in found.history
        ],
    }


__all__ = ["blueprint"]
