"""Deliveries in the browser: upload, mapping, check, downloads."""

from registry.access.scope import Scope
from registry.i18n import N_
from registry.slices import Announcement, MenuEntry

ANNOUNCEMENT = Announcement(
    blueprints=(
        "web.deliveries.pages:blueprint",
        "web.deliveries.uploads:blueprint",
        "web.deliveries.downloads:blueprint",
    ),
    scripted=("uploads", "deliveries.progress"),
    menu=(MenuEntry("deliveries", N_("交付"), "deliveries.listing", "web.deliveries:is_shown_to"),),
)


def is_shown_to(scope: Scope) -> bool:
    """Whether the menu leads this person to the deliveries: whoever sees a layer may see what was delivered for it."""
    return bool(scope.layers)
