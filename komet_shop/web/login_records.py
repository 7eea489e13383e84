"""What logins leave behind: audit entries, new session ids, ended sessions."""

import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app, g, session
from flask_login import user_logged_out  # type: ignore[import-untyped]  # ships no types
from flask_security.core import UserMixin
from flask_security.signals import password_changed, password_reset, user_authenticated
from sqlalchemy.orm import Session, scoped_session

from komet_shop.models import User
from komet_shop.services import audit, security_mails
from komet_shop.services.audit import Entry
from komet_shop.web import session_store
from komet_shop.web.current import NOBODY, Visitor, actor, shop
from komet_shop.web.second_step_policy import as_far_as_proven
from komet_shop.web.sessions import browser_session
from komet_shop.web.visitors import become, company

BY_CHANGE = "change"
"""How Flask-Security calls a login that is only a new password."""
EMPTY: frozenset[int] = frozenset()


def register(app: Flask) -> None:
    """Listen to what Flask-Security and Flask-Login tell."""
    user_authenticated.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)
    password_reset.connect(_password_changed, app)
    password_changed.connect(_password_changed, app)


def unit() -> Session:
    """The transaction that accounts are changed in; it ends after the view."""
    found: scoped_session[Session] = current_app.extensions["komet_shop_accounts"]
    return found()


def failed(user: UserMixin | None) -> None:
    """Somebody did not get in. Neither the address nor the password is kept."""
    if not isinstance(user, User):
        write("login_failed", None, "no such account")
    else:
        write("login_failed", user.id, "wrong password" if user.active else "account is off")


def first_step_done() -> None:
    """The password was right and a code is asked for next: whoever knew the session is out."""
    browser_session().change_owner(None)
    session["first_step_at"] = int(time.time())


def write(action: str, user_id: int | None, reason: str = "") -> None:
    """An audit entry about a person, in the unit of accounts; not before there is a company."""
    house = company()
    if house is None:
        return
    entry = Entry(
        actor=actor(),
        company_id=house.id,
        action=action,
        object_type="user",
        object_id=user_id,
        reason=reason,
    )
    audit.write(unit(), entry, shop().clock.now())


def end_elsewhere(user: User, action: str) -> None:
    """Their second factor changed: a new session id here, no session elsewhere, a mail."""
    browser_session().change_owner(user.id)
    session_store.end_others(unit(), user.id, keep=browser_session().digest)
    changed(action, user.id)


def changed(action: str, user_id: int) -> None:
    """An audit entry about what lets a person log in, and a mail to them."""
    write(action, user_id)
    security_mails.tell(unit(), user_id, action, shop().clock.now())


def _logged_in(
    _app: Flask, user: User, authn_via: Sequence[str] | None = None, **_more: Any
) -> None:
    browser_session().change_owner(user.id)
    session.pop("first_step_at", None)
    if BY_CHANGE in (authn_via or ()):
        _keep_second_step(user)
    else:
        session[session_store.SECOND_STEP] = g.pop("second_step_of", None) == user.id
    person = Visitor.of(user, assigned=EMPTY, active=EMPTY, customers=EMPTY)
    become(as_far_as_proven(person))
    write("login", user.id)


def _keep_second_step(user: User) -> None:
    """Flask-Security logs in anew for a new password: that proves no second factor."""
    if user.has_second_factor:
        session["fs_paa"] = g.get("fs_paa", 0)


def _logged_out(_app: Flask, user: User, **_more: Any) -> None:
    browser_session().change_owner(None)
    session.pop(session_store.SECOND_STEP, None)
    become(NOBODY)
    write("logout", user.id)


def _password_changed(_app: Flask, user: User, **_more: Any) -> None:
    own = browser_session()
    is_own = own.user_id == user.id
    session_store.end_others(unit(), user.id, keep=own.digest if is_own else "")
    changed("password_changed", user.id)
