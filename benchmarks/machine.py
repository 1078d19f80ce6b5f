"""What the figures were taken on: without it, nobody can tell later why they differ."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.databases import EMPTY, Server
from registry import __version__


def about(server: Server) -> dict[str, Any]:
    """Versions, processor and present load."""
    return {
        "version": __version__, "revision": _said("git", "rev-parse", "--short", "HEAD"), "python": platform.python_version(),
        "machine": platform.platform(), "processor": _processor(), "cores": os.cpu_count(), "load": os.getloadavg(),
        "gdal": _said("ogr2ogr", "--version"), "database": _value(server, "SELECT version()"),
        "postgis": _value(server, "SELECT postgis_lib_version()"),
    }  # fmt: skip


def _said(*command: str) -> str:
    """The first line of what a program prints; empty where there is none, or outside a checkout."""
    if shutil.which(command[0]) is None:
        return ""
    here = Path(__file__).parent
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)
    return done.stdout.partition("\n")[0]


def _value(server: Server, question: str) -> str:
    with server.connect(EMPTY) as connection:
        row = connection.execute(question.encode()).fetchone()
    return str(row[0]) if row else ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
