"""A photo as an answer: shown, never run, and seen again only by whom may still see it."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file


def picture(path: Path, tag: str) -> Response:
    """The JPEG at this place, which the caller has found to be within the person's scope; `tag` is the scope's for it."""
    response: Response = send_file(path, "image/jpeg", conditional=True, etag=tag, max_age=None)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    response.vary.add("Cookie")
    return response
