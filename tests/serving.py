"""The server as processes of its own, for tests: started by its command, visited over HTTP, killed."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import seed

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether another server may listen there, as `registry serve` asks it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(address: str, seconds: float = 40) -> int:
    """The status of the first answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def children(parent: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def descendants(parent: int) -> set[int]:
    found: set[int] = set()
    new = {parent}
    while new:
        new = {child for each in new for child in children(each)} - found
        found |= new
    return found


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def served(command: str, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of our commands that serve, until the end of this at the latest; it answers by now."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "registry.commands.main", *command.split()], cwd=ROOT, stdout=subprocess.DEVNULL,
        env={**os.environ, "REGISTRY_PORT": str(port), "REGISTRY_LANGUAGE": "zh", **environment},
    )  # fmt: skip
    try:
        assert wait_for(f"http://127.0.0.1:{port}") == 200
        yield process
    finally:
        process.kill()
        process.wait()


class Visitor:
    """A surveyor's browser over HTTP: his cookies outlive the server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies = http.cookiejar.CookieJar()
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        form = {"username": "surveyor", "password": seed.PASSWORD, "csrf_token": self._token("/sign-in")}
        self._open(urllib.request.Request(self._address("/sign-in"), urllib.parse.urlencode(form).encode()))

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"

    def _open(self, request: urllib.request.Request) -> bytes:
        with self._browser.open(request, timeout=60) as answer:
            body: bytes = answer.read()
            return body

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self._open(self._request(path)).decode())
        assert found, f"{path} has no form"
        return found[1]

    def _request(self, path: str, body: bytes | None = None, method: str | None = None) -> urllib.request.Request:
        request = urllib.request.Request(self._address(path), body, method=method)
        if body is not None:
            request.add_header("X-CSRFToken", self._token("/password"))
            request.add_header("Content-Type", "application/json" if method == "POST" else "application/octet-stream")
        return request

    def send(self, method: str, path: str, body: bytes) -> Any:
        """What the page's script sends; the answer's JSON."""
        return json.loads(self._open(self._request(path, body, method)))

    def begin_to_send(self, path: str, first: bytes, length: int) -> http.client.HTTPConnection:
        """The first bytes of a body that is said to be longer."""
        request = self._request(path, first, "PUT")
        self._cookies.add_cookie_header(request)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.putrequest("PUT", path)
        for name, value in {**request.headers, **request.unredirected_hdrs, "Content-Length": str(length)}.items():
            connection.putheader(name, value)
        connection.endheaders(first)
        return connection
