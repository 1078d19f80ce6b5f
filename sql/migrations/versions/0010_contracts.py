"""Contracts: records of typed kinds, who has which right, zones on the asset, and what they cover."""

from registry.operations.revision import run

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    run(__file__)
