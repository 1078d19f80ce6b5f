"""What the tests of deliveries do as a browser does it: send a file, fill in a form, let the worker work."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import seed
from flask.testing import FlaskClient
from signing_in import csrf_token

BASE = f"/{seed.DISTRICT}/uploads"
LIST = f"/{seed.DISTRICT}/deliveries"


def headers(client: FlaskClient) -> dict[str, str]:
    """The page's token, as a script sends it."""
    return {"X-CSRFToken": csrf_token(client, "/password")}


def begin(client: FlaskClient, *parts: tuple[str, int], **more: Any) -> Any:
    """Announce a file of these parts."""
    payload = {"parts": [{"name": name, "bytes": size} for name, size in parts], "mark": "1", **more}
    return client.post(BASE, json=payload, headers=headers(client))


def put(client: FlaskClient, token: str, offset: int, body: bytes, **more: str) -> Any:
    """Send a piece."""
    given = {**headers(client), "Content-Type": "application/octet-stream", **more}
    return client.put(f"{BASE}/{token}?offset={offset}", data=body, headers=given)


def finish(client: FlaskClient, token: str) -> Any:
    """Say that it has come whole."""
    return client.post(f"{BASE}/{token}/finish", headers=headers(client))


def send(client: FlaskClient, name: str, body: bytes, **more: Any) -> str:
    """Upload a file; the address of the delivery."""
    token = begin(client, (name, len(body)), **more).json["upload"]
    put(client, token, 0, body)
    answer = finish(client, token)
    assert answer.status_code == 200, answer.text
    return str(answer.json["url"])


def post(client: FlaskClient, url: str, **fields: Any) -> Any:
    """Send a form."""
    return client.post(url, data={"csrf_token": csrf_token(client, "/password"), **fields})


def filled_in(page: str, action: str) -> dict[str, str]:
    """The fields of the form with this action as they stand on the page: what a browser would send."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}".*?</form>', page, re.DOTALL)
    assert form, f"no form {action}"
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        kind, name, value = (_attribute(tag, each) for each in ("type", "name", "value"))
        if name and (kind not in ("checkbox", "radio") or re.search(r"\schecked[\s>]", tag)):
            found[name] = value
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        tags = re.findall(r"(<option[^>]*>)([^<]*)", options)
        tag, text = next((o for o in tags if re.search(r"\sselected[\s>]", o[0])), tags[0])
        found[name] = _attribute(tag, "value") if "value=" in tag else unescape(text)
    return found


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(match[1]) if match else ""


def column(page: str, heading: str) -> str:
    """The name of the field in which is said what this column is."""
    match = re.search(rf'<label for="(column-\d+)"><bdi>{re.escape(heading)}</bdi>', page)
    assert match, f"no column {heading}"
    return match[1]
