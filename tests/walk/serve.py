"""`registry` by its console entry point, which also writes down every address of the application that it serves.

So the walk knows all addresses, and does not know in which module the application is made.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import flask


def _note_addresses() -> None:
    """At the first request; the server's processes fork from this one."""
    file, answer = Path(os.environ["WALK_ADDRESSES"]), flask.Flask.__call__

    def noting(self: flask.Flask, environ: Any, start_response: Any) -> Any:
        if not file.exists():
            addresses = sorted((rule.rule, sorted(rule.methods or ())) for rule in self.url_map.iter_rules())
            file.write_text(json.dumps(addresses, ensure_ascii=False), encoding="utf-8")
        return answer(self, environ, start_response)

    flask.Flask.__call__ = noting  # type: ignore[method-assign]


if __name__ == "__main__":
    _note_addresses()
    (entry,) = entry_points(group="console_scripts", name="registry")
    entry.load()()
