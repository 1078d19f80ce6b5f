"""One table from errors to answers; nobody sees a traceback, and nothing is half done."""

from __future__ import annotations

import dataclasses
import logging

import psycopg
import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from signing_in import Browser, csrf_token, signed_in

import web.register.pages
from registry.assets import query as assets
from registry.database.connections import connect, raw
from registry.errors import Conflict, Invalid, NotAllowed, NotFound, RegistryError, Unavailable
from registry.settings import Settings
from web.app import create_app
from web.http.transaction import scope, session

PAGE = f"/{seed.DISTRICT}/assets"
COUNTS = f"/{seed.DISTRICT}/api/counts"
TABLE = [(NotFound, 404), (NotAllowed, 403), (Invalid, 400), (Conflict, 409), (Unavailable, 503)]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """`failing(error)`: every list and count from now on ends in this error, after a statement of its own."""

    def arrange(error: BaseException) -> None:
        def fail(opened, *_rest, **_options):  # type: ignore[no-untyped-def]
            raw(opened).execute("SELECT 1")
            raise error

        monkeypatch.setattr(assets, "page", fail)
        monkeypatch.setattr(assets, "counts", fail)

    return arrange


@pytest.mark.parametrize(("kind", "status"), TABLE)
def test_each_kind_has_its_status_as_page_and_as_json(
    browser: Browser,
    failing,
    kind: type[RegistryError],
    status: int,  # type: ignore[no-untyped-def]
) -> None:
    client = browser("inspector")
    failing(kind("as_written", message="第 17 行 <b>高度</b>", hint="留空即可"))
    page = client.get(PAGE)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert "第 17 行 &lt;b&gt;高度&lt;/b&gt;" in page.text
    assert "留空即可" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    answer = client.get(COUNTS)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["message"] == "第 17 行 <b>高度</b>"
    assert answer.json["hint"] == "留空即可"
    assert answer.json["code"] == "as_written"
    assert answer.json["details"] == {"message": "第 17 行 <b>高度</b>", "hint": "留空即可"}
    assert answer.json["request"] == answer.headers["X-Request-ID"]


def test_a_fault_of_ours_is_logged_under_the_number_that_is_shown(
    browser: Browser,
    failing,
    caplog: pytest.LogCaptureFixture,  # type: ignore[no-untyped-def]
) -> None:
    client = browser("inspector")
    failing(ZeroDivisionError("the secret inside"))
    with caplog.at_level(logging.ERROR, "chengji.web"):
        page, answer = client.get(PAGE), client.get(COUNTS)
    for response, record in zip((page, answer), caplog.records, strict=True):
        assert response.status_code == 500
        number = response.headers["X-Request-ID"]
        assert number in response.text
        assert number in record.getMessage()
        assert "the secret inside" in str(record.exc_info)
        assert "secret inside" not in response.text
        assert "Traceback" not in response.text


def test_a_statement_that_takes_too_long_asks_for_a_narrower_filter(
    seeded_database: str, app_settings: Settings
) -> None:
    app = create_app(dataclasses.replace(app_settings, statement_seconds=1), seeded_database)
    app.add_url_rule(f"/{seed.DISTRICT}/slow", "slow", lambda: str(raw(session()).execute("SELECT pg_sleep(3)")))
    response = signed_in(app, "inspector").get(f"/{seed.DISTRICT}/slow")
    assert response.status_code == 503
    assert "请缩小筛选范围" in response.text
    assert "查询超时" in response.text
    app.extensions["chengji.engine"].dispose()


def test_a_database_that_goes_away_is_503_and_a_return_is_noticed(seeded_clone: str, app_settings: Settings) -> None:
    app = create_app(app_settings, seeded_clone)
    client = signed_in(app, "inspector")
    name = seeded_clone.partition("?")[0].rpartition("/")[2]
    server = seeded_clone.replace(f"/{name}", "/postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        gone = [client.get(address) for address in (PAGE, COUNTS, "/healthz")]
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert [response.status_code for response in gone] == [503, 503, 503]
    assert "Traceback" not in "".join(response.text for response in gone)
    assert [client.get(address).status_code for address in (PAGE, COUNTS, "/healthz")] == [200, 200, 200]
    app.extensions["chengji.engine"].dispose()


def test_an_error_leaves_nothing_behind(own_app: Flask, seeded_clone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edit was applied inside the transaction when the view failed after it."""
    client = signed_in(own_app, "surveyor")

    def fail(*_any, **_thing):  # type: ignore[no-untyped-def]
        raise ZeroDivisionError

    token = csrf_token(client, f"/{seed.DISTRICT}/assets/9")
    monkeypatch.setattr(web.register.pages, "redirect", fail)
    response = client.post(
        f"/{seed.DISTRICT}/assets/9/edit", data={"csrf_token": token, "base_version": "1", "name": "半途而废路"}
    )
    assert response.status_code == 500
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT (SELECT version FROM registry.asset WHERE id = 9),"
            " (SELECT count(*) FROM registry.change_set WHERE kind = 'edit')"
        ).fetchone()
    assert row == (1, 0)


def test_a_connection_carries_nobodys_rights_to_the_next_request(own_app: Flask) -> None:
    """Not after a success, an error or a rollback: what was said was said inside the transaction."""
    client = signed_in(own_app, "camera_viewer")
    for address in (COUNTS, f"/{seed.DISTRICT}/assets/999999", f"/{seed.DISTRICT}/assets?state=gone"):
        client.get(address)
        with own_app.test_request_context():
            row = (
                raw(session())
                .execute("SELECT current_setting('registry.person', true), count(*) FROM registry.asset")
                .fetchone()
            )
        assert row in ((None, 0), ("", 0))


def test_the_scope_is_gone_once_the_transaction_has_ended(own_app: Flask) -> None:
    """A view that commits too early sees nothing afterwards, rather than everything."""

    def early() -> str:
        before = assets.counts(session(), scope(), web.register.pages.asked()).total
        session().commit()
        return f"{before} {assets.counts(session(), scope(), web.register.pages.asked()).total}"

    own_app.add_url_rule("/<district:district>/early", "register.early", early)
    assert signed_in(own_app, "inspector").get(f"/{seed.DISTRICT}/early").text == "80 0"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/assets?state=gone", 400), ("/assets?class=x", 400), ("/assets?bbox=1,2,3", 400), ("/assets?bbox=nan,1,2,3", 400),
        ("/assets?as_of=never", 400), ("/assets?after=x", 400), ("/assets?after=²", 400), ("/assets?q=" + "长" * 101, 400),
        ("/assets?area=1", 400), ("/assets?party=x", 400), ("/assets?party=99999999999999999999", 400), ("/assets?q=%00", 400),
        ("/assets?class=%00:1", 400), ("/assets?layer=%00", 400), ("/assets/0", 404), ("/assets/99999999999999999999", 404),
        ("/assets/-1", 404), ("/assets/1%00", 404), ("/map?state=gone", 400), ("/nothing", 404),
        ("/api/identify", 400), ("/api/identify?lon=nan&lat=30&zoom=15", 400), ("/api/identify?lon=1e999&lat=30&zoom=15", 400),
        ("/api/identify?lon=120&lat=91&zoom=15", 400), ("/api/identify?lon=120&lat=30&zoom=99", 400),
        ("/api/suggest?q=%00", 400), ("/api/suggest", 200), ("/api/suggest?q=" + "x" * 3000, 200), ("/api/suggest?q=%25", 200),
        ("/api/suggest?q=\\", 200), ("/api/suggest?q='", 200), ("/assets?q='", 200), ("/assets?q=\\", 200),
        ("/assets?class=';--:1", 200), ("/assets?layer=';--", 200), ("/assets?as_of=9999-12-31", 200),
        ("/assets?as_of=0001-01-01", 400), ("/assets?after=999999999999999999", 200), ("/assets?after=-1", 200),
        ("/api/counts?unknown=1", 200),
    ],
)  # fmt: skip
def test_nothing_that_can_be_typed_is_a_fault_of_ours(browser: Browser, address: str, status: int) -> None:
    assert browser("inspector").get(f"/{seed.DISTRICT}{address}").status_code == status


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_a_wrong_method_is_told_so(browser: Browser, method: str) -> None:
    client = browser("inspector")
    response = getattr(client, method)(
        PAGE, headers={"X-CSRFToken": csrf_token(client, PAGE), "Referer": "http://localhost/"}
    )
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_the_way_back_is_offered_only_within_the_site(browser: Browser) -> None:
    client = browser("inspector")
    ours = client.get("/nothing", headers={"Referer": "http://localhost/330105/map"})
    assert 'href="http://localhost/330105/map"' in ours.text
    theirs = client.get("/nothing", headers={"Referer": "http://localhost.evil.example/"})
    assert "evil" not in theirs.text


def test_without_built_files_a_page_says_what_to_run(
    anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("web.http.bundles.BUILD", tmp_path)
    response = anonymous.get("/sign-in")
    assert response.status_code == 503
    assert response.mimetype == "text/plain"
    assert "npm ci" in response.text


WELL = ("database", "leakproof", "locale", "migrated", "ok", "sessions", "settings", "statistics")


def test_health_is_told_to_anybody_and_nothing_else(anonymous: FlaskClient) -> None:
    response = anonymous.get("/healthz")
    assert response.status_code == 200
    assert response.json is not None
    answer = {
        name: well for name, well in response.json.items() if name != "programs"
    }  # that of a private cluster alone
    assert answer == dict.fromkeys(WELL, True)


@pytest.mark.parametrize(
    ("ruin", "finding", "remedy"),
    [
        ("ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF", "leakproof", "leakproof.sql"),
        ("UPDATE registry.alembic_version SET version_num = '0000'", "migrated", "registry migrate"),
        (
            "UPDATE pg_proc SET probin = '$libdir/nowhere' WHERE proname = 'plpgsql_inline_handler'",
            "sessions",
            "PostgreSQL",
        ),
    ],
)
def test_what_is_ill_is_503(seeded_clone: str, app_settings: Settings, ruin: str, finding: str, remedy: str) -> None:
    """And says what to do, without a word of what is there."""
    app = create_app(app_settings, seeded_clone)
    with connect(seeded_clone, role=None) as connection:
        connection.execute(ruin.encode())
    response = app.test_client().get("/healthz")
    assert response.status_code == 503
    assert response.json is not None
    assert [name for name, well in response.json.items() if not well] == sorted([finding, "ok"])
    assert list(response.json["remedies"]) == [finding]
    assert remedy in response.json["remedies"][finding]
    app.extensions["chengji.engine"].dispose()


def test_old_statistics_are_told_but_turn_nobody_away(seeded_clone: str, app_settings: Settings) -> None:
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute("ALTER TABLE registry.area SET (autovacuum_enabled = false)")
        changed, rows = 0, 0
        while changed <= 1000 + rows:
            rows = connection.execute("UPDATE registry.area SET code = code").rowcount
            changed += rows
    app = create_app(app_settings, seeded_clone)
    response = app.test_client().get("/healthz")
    assert response.status_code == 200
    assert response.json is not None
    assert not response.json["statistics"]
    assert "ANALYZE" in response.json["remedies"]["statistics"]
    app.extensions["chengji.engine"].dispose()
