"""Fixtures for contracts."""

from collections.abc import Iterator

import pytest
from contracting import Connection, Desk

from registry.database.connections import connect


@pytest.fixture
def seeded(seeded_database: str) -> Iterator[Connection]:
    """The seeded register as the application sees it; rolled back."""
    with connect(seeded_database) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def desk(seeded: Connection) -> Desk:
    """A contract manager and an approver in the seeded register; rolled back."""
    return Desk(seeded)
