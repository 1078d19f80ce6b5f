"""Districts and the areas in them."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={"district": "registry.commands.layers:district"},
)
