"""What a buyer is told of a payment that went wrong: the same on its page and on the order's."""

from typing import Any

import pytest

from komet_shop.models import Operation, Order, Payment
from komet_shop.services import review_decisions, stray_returns, stray_uses
from komet_shop.services.review_decisions import Outcome
from tests.conftest import MovableClock
from tests.services import mishaps
from tests.services.mishaps import clerk, decide, sell_outside, strays
from tests.web.browser import Browser
from tests.web.storefront.buying import Buying, words
from tests.web.storefront.conftest import EMAIL


def charge(buying: Buying) -> Operation:
    """The sale as it stands."""
    with buying.florist.shop.database.read() as session:
        return session.query(Operation).order_by(Operation.id).first()  # type: ignore[return-value]


def told(buying: Buying) -> str:
    """What the page of the first payment says."""
    with buying.florist.shop.database.read() as session:
        payment = session.query(Payment).order_by(Payment.id).first()
    assert payment is not None
    return words(buying.page(f"/payments/{payment.public_id}"))


def told_of_order(buying: Buying) -> str:
    return words(buying.page(f"/orders/{buying.world.only(Order).public_id}"))


@pytest.fixture
def part_approved(buying: Buying) -> Operation:
    """A payment of which the gateway took half."""
    buying.world.arm("partial_approval", match={"path": "sale"})
    buying.pay()
    return mishaps.settle(buying.world, charge(buying))


@pytest.fixture
def charged_late(buying: Buying, clock: MovableClock, browser: Browser) -> Operation:
    """A payment that was given up, and was charged after all."""
    buying.world.arm("reset_before_booking", match={"path": "sale"})
    buying.pay()
    for _ in range(4):
        clock.advance(seconds=240)
        sale = mishaps.settle(buying.world, charge(buying))
    sell_outside(buying.world, sale.amount_cents, sale.gateway_ref)
    clock.advance(seconds=3600)
    buying.world.sweep()
    return charge(buying)


def asked(buying: Buying, stray: Operation) -> Any:
    return buying.world.asked(payment=stray.public_id)


def test_a_payment_that_waits_for_a_decision_is_not_to_be_paid_again(
    buying: Buying, part_approved: Operation
) -> None:
    shown = told(buying)

    assert "Your payment needs a look by Rosa Alta Flowers" in shown
    assert "Please do not pay again" in shown
    assert "name this number: R100001" in shown
    assert "Being checked" in told_of_order(buying)


def test_what_was_given_back_may_be_paid_again(buying: Buying, part_approved: Operation) -> None:
    decide(buying.world, part_approved, Outcome.GIVE_BACK)

    shown = told(buying)

    assert "This charge was given back" in shown
    assert "you may pay it again" in shown
    assert "$113.75" in shown
    assert "Nothing was charged" not in shown


def test_what_was_not_charged_says_so(buying: Buying, clock: MovableClock) -> None:
    buying.world.arm("reset_before_booking", match={"path": "sale"})
    buying.pay()
    buying.world.arm("lookup_down", times=9)
    clock.advance(seconds=25 * 3600)
    sale = mishaps.settle(buying.world, charge(buying))
    buying.world.disarm()

    decide(buying.world, sale, Outcome.NOT_CHARGED)

    assert buying.browser.log_in(EMAIL).status_code == 302
    assert "The payment did not go through" in told(buying)


def test_a_second_charge_is_told_on_the_paid_page(buying: Buying) -> None:
    buying.world.arm("reset_after_booking", match={"path": "sale"})
    buying.pay()
    buying.world.arm("lookup_twice")
    mishaps.settle(buying.world, charge(buying))
    going, of_order = told(buying), told_of_order(buying)

    stray_returns.give_back_what_is_paid_twice(buying.florist.shop)

    assert "Paid. Thank you!" in going
    assert "Your card was charged once more for this order." in going
    assert "Approved" in of_order
    assert "Going back" in of_order
    assert "Another charge for this order was given back to your card." in told(buying)
    assert "Given back" in told_of_order(buying)


def test_a_late_charge_needs_a_look(buying: Buying, charged_late: Operation) -> None:
    assert "Your payment needs a look by Rosa Alta Flowers" in told(buying)


def test_a_late_charge_that_is_applied_is_a_paid_order(
    buying: Buying, charged_late: Operation
) -> None:
    stray_uses.apply(buying.florist.shop, clerk(buying.world), asked(buying, charged_late))
    [payment] = buying.world.payments()

    receipt = buying.browser.get(f"/payments/{payment.public_id}/receipt")

    assert "Paid. Thank you!" in told(buying)
    assert "Approved" in told_of_order(buying)
    assert receipt.status_code == 200


def test_a_late_charge_beside_another_payment_is_going_back(
    buying: Buying, charged_late: Operation
) -> None:
    buying.pay()

    shown = told(buying)

    assert "This charge is being given back" in shown
    assert "your card was charged twice" in shown


def test_a_late_charge_that_is_kept_is_a_credit(buying: Buying, charged_late: Operation) -> None:
    buying.florist.change(Order, state="voided")

    stray_uses.apply(buying.florist.shop, clerk(buying.world), asked(buying, charged_late))

    assert "Kept as a credit of yours" in told(buying)


def test_an_unclear_return_is_on_its_way(buying: Buying, charged_late: Operation) -> None:
    buying.world.arm("reset_after_booking", match={"path": "void"})
    scope = clerk(buying.world)
    stray_returns.give_back(buying.florist.shop, scope, asked(buying, charged_late))
    going = told(buying)
    [stray] = strays(buying.world)
    with buying.florist.shop.database.read() as session:
        void = session.query(Operation).filter(Operation.parent_id == stray.id).one()

    review_decisions.ask(buying.florist.shop, scope, void.public_id)

    assert "This charge is being given back" in going
    assert "This charge was given back" in told(buying)
