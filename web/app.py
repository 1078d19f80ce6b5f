"""The application, put together."""

from __future__ import annotations

from flask import Flask, g, request
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.urls import iri_to_uri

from registry.database.connections import engine
from registry.database.pool import keep_warm
from registry.settings import Settings
from registry.slices import announcements, load
from web.http import compression, errors, headers, languages, menu, routing, static_files, transaction, translated
from web.http.languages import language
from web.http.secret import secret_key
from web.http.tile_cache import TileCache
from web.sign_in import session_guard

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
    """The order matters: number and language before the session's guard, the transaction's end after every other hook."""
    routing.init_app(app)
    errors.init_app(app)
    languages.init_app(app)
    headers.init_app(app, settings)
    compression.init_app(app)
    static_files.init_app(app)
    transaction.init_app(app, pool)
    session_guard.init_app(app, settings, settings.secret_key or secret_key(settings.home))
    app.context_processor(page_variables)
    translated.init_app(app)
    for announcement in announcements("web"):
        for place in announcement.blueprints:
            app.register_blueprint(load(place))


def page_variables() -> dict[str, object]:
    """What base.html needs on every page. Reads nothing: an error page has no transaction to read in."""
    here = iri_to_uri(request.full_path.rstrip("?")) if request.method == "GET" else "/"
    return {
        "language": language(),
        "menu": menu.entries(),
        "url_root": request.script_root,
        "here_url": here,
        "scope": g.get("scope") or g.get("nowhere"),
        "district": g.get("district"),
    }
