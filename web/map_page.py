"""The map of a district."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from registry.conditions import conditions
from web.district_pages import asked, district_blueprint
from web.headers import nonce
from web.map import MapView, build_map
from web.scene import layers_in_scope, map_settings
from web.transaction import district, scope, session

blueprint = district_blueprint("map", __name__)


@blueprint.get("/map")
def show() -> ResponseReturnValue:
    """The shell of the map, without data: tiles, counts and cards are asked for by the browser."""
    wanted, visible = asked(), layers_in_scope()
    named = conditions(session(), scope(), wanted, {layer.code: layer for layer in visible})
    view = MapView(district().box, chips=[(c.key, c.value, c.label) for c in named])
    parts = build_map(district(), visible, map_settings(), view, nonce=nonce())
    return render_template("map.html", map=parts, layers=visible)
