"""Web servers for as long as a measurement lasts, and a client that keeps its connection as a browser does."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from importlib.util import find_spec
from urllib.parse import quote, urlencode

from benchmarks.databases import Server
from benchmarks.measuring import Absent
from benchmarks.programs import environment, registry

HOST = "127.0.0.1"
PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back; the body as it was sent, squeezed or not."""

    status: int
    headers: Message  # names in any case
    body: bytes

    @property
    def plain(self) -> bytes:
        """The body, unsqueezed."""
        return gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body


@dataclass
class Client:
    """One connection, kept, with the cookies of one person."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path. Header names are written with underscores."""
        return self._ask("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})

    def sign_in(self, username: str, password: str) -> None:
        """Through the form, as a person does. Raises RuntimeError if it is refused."""
        form = self.get("/sign-in").plain.decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        if token is None:
            raise RuntimeError("no token in the sign-in form")
        fields = {"username": username, "password": password, "csrf_token": token[1]}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._ask("POST", "/sign-in", urlencode(fields), headers).status != 302:
            raise RuntimeError(f"{username} may not sign in")

    def close(self) -> None:
        """Give the connection up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Accept-Encoding": "gzip", "Connection": "keep-alive", **headers}
        self._connection.request(method, path, body, {**sent, "Cookie": kept} if kept else sent)
        response = self._connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        for given in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(given).items()})
        return answer


@contextmanager
def ours(server: Server, database: str) -> Iterator[int]:
    """`registry serve` on a database of the cluster; yields its port."""
    port = free_port()
    variables = environment(REGISTRY_HOME=str(server.home), DATABASE_URL=server.address(database))
    with _serving([registry(), "serve", "--port", str(port)], variables, port, "/healthz"):
        yield port


@contextmanager
def tipg(server: Server, database: str) -> Iterator[int]:
    """tipg on the same database; yields its port. Raises Absent.

    Nothing is cut off (its own default is 10,000 features), and the margin of a tile is as narrow as ours.
    """
    if find_spec("tipg") is None or find_spec("uvicorn") is None:
        raise Absent("tipg, uvicorn (requirements/bench.txt)")
    port, parts = free_port(), server.parts
    variables = environment(
        DATABASE_URL=f"postgresql://{parts['user']}@{quote(parts['host'], safe='')}:{parts['port']}/{database}",
        TIPG_DB_SCHEMAS='["registry"]', TIPG_DB_TABLES='["registry.asset"]', TIPG_CATALOG_TTL="0",
        TIPG_MAX_FEATURES_PER_TILE="1000000", TIPG_TILE_BUFFER="64",
    )  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port),
               "--log-level", "warning", "--timeout-keep-alive", "600"]  # fmt: skip
    with _serving(command, variables, port, "/healthz"):
        yield port


@contextmanager
def _serving(command: list[str], variables: dict[str, str], port: int, ready: str) -> Iterator[None]:
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=variables
        )
        try:
            if not _answers(process, port, ready):
                output.seek(0)
                raise RuntimeError(f"{' '.join(command)} does not answer:\n{output.read()[-2000:]}")
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _answers(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            return Client(port).get(path).status == 200
        except OSError:
            time.sleep(0.1)
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
