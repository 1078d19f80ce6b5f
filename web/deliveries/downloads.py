"""What leaves the register with a delivery: the rows that wait, in the supplier's own format, and the acceptance record."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response
from flask.typing import ResponseReturnValue

from importers.quarantine.export_process import write_apart
from importers.reporting.acceptance import of_delivery
from importers.reporting.acceptance_document import render_html, render_pdf
from registry.changes import problems as findings
from registry.deliveries import deliveries
from registry.deliveries.deliveries import place
from registry.errors import NotFound
from registry.i18n import _
from web.http.routing import district_blueprint
from web.http.settings import settings as given_settings
from web.http.transaction import connection, release_connection, scope

blueprint = district_blueprint("papers", __name__, "/deliveries/<id:delivery>")
# The record brings its own styles along and nothing else; no script runs in it.
RECORD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"


@blueprint.get("/record")
def record(delivery: int) -> ResponseReturnValue:
    """The acceptance record as a page to print."""
    deliveries.get(connection(), scope(), delivery)
    accepted = of_delivery(connection(), scope(), delivery)
    response = Response(render_html(accepted), mimetype="text/html")
    response.headers["Content-Security-Policy"] = RECORD_POLICY
    return response


@blueprint.get("/record.pdf")
def record_pdf(delivery: int) -> ResponseReturnValue:
    """The same as PDF."""
    held = deliveries.get(connection(), scope(), delivery)
    accepted = of_delivery(connection(), scope(), delivery)
    release_connection()
    return _attached(render_pdf(accepted), _("%(title)s_验收记录", title=held.title) + ".pdf", "application/pdf")


@blueprint.get("/<id:number>/waiting")
def quarantined(delivery: int, number: int) -> ResponseReturnValue:
    """The rows with errors, as the supplier delivered them, each with its reason."""
    held = deliveries.get(connection(), scope(), delivery)
    file = held.file(number)
    if held.layer is None or file.change_set is None:
        raise NotFound("delivery.file_unchecked", name=file.name)
    scope().require_writer(held.layer)
    rows = findings.by_row(connection(), scope(), file.change_set)
    source = findings.source_of(connection(), scope(), file.change_set)
    settings = given_settings()
    stored = place(settings.home, scope().district, delivery, number, file.name)
    release_connection()
    with TemporaryDirectory(prefix="chengji-") as folder:
        made = write_apart(
            stored, source["layer"], rows, Path(folder), encoding=source["encoding"], header_row=source["header_row"],
            megabytes=settings.reader_megabytes, seconds=settings.reader_seconds,
        )  # fmt: skip
        return _attached(made.path.read_bytes(), made.path.name, "application/octet-stream")


def _attached(body: bytes, name: str, mimetype: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
