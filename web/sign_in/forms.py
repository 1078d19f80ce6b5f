"""The forms of signing in and of changing one's password."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from flask import request, session
from flask_security import ChangePasswordForm, LoginForm, current_user
from flask_security.forms import Form
from sqlalchemy.orm import Session
from wtforms import PasswordField, StringField

from registry.access import accounts, passwords
from registry.database.connections import raw
from registry.i18n import _
from web.http.transaction import session as database_session
from web.sign_in.account import Account

log = logging.getLogger("chengji.audit")


def is_local(address: str) -> bool:
    """Whether an address is a path on this site, whatever a browser makes of backslashes and control characters."""
    return not address or re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", address) is not None


def right_password(opened: Session, username: str, password: str) -> int | None:
    """The id of the account, if the password is right and the account may be tried; commits the count of tries first.

    Unknown, closed, locked and wrong are one answer, and take the same time.
    """
    attempt = accounts.book_attempt(raw(opened), username)
    opened.commit()
    stored = attempt.password if attempt else None
    right = passwords.matches(password, stored)
    if attempt is None or stored is None or not right:
        return None
    accounts.record_sign_in(raw(opened), attempt.person_id, passwords.renewed(password, stored))
    return attempt.person_id


class SignInForm(LoginForm):
    """User name and password. No "remember me": a session ends when nobody works in it."""

    email = None
    remember = None
    username = StringField()
    password = PasswordField()

    def validate(self, **kwargs: Any) -> bool:
        """Looks the account up itself: Flask-Security's own answer tells a closed account from a wrong password."""
        if not (Form.validate(self, **kwargs) and self._check()):
            self.form_errors.append(_("用户名或密码不正确；连续 5 次不正确会锁定 30 分钟。"))
            return False
        return True

    def _check(self) -> bool:
        opened = database_session()
        name = (self.username.data or "").strip().lower()
        found = right_password(opened, name, self.password.data or "")
        log.info("sign-in %s user=%r from=%s", "ok" if found else "failed", name[:60], request.remote_addr)
        if found is None:
            return False
        self.user = opened.get_one(Account, found)
        _fresh_session()
        return True


def _fresh_session() -> None:
    """Nothing of the session before survives a sign-in: neither what an attacker planted, nor a known CSRF token."""
    session.clear()
    session.permanent = True
    session["since"] = session["seen"] = int(time.time())


class PasswordForm(ChangePasswordForm):
    """The present password, and the new one twice. A wrong present password counts towards the lock like any other."""

    password = PasswordField()
    new_password = PasswordField()
    new_password_confirm = PasswordField()

    def validate(self, **kwargs: Any) -> bool:
        """Adds what is wrong to the field it is wrong in."""
        if not Form.validate(self, **kwargs):
            return False
        old, new, again = (f.data or "" for f in (self.password, self.new_password, self.new_password_confirm))
        if right_password(database_session(), current_user.username, old) is None:
            self.password.errors.append(_("现在的密码不正确。"))
            return False
        found = list(map(str, passwords.faults(new, current_user.username)))
        if new == old:
            found.append(_("新密码与现在的密码相同。"))
        self.new_password.errors.extend(found)
        if new != again:
            self.new_password_confirm.errors.append(_("两次输入的新密码不一致。"))
        return not found and new == again
