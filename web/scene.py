"""What every map on a page needs: the layers in the person's scope, and where things are."""

from __future__ import annotations

from flask import current_app, request

from registry.database import raw
from registry.layers import Layer, stored_layers
from registry.settings import Settings
from web.map import Basemap, MapSettings
from web.transaction import scope, session


def layers_in_scope() -> list[Layer]:
    """The layers that the person may see, in drawing order."""
    return [layer for code, layer in stored_layers(raw(session())).items() if code in scope().layers]


def map_settings() -> MapSettings:
    """Where the map finds the district's data, the sign-in page, the files and the backdrop."""
    settings: Settings = current_app.extensions["chengji.settings"]
    basemap = (
        Basemap(settings.basemap_url, settings.basemap_datum, settings.basemap_attribution)
        if settings.basemap_url
        else None
    )
    root = request.script_root
    return MapSettings(f"{root}/{scope().district}", f"{root}/sign-in", f"{root}/static", basemap)
