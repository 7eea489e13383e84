"""How an order and its money stand, as the shop's tables tell it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from komet_shop.models import ClerkTask, Invoice, OpenCredit, Operation, Order, Outbox, Payment
from komet_shop.services import ledger
from tests.world import World


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One order: its states, every limit of its money in cents, the books, and who was told.

    `clearing` and `suspense` are the balances of those accounts, `clerk` the kinds of what a
    clerk is asked to enter, `told` what goes to Komet, in its order.
    """

    order: str
    invoice_open: int
    on_hold: bool = False
    invoice_reserved: int = 0
    authorised: int = 0
    capture_reserved: int = 0
    captured: int = 0
    refund_reserved: int = 0
    credit_used: int = 0
    clearing: int = 0
    suspense: int = 0
    clerk: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def standing_of(world: World, *, other_cents: int = 0) -> Standing:
    """The world's order as it stands; `other_cents` of the books are of earlier orders."""
    with world.shop.database.read() as session:
        order = session.scalars(select(Order).where(Order.public_id == world.order_id)).one()
        payment = session.scalars(
            select(Payment).where(Payment.order_id == order.id).order_by(Payment.id.desc()).limit(1)
        ).one()
        invoice = session.get_one(Invoice, payment.invoice_id)
        clearing = ledger.card_clearing(world.location_id)
        return Standing(
            order=order.state,
            on_hold=order.held_by_payment_id is not None,
            invoice_open=invoice.open_cents,
            invoice_reserved=invoice.pay_reserved_cents,
            authorised=payment.authorised_cents,
            capture_reserved=payment.capture_reserved_cents,
            captured=payment.captured_cents,
            refund_reserved=payment.refund_reserved_cents,
            credit_used=_credit_used(session, payment),
            clearing=ledger.balance_cents(session, clearing) - other_cents,
            suspense=ledger.balance_cents(session, ledger.SUSPENSE),
            clerk=_clerk(session, payment),
            told=_told(session, order, payment),
        )


def _credit_used(session: Session, payment: Payment) -> int:
    used = select(func.coalesce(func.sum(OpenCredit.used_cents), 0))
    return int(session.scalars(used.where(OpenCredit.origin_payment_id == payment.id)).one())


def _clerk(session: Session, payment: Payment) -> tuple[str, ...]:
    of_payment = select(ClerkTask.kind).join(Operation, Operation.id == ClerkTask.operation_id)
    tasks = of_payment.where(Operation.payment_id == payment.id).order_by(ClerkTask.id)
    return tuple(session.scalars(tasks))


def _told(session: Session, order: Order, payment: Payment) -> tuple[str, ...]:
    keys = (f"komet_order:{order.id}", f"komet_payment:{payment.id}")
    messages = select(Outbox.kind).where(Outbox.dedupe_key.in_(keys)).order_by(Outbox.seq)
    return tuple(kind.removeprefix("komet_") for kind in session.scalars(messages))
