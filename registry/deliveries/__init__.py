"""What surveyors upload, and the steps it goes through."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(tasks=("registry.deliveries.steps:WORK",))
