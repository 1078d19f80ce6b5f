"""The map: the Folium shell, its tiles and what it asks."""

from registry.i18n import N_
from registry.slices import Announcement, MenuEntry

ANNOUNCEMENT = Announcement(
    blueprints=("web.map.pages:blueprint", "web.map.tiles:blueprint", "web.map.api:blueprint"),
    scripted=("tiles", "questions"),
    menu=(MenuEntry("map", N_("地图"), "map.show"),),
)
