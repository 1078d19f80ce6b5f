"""A register of the walk's own: a home in a temporary folder, the program's commands, and its server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg

from .normal import Normal

LAUNCHER, FORKING = (Path(__file__).with_name(name) for name in ("serve.py", "fork.py"))
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


class Place:
    """Where the walk happens. `home` holds the register, `work` what is delivered and written."""

    def __init__(self, root: Path, program: Path, normal: Normal) -> None:
        root.chmod(0o755)  # PostgreSQL runs as another user where we are root
        self.home, self.work = root / "home", root / "work"
        self._between = root / "between"
        for folder in (self.work, self._between):
            folder.mkdir()
        self._url = ""
        self._turn = Lock()  # one command at a time
        self._forks: subprocess.Popen[str] | None = None
        self.program = program
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.addresses = root / "addresses.json"
        normal.say(str(self.home), "<home>")
        normal.say(str(self.work), "<work>")
        normal.say(str(program.parents[2]), "<checkout>")
        normal.say(f"127.0.0.1:{self.port}", "<address>")
        normal.say(f" {self.port} ", " <port> ")

    def environment(self, language: str, **more: str) -> dict[str, str]:
        """Nothing of the developer's own settings counts."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REGISTRY_", "DATABASE_URL", "LANG", "LC_", "PYTHON"))
        }
        return kept | {
            "REGISTRY_HOME": str(self.home), "REGISTRY_LANGUAGE": language, "REGISTRY_PORT": str(self.port),
            "REGISTRY_WORKERS": "1", "REGISTRY_UPLOAD_MB": "20", "REGISTRY_SECRET_KEY": "walked", "LANG": "C.UTF-8",
            "TZ": "Asia/Shanghai", "WALK_ADDRESSES": str(self.addresses), "COLUMNS": "100", **more,
        }  # fmt: skip

    def run(self, arguments: Sequence[str], language: str = "zh", stdin: str = "", **more: str) -> Done:
        """`registry …`, to its end."""
        files = {name: self._between / name for name in ("input", "output", "error")}
        with self._turn:
            files["input"].write_text(stdin, encoding="utf-8")
            request = {
                "arguments": list(arguments),
                "folder": str(self.work),
                "environment": self.environment(language, **more),
            }
            forks = self._forking()
            assert forks.stdin and forks.stdout
            forks.stdin.write(json.dumps(request | {name: str(path) for name, path in files.items()}) + "\n")
            forks.stdin.flush()
            code = int(forks.stdout.readline())
            return Done(
                code,
                *(files[name].read_text(encoding="utf-8", errors="backslashreplace") for name in ("output", "error")),
            )

    def _forking(self) -> subprocess.Popen[str]:
        """The process that commands are forked from."""
        if self._forks is None:
            self._forks = subprocess.Popen(
                [str(self.program.with_name("python")), "-P", str(FORKING)], cwd=self.work, env=self.environment("zh"),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        return self._forks

    def close(self) -> None:
        """Stop the database, and no more commands."""
        self.run(["down"])
        if self._forks is not None and self._forks.stdin:
            self._forks.stdin.close()
            self._forks.wait(PATIENCE_SECONDS)

    @contextmanager
    def served(self, command: str = "serve") -> Iterator[list[str]]:
        """The server, from its first answer on; it is asked to end afterwards. Its lines are in the list then."""
        python = self.program.with_name("python")
        lines: list[str] = []
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [str(python), "-P", str(LAUNCHER), *command.split()], cwd=self.work, env=self.environment("zh"),
                stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                _wait_for(f"{self.address}/healthz", process)
                yield lines
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise
                said.seek(0)
                lines += [*said.read().splitlines(), f"exit {process.returncode}"]

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the walk's database, whose owner we are."""
        with psycopg.connect(self._database()) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def hurry(self) -> None:
        """Nothing in this cluster is worth a disk's patience."""
        with psycopg.connect(self._database(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

    def _database(self) -> str:
        if not self._url:
            self._url = self.run(["up"]).out.strip()
        return self._url


@contextmanager
def place(program: Path, normal: Normal) -> Iterator[Place]:
    """A place that is gone afterwards, its database stopped."""
    root = Path(tempfile.mkdtemp(prefix="walk-"))
    made = Place(root, program, normal)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(root)


def own_program() -> Path:
    """The `registry` of the Python that walks."""
    return Path(sys.executable).parent / "registry"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.1)
