"""Room for rewriting many assets at once."""

from registry.operations.revision import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run(__file__)
