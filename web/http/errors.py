"""One table from errors to HTTP status, and two ways to say them: a page for a person, JSON for a script.

Nobody ever sees a traceback. What we did not expect is logged under the request's number, which the person is shown.
"""

from __future__ import annotations

import logging
import uuid
from functools import cache

import psycopg
import sqlalchemy.exc
from flask import Flask, Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_login import AnonymousUserMixin
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict, Invalid, NotAllowed, NotFound, RegistryError, Unavailable
from registry.i18n import _
from registry.messages import Message
from registry.slices import announcements
from web.http.transaction import roll_back

STATUS: dict[type[RegistryError], int] = {NotFound: 404, NotAllowed: 403, Invalid: 400, Conflict: 409, Unavailable: 503}
KINDS = {
    400: "invalid", 401: "signed_out", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 422: "invalid", 503: "unavailable",
}  # fmt: skip
log = logging.getLogger("chengji.web")


def init_app(app: Flask) -> None:
    """Register the table, and give every request a number."""
    app.before_request(_number)
    app.after_request(_say_number)
    app.register_error_handler(RegistryError, _registry_error)
    app.register_error_handler(CSRFError, _forged_or_stale)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sqlalchemy.exc.DBAPIError, _database_error)
    app.register_error_handler(psycopg.Error, _database_error)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, lambda _error: _answer(503, Message("web.too_busy")))
    app.register_error_handler(Exception, _unexpected)


def _number() -> None:
    g.request_id = uuid.uuid4().hex[:12]


def _say_number(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "-")
    return response


def scripted() -> bool:
    """Whether a script, not a person, reads the answer to this request: its errors are then JSON, and an ended session is
    401, never a redirect."""
    return not {request.blueprint, request.endpoint}.isdisjoint(_scripted())


@cache
def _scripted() -> frozenset[str | None]:
    return frozenset(name for announcement in announcements("web") for name in announcement.scripted)


def status_of(error: RegistryError) -> int:
    """HTTP status. What is wrong with a form is 422: the address was right, its content was not."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    return 422 if status == 400 and request.method == "POST" else status


def _registry_error(error: RegistryError) -> AnyResponse:
    return _answer(status_of(error), error.said)


def _http_error(error: HTTPException) -> AnyResponse:
    if error.response is not None or (error.code or 500) < 400:
        return AnyResponse.force_type(error.get_response(), request.environ)
    answer = _answer(error.code or 500, None)
    for name, value in error.get_headers():  # such as Allow
        if name.lower() != "content-type":
            answer.headers[name] = value
    return answer


def _forged_or_stale(_error: CSRFError) -> AnyResponse:
    """A form without its token: forged, or left open so long that the session has ended."""
    if scripted() or current_user.is_authenticated:
        return _answer(400, Message("web.form_stale"))
    roll_back()
    flash(_("页面放得太久了，请再登录一次。"), "error")
    return redirect(url_for("security.login"), 303)


def _database_error(error: Exception) -> AnyResponse:
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return _answer(503, Message("web.too_slow"), too_slow=True)
    if isinstance(cause, psycopg.errors.InsufficientPrivilege) and "scope" in g and g.scope.contractor:
        return _answer(404, None)  # what contractors have no grant for is absent for them, page by page
    if isinstance(cause, psycopg.OperationalError):
        log.error("%s database: %s", g.request_id, cause)
        return _answer(503, Message("web.no_database"))
    return _unexpected(error)


def _unexpected(error: Exception) -> AnyResponse:
    log.error("%s %s %s", g.get("request_id", "-"), request.method, request.path, exc_info=error)
    number = g.get("request_id", "-")
    return _answer(500, Message("web.fault", {"number": number}))


def _answer(status: int, said: Message | None, too_slow: bool = False) -> AnyResponse:
    """What went wrong, in the language of this request; for a script its code and details too."""
    roll_back()
    kind = KINDS.get(status, "failed")
    message, hint = (said.message, said.hint) if said else ("", "")
    if scripted():
        payload = said.spoken() if said else {"code": f"http.{kind}", "details": {}}
        response = jsonify(error=kind, **payload, message=message, hint=hint, request=g.get("request_id"))
    else:
        response = _page(status, message, hint, too_slow)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, message: str, hint: str, too_slow: bool) -> Response:
    """The error page; plain text where the layout itself cannot be had (the browser files are not built)."""
    if "_login_user" not in g:  # Flask-Login would ask the database, which may be what failed
        g._login_user = AnonymousUserMixin()
    try:
        page = render_template(
            "error.html", status=status, message=message, hint=hint, too_slow=too_slow, back_url=_back()
        )  # fmt: skip
        return current_app.make_response(page)
    except Unavailable as error:
        text = "\n\n".join(part for part in (f"{status} {message}", hint, error.message, error.hint) if part)
        return Response(text + "\n", content_type="text/plain; charset=utf-8")


def _back() -> str | None:
    """The page one came from, if it is one of ours and another one."""
    came_from = request.referrer or ""
    return came_from if came_from.startswith(request.host_url) and came_from != request.url else None


def signed_out() -> AnyResponse:
    """The answer to somebody who is not signed in: 401 for a script, the sign-in page for a person."""
    if scripted():
        return _answer(401, Message("web.signed_out"))
    here = iri_to_uri(request.full_path.rstrip("?")) if request.method == "GET" else None
    return redirect(url_for("security.login", next=here if here != "/" else None), 303)
