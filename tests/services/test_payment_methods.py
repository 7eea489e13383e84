"""Ways to pay, switched off and on for the company."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from komet_shop.domain.card_rules import Refusal
from komet_shop.domain.payment_methods import LABELS, Method
from komet_shop.models import Company
from komet_shop.services import checkout, payment_methods
from komet_shop.services.payment_methods import in_use, is_active, set_active
from komet_shop.services.shop import Shop
from tests.at_once import at_once
from tests.services.branches import Branches
from tests.statements import count_statements
from tests.world import World


@pytest.fixture
def branches(open_shop_at: Callable[[str], Shop]) -> Branches:
    """Nobody needs a gateway here."""
    return Branches.build(open_shop_at("http://127.0.0.1:9"))


def active(branches: Branches, method: Method) -> bool:
    with branches.shop.database.read() as session:
        return is_active(session, branches.company.id, method)


def test_every_method_is_active_until_somebody_says_otherwise(branches: Branches) -> None:
    with branches.shop.database.read() as session:
        found = payment_methods.active_methods(session, branches.company.id)

    assert list(found.items()) == [(method, True) for method in Method]
    assert set(LABELS) == set(Method)


def test_a_method_is_switched_off_and_on_and_told_once_each(branches: Branches) -> None:
    switch = partial(set_active, branches.shop, branches.scope(), Method.CARD_TERMINAL)

    states = []
    for wanted in (True, False, False, True, True, False):
        states.append((switch(active=wanted), active(branches, Method.CARD_TERMINAL)))

    assert states == [
        (False, True),
        (True, False),
        (False, False),
        (True, True),
        (False, True),
        (True, False),
    ]
    assert [(entry.action, entry.after) for entry in branches.entries()] == [
        ("payment_method_deactivated", {"method": "card_terminal", "active": False}),
        ("payment_method_activated", {"method": "card_terminal", "active": True}),
        ("payment_method_deactivated", {"method": "card_terminal", "active": False}),
    ]
    assert active(branches, Method.CARD_IN_APP)


def test_of_many_who_switch_it_off_at_once_one_is_told(branches: Branches) -> None:
    job = partial(set_active, branches.shop, branches.scope(), Method.CARD_IN_APP, active=False)

    answers = at_once([job] * 6)

    assert sorted(map(bool, answers)) == [False] * 5 + [True]
    assert len(branches.entries()) == 1


def test_it_can_be_asked_within_another_statement(branches: Branches) -> None:
    set_active(branches.shop, branches.scope(), Method.CARD_IN_APP, active=False)
    statement = select(
        Company.name,
        in_use(Company.id, Method.CARD_IN_APP),
        in_use(Company.id, Method.CASH),
    )

    database = branches.shop.database
    with database.read() as session, count_statements(database.engine) as counted:
        found = session.execute(statement).one()

    assert tuple(found) == ("Rosa Alta Flowers", False, True)
    assert len(counted) == 1


def test_a_method_that_is_off_takes_no_card_at_checkout(world: World) -> None:
    payment_methods.set_active(world.shop, world.scope, Method.CARD_IN_APP, active=False)

    with pytest.raises(checkout.CardNotOffered) as refusal:
        world.start()

    assert refusal.value.reason is Refusal.CHANNEL_OFF
    assert world.payments() == []
