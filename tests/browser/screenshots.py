"""The pictures of README and docs, from the demo district of this checkout: `make screenshots`, after `make run` once."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
ACCOUNTS = ROOT / "var" / "demo-accounts.txt"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip
DISTRICT = "330105"
WIDE, PHONE = (1440, 900), (375, 812)


def main() -> None:
    """Serve the demo, take the five pictures, stop."""
    if not ACCOUNTS.is_file():
        sys.exit("no demo district here yet: make run")
    port = _free_port()
    command = [str(Path(sys.executable).with_name("registry")), "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}/sign-in")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
            take(browser, f"http://127.0.0.1:{port}")
            browser.close()
    finally:
        server.terminate()
        server.wait(30)


def take(browser: Browser, address: str) -> None:
    """All pictures, as the surveyor of the demo sees them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    page = _signed_in(browser, address, WIDE)
    _open_map(page, address, "")
    _save(page, "map")
    _open_map(page, address, "#17/30.29/120.165")
    page.mouse.click(830, 466)
    page.locator("text=养护单位").first.wait_for()
    _save(page, "map-detail")
    page.get_by_role("link", name="打开资产页").click()
    page.wait_for_load_state("networkidle")
    _save(page, "asset")
    page.goto(f"{address}/{DISTRICT}/assets?layer=road&layer=green")
    _save(page, "list")
    phone = _signed_in(browser, address, PHONE)
    _open_map(phone, address, "#17/30.29/120.165")
    phone.mouse.click(187, 300)
    phone.locator("text=养护单位").first.wait_for()
    _save(phone, "phone")


def _signed_in(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    user, password = next(
        line.split("\t")[:2] for line in ACCOUNTS.read_text("utf-8").splitlines() if "surveyor" in line
    )
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/map**")
    return page


def _open_map(page: Page, address: str, view: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}/{DISTRICT}/map{view}")
    page.locator(".leaflet-container").wait_for()
    for _ in range(150):  # the page forbids eval, so that Playwright's own waiting cannot look inside
        if page.evaluate("performance.getEntriesByName('map-drawn').length"):
            break
        time.sleep(0.2)
    time.sleep(1)


def _save(page: Page, name: str) -> None:
    """As PNG, of 256 colours where pngquant is at hand."""
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    if quantiser := shutil.which("pngquant"):
        subprocess.run([quantiser, "--force", "--output", path, "256", path], check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
