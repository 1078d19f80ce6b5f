"""Fixtures for every folder of tests.

Databases: one template per run, made by the real migrations, and each worker's own copy of it. A test takes the cheapest
fixture that will do: `connection` (rolled back) before `clone` (a database of its own). Nothing here is a mock.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
import seed

from registry.database.connections import connect
from registry.errors import Unavailable
from registry.operations.migrations import migrate
from registry.settings import settings

# Nothing has read the settings yet (importing does not): tests never touch a developer's own cluster or database.
os.environ.pop("DATABASE_URL", None)
os.environ["REGISTRY_HOME"] = str(databases.HOME)
os.environ["REGISTRY_LANGUAGE"] = "zh"

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that the project does not ship; tests that need them are skipped where they are absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real test files at {SHARED}")
    return SHARED


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker whose run it belongs to."""
    node.workerinput["run"] = os.getpid()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run's databases go at its very end, when all workers are through."""
    if not hasattr(session.config, "workerinput"):
        databases.sweep(os.getpid())


@pytest.fixture(scope="session")
def run_name(request: pytest.FixtureRequest) -> str:
    """What the names of this run's databases begin with."""
    return f"{databases.PREFIX}{getattr(request.config, 'workerinput', {}).get('run', os.getpid())}"


@pytest.fixture(scope="session")
def worker_name(run_name: str, request: pytest.FixtureRequest) -> str:
    """What the names of this worker's databases begin with."""
    return f"{run_name}_{getattr(request.config, 'workerinput', {}).get('workerid', 'main')}"


def _made(template: str, make: Callable[[str], None]) -> str:
    """The server, once `template` is there. Without PostGIS: skipped at a desk, a failure in CI."""
    try:
        with databases.turn():
            url = databases.server()
            make(url)
            return url
    except (Unavailable, psycopg.OperationalError) as error:
        if os.environ.get("CI", "").lower() == "true":
            raise
        pytest.skip(f"no PostGIS to test with: {error}")


@pytest.fixture(scope="session")
def database_server(run_name: str) -> str:
    """The server, with the templates of this run on it."""

    def make(url: str) -> None:
        databases.ensure(url, run_name, migrate)
        databases.ensure(url, f"{run_name}_seeded", seed.fill, template=run_name)

    return _made(run_name, make)


@pytest.fixture(scope="session")
def database_template(database_server: str, run_name: str) -> str:
    """Name of the migrated, empty register of this run. Nobody connects to it, so that it can be copied at any time."""
    return run_name


@pytest.fixture(scope="session")
def seeded_template(database_server: str, run_name: str) -> str:
    """Name of the register with `seed`'s two districts, people and assets in it."""
    return f"{run_name}_seeded"


@pytest.fixture(scope="session")
def database(database_server: str, database_template: str, worker_name: str) -> Iterator[str]:
    """This worker's migrated, empty register: for tests that roll back."""
    with databases.clone(database_server, database_template, f"{worker_name}_empty") as url:
        yield url


@pytest.fixture(scope="session")
def seeded_database(database_server: str, seeded_template: str, worker_name: str) -> Iterator[str]:
    """This worker's seeded register: for tests that only read, or roll back."""
    with databases.clone(database_server, seeded_template, f"{worker_name}_full") as url:
        yield url


@pytest.fixture(scope="session")
def clone_name(worker_name: str) -> Callable[[], str]:
    """A new name for each database that a test makes."""
    numbers = itertools.count(1)
    return lambda: f"{worker_name}_{next(numbers)}"


@pytest.fixture
def clone(database_server: str, database_template: str, clone_name: Callable[[], str]) -> Iterator[str]:
    """An empty register of the test's own: for tests that commit."""
    with databases.clone(database_server, database_template, clone_name()) as url:
        yield url


@pytest.fixture
def seeded_clone(database_server: str, seeded_template: str, clone_name: Callable[[], str]) -> Iterator[str]:
    """A seeded register of the test's own: for tests that commit."""
    with databases.clone(database_server, seeded_template, clone_name()) as url:
        yield url


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    """The empty register as the application's role sees it; rolled back."""
    with connect(database) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def owner_connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    """The empty register as its owner sees it; rolled back. What it writes `connection` does not see."""
    with connect(database, role="chengji_owner") as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def people(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """The districts and people of `seed` in `connection`, without assets: ids by user name."""
    return seed.districts_and_people(connection)


@pytest.fixture
def district(people: dict[str, int]) -> str:
    """The seeded district, in `connection`."""
    return seed.DISTRICT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, for it and for the processes it starts."""
    monkeypatch.setenv("REGISTRY_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()
