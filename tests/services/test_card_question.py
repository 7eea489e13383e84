"""How settings of company, location and customer become one question to the card rules."""

import itertools
from datetime import timedelta

import pytest

from komet_shop.domain.card_rules import CardRule, Channel, Refusal
from komet_shop.models import CompanyCardSettings, GatewayAccount, LocationCardSettings
from komet_shop.services import card_question, customer_rules
from komet_shop.services.card_question import Asked, Payer, Till
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.statements import count_statements

TRISTATE = (None, True, False)


def till(
    *,
    company: bool | None = None,
    location: bool | None = None,
    several: bool = False,
    is_open: bool = True,
) -> Till:
    """A location that is active, with both switches decided like this."""
    decided = {"ecommerce_on": company, "pay_on_confirmation_on": company}
    return Till(
        company_currency="USD",
        defaults=CompanyCardSettings(**decided),
        settings=LocationCardSettings(
            status="active", ecommerce_on=location, pay_on_confirmation_on=location
        ),
        account=GatewayAccount(),
        is_open=is_open,
        one_of_several=several,
    )


def payer(*, on_confirmation: bool = False, rule: CardRule = CardRule.OPTIONAL) -> Payer:
    return Payer(currency="USD", rule=rule, pays_on_confirmation=on_confirmation)


def refusals(where: Till, channel: Channel, who: Payer | None = None) -> set[Refusal]:
    asked = Asked(channel=channel, amount_cents=1, now=factories.NOW)
    return set(card_question.answer(where, who or payer(), asked).refusals)


@pytest.mark.parametrize(("company", "location"), list(itertools.product(TRISTATE, repeat=2)))
def test_in_the_shop_the_location_decides_or_else_the_company(
    company: bool | None, location: bool | None
) -> None:
    where = till(company=company, location=location)

    is_on = bool(company) if location is None else location

    assert (refusals(where, Channel.ECOMMERCE) == set()) is is_on


@pytest.mark.parametrize(
    ("location", "customer", "several", "is_on"),
    [
        (True, True, True, True),
        (True, True, False, True),
        (True, False, True, True),
        (True, False, False, True),
        (False, True, True, False),  # the customer's switch has no effect without the location's
        (False, True, False, True),
        (False, False, True, False),
        (False, False, False, False),
    ],
)
def test_order_entry_takes_cards_where_location_or_customer_says_so(
    location: bool, customer: bool, several: bool, is_on: bool
) -> None:
    where = till(location=location, several=several)

    found = refusals(where, Channel.ORDER_ENTRY, payer(on_confirmation=customer))

    assert found == (set() if is_on else {Refusal.CHANNEL_OFF})
    assert card_question.customers_count(where) is (location or not several)


@pytest.mark.parametrize("is_open", [True, False])
def test_receiving_payments_needs_an_open_location_and_no_switch(is_open: bool) -> None:
    found = refusals(till(company=False, is_open=is_open), Channel.RECEIVABLES)

    assert found == (set() if is_open else {Refusal.CHANNEL_OFF})


def test_the_restriction_does_not_count_where_staff_receive_payments() -> None:
    restricted = payer(rule=CardRule.RESTRICTED, on_confirmation=True)
    found = {channel: refusals(till(company=True), channel, restricted) for channel in Channel}

    assert found == {
        Channel.ECOMMERCE: {Refusal.RESTRICTED},
        Channel.ORDER_ENTRY: {Refusal.RESTRICTED},
        Channel.RECEIVABLES: set(),
    }


def test_the_outlook_of_a_customer_costs_one_statement(shop: Shop) -> None:
    with shop.database.write() as session:
        company = factories.make_company(session)
        places = [factories.make_location(session, company, name=one) for one in "ABC"]
        hidden = factories.make_location(session, company, name="Hidden")
        customer = factories.make_customer(session, company, card_rule="required")
        account = factories.make_account(session, places[0], {})
        account.breaker_open_until = factories.NOW + timedelta(minutes=1)
        factories.make_card_settings(session, places[0])
        factories.make_account(session, places[1], {})
        factories.make_card_settings(session, places[1], ecommerce_on=None)
        session.add(CompanyCardSettings(company_id=company.id, ecommerce_on=True))
    scope = Scope(
        actor=Actor(label="clerk"),
        company_id=company.id,
        location_ids=frozenset(place.id for place in places),
    )

    with count_statements(shop.database.engine) as sent, shop.database.read() as session:
        tills = customer_rules.tills(session, scope)
    a, b, c = customer_rules.outlooks(tills, Payer.of(customer), factories.NOW)

    assert len(sent) == 1
    assert (a.location, a.answers[Channel.ECOMMERCE].reason) == ("A", Refusal.GATEWAY_TROUBLE)
    assert (a.shows_pay, a.shows_terms) == (False, False)
    assert (b.shows_pay, b.shows_terms) == (True, False)
    assert c.answers[Channel.ECOMMERCE].reason is Refusal.NOT_ACTIVE
    assert (c.shows_pay, c.shows_terms, c.customers_count) == (False, True, False)
    assert hidden.name not in {one.location for one in (a, b, c)}
