"""Every route for every role, from the map of addresses: let in or refused as the table says.

A form without its token is refused after permissions are checked and before anything is done,
so that everything can be asked of one served shop.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
import requests
from flask import Flask
from komet_dummy.plugin import plugin as dummy
from sqlalchemy import select
from werkzeug.routing import Rule

from komet_shop.app import create_app, open_shop
from komet_shop.config import Config, Secret
from komet_shop.domain.permissions import BUYER, ROLES, Permission, permissions_of
from komet_shop.models import WebSession
from komet_shop.web.permissions import Access
from tests import factories
from tests.conftest import FAST, Places
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.grounds import CUSTOMER, NO_ROLE, NOBODY, OWN_ONLY, PLACE, Grounds

pytestmark = pytest.mark.xdist_group("access_table")  # one served shop for all of them
EVERYBODY = (NOBODY, NO_ROLE, *ROLES)
LISTED = [("sqlite", who) for who in EVERYBODY] + [
    ("postgresql", who)  # who is let in does not depend on the database: a slice shows it
    for who in (NOBODY, "sales_manager", BUYER)
]
BUYS_FOR_NOBODY = "Your login belongs to no customer"
"""What staff are told in the shop: permission or not, there are no prices for them."""
SHORTEST_ID = 15
"""Public ids are longer than any other part of an address."""
OWN_NUMBER = 900
"""Of this shop's database: it stays while other tests come and go."""
GIVEN = {
    "reason": "because",
    "outcome": "charged",
    "action_key": "k1",
    "control_number": "1",
    "quantity": "1",
    "name": "Pat",
    "locale": "en",
    "roles": "sales",
    "active": "y",
}
"""Enough for most forms to come as far as the object that they are about."""


@dataclass(frozen=True)
class Route:
    """An address with one method."""

    rule: Rule
    method: str
    access: Access

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule}"


class Asking:
    """A served shop, and everybody's browser at it."""

    def __init__(self, app: Flask, grounds: Grounds, url: str) -> None:
        self.app, self.grounds, self.url = app, grounds, url
        self._browsers: dict[str, Browser] = {}
        self._tokens: dict[str, str] = {}
        declared: dict[str, Access] = app.extensions["komet_shop_access"]
        self.routes = [
            Route(rule, method, declared[rule.endpoint])
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]

    def browser(self, who: str) -> Browser:
        if who not in self._browsers:
            self._browsers[who] = Browser(self.url)
            if who != NOBODY:
                email = self.grounds.people[who].email
                assert self._browsers[who].log_in(email).status_code == 302
        return self._browsers[who]

    def token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = self.browser(who).token("/account")
        return self._tokens[who]

    def path(self, route: Route, kind: str = "", *, is_absent: bool = False) -> str:
        """The route's address about one's own object, or about one of another `kind` of owner.

        `is_absent`: about one that is not there, in place of the one of that kind.
        """
        values = {}
        for argument in route.rule.arguments:
            sample = self.grounds.sample(route.rule.endpoint, argument)
            assert sample is not None, f"no sample for <{argument}> of {route.name}"
            values[argument] = sample.foreign.get(kind, sample.own)
            if is_absent and kind in sample.foreign:
                values[argument] = sample.absent
        with self.app.test_request_context():
            return str(self.app.url_for(route.rule.endpoint, **values))

    def verdict(self, who: str, route: Route) -> str:
        """Let in or not, and where to instead."""
        path = self.path(route)
        browser = self.browser(who)
        answer = browser.get(path) if route.method == "GET" else browser.post_raw(path)
        found = _verdict(answer)
        half_way = {"login": not route.access.permissions, "verify": not route.access.fresh}
        return "in" if half_way.get(found) else found  # led back to where its steps begin

    def answer(self, who: str, route: Route, path: str) -> tuple[int, str, str]:
        """What somebody gets, without what differs from one request to the next.

        Where they are led elsewhere, what the next page tells them belongs to it.
        """
        browser = self.browser(who)
        if route.method == "GET":
            found = browser.get(path)
        else:
            found = browser.post_raw(path, {"csrf_token": self.token(who), **GIVEN})
        told = browser.get("/account").text if found.is_redirect else found.text
        return (
            found.status_code,
            _without(found.headers.get("Location", ""), path),
            _without(told, path),
        )


@pytest.fixture(scope="module")
def asking(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    places: Places,
) -> Iterator[Asking]:
    """The whole shop on one database, built and served once."""
    folder: Path = tmp_path_factory.mktemp("access")
    config = Config(
        env="test",
        base_url="http://localhost:5000",
        database_url=places.lay(request.param, OWN_NUMBER),
        secret_key=Secret("test-" + "s" * 40),
        master_key=factories.MASTER_KEY,
        data_dir=folder,
        deadlines=FAST,
    )
    shop = open_shop(config, dummy)
    grounds = Grounds.build(shop.database)
    app = create_app(config, shop)
    with listening(app) as url:
        yield Asking(app, grounds, url)
    shop.bulkhead.drain()
    shop.database.close()


@pytest.mark.parametrize(("asking", "who"), LISTED, indirect=["asking"])
def test_everybody_is_let_in_or_refused_as_the_table_says(asking: Asking, who: str) -> None:
    wanted = {route.name: _expected(who, route.access) for route in asking.routes}

    found = {route.name: asking.verdict(who, route) for route in asking.routes}

    assert found == wanted


@pytest.mark.parametrize("asking", ["sqlite"], indirect=True)  # as above
def test_what_matters_asks_for_the_password_again(asking: Asking) -> None:
    wanted = {route.name: "verify" for route in asking.routes if route.access.fresh}
    found = {}
    for role in ROLES:
        stale = _stale(asking, role)
        for route in asking.routes:
            if route.access.fresh and route.access.permissions & permissions_of([role]):
                path = asking.path(route)
                get = route.method == "GET"
                found[route.name] = _verdict(stale.get(path) if get else stale.post_raw(path))

    assert found == wanted


@pytest.mark.parametrize(
    ("asking", "kind"),
    [
        *product(["sqlite"], [PLACE, CUSTOMER]),
        ("postgresql", CUSTOMER),  # a slice: the conditions are the same SQL
    ],
    indirect=["asking"],
)
def test_what_is_not_ones_own_answers_like_what_is_not_there(asking: Asking, kind: str) -> None:
    differing, asked = [], 0
    for route in asking.routes:
        for who in _who_sees_none_of(asking, route, kind):
            asked += 1
            foreign = asking.answer(who, route, asking.path(route, kind))
            absent = asking.answer(who, route, asking.path(route, kind, is_absent=True))
            if foreign != absent or foreign[0] in (200, 500):
                differing.append((who, route.name, foreign, absent))

    assert differing == []
    assert asked > 10


@pytest.mark.parametrize("asking", ["sqlite"], indirect=True)  # as above
def test_ones_own_is_there(asking: Asking) -> None:
    missing = []
    for route in asking.routes:
        for kind in (PLACE, CUSTOMER):
            for who in _who_sees_none_of(asking, route, kind):
                if route.method == "GET":
                    status, _, _ = asking.answer(who, route, asking.path(route))
                    missing += [(who, route.name)] if status == 404 else []

    assert missing == []


def _who_sees_none_of(asking: Asking, route: Route, kind: str) -> list[str]:
    """Those who may use the route, but not for objects of that kind; none where none is."""
    samples = [
        asking.grounds.sample(route.rule.endpoint, argument) for argument in route.rule.arguments
    ]
    if not any(sample is not None and kind in sample.foreign for sample in samples):
        return []
    allowed = [role for role in ROLES if route.access.permissions & permissions_of([role])]
    if kind == PLACE:
        return [role for role in allowed if Permission.ALL_LOCATIONS not in permissions_of([role])]
    return [role if role == BUYER else role + OWN_ONLY for role in allowed]


def _expected(who: str, access: Access) -> str:
    if not access.permissions:
        return "in"
    if who == NOBODY:
        return "login"
    return "in" if access.permissions & permissions_of([who]) else "no"


def _verdict(answer: requests.Response) -> str:
    if answer.status_code in (401, 403) and BUYS_FOR_NOBODY not in answer.text:
        return "no"
    where = answer.headers.get("Location", "")
    for page in ("login", "verify"):
        if answer.is_redirect and where.split("?")[0] == f"/{page}":
            return page
    return f"error {answer.status_code}" if answer.status_code == 500 else "in"


def _stale(asking: Asking, role: str) -> Browser:
    """A browser that gave its password long ago."""
    browser = Browser(asking.url)
    person = asking.grounds.people[role]
    assert browser.log_in(person.email).status_code == 302
    database = asking.app.extensions["komet_shop"].database
    with database.write() as session:
        for row in session.scalars(select(WebSession).where(WebSession.user_id == person.id)):
            row.data = {**row.data, "fs_paa": 0}
    return browser


def _without(text: str, path: str) -> str:
    """Without nonces, tokens, request ids and the ids that were asked for."""
    for one in (path, *(part for part in path.split("/") if len(part) >= SHORTEST_ID)):
        text = text.replace(one, "…")
    text = re.sub(r'nonce="[^"]+"', "", text)
    text = re.sub(r'name="csrf_token"[^>]+>', "", text)
    return re.sub(r"\b[0-9a-f]{16}\b", "", text)
