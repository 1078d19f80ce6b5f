"""HTTP in; HTML, JSON and vector tiles out. The only place of Flask. Holds no SQL."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={"serve": "web.commands:serve", "run": "web.run:run"},
    texts=("web.texts:TEXTS",),
)
