"""The doors: which district, which language, and whether the machine is well."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from registry.access import accounts
from registry.i18n import LANGUAGES
from registry.operations.doctor import pulse
from web.http import languages
from web.http.transaction import connection
from web.sign_in.forms import is_local

blueprint = Blueprint("home", __name__)
YEAR = 365 * 24 * 3600


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The map of the person's district; a choice where there are several, a word where there is none."""
    mapped = accounts.districts(connection(), current_user.id)
    if len(mapped) == 1:
        return redirect(url_for("map.show", district=mapped[0].code))
    return render_template("home/districts.html", districts=mapped)


@blueprint.post("/language/<chosen>")
def choose_language(chosen: str) -> ResponseReturnValue:
    """Keep the language in a cookie and go back to where one was."""
    if chosen not in LANGUAGES:
        abort(404)
    back = request.form.get("next", "")
    response = redirect(back if back and is_local(back) else url_for("home.index"), 303)
    response.set_cookie(languages.COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """200 when the database answers and nothing grave is the matter with it, else 503; what to do for each finding."""
    found = pulse(connection(), current_app.extensions["chengji.database"])
    ok = all(finding.ok for finding in found.values() if finding.grave)
    remedies = {name: finding.remedy for name, finding in found.items() if not finding.ok}
    answer = {name: finding.ok for name, finding in found.items()} | ({"remedies": remedies} if remedies else {})
    return jsonify(ok=ok, database=True, **answer), 200 if ok else 503
