"""Uploads: a file comes in pieces, each of them checked; what was cut off goes on where it was. JSON, for a script.

POST   …/uploads                      {"parts": [{"name", "bytes"}], "mark", "delivery"}  ->  upload, received
GET    …/uploads/<upload>                                                                ->  received
PUT    …/uploads/<upload>?offset=N    a piece, `X-Piece-SHA256` for its checksum          ->  received
POST   …/uploads/<upload>/finish                                                         ->  address of the delivery
DELETE …/uploads/<upload>
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, g, jsonify, request, url_for
from flask_security import current_user
from werkzeug.exceptions import ClientDisconnected

from registry.deliveries import deliveries, uploads
from registry.deliveries.uploads import Arrival
from registry.errors import Invalid, NotFound
from web.http.routing import district_blueprint
from web.http.settings import settings
from web.http.transaction import connection, release_connection, scope, session

blueprint = district_blueprint("uploads", __name__, "/uploads")
PIECE_BYTES = 8 << 20
BLOCK_BYTES = 1 << 18
PATIENCE_SECONDS = 30  # with a browser that sends nothing: it holds one of our threads
MOST_PARTS_TOLD = 1000


@blueprint.url_value_preprocessor
def admit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A piece is larger than any form: said before anybody looks into the body."""
    if endpoint == "uploads.append":
        request.max_content_length = PIECE_BYTES


@blueprint.post("")
def begin() -> Response:
    """Announce a file; the same again finds what came of it before."""
    payload = request.get_json(silent=True)
    parts, mark, mends = _announced(payload)
    scope().require_any_writer()
    if mends is not None:
        held = deliveries.get(connection(), scope(), mends)
        if held.layer is None:
            raise NotFound("delivery.unknown", id=mends)
        scope().require_writer(held.layer)
    limit = settings().upload_mb << 20
    arrival = uploads.begin(
        settings().home, scope().district, scope().person_id, parts, limit=limit, mark=mark, mends=mends
    )
    return _progress(arrival)


def _announced(payload: Any) -> tuple[list[tuple[str, int]], str, int | None]:
    """Parts, mark and the delivery that is corrected, from what the script sent. Raises Invalid."""
    given = payload if isinstance(payload, dict) else {}
    parts, mends = given.get("parts"), given.get("delivery")
    right = isinstance(parts, list) and len(parts) <= MOST_PARTS_TOLD and all(map(_is_part, parts))
    if not right or not (mends is None or (type(mends) is int and 0 < mends < 1 << 62)):
        raise Invalid("upload.note_bad")
    return [(part["name"], part["bytes"]) for part in parts or ()], str(given.get("mark") or ""), mends


def _is_part(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("name"), str) and type(part.get("bytes")) is int


@blueprint.get("/<token>")
def state(token: str) -> Response:
    """How much of it is here."""
    return _progress(_mine(token))


@blueprint.put("/<token>")
def append(token: str) -> Response:
    """Take a piece. It counts when it has come whole."""
    arrival = _mine(token)
    offset = request.args.get("offset", -1, type=int)
    length = request.content_length
    if length is None or length == 0:
        raise Invalid("upload.piece_empty")
    release_connection()
    return _progress(uploads.append(arrival, offset, _blocks(length), request.headers.get("X-Piece-SHA256", "")[:64]))


def _blocks(length: int) -> Iterator[bytes]:
    """The body as it comes. Raises ClientDisconnected when it stops before its end."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(PATIENCE_SECONDS)
    try:
        while length > 0 and (block := request.stream.read(min(BLOCK_BYTES, length))):
            length -= len(block)
            yield block
    except TimeoutError as error:
        raise ClientDisconnected from error
    finally:
        if connection is not None:
            connection.settimeout(None)
    if length > 0:
        raise ClientDisconnected


@blueprint.post("/<token>/finish")
def finish(token: str) -> Response:
    """Make a delivery of what has come, or resubmitted rows of one. Asked again, the answer is the same."""
    arrival = _mine(token)
    home = settings().home
    if arrival.entered is not None:
        delivery, number = arrival.entered
        if _is_there(delivery, number):
            return _entered(delivery, number)
        arrival = uploads.take_back(arrival, deliveries.place(home, arrival.district, delivery, number, arrival.name))
    release_connection()
    upload = uploads.complete(arrival)
    delivery, number = deliveries.receive(connection(), scope(), upload, delivery=arrival.mends)
    place = deliveries.place(home, arrival.district, delivery, number, upload.name)
    settled = uploads.finish_upload(arrival, (delivery, number), place)
    try:
        session().commit()
    except BaseException:
        uploads.take_back(settled, place)
        raise
    g.pop("scope", None)
    return _entered(delivery, number)


def _is_there(delivery: int, number: int) -> bool:
    try:
        deliveries.get(connection(), scope(), delivery).file(number)
    except NotFound:
        return False
    return True


@blueprint.delete("/<token>")
def discard(token: str) -> Response:
    """Forget it."""
    uploads.discard(_mine(token))
    return Response(status=204)


def _mine(token: str) -> Arrival:
    return uploads.find(settings().home, token, scope().district, current_user.id)


def _progress(arrival: Arrival) -> Response:
    return jsonify(
        upload=arrival.token, received=arrival.received, bytes=arrival.bytes, name=arrival.name, most=PIECE_BYTES
    )


def _entered(delivery: int, number: int) -> Response:
    return jsonify(url=url_for("deliveries.show", delivery=delivery, number=number))
