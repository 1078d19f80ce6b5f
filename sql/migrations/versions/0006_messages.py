"""Codes and details instead of sentences; codes of assets that fit on a line."""

from registry.operations.revision import run

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    run(__file__)
