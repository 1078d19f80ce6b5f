"""`registry …` many times over: each a process of its own, forked from this one, which has the slow libraries loaded.

Nothing of the program itself is loaded before the fork, so that each command begins as the console command does. Reads a line
of JSON for each command (`arguments`, `folder`, `environment`, `input`, `output`, `error`: names of files), answers its exit
code.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib.metadata import entry_points
from typing import Any, NoReturn

import click
import flask
import numpy
import psycopg
import pyarrow
import pyogrio
import pyproj
import shapely
import sqlalchemy.orm

__all__ = ["click", "flask", "numpy", "psycopg", "pyarrow", "pyogrio", "pyproj", "shapely", "sqlalchemy"]


def _become(request: dict[str, Any]) -> NoReturn:
    """The command, to its end."""
    code: Any = 1
    try:
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        for number, (name, how) in enumerate(
            ((request["input"], os.O_RDONLY), (request["output"], flags), (request["error"], flags))
        ):
            os.dup2(os.open(name, how, 0o600), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - what the parent read ahead is not ours
        sys.argv = ["registry", *request["arguments"]]
        (entry,) = entry_points(group="console_scripts", name="registry")
        code = entry.load()() or 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def main() -> None:
    """Until standard input ends."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
