"""Server-side sessions: the browser holds a random id, the database its digest and the data."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import CallbackDict

from komet_shop.config import Config
from komet_shop.models import WebSession
from komet_shop.web import session_store
from komet_shop.web.current import shop, visitor

SECURE_COOKIE = "__Host-sid"
LOOPBACK_COOKIE = "komet_shop_sid"
NOTE_EVERY = timedelta(minutes=1)


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """One browser's session. Written back at the end of the request, when it changed."""

    def __init__(self, presented_id: str = "") -> None:
        super().__init__(None, _note_change)
        self.modified = False
        self.id = presented_id
        self.is_loaded = False
        self.is_kept = False
        self.is_new_id = False
        self.user_id: int | None = None
        self.began: datetime | None = None
        self.noted: datetime | None = None
        self.replaced: list[str] = []

    @property
    def digest(self) -> str:
        """What the database knows of the id; a session without one gets one."""
        if not self.id:
            self._take_new_id()
        return session_store.digest_of(self.id)

    def fill(self, row: WebSession) -> None:
        """Take over what the database has."""
        self.update(row.data)
        self.is_loaded = self.is_kept = True
        self.user_id, self.began, self.noted = row.user_id, row.created_at, row.seen_at
        self.modified = False

    def start_empty(self) -> None:
        """The browser showed no id, or one that has ended or is not ours: never adopt it."""
        self.id = ""
        self.is_loaded = True

    def change_owner(self, user_id: int | None) -> None:
        """Login or logout: another id, so that nobody who knew the old one comes along."""
        if self.is_kept:
            self.replaced.append(self.digest)
        self.pop("csrf_token", None)
        self.user_id = user_id
        self.is_kept = False
        self.began = None
        self._take_new_id()

    def _take_new_id(self) -> None:
        self.id = secrets.token_urlsafe(32)
        self.is_new_id = True
        self.modified = True


class DatabaseSessions(SessionInterface):
    """Keeps sessions in `web_session`. Rule: docs/operations.md, "Sessions"."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The session as the browser names it; `load` fills it before the view."""
        g.browser_session = BrowserSession(request.cookies.get(cookie_name(app), ""))
        return g.browser_session  # type: ignore[no-any-return]  # g is untyped

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, in a unit of its own, and tell the browser a new id."""
        assert isinstance(session, BrowserSession)
        now = shop().clock.now()
        if not _needs_writing(session, now):
            return
        shop().database.run(lambda unit: _write(unit, session, now))
        if session.is_new_id:
            response.set_cookie(
                cookie_name(app),
                session.id,
                secure=app.config["SESSION_COOKIE_SECURE"],
                httponly=True,
                samesite="Lax",
                path="/",
            )


def configure_cookie(app: Flask, config: Config) -> None:
    """The cookie's name and flags: `__Host-` where browsers come by https."""
    app.config.update(
        SESSION_COOKIE_NAME=SECURE_COOKIE if config.uses_https else LOOPBACK_COOKIE,
        SESSION_COOKIE_SECURE=config.uses_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=session_store.LONGEST,
    )
    app.session_interface = DatabaseSessions()


def cookie_name(app: Flask) -> str:
    """What the session's cookie is called here."""
    return str(app.config["SESSION_COOKIE_NAME"])


def browser_session() -> BrowserSession:
    """The session of this request."""
    assert current_app
    return g.browser_session  # type: ignore[no-any-return]  # g is untyped


def _note_change(session: "CallbackDict[str, Any]") -> None:
    assert isinstance(session, BrowserSession)
    session.modified = True


def _needs_writing(session: BrowserSession, now: datetime) -> bool:
    if not session.is_loaded:  # a route for machines, or the database is away
        return False
    if session.modified or session.replaced:
        return bool(session) or session.is_kept or session.is_new_id
    return session.is_kept and (session.noted is None or now - session.noted >= NOTE_EVERY)


def _write(unit: Session, session: BrowserSession, now: datetime) -> None:
    for digest in session.replaced:
        unit.execute(delete(WebSession).where(WebSession.id_sha256 == digest))
    began = session.began or now
    values = {
        "user_id": session.user_id,
        "data": json.loads(json.dumps(dict(session), default=str)),
        "seen_at": now,
        "expires_at": session_store.ends_at(visitor(), began=began, now=now),
    }
    if session.is_kept:  # a row that was ended meanwhile stays ended
        unit.execute(
            update(WebSession).where(WebSession.id_sha256 == session.digest).values(**values)
        )
    else:
        unit.execute(
            insert(WebSession).values(id_sha256=session.digest, created_at=began, **values)
        )
