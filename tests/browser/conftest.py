"""The demo district, served by `registry serve`, and people who look at it in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from registry.errors import Unavailable

from . import demo_district
from .visit import Visit, until

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-default-browser-check",
)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 20_000  # ms; on a busy machine: nothing here measures time
Visiting = Callable[..., Visit]


def _absent(what: str) -> Any:
    """Skipped at a desk, a failure in CI."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        _absent(f"no browser to test with: none of {', '.join(PROGRAMS)}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo_database(run_name: str, worker_name: str) -> Iterator[str]:
    """This worker's copy of the demo district."""
    with ExitStack() as stack:
        try:
            with databases.turn():  # the copy too: a run that ends now must see that the cluster is in use
                url = databases.server()
                name = demo_district.template(url, run_name)
                copy = stack.enter_context(databases.clone(url, name, f"{worker_name}_demo"))
        except (Unavailable, psycopg.OperationalError) as error:
            _absent(f"no PostGIS to test with: {error}")
        yield copy


@pytest.fixture(scope="session")
def server(demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `registry serve` on the demo district."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {"DATABASE_URL": demo_database, "REGISTRY_HOME": str(home), "REGISTRY_PORT": str(port)}
    with (home / "log").open("w+") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("registry"), "serve"], env={**os.environ, **given}, stdout=log, stderr=log
        )
        try:
            until(lambda: process.poll() is not None or _answers(port), "the server to answer")
            assert process.poll() is None, (home / "log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def tickets(browser: Browser, server: str) -> Callable[[str], StorageState]:
    """`tickets("admin")`: the cookies of this account, signed in through the form once per run."""
    kept: dict[str, StorageState] = {}

    def of(username: str) -> StorageState:
        if username not in kept:
            with browser.new_context() as context:
                visit = Visit(context, server)
                visit.sign_in(username, demo_district.PASSWORD)
                kept[username] = context.storage_state()
        return kept[username]

    return of


@pytest.fixture
def visiting(browser: Browser, server: str, tickets: Callable[[str], StorageState]) -> Iterator[Visiting]:
    """`visiting("inspector", "/330105/assets")`: a page in a browser of its own, with empty caches.

    None as the account is nobody; options are Playwright's for a context. At the end of the test no page may have
    complained, met its Content-Security-Policy or asked another host.
    """
    begun: list[Visit] = []

    def begin(username: str | None = "admin", path: str = f"/{demo_district.DISTRICT}/map", **options: Any) -> Visit:
        wide = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "reduced_motion": "reduce"}
        ticket = {"storage_state": tickets(username)} if username else {}
        visit = Visit(browser.new_context(**{**wide, **ticket, **options}), server)
        begun.append(visit)
        visit.open(path)
        return visit

    yield begin
    troubles = [trouble for visit in begun for trouble in visit.troubles]
    for visit in begun:
        visit.context.close()
    assert not troubles


PHONE = {"viewport": {"width": 375, "height": 812}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture
def phone(visiting: Visiting) -> Visiting:
    """As `visiting`, on a phone."""
    return lambda *arguments, **options: visiting(*arguments, **{**PHONE, **options})


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, str], None]:
    """`figures("map", "212 KB")`: a figure for the end of the run; seen, never judged."""
    return lambda name, value: record_property("figure", f"{name}: {value}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures that the tests saw."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    seen = [v for r in reports for name, v in r.user_properties if name == "figure" and r.when == "call"]
    if seen:
        terminalreporter.section("figures")
        for figure in seen:
            terminalreporter.write_line(str(figure))
