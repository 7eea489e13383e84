"""Stray money at a real gateway: how it is found, given back and applied, and its books."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Audit, ClerkTask, OpenCredit, Operation, Order
from komet_shop.services import (
    credit_refunds,
    review_decisions,
    stray_previews,
    stray_returns,
    stray_uses,
)
from komet_shop.services.follow_ups import AnotherUnderWay, NoSuchPayment, NothingLeft
from komet_shop.services.stray_previews import Use
from komet_shop.services.stray_uses import AlreadyDecided, OnlyGiveBack
from tests.at_once import THREADS, at_once
from tests.conftest import MovableClock
from tests.services.mishaps import (
    HOURS,
    books_are_right,
    charged_late,
    charged_twice,
    clerk,
    followers,
    given_up,
    sell_outside,
    settle,
    strays,
    suspense_cents,
    void_outside,
)
from tests.world import World


def give_back(world: World, stray: Operation, **asked: str) -> State:
    given = world.asked(payment=stray.public_id, **asked)
    return stray_returns.give_back(world.shop, clerk(world), given)


def apply(world: World, stray: Operation) -> None:
    stray_uses.apply(world.shop, clerk(world), world.asked(payment=stray.public_id))


def preview(world: World, stray: Operation) -> Use:
    with world.shop.database.read() as session:
        return stray_previews.preview(session, clerk(world), stray.public_id).use


def applied_to(world: World) -> str:
    with world.shop.database.read() as session:
        [entry] = session.query(Audit).filter(Audit.action == "stray_applied")
    assert entry.after is not None
    return str(entry.after["use"])


def test_of_two_charges_under_one_reference_one_is_stray(world: World) -> None:
    approved, stray = charged_twice(world)

    assert (approved.state, stray.state) == (State.APPROVED, State.STRAY)
    assert suspense_cents(world) == stray.amount_cents == world.total_cents
    assert world.order().state == "pending_approval"
    assert books_are_right(world)


def test_what_is_paid_twice_goes_back_by_itself_once(world: World) -> None:
    _, stray = charged_twice(world)

    first = stray_returns.give_back_what_is_paid_twice(world.shop)
    second = stray_returns.give_back_what_is_paid_twice(world.shop)

    assert (first, second) == (1, 0)
    assert world.operation(stray.id).resolution == Resolution.RETURNED
    assert followers(world, stray) == [("void", "approved")]
    assert (world.net_cents(), suspense_cents(world)) == (world.total_cents, 0)
    assert books_are_right(world)


def test_what_is_paid_twice_and_settled_waits_for_a_person(world: World) -> None:
    _, stray = charged_twice(world)
    world.close_batch()

    stray_returns.give_back_what_is_paid_twice(world.shop)
    again = stray_returns.give_back_what_is_paid_twice(world.shop)
    state = give_back(world, stray)

    assert again == 0
    assert state is State.APPROVED
    assert followers(world, stray) == [
        ("void", "declined"), ("void", "declined"), ("refund", "approved"),
    ]  # fmt: skip
    assert suspense_cents(world) == 0
    assert books_are_right(world)


def test_a_late_charge_is_found_and_can_pay_its_order(world: World, clock: MovableClock) -> None:
    stray = charged_late(world, clock)
    in_suspense, use = suspense_cents(world), preview(world, stray)

    apply(world, stray)

    assert (in_suspense, suspense_cents(world)) == (world.total_cents, 0)
    assert use == applied_to(world) == Use.ORDER
    assert world.order().state == "pending_approval"
    assert world.invoice().open_cents == 0
    assert {"receipt", "checkout", "komet_order", "komet_payment"} <= set(world.messages())
    assert books_are_right(world)


def test_the_watch_ends_only_with_an_answer(world: World, clock: MovableClock) -> None:
    operation = given_up(world, clock)
    sell_outside(world, operation.amount_cents, operation.gateway_ref)
    world.arm("lookup_down", times=1_000)
    clock.advance(seconds=49 * HOURS)
    world.sweep()
    unanswered = world.operation(operation.id)
    world.disarm()

    clock.advance(seconds=1 * HOURS)
    world.sweep()

    assert unanswered.state == State.FAILED
    assert world.operation(operation.id).state == State.STRAY


def test_a_late_charge_whose_order_was_paid_again_goes_back(
    world: World, clock: MovableClock
) -> None:
    stray = charged_late(world, clock)
    again = world.pay()

    stray_returns.give_back_what_is_paid_twice(world.shop)

    assert again.state == State.APPROVED
    assert world.operation(stray.id).resolution == Resolution.RETURNED
    assert world.net_cents() == world.total_cents
    assert suspense_cents(world) == 0
    assert books_are_right(world)


@pytest.mark.parametrize(
    "changes",
    [{"state": "voided"}, {"total_cents": 1}],
    ids=["was cancelled", "is another cart now"],
)
def test_a_late_charge_whose_order_is_gone_becomes_a_credit(
    world: World, clock: MovableClock, changes: dict[str, object]
) -> None:
    stray = charged_late(world, clock)
    with world.shop.database.write() as session:
        session.execute(update(Order).values(**changes))
    use = preview(world, stray)

    apply(world, stray)

    assert use == applied_to(world) == Use.OPEN_CREDIT
    assert world.only(OpenCredit).total_cents == stray.amount_cents
    assert world.only(ClerkTask).kind == "open_credit"
    assert world.payments()[0].captured_cents == stray.amount_cents
    assert world.order().state == changes.get("state", "draft")
    assert suspense_cents(world) == 0


def test_what_is_paid_already_can_only_go_back(world: World) -> None:
    _, stray = charged_twice(world)

    with pytest.raises(OnlyGiveBack):
        apply(world, stray)

    assert preview(world, stray) is Use.NOTHING
    assert world.operation(stray.id).resolution is None


def test_a_late_hold_is_released(world: World, clock: MovableClock) -> None:
    world.hold_at_checkout()
    stray = charged_hold(world)

    state = give_back(world, stray)

    assert state is State.APPROVED
    assert world.operation(stray.id).resolution == Resolution.RETURNED
    assert world.ledger_rows() == 0
    assert books_are_right(world)


def charged_hold(world: World) -> Operation:
    """A hold that was made twice: one is stray."""
    world.arm("reset_after_booking", match={"path": "auth"})
    operation = world.pay()
    world.arm("lookup_twice")
    settle(world, operation)
    return strays(world)[0]


def test_the_same_click_gives_back_once(world: World) -> None:
    _, stray = charged_twice(world)
    click = {"action_key": "one-click"}

    states = [give_back(world, stray, **click), give_back(world, stray, **click)]

    assert states == [State.APPROVED, State.APPROVED]
    assert followers(world, stray) == [("void", "approved")]


def test_of_many_who_decide_about_it_at_once_one_wins(world: World, clock: MovableClock) -> None:
    stray = charged_late(world, clock)
    jobs: list[Callable[[], object]] = [
        lambda: give_back(world, stray),
        lambda: apply(world, stray),
    ]

    answers = at_once(jobs * (THREADS // 2))

    refused = (NothingLeft, AlreadyDecided, AnotherUnderWay)
    won = [answer for answer in answers if not isinstance(answer, refused)]
    assert len(won) == 1, answers
    assert suspense_cents(world) == 0
    assert books_are_right(world)


def test_nothing_follows_a_return_that_is_unclear(world: World) -> None:
    _, stray = charged_twice(world)
    world.arm("reset_after_booking", match={"path": "void"})

    state = give_back(world, stray)

    assert state is State.UNKNOWN
    assert world.operation(stray.id).resolution == Resolution.RETURNING
    with pytest.raises(NothingLeft):
        give_back(world, stray)
    with pytest.raises(AlreadyDecided):
        apply(world, stray)


def test_an_unclear_return_is_settled_by_asking(world: World) -> None:
    _, stray = charged_twice(world)
    world.arm("reset_after_booking", match={"path": "void"})
    give_back(world, stray)
    with world.shop.database.read() as session:
        void = session.query(Operation).filter(Operation.parent_id == stray.id).one()

    review_decisions.ask(world.shop, clerk(world), void.public_id)

    assert world.operation(stray.id).resolution == Resolution.RETURNED
    assert suspense_cents(world) == 0
    assert books_are_right(world)


def test_a_return_that_the_gateway_refuses_leaves_it_waiting(world: World) -> None:
    _, stray = charged_twice(world)
    world.arm("decline_402", code="024", match={"path": "void"})
    world.arm("decline_402", code="015", match={"path": "refund"})

    state = give_back(world, stray)

    assert state is State.DECLINED
    assert world.operation(stray.id).resolution is None
    assert suspense_cents(world) == stray.amount_cents
    assert give_back(world, stray) is State.APPROVED


def test_what_was_voided_in_the_gateways_own_pages_is_closed_by_asking(world: World) -> None:
    _, stray = charged_twice(world)
    void_outside(world, stray.gateway_transaction_id or "")

    found = review_decisions.ask(world.shop, clerk(world), stray.public_id)

    assert found is not None
    assert found.ours[0].voided
    assert world.operation(stray.id).resolution == Resolution.RETURNED
    assert followers(world, stray) == [("void", "approved")]
    assert suspense_cents(world) == 0
    assert books_are_right(world)


def test_asking_about_stray_money_that_is_still_there_changes_nothing(world: World) -> None:
    _, stray = charged_twice(world)

    found = review_decisions.ask(world.shop, clerk(world), stray.public_id)

    assert found is not None
    assert not found.ours[0].voided
    assert world.operation(stray.id).resolution is None
    assert suspense_cents(world) == stray.amount_cents


def test_a_credit_that_was_refunded_twice_is_used_up_twice(world: World) -> None:
    world.pay()
    credit = world.credit_from_payment(3_000)
    world.arm("reset_after_booking", match={"path": "refund"})
    started = credit_refunds.refund_credit(
        world.shop, clerk(world), world.asked(), credit=credit, amount_cents=1_000
    )
    refund = world.follow(started)
    world.arm("lookup_twice")
    settle(world, refund)
    [stray] = strays(world)
    use = preview(world, stray)

    apply(world, stray)

    assert use == applied_to(world) == Use.RETURNED
    assert world.only(OpenCredit).used_cents == 2_000
    assert suspense_cents(world) == 0
    assert books_are_right(world)


def test_only_stray_money_of_ones_own_locations_is_found(world: World) -> None:
    _, stray = charged_twice(world)
    elsewhere = clerk(world, location_ids=frozenset({world.location_id + 1}))
    [paid] = approved_sales(world)

    with pytest.raises(NoSuchPayment):
        give_back(world, paid)
    with world.shop.database.read() as session, pytest.raises(NoSuchPayment):
        stray_previews.preview(session, elsewhere, stray.public_id)


def approved_sales(world: World) -> list[Operation]:
    with world.shop.database.read() as session:
        return session.query(Operation).filter(Operation.state == State.APPROVED).all()
