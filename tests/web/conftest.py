"""The application on a seeded register, and browsers of people who signed in through its own form."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from signing_in import Browser, signed_in

import web.http.bundles
import web.http.static_files
from registry.access import passwords
from registry.database.connections import connect
from registry.settings import Settings, settings
from web.app import create_app

BUNDLES = (
    "favicon.svg",
    "page.css",
    "page.js",
    "deliveries.js",
    "leaflet.js",
    "map.js",
    "map.css",
    "review.js",
)


@pytest.fixture(scope="session", autouse=True)
def browser_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Stand-ins for the built browser files: these tests need no Node."""
    static = tmp_path_factory.mktemp("static")
    build = static / "build"
    build.mkdir()
    names = {name: "-4QK2.".join(name.rsplit(".", 1)) for name in BUNDLES}
    for name in names.values():
        (build / name).write_text(f"/* {name} */" * 200)
    (build / "manifest.json").write_text(json.dumps(names))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web.http.bundles, "BUILD", build)
        patch.setattr(web.http.static_files, "FOLDER", static)
        yield static


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """argon2 at a thousandth of its price: these tests sign in hundreds of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", seed.QUICK)
        passwords._nobody.cache_clear()
        yield
        passwords._nobody.cache_clear()


@pytest.fixture
def slow_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """argon2 at its full price, for a test that is about it."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session")
def app_settings() -> Settings:
    """Settings of the tests: short statements, a known key."""
    return dataclasses.replace(settings(), secret_key="not a secret", session_minutes=30, statement_seconds=5)


@pytest.fixture(scope="session")
def app(seeded_database: str, app_settings: Settings) -> Flask:
    """The application on this worker's seeded register, for tests that change nothing that others look at."""
    return create_app(app_settings, seeded_database)


@pytest.fixture
def own_app(seeded_clone: str, app_settings: Settings) -> Iterator[Flask]:
    """The application on a seeded register of the test's own."""
    made = create_app(app_settings, seeded_clone)
    yield made
    made.extensions["chengji.engine"].dispose()


@pytest.fixture
def upload_app(seeded_clone: str, app_settings: Settings, home: Path) -> Iterator[Flask]:
    """The application on a register and a home of the test's own, with a limit of 20 MB for a delivery."""
    made = create_app(dataclasses.replace(app_settings, home=home, upload_mb=20), seeded_clone)
    yield made
    made.extensions["chengji.engine"].dispose()


@pytest.fixture
def surveyor(upload_app: Flask) -> FlaskClient:
    """The surveyor's browser, on `upload_app`."""
    return signed_in(upload_app, "surveyor")


@pytest.fixture(scope="session")
def browser(app: Flask) -> Browser:
    """`browser("admin")`: a browser in which this person is signed in; the same one each time."""
    kept: dict[str, FlaskClient] = {}

    def of(username: str) -> FlaskClient:
        if username not in kept:
            kept[username] = signed_in(app, username)
        return kept[username]

    return of


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def asset_ids(seeded_database: str) -> dict[str, dict[str, list[int]]]:
    """All assets of the seeded register: ids by district and layer, in the order of codes. Copies of it have the same."""
    found: dict[str, dict[str, list[int]]] = {}
    with connect(seeded_database, role="chengji_owner") as connection:
        for district, layer, id in connection.execute("SELECT district, layer, id FROM registry.asset ORDER BY code"):
            found.setdefault(district, {}).setdefault(layer, []).append(id)
    return found


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement sent to PostgreSQL from now on, by whichever way; without the pool's ping."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def listen(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if text != ";":
            sent.append(text)
        return execute(self, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", listen)
    return sent
