"""Money that went back to a card: invoices open again, books corrected, a clerk told."""

from datetime import datetime

from sqlalchemy import Update, insert, select, update
from sqlalchemy.orm import Session

from komet_shop.models import Application, ClerkTask, Invoice, Operation, Payment
from komet_shop.services import ledger
from komet_shop.services.limits import settle


def reserve(payment_id: int, cents: int, *, fee_cents: int = 0) -> Update:
    """Keep a part of what was captured for going back, `fee_cents` of it from the card fee.

    Negative amounts give it free again.
    """
    reserved = Payment.refund_reserved_cents + cents
    of_fee = Payment.refund_fee_reserved_cents + fee_cents
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            reserved <= Payment.captured_cents,
            reserved >= 0,
            of_fee <= Payment.fee_cents,
            of_fee >= 0,
        )
        .values(refund_reserved_cents=reserved, refund_fee_reserved_cents=of_fee)
        .returning(Payment.id)
    )


def release(operation: Operation) -> Update:
    """Give free what an operation had kept for going back."""
    assert operation.payment_id is not None
    return reserve(operation.payment_id, -operation.amount_cents, fee_cents=-operation.fee_cents)


def reserve_all(payment_id: int) -> Update:
    """Keep all that was captured, if nothing of it went back or is on its way."""
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.refund_reserved_cents == 0,
            Payment.captured_cents > 0,
        )
        .values(
            refund_reserved_cents=Payment.captured_cents,
            refund_fee_reserved_cents=Payment.fee_cents,
        )
        .returning(Payment.id)
    )


def give_back_all(
    session: Session, operation: Operation, now: datetime, *, out_of_suspense: bool = False
) -> None:
    """A payment went back whole: what it paid is owed again, its fee is not earned.

    What went back as a stray lay in suspense; other money left the gateway just now.
    """
    payment = session.get_one(Payment, operation.payment_id)
    _reopen(session, payment, now)
    owed = operation.base_cents
    kind = "stray_applied" if out_of_suspense else "card_returned"
    clearing = ledger.card_clearing(payment.location_id)
    account = ledger.SUSPENSE if out_of_suspense else clearing
    legs = [
        ledger.Leg(debit=ledger.receivable(payment.customer_id), credit=account, cents=owed),
        ledger.Leg(debit=ledger.FEES, credit=account, cents=operation.fee_cents),
    ]
    ledger.post(session, ledger.of_operation(operation, kind), legs, now)
    ask_clerk(session, operation, payment, owed, now)


def ask_clerk(
    session: Session,
    operation: Operation,
    payment: Payment,
    cents: int,
    now: datetime,
    *,
    kind: str = "",
) -> None:
    """Komet's API takes no refunds: a person makes the entry and ticks it off."""
    session.execute(
        insert(ClerkTask).values(
            company_id=payment.company_id,
            location_id=payment.location_id,
            customer_id=payment.customer_id,
            operation_id=operation.id,
            kind=kind or operation.kind,
            amount_cents=cents,
            currency=payment.currency,
            created_at=now,
        )
    )


def _reopen(session: Session, payment: Payment, now: datetime) -> None:
    """Open the payment's invoices again by what was set against them."""
    applications = session.scalars(
        select(Application).where(
            Application.payment_id == payment.id, Application.reversed_at.is_(None)
        )
    ).all()
    for application in applications:
        opened = Invoice.open_cents + application.amount_cents
        statement = update(Invoice).where(Invoice.id == application.invoice_id)
        settle(session, statement.values(open_cents=opened).returning(Invoice.id))
        application.reversed_at = now
    session.flush()
