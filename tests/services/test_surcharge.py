"""A surcharge on an order: charged where the gateway charges it, and nowhere else told of."""

from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import insert, select, update

from komet_shop.domain.operation_states import State
from komet_shop.models import (
    Application,
    Audit,
    Customer,
    Invoice,
    KometLink,
    OpenCredit,
    Operation,
    Payment,
)
from komet_shop.services import (
    checkout,
    komet_facts,
    lookups,
    refunds,
    review_decisions,
    stray_returns,
    stray_uses,
    voids,
)
from komet_shop.services.follow_ups import Asked
from komet_shop.services.review_decisions import Decision, NoProof, Outcome
from tests.conftest import MovableClock
from tests.services.fees import (
    ENDS,
    decide,
    fees_earned,
    pay,
    require_sound,
    staff,
)
from tests.world import TIMEOUT, World


def assume(world: World, **values: Any) -> None:
    url = f"{world.gateway.url}/_control/assumptions"
    requests.post(url, json=values, timeout=TIMEOUT).raise_for_status()


def require_paid(world: World, operation: Operation, fee: int) -> None:
    """Charged the order and this fee: at the gateway, in the books, and wherever it shows."""
    operation, total = world.operation(operation.id), world.total_cents
    payment, invoice = world.only(Payment), world.only(Invoice)
    assert operation.state == State.APPROVED
    assert (operation.amount_cents, operation.fee_cents) == (total + fee, fee)
    assert [row["amount_cents"] for row in world.booked()] == [total + fee]
    assert world.clearing_cents() == world.net_cents() == total + fee
    assert fees_earned(world) == fee
    assert (payment.amount_cents, payment.fee_cents) == (total, fee)
    assert payment.authorised_cents == payment.captured_cents == total + fee
    assert payment.capture_reserved_cents == total + fee
    assert (invoice.open_cents, invoice.pay_reserved_cents) == (0, 0)
    assert world.only(Application).amount_cents == total
    require_sound(world)


@ENDS
def test_the_gateway_decides_whether_the_surcharge_is_charged(world: World, debit: bool) -> None:
    fee = decide(world)

    operation = pay(world, debit=debit)

    require_paid(world, operation, 0 if debit else fee)
    assert operation.service_fee_cents == fee


@ENDS
def test_komet_is_told_of_the_order_without_the_fee(world: World, debit: bool) -> None:
    decide(world)
    pay(world, debit=debit)
    order_id, payment_id = world.order().id, world.only(Payment).id
    with world.shop.database.write() as session:
        session.execute(update(Customer).values(komet_id="5001"))
        session.execute(
            insert(KometLink).values(
                kind="order",
                local_id=order_id,
                komet_id="1",
                control_number="C1",
                posted_at=world.shop.clock.now(),
            )
        )

    with world.shop.database.read() as session:
        told = komet_facts.payment_to_post(session, payment_id)

    assert told.amount_cents == told.orders[0].amount_cents == world.total_cents


@ENDS
@pytest.mark.parametrize("saved", [False, True], ids=["new card", "saved card"])
def test_a_lost_answer_is_found_with_its_fee_or_without(
    world: World, debit: bool, saved: bool
) -> None:
    fee = decide(world)
    if saved and debit:
        assume(world, debit_card_endings="1111")
    world.arm("reset_after_booking", match={"path": "sale"})
    card = {"saved_card": world.keep_card()} if saved else {}
    operation = (
        world.pay(world.click(expected_fee_cents=fee, **card)) if saved else pay(world, debit=debit)
    )
    assert operation.state == State.UNKNOWN

    lookups.settle(world.shop, operation.id, owner="test")

    require_paid(world, operation, 0 if debit else fee)


@ENDS
@pytest.mark.parametrize("fault", ["missing_amount", "missing_reference"])
def test_an_answer_with_a_gap_is_completed_by_the_record(
    world: World, debit: bool, fault: str
) -> None:
    fee = decide(world)
    world.arm(fault, match={"path": "sale"})

    operation = pay(world, debit=debit)

    require_paid(world, operation, 0 if debit else fee)


@ENDS
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "looked up"])
def test_either_end_is_read_right_whatever_the_papers_leave_open(
    world: World, debit: bool, lost: bool
) -> None:
    fee = decide(world)
    assume(
        world, reply_amount_includes_fee=False, booleans_as_json=True, single_result_as_object=True
    )
    if lost:
        world.arm("reset_after_booking", match={"path": "sale"})

    operation = pay(world, debit=debit)
    if lost:
        lookups.settle(world.shop, operation.id, owner="test")

    require_paid(world, operation, 0 if debit else fee)


def test_a_record_that_hides_the_fee_proves_the_total_with_it(world: World) -> None:
    fee = decide(world)
    assume(world, search_shows_fee=False)
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = pay(world, debit=False)

    lookups.settle(world.shop, operation.id, owner="test")

    require_paid(world, operation, fee)


def test_a_record_that_may_be_with_the_fee_or_without_waits_for_a_person(world: World) -> None:
    decide(world)
    assume(world, search_shows_fee=False)
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = pay(world, debit=True)

    lookups.settle(world.shop, operation.id, owner="test")

    assert world.operation(operation.id).state == State.NEEDS_REVIEW
    decision = Decision(
        operation=operation.public_id, outcome=Outcome.CHARGED, reason="?", action_key="k1"
    )
    with pytest.raises(NoProof):
        review_decisions.decide(world.shop, staff(world), decision)
    back = replace(decision, outcome=Outcome.GIVE_BACK, action_key="k2")
    assert review_decisions.decide(world.shop, staff(world), back) is State.APPROVED
    assert world.clearing_cents() == world.net_cents() == 0
    require_sound(world)


def test_another_total_is_not_accepted(world: World) -> None:
    fee = decide(world)
    world.arm("partial_approval", match={"path": "sale"})

    operation = pay(world, debit=False)
    lookups.settle(world.shop, operation.id, owner="test")

    assert operation.state == State.UNKNOWN
    operation = world.operation(operation.id)
    assert operation.state == State.NEEDS_REVIEW
    assert operation.amount_cents == world.total_cents + fee
    assert world.only(Invoice).pay_reserved_cents == world.total_cents
    require_sound(world)


@ENDS
def test_a_person_who_decides_that_it_was_charged_books_what_was_charged(
    world: World, clock: MovableClock, debit: bool
) -> None:
    fee = decide(world)
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = pay(world, debit=debit)
    world.arm("lookup_down", times=1)
    clock.advance(seconds=25 * 3600)
    world.sweep()
    assert world.operation(operation.id).state == State.NEEDS_REVIEW
    decision = Decision(
        operation=operation.public_id, outcome=Outcome.CHARGED, reason="seen", action_key="k1"
    )

    review_decisions.decide(world.shop, staff(world), decision)

    require_paid(world, operation, 0 if debit else fee)


def test_a_declined_card_pays_no_surcharge_and_frees_the_invoice(world: World) -> None:
    decide(world)
    world.arm("decline_402", match={"path": "sale"})

    operation = pay(world, debit=False)

    assert operation.state == State.DECLINED
    assert world.only(Invoice).pay_reserved_cents == 0
    assert fees_earned(world) == world.clearing_cents() == 0
    require_sound(world)


@pytest.mark.parametrize("off", [-1, 1])
def test_a_surcharge_that_the_page_did_not_show_is_not_charged(world: World, off: int) -> None:
    fee = decide(world)

    with pytest.raises(checkout.TotalChanged):
        world.start(world.click(expected_fee_cents=fee + off))

    assert world.payments() == []


@pytest.mark.parametrize("state", ["CT", "MA", "PR"])
def test_no_surcharge_in_a_blocked_state(world: World, state: str) -> None:
    decide(world, fee_blocked_states="CT,MA,PR")
    with world.shop.database.write() as session:
        session.execute(update(Customer).values(billing_state=state))

    operation = world.pay()

    assert operation.amount_cents == world.total_cents


@ENDS
@pytest.mark.parametrize("settled", [False, True], ids=["void", "refund"])
def test_all_that_was_charged_goes_back(world: World, debit: bool, settled: bool) -> None:
    decide(world)
    paid = pay(world, debit=debit)
    asked = world.asked()
    if settled:
        world.close_batch()

    back = world.follow(
        refunds.refund(world.shop, world.scope, asked)
        if settled
        else voids.void(world.shop, world.scope, asked)
    )

    assert back.state == State.APPROVED
    assert (back.amount_cents, back.fee_cents) == (paid.amount_cents, paid.fee_cents)
    assert world.clearing_cents() == world.net_cents() == 0
    assert fees_earned(world) == 0
    assert world.only(Invoice).open_cents == world.total_cents
    require_sound(world)


@ENDS
def test_a_lost_void_is_recognised_by_the_total_it_undid(world: World, debit: bool) -> None:
    decide(world)
    pay(world, debit=debit)
    world.arm("reset_after_booking", match={"path": "void"})
    back = world.follow(voids.void(world.shop, world.scope, world.asked()))
    assert back.state == State.UNKNOWN

    lookups.settle(world.shop, back.id, owner="test")

    assert world.operation(back.id).state == State.APPROVED
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


def late(world: World, clock: MovableClock, *, debit: bool) -> Operation:
    """A charge that the gateway makes after it was given up."""
    world.arm("book_late", seconds=1.2, match={"path": "sale"})
    world.arm("lookup_empty", seconds=3600)
    operation = pay(world, debit=debit)
    for seconds in (6, 660, 61, 61, 61):
        clock.advance(seconds=seconds)
        world.sweep()
    assert world.operation(operation.id).state == State.FAILED
    world.wait_for_booking()
    world.disarm()
    lookups.settle(world.shop, operation.id, owner="test")
    return world.operation(operation.id)


@ENDS
@pytest.mark.parametrize("applied", [False, True], ids=["given back", "applied"])
def test_stray_money_is_what_was_really_charged(
    world: World, clock: MovableClock, debit: bool, applied: bool
) -> None:
    fee = 0 if debit else decide(world)
    decide(world)
    stray = late(world, clock, debit=debit)
    assert stray.state == State.STRAY
    assert (stray.amount_cents, stray.fee_cents) == (world.total_cents + fee, fee)
    asked = Asked(payment=stray.public_id, action_key="k1", reason="a test")
    assert world.clearing_cents() == world.net_cents() == world.total_cents + fee

    if applied:
        stray_uses.apply(world.shop, staff(world), asked)
    else:
        stray_returns.give_back(world.shop, staff(world), asked)

    assert fees_earned(world) == (fee if applied else 0)
    assert world.only(Invoice).open_cents == (0 if applied else world.total_cents)
    assert world.clearing_cents() == world.net_cents()
    assert world.only(Payment).fee_cents == fee or not applied
    require_sound(world)


def test_stray_money_that_is_kept_as_a_credit_holds_no_fee(
    world: World, clock: MovableClock
) -> None:
    fee = decide(world)
    assume(world, duplicate_rule_default_on=False)
    stray = late(world, clock, debit=False)
    pay(world, debit=False)

    asked = Asked(payment=stray.public_id, action_key="k1", reason="a test")
    stray_uses.apply(world.shop, staff(world), asked)

    assert world.only(OpenCredit).total_cents == world.total_cents + fee
    assert [one.fee_cents for one in world.payments()] == [0, fee]
    assert world.operation(stray.id).fee_cents == 0
    assert fees_earned(world) == fee
    assert world.clearing_cents() == world.net_cents() == 2 * (world.total_cents + fee)
    require_sound(world)


def test_the_audit_log_names_what_was_intended(world: World) -> None:
    fee = decide(world)

    pay(world, debit=True)

    with world.shop.database.read() as session:
        started = select(Audit.after).where(Audit.action == "payment_started")
        assert session.scalars(started).one()["amount_cents"] == world.total_cents + fee
