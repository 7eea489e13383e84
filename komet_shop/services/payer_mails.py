"""Telling a buyer how a payment ended that was unclear, where no receipt does."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Operation, Order, Payment, User
from komet_shop.plugin_api import Kind
from komet_shop.services import outbox
from komet_shop.services.letters import End, PaymentEnd

CHARGES = frozenset({Kind.SALE, Kind.AUTHORIZE})


def tell(session: Session, operation: Operation, end: End, now: datetime) -> None:
    """Write the mail that says how it ended, into the transaction that ends it."""
    payload = {"payment_id": operation.payment_id, "operation_id": operation.id, "end": end.value}
    key = f"{operation.id}-{end}"
    outbox.put_mail(session, template="payment_end", key=key, payload=payload, now=now)


def reader(session: Session, operation_id: int, end: End) -> User | None:
    """Who gets it: the buyer of the order. Nobody while there is money after all.

    That money has an end of its own, with its own mail.
    """
    operation = session.get_one(Operation, operation_id)
    if end is End.NOT_CHARGED and _has_strays(session, operation):
        return None
    statement = (
        select(User)
        .join(Order, Order.buyer_id == User.id)
        .join(Payment, Payment.order_id == Order.id)
        .where(Payment.id == operation.payment_id, User.active)
    )
    return session.scalars(statement).one_or_none()


def content(session: Session, operation_id: int, end: End) -> PaymentEnd:
    """What the mail says."""
    operation = session.get_one(Operation, operation_id)
    payment = session.get_one(Payment, operation.payment_id)
    order = session.get(Order, payment.order_id) if payment.order_id else None
    return PaymentEnd(
        end=end,
        is_hold=operation.kind == Kind.AUTHORIZE,
        is_declined=operation.state == State.DECLINED,
        is_paid_otherwise=_is_paid_otherwise(session, operation, payment),
        path=f"/payments/{payment.public_id}",
        receipt_number=payment.receipt_number,
        order_number=order.number if order else "",
        began_at=operation.sent_at or operation.created_at,
        brand=payment.card_brand,
        last_four=payment.card_last_four,
        currency=operation.currency,
        amount_cents=operation.amount_cents,
    )


def _has_strays(session: Session, operation: Operation) -> bool:
    statement = select(Operation.id).where(
        Operation.payment_id == operation.payment_id, Operation.state == State.STRAY
    )
    return session.scalars(statement).first() is not None


def _is_paid_otherwise(session: Session, operation: Operation, payment: Payment) -> bool:
    """Another charge has paid the order."""
    other, others_payment = aliased(Operation), aliased(Payment)
    is_of_order = others_payment.id == payment.id
    if payment.order_id is not None:
        is_of_order = is_of_order | (others_payment.order_id == payment.order_id)
    statement = (
        select(other.id)
        .join(others_payment, others_payment.id == other.payment_id)
        .where(
            is_of_order,
            other.id != operation.id,
            other.kind.in_(CHARGES),
            or_(other.state == State.APPROVED, other.resolution == Resolution.APPLIED),
        )
    )
    return session.scalars(statement).first() is not None
