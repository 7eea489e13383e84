"""Authorizations: the bank holds the money; what their end does to payment and order."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from komet_shop.models import Operation, Payment
from komet_shop.services import receiving, sales
from komet_shop.services.evidence import Evidence
from komet_shop.services.limits import settle


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """The money is held: check the order out; it is paid when it is captured."""
    payment = session.get_one(Payment, operation.payment_id)
    settle(
        session,
        update(Payment)
        .where(Payment.id == payment.id, Payment.authorised_cents == 0)
        .values(authorised_cents=operation.amount_cents, **sales.card_of(payment, evidence))
        .returning(Payment.id),
    )
    if payment.order_id is not None:
        receiving.check_out(session, payment.order_id, payment_id=payment.id, now=now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """Nothing is held: the buyer may try again."""
    sales.free_order(session, session.get_one(Payment, operation.payment_id))
