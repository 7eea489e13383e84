"""A convenience fee on an order paid by card: charged with it, kept apart from it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from komet_shop.domain.operation_states import State
from komet_shop.models import Customer, Invoice, LocationCardSettings, Outbox
from komet_shop.services import checkout, invariants, ledger
from tests.world import World

FEE = 250
FLAT = {
    "fee_type": "convenience",
    "fee_cents": FEE,
    "fee_channels": "ecommerce",
    "fee_ways": "in_app",
}


def decide(world: World, **values: Any) -> None:
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**FLAT | values))


def test_the_fee_is_charged_with_the_order_and_kept_apart(world: World) -> None:
    decide(world)

    operation = world.pay(world.click(expected_fee_cents=FEE))

    assert operation.state == State.APPROVED
    assert [row["amount_cents"] for row in world.booked()] == [world.total_cents + FEE]
    assert world.payments()[0].fee_cents == FEE
    assert world.only(Invoice).open_cents == 0
    assert world.clearing_cents() == world.total_cents + FEE == world.net_cents()
    with world.shop.database.read() as session:
        assert ledger.balance_cents(session, ledger.FEES) == -FEE
        told = session.scalars(select(Outbox.kind).order_by(Outbox.id)).all()
    assert "komet_payment" in told
    assert invariants.check(world.shop.database, world.shop.clock.now()) == []


def test_a_declined_card_pays_no_fee(world: World) -> None:
    decide(world)
    world.arm("decline_402", match={"path": "sale"})

    world.pay(world.click(expected_fee_cents=FEE))

    assert world.clearing_cents() == 0
    with world.shop.database.read() as session:
        assert ledger.balance_cents(session, ledger.FEES) == 0


@pytest.mark.parametrize("shown", [0, FEE - 1, FEE + 1])
def test_a_fee_that_the_page_did_not_show_is_not_charged(world: World, shown: int) -> None:
    decide(world)

    with pytest.raises(checkout.TotalChanged):
        world.start(world.click(expected_fee_cents=shown))

    assert world.payments() == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"fee_channels": "receivables"},
        {"fee_ways": "terminal"},
        {"fee_type": "none"},
    ],
)
def test_no_fee_where_it_is_not_taken(world: World, elsewhere: dict[str, Any]) -> None:
    decide(world, **elsewhere)

    operation = world.pay()

    assert operation.amount_cents == world.total_cents


def test_an_exempt_customer_pays_no_fee(world: World) -> None:
    decide(world)
    with world.shop.database.write() as session:
        session.execute(update(Customer).values(fee_exempt=True))

    operation = world.pay()

    assert operation.amount_cents == world.total_cents
