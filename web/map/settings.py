"""What every map on a page needs: the layers in the person's scope, and where things are."""

from __future__ import annotations

from flask import request

from registry.catalogue.layers import Layer, stored_layers
from web.http.settings import settings as given_settings
from web.http.transaction import connection, scope
from web.map.folium_map import Basemap, MapSettings


def layers_in_scope() -> list[Layer]:
    """The layers that the person may see, in drawing order."""
    return [layer for code, layer in stored_layers(connection()).items() if code in scope().layers]


def map_settings() -> MapSettings:
    """Where the map finds the district's data, the sign-in page, the files and the backdrop."""
    settings = given_settings()
    basemap = (
        Basemap(settings.basemap_url, settings.basemap_datum, settings.basemap_attribution)
        if settings.basemap_url
        else None
    )
    root = request.script_root
    return MapSettings(f"{root}/{scope().district}", f"{root}/sign-in", f"{root}/static", basemap)
