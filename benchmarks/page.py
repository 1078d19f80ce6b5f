"""The map page of the demo district in headless Chromium: how soon one can work with it, and what it costs the network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from shutil import which
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.databases import Server
from benchmarks.demo import ACCOUNT, DISTRICT, password
from benchmarks.measuring import Absent, Cost, Fact, Group, Series, Subject, compare
from benchmarks.serving import HOST, ours
from registry.i18n import _

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

MOST_SECONDS = 1.5
MOST_KB = 400
PATIENCE = 60.0
POLL, SETTLING = 50, 300  # milliseconds
# All from the start of the navigation. The map's script marks the moment at which both tilesets of the first view are
# drawn; by then every panel and button is connected, for that it does first.
MILESTONES = """() => {
  const mark = performance.getEntriesByName("map-drawn")[0];
  const counts = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/api/counts"));
  const page = performance.getEntriesByType("navigation")[0];
  const waiting = document.querySelectorAll("#layers .is-waiting, #total.is-waiting").length;
  if (!mark || !counts?.responseEnd || waiting) return null;
  return { drawn: mark.startTime, counted: counts.responseEnd, html: page.responseEnd, loaded: page.loadEventEnd };
}"""
LOADED = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  return page.loadEventEnd ? { loaded: page.loadEventEnd } : null;
}"""


@dataclass
class Visit:
    """What one visit of a page asked of the network and told the console."""

    milestones: dict[str, float] = field(default_factory=dict)
    bytes: float = 0.0
    requests: int = 0
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure(server: Server, database: str, runs: int) -> list[Group]:
    """Each visit with an empty cache, the server warm. Raises Absent without Chromium or Playwright."""
    with ours(server, database) as port, _browser() as browser:
        visitor = Visitor(browser, f"http://{HOST}:{port}", password(server))
        subjects = [
            Subject("sign_in", _("登录页：同一服务器，没有地图"), visitor.sign_in_page),
            Subject("map", _("地图：首屏绘成，可以操作"), visitor.map_page),
        ]
        group = compare("page", _("打开演示行政区的地图，浏览器缓存为空"), subjects, runs, warm=1)
    return [replace(group, facts=_facts(visitor.visits[1:], group.rows[1].series))]


def _facts(visits: list[Visit], series: Series) -> tuple[Fact, ...]:
    """The worst of all visits; times are those in the middle."""
    counted = median(visit.milestones["counted"] for visit in visits) / 1000
    return (
        Fact("interactive", _("首屏绘成（中位数）"), round(series.median, 3), "s", MOST_SECONDS),
        Fact("counted", _("各图层数量到达（中位数）"), round(counted, 3), "s"),
        Fact("transferred", _("传输"), round(max(visit.bytes for visit in visits) / 1000), "kB", MOST_KB),
        Fact("requests", _("请求"), max(visit.requests for visit in visits)),
        Fact("strangers", _("对其他主机的请求"), max(len(visit.strangers) for visit in visits), at_most=0),
        Fact("errors", _("控制台错误"), max(len(visit.errors) for visit in visits), at_most=0),
    )


class Visitor:
    """Visits pages with a cache that is empty each time; keeps what each visit to the map did."""

    def __init__(self, browser: Browser, root: str, secret: str) -> None:
        self._browser, self._root = browser, root
        self.visits: list[Visit] = []
        with self._context() as context:
            page = context.new_page()
            page.goto(f"{root}/sign-in")
            page.fill("input[name=username]", ACCOUNT)
            page.fill("input[name=password]", secret)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(f"{root}/{DISTRICT}/map**", wait_until="commit")
            self._signed_in = context.storage_state()

    def sign_in_page(self) -> Cost:
        """What a page costs that has no map."""
        with self._context() as context:
            visit = self._visit(context, "/sign-in", LOADED)
        return Cost(visit.milestones["loaded"] / 1000)

    def map_page(self) -> Cost:
        """What the map costs."""
        with self._context(storage_state=self._signed_in) as context:
            visit = self._visit(context, f"/{DISTRICT}/map", MILESTONES)
        self.visits.append(visit)
        return Cost(visit.milestones["drawn"] / 1000, detail={**visit.milestones, "bytes": visit.bytes})

    @contextmanager
    def _context(self, **given: Any) -> Iterator[BrowserContext]:
        context = self._browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", **given)
        try:
            yield context
        finally:
            context.close()

    def _visit(self, context: BrowserContext, path: str, milestones: str) -> Visit:
        page, visit = context.new_page(), Visit()
        _watch(context.new_cdp_session(page), page, visit, urlsplit(self._root).netloc)
        page.goto(self._root + path, wait_until="commit")
        visit.milestones = _awaited(page, milestones)
        page.wait_for_timeout(SETTLING)  # what comes late counts towards bytes and errors, not towards time
        return visit


def _watch(session: CDPSession, page: Page, visit: Visit, host: str) -> None:
    """Write down every request, what it brought over the wire, and every complaint."""

    def asked(event: dict[str, Any]) -> None:
        address = urlsplit(event["request"]["url"])
        if address.scheme in ("data", "blob"):
            return
        visit.requests += 1
        if address.netloc != host:
            visit.strangers.append(event["request"]["url"])

    def arrived(event: dict[str, Any]) -> None:
        visit.bytes += event["encodedDataLength"]

    session.send("Network.enable")
    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", arrived)
    page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))


def _awaited(page: Page, milestones: str) -> dict[str, float]:
    """Asked for again and again: waiting inside the page would need `eval`, which its policy forbids."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found: dict[str, float] | None = page.evaluate(milestones)
        if found:
            return found
        page.wait_for_timeout(POLL)
    raise RuntimeError(f"{page.url} did not come to rest in {PATIENCE:g} s")


@contextmanager
def _browser() -> Iterator[Browser]:
    """The system's Chromium. Raises Absent."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Absent("playwright (requirements/dev.txt)") from error
    program = which("chromium") or which("chromium-browser") or which("google-chrome")
    if program is None:
        raise Absent("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
