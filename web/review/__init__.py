"""The page of a change set."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    blueprints=("web.review.pages:blueprint",),
    scripted=tuple(f"review.{name}" for name in ("rows", "row", "counts", "stale", "tile", "accept", "resolve")),
)
