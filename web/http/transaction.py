"""One request, one transaction: opened by the first question, committed when the answer stands, else rolled back.

The scope is said to the database inside this transaction (SET LOCAL), so a pooled connection carries nobody's rights
over to the next request.
"""

from __future__ import annotations

from typing import Any

import psycopg
from flask import Flask, Response, current_app, g
from flask_security import current_user
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope
from registry.areas.districts import DistrictInfo, read_district
from registry.database.connections import raw


def init_app(app: Flask, engine: Engine) -> None:
    """Give the application its engine, and end each request's transaction."""
    app.extensions["chengji.engine"] = engine
    app.after_request(_commit)
    app.teardown_request(_close)


def session() -> Session:
    """The session of this request, opened on first use."""
    if "session" not in g:
        g.session = Session(current_app.extensions["chengji.engine"], expire_on_commit=False)
    opened: Session = g.session
    return opened


def connection() -> psycopg.Connection[Any]:
    """The connection under it, in the same transaction: for statements that are no SQLAlchemy expressions."""
    return raw(session())


def scope() -> Scope:
    """What the person who asks may see and do in the district of the address, opened on first use.

    Raises NotFound for a district that does not exist or that the person is not mapped to: one answer for both.
    """
    if "scope" not in g:
        g.scope = open_scope(connection(), g.district_code, current_user.id)
    opened: Scope = g.scope
    return opened


def district() -> DistrictInfo:
    """The district of the address, read on first use, within the scope."""
    if "district" not in g:
        code = scope().district
        g.district = read_district(connection(), code)
    found: DistrictInfo = g.district
    return found


def release_connection() -> None:
    """End the transaction here, so that something slow holds no connection; the next question opens another."""
    session().commit()
    g.pop("scope", None)


def roll_back() -> None:
    """Undo what this request did so far: it will be answered with an error."""
    if "session" in g:
        g.session.rollback()


def _commit(response: Response) -> Response:
    if "session" in g:
        g.session.commit()
    return response


def _close(_error: BaseException | None) -> None:
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()
