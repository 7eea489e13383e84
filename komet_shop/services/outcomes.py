"""What the end of an operation does to payment, invoice, order, books and outbox.

All of it happens in the transaction that changes the operation's state.
"""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from komet_shop.models import Application, Invoice, Operation, Order, Payment
from komet_shop.plugin_api import CardDetails
from komet_shop.services import ledger, outbox
from komet_shop.services.limits import LimitBroken, settle


def approved(session: Session, operation: Operation, card: CardDetails, now: datetime) -> None:
    """A sale brought money: pay the invoice, check the order out, tell Komet and customer."""
    payment = session.get_one(Payment, operation.payment_id)
    _receive(session, payment, card, now)
    if payment.invoice_id is not None:
        _apply(session, payment, now)
    if payment.order_id is not None:
        check_out(session, payment.order_id, payment_id=payment.id, now=now)
    _post_sale(session, payment, now)
    _tell(session, payment, now)


def refused(session: Session, operation: Operation) -> None:
    """No money moved: give back what was reserved, and let the buyer try again."""
    payment = session.get_one(Payment, operation.payment_id)
    if payment.invoice_id is not None:
        settle(
            session,
            update(Invoice)
            .where(
                Invoice.id == payment.invoice_id,
                Invoice.pay_reserved_cents >= payment.amount_cents,
            )
            .values(pay_reserved_cents=Invoice.pay_reserved_cents - payment.amount_cents)
            .returning(Invoice.id),
        )
    if payment.order_id is not None:
        settle(
            session,
            update(Order)
            .where(Order.id == payment.order_id, Order.held_by_payment_id == payment.id)
            .values(held_by_payment_id=None, version=Order.version + 1)
            .returning(Order.id),
        )


def stray_found(session: Session, operation: Operation, now: datetime) -> None:
    """The gateway took money for an operation that we had given up: keep it in suspense."""
    ledger.post(
        session,
        _event(operation, "stray", operation.currency),
        [
            ledger.Leg(
                debit=ledger.card_clearing(operation.location_id),
                credit=ledger.SUSPENSE,
                cents=operation.amount_cents,
            )
        ],
        now,
    )


def check_out(session: Session, order_id: int, *, payment_id: int | None, now: datetime) -> None:
    """Hand an order to the sales people, and to Komet before any payment for it."""
    customer_id = session.execute(
        update(Order)
        .where(
            Order.id == order_id,
            Order.state == "draft",
            Order.held_by_payment_id.is_not_distinct_from(payment_id),
        )
        .values(
            state="pending_approval",
            held_by_payment_id=None,
            checked_out_at=now,
            version=Order.version + 1,
        )
        .returning(Order.customer_id)
    ).scalar_one_or_none()
    if customer_id is None:
        raise LimitBroken(f"order {order_id} is not ours to check out")
    _tell_komet(session, "order", order_id, customer_id, now)
    payload = {"order_id": order_id}
    outbox.put_mail(session, template="checkout", key=str(order_id), payload=payload, now=now)


def _receive(session: Session, payment: Payment, card: CardDetails, now: datetime) -> None:
    cents = payment.charge_cents
    settle(
        session,
        update(Payment)
        .where(Payment.id == payment.id, Payment.authorised_cents == 0)
        .values(
            authorised_cents=cents,
            captured_cents=cents,
            card_brand=card.brand or payment.card_brand,
            card_last_four=card.last_four or payment.card_last_four,
            received_at=now,
        )
        .returning(Payment.id),
    )


def _apply(session: Session, payment: Payment, now: datetime) -> None:
    cents = payment.amount_cents
    settle(
        session,
        update(Invoice)
        .where(Invoice.id == payment.invoice_id, Invoice.pay_reserved_cents >= cents)
        .values(
            open_cents=Invoice.open_cents - cents,
            pay_reserved_cents=Invoice.pay_reserved_cents - cents,
        )
        .returning(Invoice.id),
    )
    session.execute(
        insert(Application).values(
            payment_id=payment.id,
            invoice_id=payment.invoice_id,
            amount_cents=cents,
            created_at=now,
        )
    )


def _post_sale(session: Session, payment: Payment, now: datetime) -> None:
    clearing = ledger.card_clearing(payment.location_id)
    customer = ledger.receivable(payment.customer_id)
    event = ledger.Event(
        company_id=payment.company_id,
        location_id=payment.location_id,
        kind="card_sale",
        source_type="payment",
        source_id=payment.id,
        currency=payment.currency,
    )
    legs = [
        ledger.Leg(debit=clearing, credit=customer, cents=payment.amount_cents),
        ledger.Leg(debit=clearing, credit=ledger.FEES, cents=payment.fee_cents),
    ]
    ledger.post(session, event, legs, now)


def _tell(session: Session, payment: Payment, now: datetime) -> None:
    _tell_komet(session, "payment", payment.id, payment.customer_id, now)
    payload = {"payment_id": payment.id}
    outbox.put_mail(session, template="receipt", key=str(payment.id), payload=payload, now=now)


def _tell_komet(session: Session, kind: str, row_id: int, customer_id: int, now: datetime) -> None:
    message = outbox.Message(
        kind=f"komet_{kind}",
        aggregate=outbox.customer_aggregate(customer_id),
        dedupe_key=f"komet_{kind}:{row_id}",
        payload={f"{kind}_id": row_id},
    )
    outbox.put(session, message, now)


def _event(operation: Operation, kind: str, currency: str) -> ledger.Event:
    return ledger.Event(
        company_id=operation.company_id,
        location_id=operation.location_id,
        kind=kind,
        source_type="operation",
        source_id=operation.id,
        currency=currency,
    )
