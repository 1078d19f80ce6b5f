"""The list and the page of an asset, its photos and edits."""

from registry.i18n import N_
from registry.slices import Announcement, MenuEntry

ANNOUNCEMENT = Announcement(
    blueprints=(
        "web.register.pages:blueprint",
        "web.register.photos:blueprint",
        "web.register.unassigned_photos:blueprint",
    ),
    scripted=("register.card",),
    menu=(MenuEntry("assets", N_("列表"), "register.listing"),),
)
