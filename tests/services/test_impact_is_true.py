"""What a preview says of "Pay & Checkout" is what buyers then see, whatever is decided."""

from collections.abc import Callable
from itertools import pairwise, product
from random import Random

import pytest
from sqlalchemy import select

from komet_shop.domain.card_rules import CardRule
from komet_shop.domain.payment_methods import Method
from komet_shop.models import Customer, Location, User, buyer_customer
from komet_shop.services import card_impact, customer_rules, payment_methods
from komet_shop.services.card_impact import Effect, Impact
from komet_shop.services.card_question import Payer
from komet_shop.services.shop import Shop
from tests import factories
from tests.services.branches import MIAMI, QUITO, Branches, deciding

STEPS = 24
STATUSES = ("active", "keys_pending")
Seen = dict[str, set[int]]
"""Who sees "Pay & Checkout", by location."""


@pytest.fixture
def branches(open_shop_at: Callable[[str], Shop]) -> Branches:
    """Every kind of customer, with buyers of one and of two customers; no gateway is asked."""
    built = Branches.build(open_shop_at("http://127.0.0.1:9"))
    with built.shop.database.write() as session:
        for place in built.places.values():
            factories.make_account(session, session.get_one(Location, place.id), {})
    customers = [
        built.customer(buyers=1, card_rule=rule, currency=currency, active=active)
        for rule, currency, active in product(CardRule, ("USD", "CAD"), (True, False))
    ]
    for first, second in pairwise(customers):
        built.buyer(first, second)
    built.buyer(customers[0], active=False)
    return built


def who_sees(branches: Branches) -> tuple[Seen, Seen]:
    """Buyers who are offered "Pay & Checkout", and customers who have no other way."""
    now = branches.shop.clock.now()
    pay: Seen = {place.name: set() for place in branches.places.values()}
    must: Seen = {place.name: set() for place in branches.places.values()}
    with branches.shop.database.read() as session:
        places = customer_rules.tills(session, branches.scope())
        buyers = session.execute(
            select(User.id, Customer)
            .join(buyer_customer, buyer_customer.c.user_id == User.id)
            .join(Customer, Customer.id == buyer_customer.c.customer_id)
            .where(User.active, Customer.active)
        ).all()
    for user_id, customer in buyers:
        for outlook in customer_rules.outlooks(places, Payer.of(customer), now):
            if outlook.shows_pay:
                pay[outlook.location].add(user_id)
            if not outlook.shows_terms:
                must[outlook.location].add(customer.id)
    return pay, must


def said(impacts: list[Impact], effect: Effect) -> dict[str, int]:
    """How many, by location; where it is nobody, no location."""
    ours = (one for one in impacts if one.effect is effect)
    return {place: one.count for one in ours for place in one.places}


def check_method(branches: Branches, *, in_use: bool) -> None:
    """Switch In-App payments off or on: whoever is told to see or lose it does."""
    scope = branches.scope()
    with branches.shop.database.read() as session:
        impacts = card_impact.of_method(session, scope, in_use=in_use)
    pay, must = who_sees(branches)

    payment_methods.set_active(branches.shop, scope, Method.CARD_IN_APP, active=in_use)

    pay_then, must_then = who_sees(branches)
    assert said(impacts, Effect.PAY_GAINED) == gained(pay, pay_then)
    assert said(impacts, Effect.PAY_LOST) == gained(pay_then, pay)
    assert said(impacts, Effect.REQUIREMENT_COUNTS) == gained(must, must_then)
    assert said(impacts, Effect.REQUIREMENT_RESTS) == gained(must_then, must)


def gained(before: Seen, after: Seen) -> dict[str, int]:
    """How many are new, by location; where it is nobody, no location."""
    return {place: len(new) for place in after if (new := after[place] - before[place])}


@pytest.mark.parametrize("seed", range(3))
def test_previews_count_those_who_will_see_it(branches: Branches, seed: int) -> None:
    dice = Random(seed)
    told = []
    for _ in range(STEPS):
        check_method(branches, in_use=dice.random() < 0.7)
        branches.stop(dice.choice((MIAMI, QUITO)), dice.choice(STATUSES))
        level = dice.choice((None, MIAMI, QUITO))
        decided = deciding(ecommerce_on=dice.choice((None, True, False)))
        impacts = branches.impacts(level, decided)
        pay, must = who_sees(branches)

        branches.save(level, decided)

        pay_then, must_then = who_sees(branches)
        told.append(len(impacts))
        assert said(impacts, Effect.PAY_GAINED) == gained(pay, pay_then)
        assert said(impacts, Effect.PAY_LOST) == gained(pay_then, pay)
        assert said(impacts, Effect.REQUIREMENT_COUNTS) == gained(must, must_then)
        assert said(impacts, Effect.REQUIREMENT_RESTS) == gained(must_then, must)
    assert any(told)
