"""The application, put together."""

from __future__ import annotations

from flask import Flask, g, request
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.urls import iri_to_uri

from registry.database import engine
from registry.pool import keep_warm
from registry.settings import Settings
from web import (
    compression,
    deliveries,
    district_pages,
    door,
    errors,
    headers,
    home,
    languages,
    map_page,
    papers,
    photos,
    questions,
    register,
    review,
    static_files,
    tiles,
    transaction,
    uploads,
    waiting_photos,
)  # fmt: skip
from web.languages import language
from web.secret import secret_key
from web.tile_cache import TileCache
from web.wording import worded

THREADS = 8
TILE_BYTES = 64 * 1024 * 1024


def create_app(settings: Settings, database_url: str) -> Flask:
    """The application of these settings, on this database. Opens one connection, to find out now whether it answers."""
    app = Flask(__name__, static_folder=None)
    app.extensions["chengji.settings"] = settings
    app.extensions["chengji.database"] = database_url
    app.extensions["chengji.tiles"] = TileCache(TILE_BYTES)
    if settings.behind_https:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    pool = engine(database_url, settings.statement_seconds, THREADS)
    keep_warm(pool, ready=1)
    _connect(app, settings, pool)
    return app


def _connect(app: Flask, settings: Settings, pool: Engine) -> None:
    """The order matters: number and language before the door, the transaction's end after every other hook."""
    district_pages.init_app(app)
    errors.init_app(app)
    languages.init_app(app)
    headers.init_app(app, settings)
    compression.init_app(app)
    static_files.init_app(app)
    transaction.init_app(app, pool)
    door.init_app(app, settings, settings.secret_key or secret_key(settings.home))
    app.context_processor(page_variables)
    app.add_template_filter(worded)
    for part in (
        home,
        map_page,
        tiles,
        questions,
        register,
        photos,
        waiting_photos,
        review,
        deliveries,
        uploads,
        papers,
    ):
        app.register_blueprint(part.blueprint)


def page_variables() -> dict[str, object]:
    """What base.html needs on every page. Reads nothing: an error page has no transaction to read in."""
    here = iri_to_uri(request.full_path.rstrip("?")) if request.method == "GET" else "/"
    known = g.get("scope")
    return {
        "language": language(),
        "deliveries_url": f"{request.script_root}/{known.district}/deliveries" if known and known.layers else None,
        "url_root": request.script_root,
        "here_url": here,
        "scope": g.get("scope") or g.get("nowhere"),
        "district": g.get("district"),
    }
