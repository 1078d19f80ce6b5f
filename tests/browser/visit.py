"""One person's look at the pages: what the browser asked for, what went wrong, and the ways to wait and to read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, FloatRect, Locator, Request, Response, expect

T = TypeVar("T")
MOVING = ".leaflet-zoom-anim, .leaflet-pan-anim"

# Chromium says so in the console too; this also names what was refused.
WATCH = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


def until(question: Callable[[], T], what: str, seconds: float = 40, pause: Callable[[], None] | None = None) -> T:
    """Ask again until the answer is true. (Playwright's `wait_for_function` evaluates in the page: the policy forbids it.)"""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        (pause or (lambda: time.sleep(0.05)))()
    return answer


class Visit:
    """A page in a context of its own.

    `troubles`: errors in the console, in scripts, of the policy, and requests to other hosts.
    `forgiven`: what a test causes on purpose; a trouble with one of these words in it is none.
    `bytes`: what came over the wire, headers included.
    """

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.context = context
        self.server = server
        self.troubles: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        self.responses: list[Response] = []
        self.bytes = 0
        context.add_init_script(WATCH)
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        wire = context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._arrived)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in self.forgiven):
            self.troubles.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:")):
            self.troubles.append(f"another host: {request.url}")

    def _answered(self, response: Response) -> None:
        self.responses.append(response)

    def _arrived(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def open(self, path: str) -> Visit:
        """Go to a page of the server; a map is waited for."""
        self.page.goto(self.server + path)
        if self.on_map:
            self.drawn()
        return self

    def sign_in(self, username: str, password: str) -> None:
        """Fill in the form, from wherever this is."""
        if urlsplit(self.page.url).path != "/sign-in":
            self.page.goto(f"{self.server}/sign-in")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")

    @property
    def on_map(self) -> bool:
        """Whether this is the map's own page."""
        return urlsplit(self.page.url).path.endswith("/map")

    @property
    def query(self) -> str:
        """The query string of the address in the browser's bar."""
        return urlsplit(self.page.url).query

    def until(self, question: Callable[[], T], what: str) -> T:
        """As `until`, while the browser goes on telling what it does."""
        return until(question, what, pause=lambda: self.page.wait_for_timeout(50))

    def drawings(self) -> int:
        """How many times the view has been drawn to its end."""
        return int(self.page.evaluate("performance.getEntriesByName('map-drawn').length"))

    def drawn(self, before: int = 0) -> None:
        """Wait until the map has been drawn more than `before` times, stands still, and nothing is under way."""
        self.until(lambda: self.drawings() > before, "the map to be drawn")
        expect(self.page.locator(MOVING)).to_have_count(0)
        expect(self.map).to_have_attribute("aria-busy", "false")

    def redrawn(self, action: Callable[[], object]) -> None:
        """Do something that asks for new tiles, and wait for them. Not before those are there that were asked for earlier:
        their end would be taken for the end of these."""
        self.drawn()
        before = self.drawings()
        action()
        self.drawn(before)

    @property
    def map(self) -> Locator:
        """The map's region."""
        return self.page.locator(".map")

    def frame(self) -> FloatRect:
        """Where on the page the map is."""
        frame = self.map.bounding_box()
        assert frame
        return frame

    def search(self, text: str) -> None:
        """Type into the search field and go to its first suggestion by keyboard; Enter will take it."""
        self.page.locator("#search").focus()
        self.page.keyboard.type(text)
        self.page.locator("#suggestions [role=option]").nth(1).wait_for()  # the last is the text itself: always there
        self.page.keyboard.press("ArrowDown")

    def asked(self, path: str) -> Any:
        """What the server answers to this person's browser, outside of the page; decoded JSON."""
        answer = self.context.request.get(self.server + path)
        assert answer.ok, answer.url
        return answer.json()

    def total(self) -> int:
        """The number of assets that the panel tells, once it has been counted."""
        place = self.page.locator("#total")
        expect(place).not_to_have_class(re.compile("is-waiting"))
        return number(place.locator("strong").inner_text())

    def counts(self) -> dict[str, int]:
        """The panel's count per layer, by name of the layer."""
        self.total()
        rows = self.page.locator("#layers > li")
        return {
            row.locator(".layer-text").inner_text(): number(row.locator(".layer-row .count").inner_text())
            for row in rows.all()
        }

    def answers(self, part: str) -> list[Response]:
        """The answers so far whose address contains `part`."""
        return [response for response in self.responses if part in response.url]


def number(text: str) -> int:
    """A number as pages write it: 58,000."""
    return int(text.replace(",", ""))
