"""The demo district as a database to be served: made by the product's own command, kept between runs."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from benchmarks.databases import Server
from registry.database.statements import folder

DEMO = "demo_district"
DISTRICT = "330105"
ACCOUNT = "admin"


def build(server: Server) -> str:
    """The name of the demo's database; made anew (a few minutes) when its generator or the schema has changed."""
    present = fingerprint(folder(), files("demo"))
    if server.note_on(DEMO) != present or not _accounts(server).is_file():
        server.copy("template0")
        server.registry("demo")
        server.keep(DEMO, present)
    return DEMO


def password(server: Server) -> str:
    """The password of the account that sees all layers."""
    lines = _accounts(server).read_text(encoding="utf-8").splitlines()
    return next(line.split("\t")[1] for line in lines if line.startswith(f"{ACCOUNT}\t"))


def _accounts(server: Server) -> Path:
    return server.home / "demo-accounts.txt"


def fingerprint(*folders: Traversable) -> str:
    """A hash over the source files in folders."""
    found = hashlib.sha256()
    for each in folders:
        for file in sorted(each.iterdir(), key=lambda f: f.name):
            if file.is_dir() and not file.name.startswith("__"):
                found.update(fingerprint(file).encode())
            elif file.is_file() and not file.name.endswith(".pyc"):
                found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()
