"""A customer's page: what it sees at checkout and why, credit, and when Komet was asked."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from komet_shop.models import Company, GatewayAccount, SyncCursor
from komet_shop.services import customers
from tests import factories
from tests.statements import count_statements
from tests.web.customers.office import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_location_that_takes_cards_shows_both_buttons(office: Office) -> None:
    shown = office.text(office.path)

    assert "Miami Pay & Checkout Checkout Card No card" in shown
    assert "“Allow to receive payment upon confirmation” is off at this location." in shown


def test_every_reason_is_said_at_every_place(office: Office) -> None:
    office.decide(card_rule="restricted", currency="CAD")
    office.switch(ecommerce_on=False, status="keys_pending")

    shown = office.text(office.path)

    gateway = office.world.shop.gateways.plugin.title
    for reason in (
        f"{gateway} is not active at this location.",
        f"“Enable {gateway} in E-Commerce” is off at this location.",
        "this customer has another currency",
        "“Restrict Credit Card Payments” is on for this customer.",
    ):
        assert reason in shown
    assert "Pay & Checkout" not in shown
    assert shown.count("is on for this customer") == 2  # not where staff receive payments


def test_a_company_with_another_currency_takes_no_cards(office: Office) -> None:
    with office.world.shop.database.write() as session:
        session.execute(update(Company).values(currency="EUR"))

    assert "the company keeps its books in another currency" in office.text(office.path)


def test_a_card_that_is_required_waits_for_the_gateway(office: Office) -> None:
    office.decide(card_rule="required")
    later = office.world.shop.clock.now() + timedelta(minutes=1)
    with office.world.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(breaker_open_until=later))

    shown = office.text(office.path)

    assert "Miami None A card is required, so the order waits" in shown
    assert "does not answer right now" in shown


def test_a_card_that_is_required_but_impossible_lets_orders_go_on_terms(office: Office) -> None:
    office.decide(card_rule="required")
    office.switch(ecommerce_on=False)

    assert "Miami Checkout A card is required, but none can be taken here" in office.text(
        office.path
    )


def test_the_page_says_when_komet_was_asked(office: Office) -> None:
    never = office.text(office.path)
    row = {"name": customers.ASKED_LAST, "value": "x", "updated_at": factories.NOW}
    with office.world.shop.database.write() as session:
        session.execute(insert(SyncCursor).values(**row))

    assert "Komet was not asked yet" in never
    assert f"Komet was asked {factories.NOW:%b}" in office.text(office.path)


def test_more_locations_cost_no_more_statements(office: Office) -> None:
    engine = office.world.shop.database.engine
    office.text(office.path)
    with count_statements(engine) as one:
        office.text(office.path)
    for name in ("Boston", "Quito"):
        office.open_branch(name)
    office.add_buyers(3)

    with count_statements(engine) as several:
        shown = office.text(office.path)

    assert "Boston Checkout No card" in shown
    assert len(several) == len(one) <= 8


def test_hold_and_limit_are_said_first(office: Office) -> None:
    office.decide(credit_hold=True)
    on_hold = office.text(office.path)
    office.decide(credit_hold=False, credit_limit_cents=-1)

    assert "Nobody can check out an order of this customer" in on_hold
    assert "cannot go on terms until something is paid" in office.text(office.path)
