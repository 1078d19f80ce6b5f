"""Where one arrives: which district, which language, and whether the machine is well."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(blueprints=("web.home.pages:blueprint",), scripted=("home.health",))
