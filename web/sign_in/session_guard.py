"""Signing in, with Flask-Security: user name and password, CSRF, lock-out, idle time-out. Closed by default."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, flash, g, request, session
from flask_login import user_logged_out
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user, password_changed
from flask_wtf import CSRFProtect
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response as AnyResponse

from registry.access import accounts
from registry.access.scope import Scope
from registry.database.connections import raw
from registry.errors import Invalid
from registry.i18n import _
from registry.models.access import Role
from registry.settings import Settings
from web.http.errors import signed_out
from web.http.transaction import session as database_session
from web.sign_in.account import Account
from web.sign_in.forms import PasswordForm, SignInForm, is_local

# What somebody who is not signed in may reach. Everything else is closed, a view added tomorrow too.
PUBLIC = frozenset({"static", "security.login", "home.health", "home.choose_language"})
TOUCH_SECONDS = 60
log = logging.getLogger("chengji.audit")
LONGEST_HOURS = 12  # however busy: a cookie that somebody copied ends with the working day


def init_app(app: Flask, settings: Settings, secret_key: str) -> None:
    """Sessions, CSRF, Flask-Security, and the door in front of every view."""
    app.config.update(_session_settings(settings, secret_key), **_security_settings())
    CSRFProtect(app)
    datastore = SQLAlchemySessionUserDatastore(LocalProxy(database_session), Account, Role)  # type: ignore[arg-type]
    security = Security(app, datastore, login_form=SignInForm, change_password_form=PasswordForm)
    security.want_json(lambda _request: False)  # its JSON answers can carry tokens that outlive a session
    security.login_manager.request_loader(lambda _request: None)  # nobody signs in by token
    app.before_request(_door)
    user_logged_out.connect(_forget, app)
    password_changed.connect(_note_password_change, app)


def _session_settings(settings: Settings, secret_key: str) -> dict[str, Any]:
    return {
        "SECRET_KEY": secret_key,
        "SESSION_COOKIE_NAME": "__Host-chengji" if settings.behind_https else "chengji",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.behind_https,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,  # _touch does it, not every tile
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=settings.session_minutes),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session it belongs to
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
    }


def _security_settings() -> dict[str, Any]:
    return {
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": str, "case_insensitive": True}}],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_POST_CHANGE_VIEW": "/",
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_CACHE_CONTROL": None,  # web.http.headers does it
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # no /verify page
        "SECURITY_JOIN_USER_ROLES": False,  # roles are of a district: the scope reads them
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": False,
        "SECURITY_CLI_ROLES_NAME": False,
        "SECURITY_FLASH_MESSAGES": False,  # what is said is said here, in the words of our catalogue
    }


def _door() -> AnyResponse | None:
    """Let in who is signed in, and anybody to what is public."""
    _refuse_nul()
    if request.endpoint is None:
        return None  # no such address: 404
    if request.endpoint == "security.login" and not all(map(is_local, request.values.getlist("next"))):
        raise Invalid("sign_in.next_foreign", next=request.values["next"][:80])
    if current_user.is_authenticated:
        # For the menu of pages of no district, and of error pages, which have no transaction to read in.
        g.nowhere = Scope("", current_user.id, current_user.name, frozenset(), frozenset(), frozenset())
        return _touch()
    return None if request.endpoint in PUBLIC else signed_out()


def _refuse_nul() -> None:
    """PostgreSQL has no text with a NUL in it: refused here, once, for every field."""
    for pairs in (request.args, request.form):
        for name, value in pairs.items(multi=True):
            if "\0" in name or "\0" in value:
                raise Invalid("sign_in.name_bad", name=name.replace("\0", "")[:40])


def _touch() -> AnyResponse | None:
    """Keep the session alive while somebody works, by a new cookie at most once a minute; end it after a working day."""
    now = int(time.time())
    if now - session.get("since", 0) > LONGEST_HOURS * 3600:
        session.clear()
        g.pop("_login_user")
        g.pop("nowhere")
        return None if request.endpoint in PUBLIC else signed_out()
    if now - session.get("seen", 0) > TOUCH_SECONDS:
        session["seen"] = now
    return None


def _forget(_app: Flask, user: Account, **_rest: Any) -> None:
    """Signed out: every session of the account ends, on the server's side too.

    A session lives in its cookie, and an answer under way may set the cookie again after the sign-out; so what the cookie
    names must be gone.
    """
    log.info("sign-out user=%r from=%s", user.username, request.remote_addr)
    accounts.end_sessions(raw(database_session()), user.id)
    session.clear()


def _note_password_change(_app: Flask, user: Any, **_rest: Any) -> None:
    user.password_changed_at = datetime.now(UTC)
    log.info("password changed user=%r from=%s", user.username, request.remote_addr)
    flash(_("密码已更改。"), "success")
