"""Our speed beside a peer's, in one run on one machine. Ratios hold from machine to machine, seconds do not."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={"bench": "benchmarks.command:bench"},
    documents=("benchmarks.md",),
)
