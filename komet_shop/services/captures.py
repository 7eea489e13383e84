"""Capturing: taking what a card was authorized for, or part of it."""

from datetime import datetime, timedelta

from sqlalchemy import Update, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain import card_fees
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import CaptureRequest, GatewayResult, Kind, TakesPayments
from komet_shop.services import follow_ups, receiving
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked, FollowUpRefused, Started, Target
from komet_shop.services.limits import LimitRefused, settle, spend
from komet_shop.services.operations import Call
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

LASTS_WITH_SAVED_CARD = timedelta(days=5)
LASTS = timedelta(days=7)


class AuthorizationExpired(FollowUpRefused):
    """The bank holds the money no longer: authorize again, never capture blindly."""


def capture(shop: Shop, scope: Scope, asked: Asked, *, amount_cents: int) -> Started:
    """Write the intent to take `amount_cents` of what is owed, at most what was authorized.

    The card fee on that is taken on top of it: docs/payments.md, "Fees".
    The same click again gives the same operation and no call.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start(session, shop, scope, asked, amount_cents))
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """Money came in: count it, pay the invoice, tell Komet and the customer."""
    payment = session.get_one(Payment, operation.payment_id)
    settle(session, count(payment.id, operation, now))
    receiving.receive(session, payment, operation, now=now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """Nothing was taken: the authorization is free to be captured again."""
    payment = session.get_one(Payment, operation.payment_id)
    settle(session, _release(payment.id, operation.amount_cents))
    if payment.invoice_id is not None:
        receiving.release_invoice(session, payment.invoice_id, operation.base_cents)


def count(payment_id: int, operation: Operation, now: datetime) -> Update:
    """Count what was really taken. What was kept for a fee that was left out lapses."""
    cents = operation.amount_cents
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.captured_cents == 0,
            Payment.capture_reserved_cents >= cents,
        )
        .values(
            captured_cents=cents,
            capture_reserved_cents=cents,
            fee_cents=operation.fee_cents,
            received_at=now,
        )
        .returning(Payment.id)
    )


def expires_at(parent: Operation) -> datetime:
    """Until when an authorization can be captured. Rule: docs/payments.md, "Follow-ups"."""
    assert parent.settled_at is not None
    lasts = LASTS_WITH_SAVED_CARD if parent.saved_card_id is not None else LASTS
    return parent.settled_at + lasts


def _start(session: Session, shop: Shop, scope: Scope, asked: Asked, amount_cents: int) -> Started:
    now = shop.clock.now()
    earlier = follow_ups.earlier(session, scope, asked, Kind.CAPTURE, amount_cents)
    if earlier is not None:
        return earlier
    target = follow_ups.find(session, scope, asked.payment, Kind.AUTHORIZE)
    if now >= expires_at(target.parent):
        raise AuthorizationExpired(asked.payment)
    payment = target.payment
    fee = card_fees.fee_on_part(
        amount_cents, held_fee_cents=payment.fee_cents, surcharge_bp=payment.surcharge_bp
    )
    spend(session, reserve(payment.id, amount_cents + fee.cents))
    if payment.invoice_id is not None:
        receiving.reserve_invoice(session, payment.invoice_id, amount_cents)
    operation = follow_ups.intend(
        session,
        scope,
        target,
        asked,
        kind=Kind.CAPTURE,
        amount_cents=amount_cents,
        fee=fee,
        now=now,
    )
    return Started(operation_id=operation.id, call=_call_for(target))


def reserve(payment_id: int, cents: int) -> Update:
    """Keep a part of what was authorized, or all, for its one capture."""
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.capture_reserved_cents == 0,
            Payment.authorised_cents >= cents,
        )
        .values(capture_reserved_cents=cents)
        .returning(Payment.id)
    )


def _release(payment_id: int, cents: int) -> Update:
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.capture_reserved_cents == cents,
            Payment.captured_cents == 0,
        )
        .values(capture_reserved_cents=0)
        .returning(Payment.id)
    )


def _call_for(target: Target) -> Call:
    transaction_id = target.transaction_id

    def call(connection: TakesPayments, operation: Operation) -> GatewayResult:
        return connection.capture(
            CaptureRequest(
                reference=operation.gateway_ref,
                transaction_id=transaction_id,
                amount_cents=operation.named_cents,
                service_fee_cents=operation.service_fee_cents,
                currency=operation.currency,
            )
        )

    return call
