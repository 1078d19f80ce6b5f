"""Browsers of people who sign in through the form."""

from __future__ import annotations

import re
from collections.abc import Callable

import seed
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Browser = Callable[[str], FlaskClient]


def signed_in(app: Flask, username: str, password: str = seed.PASSWORD) -> FlaskClient:
    """A new browser, signed in through the form."""
    client = app.test_client()
    response = sign_in(client, username, password)
    assert response.status_code == 302, response.text
    return client


def sign_in(client: FlaskClient, username: str, password: str, address: str = "/sign-in") -> TestResponse:
    """Fill in the form and send it."""
    form = {"username": username, "password": password, "csrf_token": csrf_token(client)}
    return client.post(address, data=form)


def csrf_token(client: FlaskClient, page: str = "/sign-in") -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert found, f"{page} has no form"
    return found[1]
