"""What every answer tells the browser not to do, and how long it may keep what it got."""

from __future__ import annotations

import dataclasses
import gzip
import re

import pytest
import seed
from flask.testing import FlaskClient
from signing_in import Browser

from registry.settings import Settings
from web.app import create_app
from web.http.headers import basemap_source

EVERYWHERE = ["/", f"/{seed.DISTRICT}/map", f"/{seed.DISTRICT}/assets", f"/{seed.DISTRICT}/assets/1", "/password",
              f"/{seed.DISTRICT}/assets/1/card", f"/{seed.DISTRICT}/api/counts", f"/{seed.DISTRICT}/tiles/points/12/0/0.mvt",
              f"/{seed.DISTRICT}/tiles/points/99/0/0.mvt", "/healthz", "/nothing", "/static/build/page-4QK2.css",
              "/static/missing.css"]  # fmt: skip
PAGES = [f"/{seed.DISTRICT}/map", f"/{seed.DISTRICT}/assets", f"/{seed.DISTRICT}/assets/1", "/password", "/nothing"]


def policy(client: FlaskClient, address: str) -> dict[str, str]:
    header = client.get(address).headers["Content-Security-Policy"]
    return {name: rest for name, _space, rest in (rule.strip().partition(" ") for rule in header.split(";"))}


@pytest.mark.parametrize("address", EVERYWHERE)
def test_every_answer_is_protected(browser: Browser, address: str) -> None:
    headers = browser("inspector").get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert headers["X-Request-ID"]
    assert headers["Cache-Control"]
    rules = policy(browser("inspector"), address)
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["connect-src"] == rules["font-src"] == rules["form-action"] == "'self'"
    assert rules["img-src"] == "'self' data:"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", rules["script-src"])
    assert rules["style-src"] == rules["script-src"]
    assert "unsafe" not in str(rules)


@pytest.mark.parametrize("address", PAGES)
def test_every_script_on_a_page_carries_this_answers_nonce(browser: Browser, address: str) -> None:
    client = browser("inspector")
    first, second = client.get(address), client.get(address)
    nonce = re.search(r"'nonce-([\w-]+)'", first.headers["Content-Security-Policy"])
    assert nonce
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", first.text):
        assert f'nonce="{nonce[1]}"' in tag or re.search(r'type="application/[\w+]*json"', tag), tag
    assert not re.search(r"""\son\w+=["']|\sstyle=["']|javascript:""", first.text)
    assert nonce[1] not in second.text


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_no_other_host(browser: Browser, address: str) -> None:
    text = browser("inspector").get(address).text
    for found in re.findall(r"""(?:src|href|action)=["']([^"']+)""", text):
        assert found.startswith(("/", "#")), found
        assert not found.startswith("//"), found


def test_pages_and_answers_are_kept_by_nobody(browser: Browser) -> None:
    for address in (*PAGES, f"/{seed.DISTRICT}/api/counts"):
        assert browser("inspector").get(address).headers["Cache-Control"] == "no-store"


def test_built_files_are_kept_for_ever_by_everybody(anonymous: FlaskClient) -> None:
    response = anonymous.get("/static/build/page-4QK2.css")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    manifest = anonymous.get("/static/build/manifest.json")
    assert "immutable" not in manifest.headers["Cache-Control"]


def test_built_files_are_squeezed(anonymous: FlaskClient) -> None:
    plain = anonymous.get("/static/build/map-4QK2.js")
    squeezed = anonymous.get("/static/build/map-4QK2.js", headers={"Accept-Encoding": "br, gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.data) == plain.data
    assert len(squeezed.data) < len(plain.data)
    assert "Accept-Encoding" in squeezed.headers["Vary"]
    again = anonymous.get("/static/build/map-4QK2.js", headers={"If-None-Match": squeezed.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["../bundles.py", "..%2fbundles.py", "build/../../app.py", "/etc/passwd", "build", ""])
def test_static_is_no_way_out_of_its_folder(anonymous: FlaskClient, path: str) -> None:
    assert anonymous.get(f"/static/{path}").status_code in (404, 308)


def test_pages_are_squeezed_to_a_length_of_chance(browser: Browser) -> None:
    """A page has secrets next to what was typed in: its size must not tell about them (BREACH)."""
    client = browser("inspector")
    answers = [client.get(f"/{seed.DISTRICT}/assets?q=x", headers={"Accept-Encoding": "gzip"}) for _each in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.data) for answer in answers}) > 3
    assert "资产列表" in gzip.decompress(answers[0].data).decode()


def test_the_basemap_and_nothing_else_joins_the_images(seeded_database: str, app_settings: Settings) -> None:
    settings = dataclasses.replace(app_settings, basemap_url="https://t{s}.tiles.example/w/{z}/{x}/{y}.png")
    app = create_app(settings, seeded_database)
    rules = policy(app.test_client(), "/sign-in")
    assert rules["img-src"] == "'self' data: https://*.tiles.example"
    assert rules["connect-src"] == "'self'"
    app.extensions["chengji.engine"].dispose()


@pytest.mark.parametrize(
    ("url", "source"),
    [
        (None, ""),
        ("", ""),
        ("https://tiles.example:8443/{z}/{x}/{y}.png?key=1", " https://tiles.example:8443"),
        ("http://{s}.tiles.example/{z}", " http://*.tiles.example"),
    ],
)
def test_the_source_of_a_basemap(url: str | None, source: str) -> None:
    assert basemap_source(url) == source
