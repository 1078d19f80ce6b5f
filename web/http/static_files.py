"""The browser's files. Built ones carry the hash of their content in their name, so they may be kept for ever."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from web.http.bundles import bundle
from web.http.compression import accepted, gzip_body

FOLDER = Path(__file__).parents[1] / "static"
TEXTS = (".js", ".css", ".svg")
FOR_EVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Serve `/static/…`; templates get `bundle_url(name)`."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send)
    app.context_processor(lambda: {"bundle_url": bundle_url})


def bundle_url(name: str) -> str:
    """Address of a built file by its plain name, such as `bundle_url('page.css')`. Raises Unavailable before the build."""
    return f"{request.script_root}/static/{bundle(name)}"


def send(filename: str) -> Response:
    """One file below web/static; 404 for anything else."""
    response = send_from_directory(FOLDER, filename)
    if filename.startswith("build/") and filename != "build/manifest.json":
        response.headers["Cache-Control"] = FOR_EVER
    if filename.endswith(TEXTS):
        response.vary.add("Accept-Encoding")
        if accepted() and response.status_code == 200:
            _squeeze(response, FOLDER / filename)
    return response


def _squeeze(response: Response, path: Path) -> None:
    response.close()  # the open file
    response.direct_passthrough = False
    response.set_data(_squeezed_file(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    response.set_etag(response.get_etag()[0] or "", weak=True)


@lru_cache(maxsize=64)
def _squeezed_file(path: Path, _modified: int) -> bytes:
    return gzip_body(path.read_bytes())
