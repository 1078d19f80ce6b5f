"""What is sent: by those who may not, without a token, to what is not there; and then every act for good, by those who may."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from .browser import Browser, filled_in
from .commands import PASSWORD
from .deliveries import LON, OTHER, OWN
from .known import NUMBER_OF_NOTHING, Known
from .pages import D

FILE = f"{D}/deliveries/<id:delivery>/<id:number>"
STEP = f"{FILE}/<any(again, apply, undo):what>"
SET = f"{D}/changes/<id:id>"
UPLOADS = f"{D}/uploads"


def upload(browser: Browser, name: str, body: bytes, label: str, mends: int | None = None) -> str:
    """Send a file in two pieces, as the page's script does: the address of its delivery."""
    payload: dict[str, Any] = {"parts": [{"name": name, "bytes": len(body)}], "mark": "1"}
    if mends is not None:
        payload["delivery"] = mends
    head = {"X-CSRFToken": browser.token()}
    begun = browser.ask(UPLOADS, label, f"/{OWN}/uploads", "POST", json=payload, headers=head)
    token = begun.json()["upload"]
    half = len(body) // 2
    plain = {**head, "Content-Type": "application/octet-stream"}
    one = f"{UPLOADS}/<token>"
    for n, (offset, piece) in enumerate(((0, body[:half]), (half, body[half:]))):
        given = {**plain, "X-Piece-SHA256": hashlib.sha256(piece).hexdigest()}
        browser.ask(one, f"{label} {n}", f"/{OWN}/uploads/{token}?offset={offset}", "PUT", data=piece, headers=given)
    browser.ask(one, f"{label}", f"/{OWN}/uploads/{token}")
    done = browser.ask(f"{one}/finish", label, f"/{OWN}/uploads/{token}/finish", "POST", headers=head)
    url = str(done.json()["url"])
    browser.until_done(url)
    return url


def place_of(url: str) -> tuple[int, int]:
    """Delivery and number of an address."""
    delivery, number = url.rsplit("/", 2)[1:]
    return int(delivery), int(number)


class Steps:
    """The steps of a delivery, one after another, each waited for."""

    def __init__(self, browser: Browser, label: str, url: str) -> None:
        self.browser, self.label, self.url, self._n = browser, label, url, 0

    def post(self, what: str, rule: str | None = None, **fields: Any) -> None:
        """Send a form and wait; the page that then stands is kept with the answer."""
        self._n += 1
        name = f"act {self.label} {self._n} {what}"
        self.browser.ask(rule or f"{FILE}/{what}", name, f"{self.url}/{what}", "POST", data=self.browser.form(**fields))
        self.browser.until_done(self.url)
        self.browser.ask(FILE, name, self.url)

    def check(self, **fields: str) -> None:
        """The check's form as it stands, with these fields changed."""
        page = self.browser.send("GET", f"{self.url}?edit=1&layer={fields['layer']}").text
        self.post("check", **{k: v for k, v in (filled_in(page, "/check") | fields).items() if k != "csrf_token"})

    def preview(self, **fields: str) -> None:
        """The first rows by the form."""
        page = self.browser.send("GET", f"{self.url}?edit=1&layer={fields['layer']}").text
        form = filled_in(page, "/check") | fields | self.browser.form()
        self.browser.ask(f"{FILE}/preview", f"act {self.label}", f"{self.url}/preview", "POST", data=form)


def deliver(browser: Browser, known: Known, work: Path) -> None:
    """Deliveries in every state: looked at, checked, mended, applied, undone, rejected, failed."""

    def sent(name: str, label: str, **more: Any) -> Steps:
        url = upload(browser, name, (work / name).read_bytes(), f"act {label}", **more)
        known.deliveries[label] = place_of(url)
        return Steps(browser, label, url)

    checked = sent("mistakes.csv", "checked")
    checked.preview(layer="component", crs="EPSG:4490")
    checked.check(layer="component", crs="EPSG:1")
    checked.check(layer="component", crs="EPSG:4490", title="网上交付的一批", save_as="网上方案")
    page = browser.send("GET", checked.url).text
    known.problems = sorted({unescape(found) for found in re.findall(r'/problems\?([^"]+)"', page)})
    mended = upload(
        browser, "greens.csv", (work / "alone.csv").read_bytes(), "act mended", mends=known.deliveries["checked"][0]
    )
    known.deliveries["mended"] = place_of(mended)
    looked = sent("lamps_gcj02.xlsx", "looked")
    looked.post("look", header_row="2")
    looked.post("look", header_row="x")
    looked.post("look", encoding="nothing")
    looked.post("look", header_row="3")
    sent("damaged.gpkg", "failed").post("again", STEP)
    repaired = sent("moths.csv", "repaired")
    repaired.check(layer="green", crs="EPSG:4490")
    repaired.post("repairs", row="2")
    repaired.post("repairs", all="1")
    repaired.post("reject")
    applied = sent("ledger.csv", "applied")
    applied.check(layer="component", crs="EPSG:4490", title="网上应用")
    applied.post("apply", STEP)
    applied.post("cancel")
    undone = sent("fresh.csv", "undone")
    undone.check(layer="component", crs="EPSG:4490", title="网上撤销")
    undone.post("apply", STEP)
    undone.post("undo", STEP)
    another = browser.ask(f"{FILE}/another", "act another", f"{looked.url}/another", "POST", data=browser.form())
    url = another.headers["Location"]
    browser.until_done(url)
    known.deliveries["another"] = place_of(url)


def _sendable(known: Known) -> list[tuple[str, str, str, dict[str, str]]]:
    """Rule, method, address and form of everything that can be sent, to something that is there; `{}` for a number."""
    delivery, number = known.deliveries["checked"]
    file = f"/{OWN}/deliveries/{delivery}/{number}"
    change_set = f"/{OWN}/changes/{known.sets['部件复测 import']}"
    asset = f"/{OWN}/assets/{known.assets['component']}"
    photo = f"/{OWN}/photos/{next(iter(known.unassigned.values()))}"
    return [
        *((f"{FILE}/{what}", "POST", f"{file}/{what}", form) for what, form in (
            ("check", {"layer": "component", "crs": "EPSG:4490"}), ("preview", {"layer": "component", "crs": "EPSG:4490"}),
            ("look", {}), ("repairs", {"row": "2"}), ("cancel", {}), ("reject", {}), ("another", {}))),
        *((STEP, "POST", f"{file}/{what}", {}) for what in ("again", "apply", "undo")),
        *((f"{SET}/{what}", "POST", f"{change_set}/{what}", form) for what, form in (
            ("accept", {"accepted": "no", "rows": "1"}), ("decide", {"row": "1", "asset": ""}), ("apply", {}),
            ("reject", {}), ("again", {}))),
        (f"{D}/assets/<id:id>/edit", "POST", f"{asset}/edit", {"base_version": "1", "name": "改名"}),
        (f"{D}/photos/<id:photo>", "POST", photo, {"code": "x"}),
        (f"{D}/photos/sets/<id:change_set>/apply", "POST", f"/{OWN}/photos/sets/{known.sets['photos.zip photos']}/apply", {}),
        (UPLOADS, "POST", f"/{OWN}/uploads", {}),
        (f"{UPLOADS}/<token>", "PUT", f"/{OWN}/uploads/{'0' * 32}?offset=0", {}),
        (f"{UPLOADS}/<token>", "DELETE", f"/{OWN}/uploads/{'0' * 32}", {}),
        (f"{UPLOADS}/<token>/finish", "POST", f"/{OWN}/uploads/{'0' * 32}/finish", {}),
    ]  # fmt: skip


def refused(browser: Browser, known: Known, when: str = "refused") -> None:
    """Everything that can be sent, by somebody who may not: nothing comes of it."""
    for rule, method, path, form in _sendable(known):
        name = f"{when} {path.rpartition('/')[2]}"
        browser.ask(rule, name, path, method, data=browser.form(**form), headers={"X-CSRFToken": browser.token()})


def mistaken(browser: Browser, known: Known) -> None:
    """Everything that can be sent, by somebody who may: without a token, to what is not there, in the wrong way."""
    sendable = _sendable(known)
    for rule, method, path, form in sendable:
        last = path.rpartition("/")[2]
        browser.ask(rule, f"no-token {last}", path, method, data=form)
        if method == "POST" and "/uploads" not in path:
            parts = path.split("/")
            parts[3] = str(NUMBER_OF_NOTHING) if parts[3].isdigit() else parts[3]
            browser.ask(rule, f"absent {last}", "/".join(parts), method, data=browser.form(**form))
            browser.ask(rule, f"other-district {last}", path.replace(OWN, OTHER, 1), method, data=browser.form(**form))
            browser.ask(rule, f"by-get {last}", path)
    browser.ask(f"{D}/map", "by-post", f"/{OWN}/map", "POST", data=browser.form())
    change_set = f"/{OWN}/changes/{known.sets['部件复测 import']}"
    for what, rows in {
        "accept": ({}, {"accepted": "x"}, {"accepted": "yes", "rows": "x"}, {"accepted": "yes", "area": "x"},
                   {"accepted": "yes", "rows": "9999"}),
        "decide": ({}, {"row": "x"}, {"row": "1,2"}, {"row": "1", "asset": "x"}, {"row": "9999", "asset": ""},
                   {"row": "1", "asset": "999999"}),
    }.items():  # fmt: skip
        for n, form in enumerate(rows):
            browser.ask(f"{SET}/{what}", f"wrong {n}", f"{change_set}/{what}", "POST", data=browser.form(**form))
    _wrong_edits(browser, known)
    _wrong_uploads(browser)
    for n, form in enumerate(({}, {"code": " "}, {"code": "zzz"}, {"near": "330105011800099"})):
        photo = next(iter(known.unassigned.values()))
        browser.ask(f"{D}/photos/<id:photo>", f"wrong {n}", f"/{OWN}/photos/{photo}", "POST", data=browser.form(**form))


def _wrong_edits(browser: Browser, known: Known) -> None:
    asset = f"/{OWN}/assets/{known.assets['component']}/edit"
    forms: tuple[dict[str, str], ...] = (
        {}, {"base_version": "x"}, {"base_version": "99", "name": "x"}, {"base_version": "1", "state": "x"},
        {"base_version": "1", "class": "x"}, {"base_version": "1", "class": "CJ/T 214-2007:9999"}, {"base_version": "1",
        "surveyed_on": "x"},
        {"base_version": "1", "attributes": "[]"}, {"base_version": "1", "attributes": '{"height_m": "x"}'},
        {"base_version": "1", "geom": "{}"}, {"base_version": "1", "code": "A 12"}, {"base_version": "1", "code": ""},
        {"base_version": "1"},
        {"base_version": "1", "geom": '{"type": "Point", "coordinates": [0, 0]}'},
        {"base_version": "1", "geom": '{"type": "LineString", "coordinates": [[120.15, 30.32], [120.16, 30.32]]}'},
    )  # fmt: skip
    for n, form in enumerate(forms):
        if form.get("code") != "A 12":
            browser.ask(f"{D}/assets/<id:id>/edit", f"wrong {n}", asset, "POST", data=browser.form(**form))


def _wrong_uploads(browser: Browser) -> None:
    head = {"X-CSRFToken": browser.token()}
    bodies: tuple[Any, ...] = (
        {}, [], {"parts": []}, {"parts": [{"name": "a.csv", "bytes": 0}]}, {"parts": [{"name": "a.exe", "bytes": 5}]},
        {"parts": [{"name": "a.csv", "bytes": 1 << 40}]}, {"parts": [{"name": "a.csv", "bytes": 5}], "delivery": 999999},
        {"parts": [{"name": "../../a.csv", "bytes": 5}]}, {"parts": [{"name": 5, "bytes": 5}]},
    )  # fmt: skip
    for n, payload in enumerate(bodies):
        browser.ask(UPLOADS, f"wrong {n}", f"/{OWN}/uploads", "POST", json=payload, headers=head)
    begun = browser.send("POST", f"/{OWN}/uploads", json={"parts": [{"name": "b.csv", "bytes": 6}]}, headers=head)
    at, one = f"/{OWN}/uploads/{begun.json()['upload']}", f"{UPLOADS}/<token>"
    plain = {**head, "Content-Type": "application/octet-stream"}
    browser.ask(one, "wrong offset", f"{at}?offset=3", "PUT", data=b"abc", headers=plain)
    browser.ask(
        one, "wrong checksum", f"{at}?offset=0", "PUT", data=b"abc", headers={**plain, "X-Piece-SHA256": "0" * 64}
    )
    browser.ask(one, "empty", f"{at}?offset=0", "PUT", data=b"", headers=plain)
    browser.ask(one, "too much", f"{at}?offset=0", "PUT", data=b"abcdefgh", headers=plain)
    browser.ask(f"{one}/finish", "too early", f"{at}/finish", "POST", headers=head)
    browser.ask(one, "discarded", at, "DELETE", headers=head)
    browser.ask(one, "discarded", at)


def review(browser: Browser, known: Known, doubtful: list[tuple[int, int | None]]) -> None:
    """A change set row by row, then applied; another compared anew, another closed. `doubtful`: rows, and an asset for each."""
    number = known.sets["部件复测 import"]
    at = f"/{OWN}/changes/{number}"

    def post(name: str, what: str, query: str = "", **fields: str) -> None:
        browser.ask(f"{SET}/{what}", f"act {name}", f"{at}/{what}{query}", "POST", data=browser.form(**fields))

    post("reject-one", "accept", accepted="no", rows="1,2")
    post("accept-one", "accept", accepted="yes", rows="1")
    post("reject-kind", "accept", "?kind=add", accepted="no")
    box = [[LON - 0.006, 30.3], [LON - 0.004, 30.3], [LON - 0.004, 30.33], [LON - 0.006, 30.33], [LON - 0.006, 30.3]]
    post("accept-area", "accept", accepted="yes", area=json.dumps({"type": "Polygon", "coordinates": [box]}))
    for n, (row, asset) in enumerate(doubtful):
        post(f"decide-{n}", "decide", row=str(row), asset=str(asset) if asset and n % 2 == 0 else "")
    post("accept-all", "accept", accepted="yes")
    browser.ask(SET, "act reviewed", at)
    browser.ask(f"{SET}/rows", "act reviewed", f"{at}/rows")
    post("apply", "apply")
    browser.ask(SET, "act applied", at)
    post("apply-again", "apply")
    post("again-applied", "again")
    proposed = known.sets["待应用 import"]
    browser.ask(f"{SET}/reject", "act reject", f"/{OWN}/changes/{proposed}/reject", "POST", data=browser.form())
    browser.ask(SET, "act rejected", f"/{OWN}/changes/{proposed}")
    undo = known.sets.get("将撤销 undo") or max(n for name, n in known.sets.items() if name.endswith(" undo"))
    browser.ask(f"{SET}/again", "act again", f"/{OWN}/changes/{undo}/again", "POST", data=browser.form())


def edit(browser: Browser, known: Known) -> None:
    """Edits by hand: a name, a state, a place, attributes; and one whose version has passed."""
    id = known.assets["component"]
    page = f"/{OWN}/assets/{id}"
    for n, form in enumerate(({"name": "手改名", "reason": "看过现场"}, {"state": "damaged", "maintainer": "另一养护公司"},
                              {"geom": json.dumps({"type": "Point", "coordinates": [LON, 30.3201]})},
                              {"surveyed_on": "2024-05-06", "accuracy": ""})):  # fmt: skip
        version = browser.place.ask("SELECT version FROM registry.asset WHERE id = %s", id)[0][0]
        browser.ask(
            f"{D}/assets/<id:id>/edit",
            f"act {n}",
            f"{page}/edit",
            "POST",
            data=browser.form(base_version=str(version), **form),
        )
        browser.ask(f"{D}/assets/<id:id>", f"act {n}", page)
    browser.ask(
        f"{D}/assets/<id:id>/edit", "act stale", f"{page}/edit", "POST", data=browser.form(base_version="1", name="旧")
    )


def photos(browser: Browser, known: Known) -> None:
    """Photos that wait: given to an asset, put aside; a set applied."""
    unassigned = list(known.unassigned.values())
    code = browser.place.ask("SELECT code FROM registry.asset WHERE id = %s", known.assets["component"])[0][0]
    rule = f"{D}/photos/<id:photo>"
    browser.ask(rule, "act given", f"/{OWN}/photos/{unassigned[0]}", "POST", data=browser.form(code=code))
    browser.ask(rule, "act aside", f"/{OWN}/photos/{unassigned[1]}", "POST", data=browser.form(drop="1"))
    browser.ask(rule, "act again", f"/{OWN}/photos/{unassigned[1]}", "POST", data=browser.form(drop="1"))
    browser.ask(f"{D}/photos", "act", f"/{OWN}/photos")
    one = known.sets["lone.jpg photos"]
    browser.ask(
        f"{D}/photos/sets/<id:change_set>/apply", "act", f"/{OWN}/photos/sets/{one}/apply", "POST", data=browser.form()
    )
    browser.ask(f"{D}/photos", "act after", f"/{OWN}/photos")


def account(browser: Browser) -> None:
    """Language, password, signing out; and signing in wrongly until the account is locked."""
    for chosen in ("en", "zh", "fr"):
        for name, after in (("back", f"/{OWN}/map"), ("evil", "//evil.example"), ("home", "")):
            browser.ask(
                "/language/<chosen>",
                f"act {chosen} {name}",
                f"/language/{chosen}",
                "POST",
                data=browser.form(next=after),
            )
    forms = {
        "wrong": ("x", "Another-2026", "Another-2026"),
        "differ": (PASSWORD, "Another-2026", "Another-2027"), "same": (PASSWORD, PASSWORD, PASSWORD),
        "weak": (PASSWORD, "123", "123"), "empty": ("", "", ""), "good": (PASSWORD, "Another-2026", "Another-2026"),
    }  # fmt: skip
    for name, (old, new, again) in forms.items():
        form = browser.form(password=old, new_password=new, new_password_confirm=again)
        browser.ask("/password", f"act {name}", "/password", "POST", data=form)
    browser.ask("/", "act after", "/")
    browser.ask("/sign-out", "act", "/sign-out", "POST", data=browser.form())
    browser.ask("/", "act signed-out", "/")


def strangers(browser: Browser) -> None:
    """Signing in with what is wrong."""
    for n, (username, secret) in enumerate(
        (("stranger", "x"), ("", ""), ("locked", "x"), *(("visitor", "wrong"),) * 5, ("visitor", PASSWORD))
    ):
        browser.ask(
            "/sign-in",
            f"act {n} {username or 'empty'}",
            "/sign-in",
            "POST",
            data=browser.form(username=username, password=secret),
        )
    browser.ask("/sign-in", "act no-token", "/sign-in", "POST", data={"username": "visitor", "password": "x"})
    browser.ask(
        "/sign-in",
        "act evil",
        "/sign-in?next=//evil.example",
        "POST",
        data=browser.form(username="visitor", password="x"),
    )
    browser.ask("/sign-out", "act", "/sign-out", "POST", data=browser.form())
    browser.ask("/language/<chosen>", "act", "/language/en", "POST", data=browser.form())
