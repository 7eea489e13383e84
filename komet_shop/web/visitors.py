"""Before every view: find the session and the person, then end the transaction."""

import threading
from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from flask_security.core import AnonymousUser
from sqlalchemy import select

from komet_shop.models import Company
from komet_shop.services.shop import Shop
from komet_shop.web import session_store
from komet_shop.web.current import NOBODY, Visitor, shop, visitor
from komet_shop.web.permissions import access_of_request
from komet_shop.web.second_step_policy import as_far_as_proven
from komet_shop.web.sessions import BrowserSession, browser_session

COMPANY_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class HouseCompany:
    """The company whose shop this is."""

    id: int
    name: str


class CompanyInMemory:
    """The company changes hardly ever: read at most once a minute in each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._company: HouseCompany | None = None

    def get(self, running: Shop) -> HouseCompany | None:
        """The company, or None before the first sync. Opens a reading unit now and then."""
        now = running.clock.monotonic()
        with self._lock:
            is_old = self._read_at is None or now - self._read_at > COMPANY_SECONDS
            if is_old or self._company is None:
                self._company = _read_company(running)
                self._read_at = now
            return self._company


def load_visitor() -> None:
    """Load who asks into `g`; one statement for a session."""
    access = access_of_request()
    if access is not None and access.for_machines:
        become(NOBODY)
        return
    become(_person_behind(browser_session()))
    know_company()


def know_company() -> None:
    """Find out whose shop this is, also where a request is refused before anybody is loaded."""
    if company() is None:
        g.company = current_app.extensions["komet_shop_company"].get(shop())


def become(person: Visitor) -> None:
    """Make this person the visitor of the request, for us and for Flask-Login."""
    g.visitor = person
    g._login_user = person.user or AnonymousUser()  # type: ignore[no-untyped-call]  # no types there
    if person.user is not None:
        g.fs_authn_via = "session"
        g.fs_paa = browser_session().get("fs_paa", 0)


def company() -> HouseCompany | None:
    """The company whose shop this is; None before there is one, or without a database."""
    found: HouseCompany | None = g.get("company")
    return found


def page_context() -> dict[str, Any]:
    """What every page's template may use of the visitor."""
    person = visitor().user
    known = {"account_name": person.name} if person is not None else {}
    house = company()
    return known | ({"company_name": house.name} if house is not None else {})


def _person_behind(session: BrowserSession) -> Visitor:
    found = _find(session.digest) if session.id else None
    if found is None:
        session.start_empty()
        return NOBODY
    session.fill(found.row)
    return as_far_as_proven(found.visitor)


def _find(digest: str) -> session_store.Found | None:
    with shop().database.read() as unit:
        return session_store.find(unit, digest, shop().clock.now())


def _read_company(running: Shop) -> HouseCompany | None:
    with running.database.read() as unit:
        row = unit.execute(select(Company.id, Company.name).order_by(Company.id).limit(1)).first()
    return HouseCompany(id=row.id, name=row.name) if row is not None else None
