"""Capture, void, refund and credit refund, against a real gateway, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from komet_shop.domain.operation_states import State
from komet_shop.models import ClerkTask, OpenCredit
from komet_shop.services import captures, credit_refunds, refunds, voids
from komet_shop.services.follow_ups import (
    AnotherUnderWay,
    FollowUpRefused,
    NothingLeft,
    NothingToFollow,
    Started,
    StillUnclear,
)
from tests.conftest import MovableClock
from tests.world import World

THREADS = 16


@pytest.fixture
def held(world: World) -> World:
    """An order whose money is held at the bank."""
    world.hold_at_checkout()
    world.pay()
    return world


@pytest.fixture
def paid(world: World) -> World:
    """An order that was paid by card."""
    world.pay()
    return world


def capture(world: World, cents: int, **asked: str) -> Started:
    return captures.capture(world.shop, world.scope, world.asked(**asked), amount_cents=cents)


def void(world: World) -> Started:
    return voids.void(world.shop, world.scope, world.asked())


def refund(world: World) -> Started:
    return refunds.refund(world.shop, world.scope, world.asked())


def test_an_authorization_holds_the_money_and_leaves_the_invoice_open(held: World) -> None:
    payment = held.payments()[0]

    assert payment.authorised_cents == held.total_cents
    assert payment.captured_cents == 0
    assert held.order().state == "pending_approval"
    assert held.invoice().open_cents == held.total_cents
    assert held.clearing_cents() == held.net_cents() == 0


def test_a_part_is_captured_and_the_rest_stays_open(held: World) -> None:
    part = held.total_cents - 2_000

    operation = held.follow(capture(held, part))

    assert operation.state == State.APPROVED
    assert held.payments()[0].captured_cents == part
    assert held.invoice().open_cents == 2_000
    assert held.clearing_cents() == held.net_cents() == part


def test_more_than_was_authorized_is_never_captured(held: World) -> None:
    with pytest.raises(NothingLeft):
        capture(held, held.total_cents + 1)

    assert held.invoice().pay_reserved_cents == 0


def test_what_was_captured_cannot_be_captured_again(held: World) -> None:
    held.follow(capture(held, held.total_cents))

    with pytest.raises(NothingLeft):
        capture(held, 1)


def test_a_declined_capture_gives_everything_free_again(held: World) -> None:
    held.arm("decline_402", code="024", match={"path": "capture"})

    declined = held.follow(capture(held, held.total_cents))
    again = held.follow(capture(held, held.total_cents))

    assert (declined.state, again.state) == (State.DECLINED, State.APPROVED)
    assert held.clearing_cents() == held.net_cents() == held.total_cents


def test_the_same_click_captures_once(held: World) -> None:
    asked = {"action_key": "one-click"}

    first = held.follow(capture(held, held.total_cents, **asked))
    second = capture(held, held.total_cents, **asked)

    assert second.operation_id == first.id
    assert second.call is None


def test_an_expired_authorization_is_not_captured_blindly(held: World, clock: MovableClock) -> None:
    clock.advance(seconds=7 * 24 * 3600)

    with pytest.raises(captures.AuthorizationExpired):
        capture(held, held.total_cents)


def test_a_voided_authorization_cannot_be_captured(held: World) -> None:
    voided = held.follow(void(held))

    assert voided.state == State.APPROVED
    with pytest.raises(NothingLeft):
        capture(held, 1)


def test_a_void_in_the_open_batch_opens_the_invoice_again(paid: World) -> None:
    operation = paid.follow(void(paid))

    assert operation.state == State.APPROVED
    assert paid.invoice().open_cents == paid.total_cents
    assert paid.clearing_cents() == paid.net_cents() == 0
    assert paid.only(ClerkTask).kind == "void"


def test_after_the_batch_closed_a_void_is_declined_and_a_refund_goes_through(
    paid: World,
) -> None:
    paid.close_batch()

    voided = paid.follow(void(paid))
    refunded = paid.follow(refund(paid))

    assert (voided.state, refunded.state) == (State.DECLINED, State.APPROVED)
    assert paid.clearing_cents() == paid.net_cents() == 0
    assert paid.invoice().open_cents == paid.total_cents


def test_money_goes_back_once(paid: World) -> None:
    paid.follow(void(paid))

    with pytest.raises(NothingLeft):
        refund(paid)


def test_nothing_follows_what_is_still_unclear(world: World) -> None:
    world.arm("error_500_after", match={"path": "sale"})
    world.pay()

    with pytest.raises(StillUnclear):
        refund(world)


def test_nothing_follows_a_decline(world: World) -> None:
    world.arm("decline_402", code="012", match={"path": "sale"})
    world.pay()

    with pytest.raises(NothingToFollow):
        void(world)


@pytest.mark.parametrize("path", ["void", "refund"])
def test_a_return_whose_answer_was_lost_is_found(
    paid: World, clock: MovableClock, path: str
) -> None:
    if path == "refund":
        paid.close_batch()
    paid.arm("reset_after_booking", match={"path": path})

    operation = paid.follow(void(paid) if path == "void" else refund(paid))
    clock.advance(seconds=6)
    paid.sweep()

    assert operation.state == State.UNKNOWN
    assert paid.operation(operation.id).state == State.APPROVED
    assert paid.clearing_cents() == paid.net_cents() == 0


def test_a_credit_goes_back_to_the_card_it_came_from(paid: World) -> None:
    credit = paid.credit_from_payment(3_000)

    started = credit_refunds.refund_credit(
        paid.shop, paid.scope, paid.asked(), credit=credit, amount_cents=1_000
    )
    operation = paid.follow(started)

    assert operation.state == State.APPROVED
    assert paid.only(OpenCredit).used_cents == 1_000
    assert paid.clearing_cents() == paid.net_cents() == paid.total_cents - 1_000


def test_no_more_of_a_credit_than_there_is(paid: World) -> None:
    credit = paid.credit_from_payment(3_000)

    with pytest.raises(NothingLeft):
        credit_refunds.refund_credit(
            paid.shop, paid.scope, paid.asked(), credit=credit, amount_cents=3_001
        )

    assert paid.payments()[0].refund_reserved_cents == 0


def race(world: World, *jobs: Callable[[World], Started]) -> list[Started | FollowUpRefused]:
    """All at once, each on a thread of its own."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[World], Started]) -> Started | FollowUpRefused:
        barrier.wait()
        try:
            return job(world)
        except FollowUpRefused as refusal:
            return refusal

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def refund_some(world: World) -> Started:
    credit = world.only(OpenCredit).public_id
    return credit_refunds.refund_credit(
        world.shop, world.scope, world.asked(), credit=credit, amount_cents=3_000
    )


@pytest.mark.parametrize(
    "jobs",
    [
        (refund,) * THREADS,
        (refund, void) * (THREADS // 2),
        (refund_some,) * THREADS,
    ],
    ids=["two refunds", "refund against void", "one credit twice"],
)
def test_of_many_at_once_one_wins(
    paid: World, jobs: tuple[Callable[[World], Started], ...]
) -> None:
    paid.credit_from_payment(3_000)

    answers = race(paid, *jobs)

    won = [answer for answer in answers if isinstance(answer, Started)]
    lost = [answer for answer in answers if isinstance(answer, NothingLeft | AnotherUnderWay)]
    assert len(won) == 1
    assert len(lost) == len(jobs) - 1


def test_capture_against_void_has_one_winner(held: World) -> None:
    jobs = (lambda world: capture(world, world.total_cents), void) * (THREADS // 2)

    answers = race(held, *jobs)

    assert len([answer for answer in answers if isinstance(answer, Started)]) == 1
