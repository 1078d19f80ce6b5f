"""What the operating system is asked about our processes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals, parent: int | None = None) -> None:
    """Have the system send this process a signal when its parent is gone, however that went. Linux only.

    It comes several times, once for each thread of the parent that ends. `parent` is the one that started this process: if
    he is gone already, the signal comes at once.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def at_work_in(folder: Path) -> list[int]:
    """The processes whose working folder this is, as far as we may ask; no dead one. Linux only; elsewhere none."""
    found, folder = [], folder.resolve()
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # gone meanwhile, or not ours
            if place.readlink() == folder:
                found.append(int(place.parent.name))
    return found
