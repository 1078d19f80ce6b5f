"""The application, put together."""

from __future__ import annotations

from flask import Flask, g, request
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.urls import iri_to_uri

from registry.database.connections import engine
from registry.database.pool import keep_warm
from registry.settings import Settings
from web import home
from web.deliveries import downloads as papers
from web.deliveries import pages as deliveries
from web.deliveries import uploads
from web.http import compression, errors, headers, languages, static_files, transaction
from web.http import routing as district_pages
from web.http.languages import language
from web.http.secret import secret_key
from web.http.tile_cache import TileCache
from web.http.translated import said, worded
from web.map import api as questions
from web.map import pages as map_page
from web.map import tiles
from web.register import pages as register
from web.register import photos
from web.register import unassigned_photos as waiting_photos
from web.review import pages as review
from web.sign_in import session_guard as door

THREADS = 8
TILE_BYTES = 64 * 1024 * 1024


def create_app(settings: Settings, database_url: str) -> Flask:
    """The application of these settings, on this database. Opens one connection, to find out now whether it answers."""
    app = Flask(__name__, static_folder=None)
    app.extensions["chengji.settings"] = settings
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
    app.add_template_filter(said)
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
