"""The domain."""

from registry.slices import Announcement

__version__ = "0.1.0"

ANNOUNCEMENT = Announcement(texts=("registry.texts:TEXTS",))
