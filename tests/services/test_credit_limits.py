"""The credit limit at checkout: what counts, who is refused, and two orders at once."""

from functools import partial

import pytest
from sqlalchemy import select, update

from komet_shop.models import Customer, Invoice, Order
from komet_shop.services import checkout, credit_limits
from komet_shop.services.checkout import OverCreditLimit
from komet_shop.services.credit_limits import Credit
from tests.at_once import at_once
from tests.services.florist import Florist
from tests.world import World


def limit(world: World, cents: int | None, **values: object) -> None:
    with world.shop.database.write() as session:
        changed = {"credit_limit_cents": cents, **values}
        session.execute(update(Customer).where(Customer.id == world.customer_id).values(**changed))


def place(world: World) -> None:
    checkout.place(world.shop, world.scope, world.order_id, world.total_cents)


def credit_of(world: World) -> Credit:
    with world.shop.database.write() as session:
        return credit_limits.locked(session, world.customer_id)


def test_a_customer_without_a_limit_orders_on_terms(world: World) -> None:
    limit(world, None)

    place(world)

    assert world.order().state == "pending_approval"
    assert credit_of(world).exposure_cents == world.total_cents


def test_an_order_may_use_the_limit_to_the_last_cent(world: World) -> None:
    limit(world, world.total_cents)

    place(world)

    assert not credit_of(world).is_over


@pytest.mark.parametrize("short_by", [1, 22_750], ids=["by one cent", "a limit of zero"])
def test_beyond_the_limit_nothing_goes_on_terms(world: World, short_by: int) -> None:
    limit(world, world.total_cents - short_by)

    with pytest.raises(OverCreditLimit) as refused:
        place(world)

    assert refused.value.credit.limit_cents == world.total_cents - short_by
    assert refused.value.card_is_offered
    assert world.order().state == "draft"


def test_by_card_an_order_goes_beyond_the_limit(world: World) -> None:
    limit(world, 0)

    world.pay()

    assert world.order().state == "pending_approval"
    assert credit_of(world).exposure_cents == 0


def test_on_hold_not_even_a_card_helps(world: World) -> None:
    limit(world, None, credit_hold=True)

    with pytest.raises(checkout.CustomerOnHold):
        world.start()
    with pytest.raises(checkout.CustomerOnHold):
        place(world)


def test_a_hold_on_the_card_is_not_owed(world: World) -> None:
    limit(world, 0)
    world.hold_at_checkout()

    world.pay()

    assert world.invoice().open_cents == world.total_cents
    assert credit_of(world).exposure_cents == 0


def test_open_credits_count_against_what_is_owed(world: World) -> None:
    world.pay()
    world.credit_from_payment(5_000)
    world.take_another_cart()
    limit(world, world.total_cents - 5_000)

    place(world)

    assert credit_of(world).exposure_cents == world.total_cents - 5_000


@pytest.mark.parametrize("state", ["draft", "voided"])
def test_carts_and_cancelled_orders_are_not_owed(world: World, state: str) -> None:
    place(world)
    with world.shop.database.write() as session:
        session.execute(update(Order).values(state=state))

    assert credit_of(world).exposure_cents == 0


def test_two_orders_at_once_do_not_share_one_limit(world: World) -> None:
    florist = Florist(
        shop=world.shop,
        company_id=world.scope.company_id,
        location_id=world.location_id,
        customer_id=world.customer_id,
        buyer_id=world.scope.actor.user_id or 0,
    )
    jobs = [partial(checkout.place, world.shop, world.scope, world.order_id, world.total_cents)]
    for _ in range(7):
        colleague = florist.colleague()
        world.scope = colleague.scope
        world.take_another_cart()
        jobs.append(
            partial(checkout.place, world.shop, world.scope, world.order_id, world.total_cents)
        )
    limit(world, 2 * world.total_cents)

    answers = at_once(jobs)

    assert {type(answer) for answer in answers if answer is not None} == {OverCreditLimit}
    with world.shop.database.read() as session:
        owed = list(
            session.scalars(
                select(Invoice.open_cents).join(Order).where(Order.state == "pending_approval")
            )
        )
    assert len(owed) == answers.count(None)
    assert 0 < sum(owed) <= 2 * world.total_cents
