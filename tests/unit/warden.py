"""Reads files that may do anything, each in a process of its own with limits, and tells how it ended.

Started as a program: a path comes in on a line, a verdict goes out on a line. It forks for each file, so that the cost
of starting Python and GDAL is paid once.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

SECONDS = 10
MEGABYTES = 1024
# Address space, not memory in use: libraries reserve far more than they touch.
ADDRESSES = 6 << 30


def verdict(path: Path) -> dict[str, object]:
    """`rows` or `error` or, which must never be, `fault`."""
    from importers.errors import SourceError
    from importers.read.reader import inspect, read

    try:
        rows = sum(len(batch) for source in inspect(path) for batch in read(path, source.name))
    except SourceError as error:
        return {"ended": "error", "kind": type(error).__name__, "message": error.message, "hint": error.hint}
    except BaseException:
        return {"ended": "fault", "message": traceback.format_exc()}
    return {"ended": "rows", "rows": rows}


def tried(path: Path) -> dict[str, object]:
    """The verdict of a child process, with the processor seconds and megabytes that it took."""
    told_r, told_w = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * 2, SECONDS * 2))
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
        signal.alarm(120)
        os.write(told_w, json.dumps(verdict(path)).encode()[: 1 << 16])
        os._exit(0)
    os.close(told_w)
    with os.fdopen(told_r, "rb") as heard:
        body = heard.read()
    _pid, status, used = os.wait4(child, 0)
    found = json.loads(body) if body else {"ended": "fault", "message": f"killed by signal {os.WTERMSIG(status)}"}
    return found | {"seconds": round(used.ru_utime + used.ru_stime, 2), "megabytes": used.ru_maxrss >> 10}


def main() -> None:
    """Serve until the input ends. What every file needs is imported before the first fork."""
    import importers.read.formats.geoparquet
    import importers.read.gdal
    import importers.read.reader

    importers.read.gdal._pyogrio()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(tried(Path(line.rstrip("\n")))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
