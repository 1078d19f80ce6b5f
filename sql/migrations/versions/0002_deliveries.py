"""Deliveries, and changes that say how their row was recognised."""

from registry.operations.revision import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run(__file__)
