"""What every answer tells the browser not to do."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

from registry.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Set the security headers on every response; templates get `csp_nonce`."""
    images = basemap_source(settings.basemap_url)
    app.context_processor(lambda: {"csp_nonce": nonce()})

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _policy(nonce(), images, settings.behind_https))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=(), payment=()"
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.behind_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response


def nonce() -> str:
    """The nonce of this response's own scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def _policy(nonce: str, images: str, https: bool) -> str:
    rules = [
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        f"style-src 'self' 'nonce-{nonce}'",
        f"img-src 'self' data:{images}",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join([*rules, "upgrade-insecure-requests"] if https else rules)


def basemap_source(url: str | None) -> str:
    """The basemap's host as a source of images, with a leading space; "" without a basemap.

    A placeholder in the host, `https://t{s}.tiles.example/…`, becomes `https://*.tiles.example`.
    """
    if not url:
        return ""
    parts = urlsplit(url)
    host = parts.netloc
    if "{" in host:
        host = "*." + host.partition(".")[2]
    return f" {parts.scheme}://{host}"
