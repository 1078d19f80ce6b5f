"""The PostgreSQL programs on the disk, beside those that run: a package may be upgraded under a running server.

From then on a new session loads libraries of the new version into the old program, and PL/pgSQL is missing from it
("undefined symbol"), while sessions that are open go on as if nothing had happened.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from registry.errors import Unavailable
from registry.settings import settings


def folder(major: int | None = None) -> Path:
    """Where the server programs lie: of this major version if it is there, else of the newest. REGISTRY_POSTGRES decides
    before all. Raises Unavailable where there are none."""
    given = settings().postgres
    there = [place for place in ([Path(given)] if given else _usual()) if (place / "postgres").is_file()]
    if not there:
        raise Unavailable("cluster.program_missing")
    return next((place for place in there if major_of(place) == major), there[0])


def _usual() -> list[Path]:
    """As Debian lays them, the newest first; elsewhere whatever the path finds."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parts[-2]), reverse=True)
    found = shutil.which("pg_ctl")
    return versions + ([Path(found).resolve().parent] if found else [])


def major_of(programs: Path) -> int:
    """The version whose data these programs can read: 15."""
    return int(re.split(r"\D", on_disk(programs), maxsplit=1)[0])


def on_disk(programs: Path) -> str:
    """The whole version of the server program, as a server tells it: `15.20 (Debian 15.20-0+deb12u1)`."""
    program = programs / "postgres"
    return _version(program, program.stat().st_ino, program.stat().st_mtime_ns)


@cache
def _version(program: Path, _inode: int, _written: int) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.partition("(PostgreSQL)")[2].strip()


def is_replaced(server: int) -> bool:
    """Whether the program that this process runs is no longer on the disk: another one lies in its place, or none. Linux only;
    elsewhere never."""
    if sys.platform != "linux":
        return False
    try:
        return os.readlink(f"/proc/{server}/exe").endswith(" (deleted)")
    except FileNotFoundError:  # the server is gone
        return False
