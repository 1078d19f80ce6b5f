"""Photos as attachments of assets."""

from registry.operations.revision import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run(__file__)
