"""gzip, for what is worth it and safe."""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

WORTH_IT = 1024
TYPES = frozenset({"application/json", "application/geo+json", "text/html"})


def init_app(app: Flask) -> None:
    """Compress pages and JSON for browsers that take it."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in TYPES or response.direct_passthrough or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        if accepted() and len(body) >= WORTH_IT:
            response.set_data(gzip_padded(body))
            response.headers["Content-Encoding"] = "gzip"
        return response


def accepted() -> bool:
    """Whether the browser takes gzip."""
    return bool(request.accept_encodings["gzip"])


def gzip_padded(body: bytes) -> bytes:
    """gzip of a length that varies by chance, for answers with secrets next to what was typed in (BREACH).

    Padded by a file name in the gzip header, as in "Heal the Breach" (https://ieeexplore.ieee.org/document/9754554).
    """
    padded = io.BytesIO()
    name = "a" * secrets.randbelow(100)
    with gzip.GzipFile(name, "wb", compresslevel=6, fileobj=padded, mtime=0) as file:
        file.write(body)
    return padded.getvalue()


def gzip_body(body: bytes) -> bytes:
    """gzip, the same bytes for the same body."""
    return gzip.compress(body, compresslevel=6, mtime=0)
