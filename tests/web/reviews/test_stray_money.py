"""Giving stray money back and applying it through the page; what its buyer is told."""

import pytest

from komet_shop.domain.operation_states import Resolution
from komet_shop.models import OpenCredit, Operation, Order
from komet_shop.services import stray_returns
from tests.conftest import MovableClock
from tests.services.mishaps import (
    books_are_right,
    charged_late,
    charged_twice,
    followers,
    suspense_cents,
    void_outside,
)
from tests.web.reviews.desk import REASON, Desk
from tests.web.reviews.test_decisions import landed
from tests.web.storefront.buying import forms, words


def actions(desk: Desk, operation: Operation) -> list[str]:
    """What can be done on the page of an operation, in its order."""
    path = desk.path(operation)
    return [action.removeprefix(f"{path}/") for action, _ in forms(desk.page(path))]


@pytest.fixture
def late(desk: Desk, clock: MovableClock) -> Operation:
    """A sale that was found charged after it was given up."""
    stray = charged_late(desk.world, clock)
    desk.come_back()
    return stray


def test_a_late_charge_can_go_back_or_pay_its_order(desk: Desk, late: Operation) -> None:
    shown = words(desk.page(desk.path(late)))

    assert actions(desk, late) == ["questions", "returns", "applications"]
    assert "The charge is cancelled at the card processor" in shown
    assert "Order W100001 is paid, as if the payment had been known in time." in shown
    assert "Card payment: money moved after all" in shown


def test_giving_it_back(desk: Desk, late: Operation) -> None:
    shown = landed(desk, desk.press(desk.path(late), "returns"))

    assert "The money goes back to the card." in shown
    assert f"Carol Clerk Void of $227.50 begun “{REASON}”" in shown
    assert "Carol Clerk gave $227.50 back (void 900001)" in shown
    assert desk.world.operation(late.id).resolution == Resolution.RETURNED
    assert suspense_cents(desk.world) == 0
    assert books_are_right(desk.world)


def test_giving_it_back_after_the_day_was_closed(desk: Desk, late: Operation) -> None:
    desk.world.close_batch()

    landed(desk, desk.press(desk.path(late), "returns"))

    assert followers(desk.world, late) == [("void", "declined"), ("refund", "approved")]
    assert books_are_right(desk.world)


def test_paying_its_order_with_it(desk: Desk, late: Operation) -> None:
    shown = landed(desk, desk.press(desk.path(late), "applications"))

    assert "It is applied" in shown
    assert f"Carol Clerk It pays its order “{REASON}”" in shown
    assert desk.world.order().state == "pending_approval"
    assert desk.world.invoice().open_cents == 0
    assert books_are_right(desk.world)


def test_keeping_it_as_a_credit_where_the_order_is_gone(desk: Desk, late: Operation) -> None:
    with desk.world.shop.database.write() as session:
        session.query(Order).update({"state": "voided"})

    offered = words(desk.page(desk.path(late)))
    shown = landed(desk, desk.press(desk.path(late), "applications"))

    assert "Bloom & Vine Florist has $227.50 to use later." in offered
    assert "It is a credit of the customer" in shown
    assert desk.world.only(OpenCredit).total_cents == late.amount_cents


def test_what_is_paid_already_is_only_given_back(desk: Desk) -> None:
    _, stray = charged_twice(desk.world)

    shown = words(desk.page(desk.path(stray)))

    assert actions(desk, stray) == ["questions", "returns"]
    assert "It can only be given back" in shown


def test_the_same_page_sent_twice_gives_back_once(desk: Desk, late: Operation) -> None:
    html = desk.page(desk.path(late))

    landed(desk, desk.press(desk.path(late), "returns", html))
    landed(desk, desk.press(desk.path(late), "returns", html))

    assert followers(desk.world, late) == [("void", "approved")]


def test_who_comes_second_is_told(desk: Desk, late: Operation) -> None:
    mine, yours = desk.page(desk.path(late)), desk.page(desk.path(late))
    desk.press(desk.path(late), "applications", mine)

    shown = landed(desk, desk.press(desk.path(late), "returns", yours))

    assert "Somebody decided about this money before. Nothing was done twice." in shown
    assert followers(desk.world, late) == []


@pytest.mark.parametrize("what", ["returns", "applications"])
def test_a_reason_is_needed(desk: Desk, late: Operation, what: str) -> None:
    answer = desk.press(desk.path(late), what, reason=" ")

    assert answer.status_code == 422
    assert "Say why you decide like this." in words(answer.text)
    assert desk.world.operation(late.id).resolution is None


def test_an_unclear_return_can_be_asked_about_from_here(desk: Desk, late: Operation) -> None:
    desk.world.arm("reset_after_booking", match={"path": "void"})
    unclear = landed(desk, desk.press(desk.path(late), "returns"))

    shown = landed(desk, desk.press(desk.path(late), "questions"))

    assert "do not give it back another way" in unclear
    assert "It is on its way back." in unclear
    assert "Settled: given back" in shown
    assert books_are_right(desk.world)


def test_a_return_that_the_gateway_refuses_is_told(desk: Desk, late: Operation) -> None:
    desk.world.arm("decline_402", code="024", match={"path": "void"})
    desk.world.arm("decline_402", code="015", match={"path": "refund"})

    shown = landed(desk, desk.press(desk.path(late), "returns"))

    assert "The card processor refused, so the money is where it was." in shown
    assert actions(desk, late) == ["questions", "returns", "applications"]


def test_what_somebody_voided_in_the_portal_is_closed_by_asking(
    desk: Desk, late: Operation
) -> None:
    void_outside(desk.world, late.gateway_transaction_id or "")

    shown = landed(desk, desk.press(desk.path(late), "questions"))

    assert "approved, but voided at the card processor since" in shown
    assert "$227.50 given back at the card processor (void 900000)" in shown
    assert "This is settled" in shown
    assert books_are_right(desk.world)


def test_what_goes_back_by_itself_says_so(desk: Desk) -> None:
    _, stray = charged_twice(desk.world)
    stray_returns.give_back_what_is_paid_twice(desk.world.shop)

    shown = words(desk.page(desk.path(stray)))

    assert "The shop Void of $227.50 begun The same order was paid by another charge" in shown
    assert "This is settled" in shown
