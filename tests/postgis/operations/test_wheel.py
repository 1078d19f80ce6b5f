"""A wheel is the whole product: SQL, templates and browser assets inside. It migrates a database and serves it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import databases
import pytest

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import registry, sys
from registry.commands.main import main
print(registry.__file__, file=sys.stderr)
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked where nothing else of the project is."""
    if not (ROOT / "web" / "static" / "build" / "manifest.json").is_file():
        pytest.fail("the browser assets are not built: make setup")
    source = tmp_path_factory.mktemp("source") / "chengji"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".cache", "var", "node_modules", "dist", "*.egg-info", "__pycache__"
    )
    shutil.copytree(ROOT, source, ignore=ignored)
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, source], check=True, capture_output=True
    )
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", target, *wheels.glob("*.whl")], check=True, capture_output=True
    )
    return target


@pytest.fixture
def empty_database(database_server: str, worker_name: str) -> Iterator[str]:
    with databases.clone(database_server, "template0", f"{worker_name}_wheel") as url:
        yield url


def environment(installed: Path, url: str, home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(installed), "DATABASE_URL": url, "REGISTRY_HOME": str(home)}


def test_a_wheel_migrates_and_serves(installed: Path, empty_database: str, tmp_path: Path) -> None:
    env = environment(installed, empty_database, tmp_path)
    command = [sys.executable, "-P", "-c", RUN]
    migrated = subprocess.run([*command, "migrate"], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert migrated.returncode == 0, migrated.stderr
    assert str(installed) in migrated.stderr, "it is the wheel that ran, not the checkout"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*command, "serve", "--port", str(port), "--workers", "1"], env=env, cwd=tmp_path)
    try:
        health = json.loads(_get(f"http://127.0.0.1:{port}/healthz"))
        page = _get(f"http://127.0.0.1:{port}/sign-in").decode()
        assert health, "healthy"
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert b"{" in _get(f"http://127.0.0.1:{port}{style}")
    finally:
        server.terminate()
        assert server.wait(20) == 0


def _get(address: str) -> bytes:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address}")
