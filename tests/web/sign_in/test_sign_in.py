"""Signing in and out: what opens the door, what locks it, and what must not."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import databases
import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from signing_in import csrf_token, sign_in, signed_in

from registry.database.connections import connect
from registry.settings import Settings
from web.app import create_app
from web.http.transaction import session
from web.sign_in.account import Account

REFUSED = "用户名或密码不正确"
HOME = f"/{seed.DISTRICT}/api/counts"
Clock = Callable[[int], None]


@pytest.fixture(scope="module")
def door(
    database_server: str, seeded_template: str, clone_name: Callable[[], str], app_settings: Settings
) -> Iterator[tuple[Flask, str]]:
    """One register for all tests of this file: they touch nothing but accounts."""
    with databases.clone(database_server, seeded_template, clone_name()) as url:
        with connect(url, role="chengji_owner") as connection:
            connection.execute("CREATE TABLE registry.person_before AS SELECT * FROM registry.person")
        app = create_app(app_settings, url)
        yield app, url
        app.extensions["chengji.engine"].dispose()


@pytest.fixture
def seeded_clone(door: tuple[Flask, str]) -> str:
    """That register, every account as it was at first."""
    with connect(door[1], role="chengji_owner") as connection:
        connection.execute(
            "UPDATE registry.person p SET (active, password, failed_sign_ins, locked_until, password_changed_at) ="
            " (b.active, b.password, b.failed_sign_ins, b.locked_until, b.password_changed_at)"
            " FROM registry.person_before b WHERE b.id = p.id"
        )
    return door[1]


@pytest.fixture
def own_app(door: tuple[Flask, str], seeded_clone: str) -> Flask:
    """The application on it."""
    return door[0]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """`clock(minutes)` moves the time of this process forward; sessions are as old as their cookie says."""
    real, moved = time.time, 0

    def forward(minutes: int) -> None:
        nonlocal moved
        moved += minutes * 60

    monkeypatch.setattr(time, "time", lambda: real() + moved)
    return forward


def person(database: str, username: str) -> tuple[Any, ...]:
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT failed_sign_ins, locked_until > now(), last_sign_in_at IS NOT NULL, fs_uniquifier, password_changed_at"
            " FROM registry.person WHERE username = %s",
            (username,),
        ).fetchone()
    assert row is not None
    return tuple(row)


def session_cookie(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("chengji")
    return cookie.value if cookie else None


def test_the_right_password_opens_the_district(own_app: Flask, seeded_clone: str) -> None:
    client = own_app.test_client()
    assert client.get(HOME).status_code == 401
    response = sign_in(client, "Inspector ", seed.PASSWORD)
    assert (response.status_code, response.location) == (302, "/")
    assert client.get("/").location == f"/{seed.DISTRICT}/map"
    assert client.get(HOME).status_code == 200
    assert person(seeded_clone, "inspector")[:3] == (0, None, True)


def test_the_cookie_is_for_this_site_and_not_for_scripts(own_app: Flask) -> None:
    response = sign_in(own_app.test_client(), "inspector", seed.PASSWORD)
    (cookie,) = (c for c in response.headers.getlist("Set-Cookie") if c.startswith("chengji="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "remember_token" not in str(response.headers)


def test_one_answer_for_every_reason(own_app: Flask, seeded_clone: str) -> None:
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.person SET active = false WHERE username = 'admin'")
        connection.execute("UPDATE registry.person SET password = NULL WHERE username = 'surveyor'")
        connection.execute("UPDATE registry.person SET locked_until = now() + interval '9 min' WHERE username = 'both'")
    tries = [("inspector", "Wrong-Word-1"), ("nobody", seed.PASSWORD), ("admin", seed.PASSWORD), ("surveyor", seed.PASSWORD),
             ("both", seed.PASSWORD), ("", ""), ("inspector", ""), ("x" * 5000, "y"), ("inspector", "z" * 5000)]  # fmt: skip
    for username, password in tries:
        client = own_app.test_client()
        response = sign_in(client, username, password)
        assert (response.status_code, REFUSED in response.text) == (200, True), username
        assert client.get(HOME).status_code == 401


@pytest.mark.usefixtures("slow_passwords")
def test_unknown_names_take_as_long_as_wrong_passwords(own_app: Flask, seeded_clone: str) -> None:
    signed_in(own_app, "inspector")  # from here on the hash is a full one
    client = own_app.test_client()
    token = csrf_token(client)

    def took(username: str) -> float:
        with connect(seeded_clone, role="chengji_owner") as connection:
            connection.execute("UPDATE registry.person SET failed_sign_ins = 0, locked_until = NULL")
        start = time.perf_counter()
        client.post("/sign-in", data={"username": username, "password": "Wrong-Word-1", "csrf_token": token})
        return time.perf_counter() - start

    took("nobody")
    known, unknown = (statistics.median(took(name) for _each in range(9)) for name in ("inspector", "nobody"))
    assert 0.5 < known / unknown < 2


def test_five_failures_lock_for_everybody_and_thirty_minutes_unlock(own_app: Flask, seeded_clone: str) -> None:
    for _each in range(5):
        assert REFUSED in sign_in(own_app.test_client(), "inspector", "Wrong-Word-1").text
    assert person(seeded_clone, "inspector")[:2] == (5, True)
    locked = sign_in(own_app.test_client(), "inspector", seed.PASSWORD)
    assert (locked.status_code, REFUSED in locked.text) == (200, True)
    # Others are not locked, and a lock does not end what is under way.
    signed_in(own_app, "surveyor")
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT locked_until - now() FROM registry.person WHERE username = 'inspector'"
        ).fetchone()
        assert row is not None
        assert 29 * 60 < row[0].total_seconds() <= 30 * 60
        connection.execute("UPDATE registry.person SET locked_until = now() WHERE username = 'inspector'")
    signed_in(own_app, "inspector")
    assert person(seeded_clone, "inspector")[:2] == (0, None)


def test_four_failures_are_forgotten_after_a_success(own_app: Flask, seeded_clone: str) -> None:
    for _twice in range(2):
        for _each in range(4):
            sign_in(own_app.test_client(), "inspector", "Wrong-Word-1")
        signed_in(own_app, "inspector")
    assert person(seeded_clone, "inspector")[0] == 0


def test_an_idle_session_ends(own_app: Flask, clock: Clock) -> None:
    client = signed_in(own_app, "inspector")
    clock(29)
    assert client.get(HOME).status_code == 200
    clock(31)
    assert client.get(HOME).status_code == 401
    response = client.get(f"/{seed.DISTRICT}/assets?q=x&layer=road")
    assert response.status_code == 303
    assert response.location == f"/sign-in?next=/{seed.DISTRICT}/assets?q%3Dx%26layer%3Droad"


def test_work_keeps_a_session_alive_but_not_for_ever(own_app: Flask, clock: Clock) -> None:
    client = signed_in(own_app, "inspector")
    for _each in range(35):  # 11 hours 40 minutes
        clock(20)
        assert client.get(HOME).status_code == 200
    clock(20)
    clock(1)
    assert client.get(HOME).status_code == 401


def test_the_cookie_is_not_written_with_every_tile(own_app: Flask, clock: Clock) -> None:
    client = signed_in(own_app, "inspector")
    assert "Set-Cookie" not in client.get(HOME).headers
    clock(2)
    assert "Set-Cookie" in client.get(HOME).headers
    assert "Set-Cookie" not in client.get(HOME).headers


def test_the_session_before_signing_in_is_not_the_one_after(own_app: Flask) -> None:
    client = own_app.test_client()
    token = csrf_token(client)
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    client.post("/sign-in", data={"username": "inspector", "password": seed.PASSWORD, "csrf_token": token})
    with client.session_transaction() as after:
        assert after["_user_id"]
        assert "planted" not in after
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 400


def test_signing_out_ends_the_session_on_the_server_too(own_app: Flask) -> None:
    client, other = signed_in(own_app, "inspector"), own_app.test_client()
    kept = session_cookie(client)
    assert kept
    response = client.post("/sign-out", data={"csrf_token": csrf_token(client, f"/{seed.DISTRICT}/assets")})
    assert (response.status_code, response.location) == (302, "/sign-in")
    assert client.get(HOME).status_code == 401
    other.set_cookie("chengji", kept)
    assert other.get(HOME).status_code == 401


def test_signing_out_by_a_link_is_not_possible(own_app: Flask) -> None:
    client = signed_in(own_app, "inspector")
    assert client.get("/sign-out").status_code == 405
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("address", ["/sign-out", "/password", "/language/en", f"/{seed.DISTRICT}/assets/1/edit"])
def test_no_post_without_its_token(own_app: Flask, address: str) -> None:
    client = signed_in(own_app, "surveyor")
    for data in ({}, {"csrf_token": "made up"}):
        response = client.post(address, data={**data, "base_version": "1", "name": "forged"})
        assert response.status_code == 400
        assert "安全标记" in response.text
    assert "forged" not in client.get(f"/{seed.DISTRICT}/assets/1").text


def test_a_sign_in_without_its_token_is_not_tried(own_app: Flask, seeded_clone: str) -> None:
    response = own_app.test_client().post("/sign-in", data={"username": "inspector", "password": "Wrong-Word-1"})
    assert (response.status_code, response.location) == (303, "/sign-in")
    assert person(seeded_clone, "inspector")[0] == 0


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "/\n//evil.example", " //evil.example",
     "javascript:alert(1)", "http:evil.example", "https:/\\evil.example", "evil.example",
     "/\x00/evil.example", "/@\\evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(own_app: Flask, elsewhere: str) -> None:
    for in_form in (False, True):
        client = own_app.test_client()
        form = {"username": "inspector", "password": seed.PASSWORD, "csrf_token": csrf_token(client)}
        if in_form:
            response = client.post("/sign-in", data={**form, "next": elsewhere})
        else:
            response = client.post("/sign-in", query_string={"next": elsewhere}, data=form)
        assert response.status_code == 422
        assert "Location" not in response.headers
        assert client.get(HOME).status_code == 401


def test_signing_in_leads_back_to_where_one_was(own_app: Flask) -> None:
    client = own_app.test_client()
    before = client.get(f"/{seed.DISTRICT}/assets?q=试验&class=CJ/T 214-2007:0118")
    assert before.location
    response = sign_in(client, "inspector", seed.PASSWORD, before.location)
    assert response.location is not None
    assert response.location.startswith(f"/{seed.DISTRICT}/assets?q=")
    assert client.get(response.location).status_code == 200


def test_no_token_of_flask_security_opens_anything(own_app: Flask) -> None:
    """Its JSON sign-in can give out a token that would outlive the session."""
    client = own_app.test_client()
    token = csrf_token(client)
    body = {"username": "inspector", "password": seed.PASSWORD}
    answer = client.post(
        "/sign-in?include_auth_token", json=body, headers={"X-CSRFToken": token, "Accept": "application/json"}
    )
    assert "authentication_token" not in answer.text
    with own_app.test_request_context():
        token = session().query(Account).filter_by(username="inspector").one().get_auth_token()
    stranger = own_app.test_client()
    assert stranger.get(HOME, headers={"Authentication-Token": token}).status_code == 401
    assert stranger.get(HOME, query_string={"auth_token": token}).status_code == 401


def change(client: FlaskClient, old: str, new: str, again: str | None = None) -> Any:
    form = {"password": old, "new_password": new, "new_password_confirm": new if again is None else again}
    return client.post("/password", data={**form, "csrf_token": csrf_token(client, "/password")})


def test_a_new_password_replaces_the_old_one_and_ends_other_sessions(own_app: Flask, seeded_clone: str) -> None:
    here, there = signed_in(own_app, "inspector"), signed_in(own_app, "inspector")
    response = change(here, seed.PASSWORD, "Sunny-Canal-7")
    assert (response.status_code, response.location) == (302, "/")
    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 401
    assert person(seeded_clone, "inspector")[4] is not None
    assert REFUSED in sign_in(own_app.test_client(), "inspector", seed.PASSWORD).text
    signed_in(own_app, "inspector", "Sunny-Canal-7")


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("Wrong-Word-1", "Sunny-Canal-7", None, "现在的密码不正确"),
        ("", "Sunny-Canal-7", None, "现在的密码不正确"),
        (seed.PASSWORD, "Sunny-7", None, "10 至 128"),
        (seed.PASSWORD, "sunnycanalseven", None, "至少要有三类"),
        (seed.PASSWORD, "Inspector-77", None, "用户名"),
        (seed.PASSWORD, "Sunny-Canal-7", "Sunny-Canal-8", "不一致"),
        (seed.PASSWORD, seed.PASSWORD, None, "相同"),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    own_app: Flask, old: str, new: str, again: str | None, said: str
) -> None:
    client = signed_in(own_app, "inspector")
    response = change(client, old, new, again)
    assert response.status_code == 200
    assert said in response.text
    signed_in(own_app, "inspector")


def test_guessing_the_present_password_locks_too(own_app: Flask, seeded_clone: str) -> None:
    client = signed_in(own_app, "inspector")
    for _each in range(5):
        change(client, "Wrong-Word-1", "Sunny-Canal-7")
    assert person(seeded_clone, "inspector")[1] is True
    assert "现在的密码不正确" in change(client, seed.PASSWORD, "Sunny-Canal-7").text


@pytest.mark.usefixtures("slow_passwords")
def test_a_weak_hash_is_replaced_at_a_sign_in(own_app: Flask, seeded_clone: str) -> None:
    def stored() -> str:
        with connect(seeded_clone, role="chengji_owner") as connection:
            row = connection.execute("SELECT password FROM registry.person WHERE username = 'inspector'").fetchone()
        assert row is not None
        return str(row[0])

    before = stored()
    signed_in(own_app, "inspector")
    assert stored() != before
    assert "m=65536" in stored()
    signed_in(own_app, "inspector")


def test_behind_https_the_cookie_stays_there(seeded_database: str, app_settings: Any) -> None:
    app = create_app(dataclasses.replace(app_settings, behind_https=True), seeded_database)
    response = app.test_client().get(
        "/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    )
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-chengji=")
    assert "Secure" in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    app.extensions["chengji.engine"].dispose()


def test_a_forwarded_header_means_nothing_where_no_proxy_is_set(app: Flask) -> None:
    seen: dict[str, Any] = {}
    with app.test_request_context(headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}) as context:
        seen.update(scheme=context.request.scheme, address=context.request.remote_addr)
    assert seen == {"scheme": "http", "address": None}
