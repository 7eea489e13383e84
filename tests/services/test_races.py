"""Sixteen threads at once at the services: one winner. Each naive twin lets several through."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, insert, select, update

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import Invoice, JournalEntry, Operation, Outbox, Payment, SavedCard
from komet_shop.plugin_api import Kind
from komet_shop.services import captures, lookups, receiving, refunds, results, saved_cards
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import FollowUpRefused, Started
from komet_shop.services.limits import LimitRefused
from tests.at_once import THREADS, at_once, everybody_has_looked
from tests.conftest import MovableClock
from tests.world import World


def invoice_of(world: World) -> int:
    """An order on terms: its invoice is open."""
    world.arm("decline_402", match={"path": "sale"})
    world.pay()
    return world.invoice().id


def reserve(world: World, invoice_id: int, cents: int) -> None:
    world.shop.database.run(lambda session: receiving.reserve_invoice(session, invoice_id, cents))


def reserve_naively(world: World, invoice_id: int, cents: int) -> None:
    """The twin: look whether enough is left, then take it."""
    with world.shop.database.read() as session:
        invoice = session.get_one(Invoice, invoice_id)
    everybody_has_looked()
    if invoice.pay_reserved_cents + cents > invoice.open_cents:
        raise LimitRefused("invoice")
    with world.shop.database.write() as session:
        left = {"pay_reserved_cents": invoice.pay_reserved_cents + cents}
        session.execute(update(Invoice).where(Invoice.id == invoice_id).values(**left))


@pytest.mark.parametrize(
    ("take", "is_safe"), [(reserve, True), (reserve_naively, False)], ids=["ours", "twin"]
)
def test_two_orders_cannot_reserve_one_invoice(
    world: World, take: Callable[[World, int, int], None], is_safe: bool
) -> None:
    invoice_id = invoice_of(world)
    cents = world.total_cents - 1

    answers = at_once([partial(take, world, invoice_id, cents)] * THREADS)

    granted = [answer for answer in answers if answer is None]
    assert (len(granted) == 1) is is_safe


def refund(world: World) -> Started:
    return refunds.refund(world.shop, world.scope, world.asked())


def refund_naively(world: World) -> None:
    """The twin: sum the refunds, then insert one more."""
    with world.shop.database.read() as session:
        payment = session.scalars(select(Payment)).one()
        charge = session.scalars(select(Operation).where(Operation.kind == Kind.SALE)).one()
        sum_of_refunds = select(func.coalesce(func.sum(Operation.amount_cents), 0)).where(
            Operation.payment_id == payment.id, Operation.kind == Kind.CREDIT_REFUND
        )
        refunded = session.execute(sum_of_refunds).scalar_one()
    everybody_has_looked()
    if refunded + charge.amount_cents > payment.captured_cents:
        raise LimitRefused("payment")
    row = {
        "public_id": identifiers.public_id("op"),
        "company_id": charge.company_id,
        "location_id": charge.location_id,
        "account_id": charge.account_id,
        "payment_id": payment.id,
        "kind": Kind.CREDIT_REFUND,
        "action_key": identifiers.action_key(),
        "request_hash": "0" * 64,
        "gateway_ref": identifiers.gateway_reference(),
        "amount_cents": charge.amount_cents,
        "currency": charge.currency,
        "created_at": charge.created_at,
    }
    with world.shop.database.write() as session:
        session.execute(insert(Operation).values(**row))


@pytest.mark.parametrize(
    ("give_back", "is_safe"), [(refund, True), (refund_naively, False)], ids=["ours", "twin"]
)
def test_a_payment_goes_back_once(
    world: World, give_back: Callable[[World], object], is_safe: bool
) -> None:
    world.pay()

    answers = at_once([partial(give_back, world)] * THREADS)

    granted = [one for one in answers if not isinstance(one, FollowUpRefused | LimitRefused)]
    assert (len(granted) == 1) is is_safe


def unclear(world: World) -> Operation:
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = world.pay()
    assert operation.state == State.UNKNOWN
    return operation


def require_booked_once(world: World, operation_id: int) -> None:
    """One entry in the books, one message to Komet."""
    with world.shop.database.read() as session:
        entries = session.scalars(select(JournalEntry.kind)).all()
        told = session.scalars(select(Outbox.kind).where(Outbox.kind == "komet_payment")).all()
    assert world.operation(operation_id).state == State.APPROVED
    assert list(entries) == ["card_received"]
    assert len(told) == 1
    assert world.clearing_cents() == world.net_cents() == world.total_cents


def test_a_late_answer_and_the_sweeper_book_it_once(world: World, clock: MovableClock) -> None:
    operation = unclear(world)
    transaction_id = str(world.booked()[0]["id"])
    evidence = Evidence(
        verdict=Verdict(state=State.APPROVED, reason="approved, late"),
        transaction_id=transaction_id,
    )
    clock.advance(seconds=6)

    def answer_late() -> State:
        now = world.shop.clock.now()
        return world.shop.database.run(
            lambda s: results.record(s, operation.id, evidence, actor=world.scope.actor, now=now)
        )

    at_once([answer_late, world.sweep] * (THREADS // 2))

    require_booked_once(world, operation.id)


def test_sixteen_sweepers_book_it_once(world: World, clock: MovableClock) -> None:
    operation = unclear(world)
    clock.advance(seconds=6)

    at_once([partial(lookups.sweep, world.shop, owner=f"sweeper {n}") for n in range(THREADS)])

    require_booked_once(world, operation.id)


def test_a_card_that_is_deleted_while_it_pays_has_paid_or_not(world: World) -> None:
    card = world.keep_card()

    def delete() -> None:
        with world.shop.database.write() as session:
            session.execute(update(SavedCard).values(state="deleted"))

    def pay() -> str:
        return str(world.pay(world.click(saved_card=card)).state)

    paid, _ = at_once([pay, delete])

    assert paid == State.APPROVED or isinstance(paid, saved_cards.NoSuchCard)
    assert world.clearing_cents() == world.net_cents()
    assert len(world.booked()) == (paid == State.APPROVED)


def test_a_capture_at_the_moment_of_expiry_is_made_or_refused(
    world: World, clock: MovableClock
) -> None:
    world.hold_at_checkout()
    world.pay()
    clock.advance(seconds=7 * 24 * 3600 - 1)

    def capture() -> Started:
        return captures.capture(
            world.shop, world.scope, world.asked(), amount_cents=world.total_cents
        )

    def expire() -> None:
        clock.advance(seconds=2)

    answers = at_once([*[capture] * (THREADS - 1), expire])

    started = [answer for answer in answers if isinstance(answer, Started)]
    refused = [answer for answer in answers if isinstance(answer, FollowUpRefused)]
    assert len(started) <= 1
    assert len(started) + len(refused) == THREADS - 1
    assert world.payments()[0].capture_reserved_cents == len(started) * world.total_cents
