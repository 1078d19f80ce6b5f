"""The map of a district."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from registry.assets.filter_labels import conditions
from web.http.headers import nonce
from web.http.routing import asked, district_blueprint
from web.http.transaction import district, scope, session
from web.map.folium_map import MapView, build_map
from web.map.settings import layers_in_scope, map_settings

blueprint = district_blueprint("map", __name__)


@blueprint.get("/map")
def show() -> ResponseReturnValue:
    """The shell of the map, without data: tiles, counts and cards are asked for by the browser."""
    wanted, visible = asked(), layers_in_scope()
    named = conditions(session(), scope(), wanted, {layer.code: layer for layer in visible})
    view = MapView(district().box, chips=[(c.key, c.value, c.label) for c in named])
    parts = build_map(district(), visible, map_settings(), view, nonce=nonce())
    return render_template("map/map.html", map=parts, layers=visible)
