"""Sales: authorized and captured in one. What their end does to payment, order and books."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from komet_shop.models import Operation, Order, Payment
from komet_shop.services import receiving
from komet_shop.services.evidence import Evidence
from komet_shop.services.limits import settle


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """Money came in: pay the invoice, check the order out, tell Komet and the customer."""
    payment = session.get_one(Payment, operation.payment_id)
    cents = operation.amount_cents
    settle(
        session,
        update(Payment)
        .where(Payment.id == payment.id, Payment.authorised_cents == 0)
        .values(
            authorised_cents=cents,
            capture_reserved_cents=cents,
            captured_cents=cents,
            fee_cents=operation.fee_cents,
            received_at=now,
            **card_of(payment, evidence),
        )
        .returning(Payment.id),
    )
    if payment.order_id is not None:
        receiving.check_out(session, payment.order_id, payment_id=payment.id, now=now)
    receiving.receive(session, payment, operation, now=now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """No money moved: give back what was reserved, and let the buyer try again."""
    payment = session.get_one(Payment, operation.payment_id)
    if payment.invoice_id is not None:
        receiving.release_invoice(session, payment.invoice_id, payment.amount_cents)
    free_order(session, payment)


def free_order(session: Session, payment: Payment) -> None:
    """The order may be changed and paid again."""
    if payment.order_id is None:
        return
    settle(
        session,
        update(Order)
        .where(Order.id == payment.order_id, Order.held_by_payment_id == payment.id)
        .values(held_by_payment_id=None, version=Order.version + 1)
        .returning(Order.id),
    )


def card_of(payment: Payment, evidence: Evidence) -> dict[str, str]:
    """What may be shown of the card, from the answer or from what was known before."""
    return {
        "card_brand": evidence.card.brand or payment.card_brand,
        "card_last_four": evidence.card.last_four or payment.card_last_four,
    }
