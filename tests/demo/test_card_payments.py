"""Card payments of the demo: switched on by the company, and inherited where nobody differs."""

from collections.abc import Iterator

import pytest
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

from komet_shop.demo.card_payments import CardPayments
from komet_shop.demo.people import DEMO
from komet_shop.domain.card_settings import Origin, Switch
from komet_shop.models import Company, LocationCardSettings
from komet_shop.services import card_board
from komet_shop.services.card_board import Board
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop
from tests import factories

CODES = ("BOS", "LAX")


@pytest.fixture
def gateway() -> Iterator[SandboxServer]:
    """With a terminal for each location."""
    with SandboxServer(Options(labels=CODES)) as server:
        yield server


@pytest.fixture
def scope(shop: Shop) -> Scope:
    """A company with two locations that nobody decided anything about."""
    with shop.database.write() as session:
        company: Company = factories.make_company(session)
        places = [factories.make_location(session, company, code=code) for code in CODES]
        return Scope(
            actor=DEMO,
            company_id=company.id,
            location_ids=frozenset(place.id for place in places),
        )


def switch_on(shop: Shop, gateway: SandboxServer) -> None:
    keys = {
        one["label"]: {name: one[name] for name in ("api_key", "public_key")}
        for one in gateway.accounts
    }
    CardPayments(shop, everywhere=True).switch_on(shop, keys)


def board(shop: Shop, scope: Scope) -> Board:
    with shop.database.read() as session:
        return card_board.read(session, scope)


def test_locations_inherit_what_the_company_decided(
    shop: Shop, gateway: SandboxServer, scope: Scope
) -> None:
    switch_on(shop, gateway)

    found = [board(shop, scope).switch(Switch.ECOMMERCE, code) for code in CODES]
    assert [(one.value, one.origin) for one in found] == [(True, Origin.COMPANY)] * 2
    assert all(place.is_active for place in board(shop, scope).places)


def test_what_somebody_decided_since_stays_at_the_next_start(
    shop: Shop, gateway: SandboxServer, scope: Scope
) -> None:
    switch_on(shop, gateway)
    with shop.database.write() as session:
        place = session.get_one(LocationCardSettings, min(scope.location_ids))
        place.ecommerce_on = False

    switch_on(shop, gateway)

    found = [board(shop, scope).switch(Switch.ECOMMERCE, code) for code in CODES]
    assert [(one.value, one.origin) for one in found] == [
        (False, Origin.LOCATION),
        (True, Origin.COMPANY),
    ]
