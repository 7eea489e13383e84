"""Money that came in: set against the invoice, written into the books, told to others."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from komet_shop.models import Application, Invoice, Operation, Order, Payment
from komet_shop.services import ledger, outbox
from komet_shop.services.limits import LimitBroken, settle, spend


def reserve_invoice(session: Session, invoice_id: int, cents: int) -> None:
    """Keep a part of an invoice for a payment that is under way.

    Raises:
        LimitRefused: less than that is open and not reserved.
    """
    reserved = Invoice.pay_reserved_cents + cents
    statement = update(Invoice).where(Invoice.id == invoice_id, reserved <= Invoice.open_cents)
    spend(session, statement.values(pay_reserved_cents=reserved).returning(Invoice.id))


def release_invoice(session: Session, invoice_id: int, cents: int) -> None:
    """The payment did not come: the invoice is free again."""
    statement = update(Invoice).where(Invoice.id == invoice_id, Invoice.pay_reserved_cents >= cents)
    left = Invoice.pay_reserved_cents - cents
    settle(session, statement.values(pay_reserved_cents=left).returning(Invoice.id))


def receive(
    session: Session,
    payment: Payment,
    operation: Operation,
    *,
    now: datetime,
    out_of_suspense: bool = False,
) -> None:
    """Set what came, without the fee, against the payment's invoice, and tell who must know.

    Stray money comes out of suspense, where it lay; other money from the gateway.
    """
    cents = operation.base_cents
    if payment.invoice_id is not None:
        _apply(session, payment, payment.invoice_id, cents, now)
    kind = "stray_applied" if out_of_suspense else "card_received"
    clearing = ledger.card_clearing(payment.location_id)
    account = ledger.SUSPENSE if out_of_suspense else clearing
    legs = [
        ledger.Leg(debit=account, credit=ledger.receivable(payment.customer_id), cents=cents),
        ledger.Leg(debit=account, credit=ledger.FEES, cents=operation.fee_cents),
    ]
    ledger.post(session, ledger.of_operation(operation, kind), legs, now)
    _tell(session, payment, now)


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


def _apply(session: Session, payment: Payment, invoice_id: int, cents: int, now: datetime) -> None:
    settle(
        session,
        update(Invoice)
        .where(Invoice.id == invoice_id, Invoice.pay_reserved_cents >= cents)
        .values(
            open_cents=Invoice.open_cents - cents,
            pay_reserved_cents=Invoice.pay_reserved_cents - cents,
        )
        .returning(Invoice.id),
    )
    session.execute(
        insert(Application).values(
            payment_id=payment.id, invoice_id=invoice_id, amount_cents=cents, created_at=now
        )
    )


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
