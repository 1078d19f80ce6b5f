"""What every Alembic revision does: run the SQL file of its own name."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run(revision_file: str) -> None:
    """Execute the `.sql` beside a revision's `.py`. By the driver itself, so that `%` and `:` in it mean nothing."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8"))
