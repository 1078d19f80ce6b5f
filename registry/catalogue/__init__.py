"""Layers and their classes, and how fields are named."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={"layer": "registry.commands.layers:layer"},
    documents=("data-model.md",),
)
