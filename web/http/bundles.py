"""Addresses of the built browser files: plain name to the name that carries the hash of the content."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from registry.errors import Unavailable

BUILD = Path(__file__).parents[1] / "static" / "build"


def bundle(name: str) -> str:
    """Path below the static folder, such as `"build/map-4QK2.js"` for `"map.js"`.

    The name changes with the content, so the file may be cached for ever. Raises Unavailable before the first build.
    """
    manifest = BUILD / "manifest.json"
    try:
        names = _read(manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        raise Unavailable("web.assets_not_built") from None
    return f"build/{names[name]}"


@lru_cache(maxsize=1)
def _read(_modified: int) -> dict[str, str]:
    names: dict[str, str] = json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))
    return names
