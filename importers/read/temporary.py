"""A place for what a reader unpacks. Readers are killed, and then clean up nothing: whoever comes next does it for them."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "chengji-reading-"
# Between making a folder and locking it: nobody may take it for abandoned.
NEW_SECONDS = 60.0


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that lives as long as the context, or as the processes that were forked inside it, if they live longer.

    A lock that ends with them says that it is in use; folders whose lock is free are removed first.
    """
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    holder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(holder)


def _sweep(within: Path) -> None:
    for left in within.glob(PREFIX + "*"):
        # Somebody else's, gone already, or in use: none of ours to remove.
        with suppress(OSError):
            _remove_abandoned(left)


def _remove_abandoned(folder: Path) -> None:
    """Raises OSError where it is not ours to remove."""
    holder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        held = os.fstat(holder)
        if held.st_uid == os.geteuid() and time.time() - held.st_ctime > NEW_SECONDS:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(holder)
