"""Words of columns are held by the vocabulary; the review's counter has a column of its own."""

from registry.operations.revision import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run(__file__)
