"""Change sets: proposed, applied, undone."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={"changes": "registry.commands.changes:changes"},
)
