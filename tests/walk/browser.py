"""A person's browser: signs in through the form, asks, sends forms; what is answered is kept as text."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from . import bodies
from .commands import PASSWORD
from .normal import Normal
from .place import Place
from .recording import Recording

# Of no meaning, or of this answer alone.
UNTOLD = frozenset(
    {"date", "server", "connection", "content-length", "x-request-id", "keep-alive", "transfer-encoding"}
)
STEP_SECONDS = 300


@dataclass
class Counted:
    """What was asked over HTTP: addresses by rule and method."""

    requests: int = 0
    visited: set[tuple[str, str]] = field(default_factory=set)


class Browser:
    """Who asks, in one language. `username` None: nobody is signed in."""

    def __init__(
        self, place: Place, recording: Recording, normal: Normal, counted: Counted, username: str | None, language: str
    ) -> None:
        self.place, self.language, self.username = place, language, username
        self.who = username or "anonymous"
        self._recording, self._normal, self._counted = recording, normal, counted
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"Accept-Language": language, "User-Agent": "walk"})
        self._session.cookies.set("language", language)
        self._token = ""
        if username:
            answer = self.send("POST", "/sign-in", data=self.form(username=username, password=PASSWORD))
            if answer.status_code != 302:
                raise RuntimeError(f"{username} cannot sign in: {answer.status_code}")
            self._token = ""

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask, without keeping the answer."""
        self._counted.requests += 1
        return self._session.request(
            method, self.place.address + path, allow_redirects=False, timeout=120, **more
        )  # fmt: skip

    def token(self) -> str:
        """The session's CSRF token, from a page with a form."""
        if not self._token:
            page = self.send(
                "GET", "/password" if self.username and self._session.cookies.get("chengji") else "/sign-in"
            )
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            if not found:
                found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.send("GET", "/sign-in").text)
            assert found, "no form"
            self._token = found[1]
        return self._token

    def form(self, **fields: Any) -> dict[str, Any]:
        """Fields of a form with its token."""
        return {"csrf_token": self.token(), **fields}

    def ask(self, rule: str, name: str, path: str, method: str = "GET", **more: Any) -> requests.Response:
        """Ask and keep the answer under `name`; `rule` is the address as the application declares it."""
        answer = self.send(method, path, **more)
        self._counted.visited.add((rule, method))
        self._recording.put(
            f"pages/{self.who}/{self.language}/{method} {_slug(rule)}/{name}", self._described(method, path, answer)
        )
        return answer

    def note(self, rule: str, name: str, text: str) -> None:
        """Keep something that is no answer."""
        self._recording.put(f"pages/{self.who}/{self.language}/NOTE {_slug(rule)}/{name.replace('/', '|')}", text)

    def _described(self, method: str, path: str, answer: requests.Response) -> str:
        lines = [f"{method} {self._normal.text(path)}", f"status {answer.status_code}"]
        lines += sorted(filter(None, (self._header(n.lower(), v) for n, v in answer.headers.items())))
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        name = answer.headers.get("Content-Disposition", "")
        return "\n".join([*lines, "", bodies.body(self._normal, answer.content, kind, name) if answer.content else ""])

    def _header(self, name: str, value: str) -> str:
        if name in UNTOLD:
            return ""
        if name == "etag":
            return f"etag: {'W/' if value.startswith('W/') else ''}<tag>"
        if name == "last-modified":
            return "last-modified: <moment>"
        if name == "set-cookie":
            value = re.sub(r"(?<=chengji=)[^;]+", "<session>", value)
            value = re.sub(r"(?<=[Ee]xpires=)[^;]+", "<moment>", value)
        return f"{name}: {self._normal.text(value)}"

    def until_done(self, url: str) -> dict[str, Any]:
        """Wait for the step of a delivery: how it ended."""
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            progress: dict[str, Any] = self.send("GET", f"{url}/progress").json()
            if not progress["busy"]:
                return progress
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url}: {progress}")
            time.sleep(0.3)


def _slug(rule: str) -> str:
    """An address as the name of a folder."""
    plain = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule).strip("/").replace("/", "|")
    return plain or "root"


def filled_in(page: str, action: str) -> dict[str, str]:
    """The fields of the form whose action ends so, as they stand on the page: what a browser would send."""
    reader = _Forms(action)
    reader.feed(page)
    if reader.fields is None:
        raise LookupError(f"no form {action}")
    return reader.fields


class _Forms(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] | None = None
        self._action = action
        self._inside = False
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and self.fields is None and (attributes.get("action") or "").endswith(self._action):
            self._inside, self.fields = True, {}
        if not self._inside or self.fields is None:
            return
        name, kind = attributes.get("name", ""), attributes.get("type", "")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in attributes):
            self.fields[name] = attributes.get("value", "")
        if tag == "textarea":
            self._area, self.fields[name] = name, ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and (self._select not in self.fields or "selected" in attributes):
            self.fields[self._select] = attributes.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._inside and self._area and self.fields is not None:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""
