"""Programs as they are started from a shell, and what a whole run of one costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import Absent, Cost

# What would point a measurement at somebody's own register, or have every program compiled anew at each start.
UNWANTED = ("DATABASE_URL", "REGISTRY_", "PYTHONDONTWRITEBYTECODE")


def environment(**given: str) -> dict[str, str]:
    """The environment of this process, with no setting of a register but those given."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith(UNWANTED)}, "REGISTRY_LANGUAGE": "zh", **given}


def registry() -> str:
    """Our own program, beside the Python that runs this."""
    return str(Path(sys.executable).with_name("registry"))


def needed(program: str) -> str:
    """The path of a program. Raises Absent."""
    found = shutil.which(program)
    if found is None:
        raise Absent(program)
    return found


def cost_of(command: list[str], variables: Mapping[str, str]) -> tuple[Cost, str]:
    """Run a program to its end; its cost and what it printed. Raises RuntimeError with the output if it fails.

    CPU time and peak memory are those of the program and of what it started, without the database server. The kernel
    counts the memory of the process that starts a program towards it: this process is kept small, so that it does not show.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=dict(variables))
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (output, errors):
            file.seek(0)
        printed = output.read()
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {process.returncode}\n{printed[-2000:]}{errors.read()[-2000:]}")
    peak_kb = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss / 1024
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak_kb / 1024), printed
