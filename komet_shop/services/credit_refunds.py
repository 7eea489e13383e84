"""Refunding an open credit, or part of it, to the card whose payment it came from."""

from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain import card_fees
from komet_shop.domain.card_fees import Fee
from komet_shop.models import OpenCredit, Operation, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import follow_ups, ledger, refunds, returning
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked, FollowUpRefused, Started
from komet_shop.services.limits import LimitRefused, settle, spend
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


class NoCardOrigin(FollowUpRefused):
    """The credit did not come from a card payment: give it back another way."""


def refund_credit(
    shop: Shop, scope: Scope, asked: Asked, *, credit: str, amount_cents: int
) -> Started:
    """Write the intent to send `amount_cents` of an open credit to the card it came from.

    Of a surcharge on the payment, the same part goes back on top: docs/payments.md, "Fees".
    `asked.payment` is not looked at: the credit knows its payment.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(
            lambda session: _start(session, shop, scope, asked, credit, amount_cents)
        )
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """On its way to the card: we owe the customer that much less."""
    payment = session.get_one(Payment, operation.payment_id)
    clearing = ledger.card_clearing(payment.location_id)
    book(session, operation, payment, account=clearing, kind="credit_returned", now=now)


def book(
    session: Session,
    operation: Operation,
    payment: Payment,
    *,
    account: str,
    kind: str,
    now: datetime,
) -> None:
    """Write into the books what went back, and ask a clerk for Komet's entry."""
    credit = ledger.open_credit(payment.customer_id)
    legs = [
        ledger.Leg(debit=credit, credit=account, cents=operation.base_cents),
        ledger.Leg(debit=ledger.FEES, credit=account, cents=operation.fee_cents),
    ]
    ledger.post(session, ledger.of_operation(operation, kind), legs, now)
    returning.ask_clerk(session, operation, payment, operation.base_cents, now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """Nothing went back: the credit is there to be used."""
    assert operation.open_credit_id is not None
    settle(session, use(operation.open_credit_id, -operation.base_cents))
    settle(session, returning.release(operation))


def _start(
    session: Session, shop: Shop, scope: Scope, asked: Asked, credit: str, amount_cents: int
) -> Started:
    earlier = follow_ups.earlier(session, scope, asked, Kind.CREDIT_REFUND, amount_cents)
    if earlier is not None:
        return earlier
    row = _credit(session, scope, credit)
    origin = session.get_one(Payment, row.origin_payment_id)
    target = follow_ups.find(session, scope, origin.public_id, Kind.SALE, Kind.CAPTURE)
    spend(session, use(row.id, amount_cents))
    fee = _fee_with(session, origin, amount_cents)
    spend(session, returning.reserve(origin.id, amount_cents + fee.cents, fee_cents=fee.cents))
    operation = follow_ups.intend(
        session,
        scope,
        target,
        asked,
        kind=Kind.CREDIT_REFUND,
        amount_cents=amount_cents,
        fee=fee,
        now=shop.clock.now(),
        open_credit_id=row.id,
    )
    return Started(operation_id=operation.id, call=refunds.call_for(target))


def _fee_with(session: Session, payment: Payment, cents: int) -> Fee:
    """What of the payment's surcharge goes back with so much of what it paid.

    The payment is locked: of two refunds at once, the second sees what the first takes.

    Raises:
        LimitRefused: the payment has not that much left, its fee aside.
    """
    session.refresh(payment, with_for_update=True)
    before = payment.refund_reserved_cents - payment.refund_fee_reserved_cents
    whole = payment.captured_cents - payment.fee_cents
    if before + cents > whole:
        raise LimitRefused(payment.public_id)
    if not payment.surcharge_bp:
        return Fee()
    back = card_fees.fee_that_goes_back(
        payment.fee_cents,
        returned_cents=payment.refund_fee_reserved_cents,
        gone_cents=before + cents,
        whole_cents=whole,
    )
    return Fee(cents=back)


def _credit(session: Session, scope: Scope, public_id: str) -> OpenCredit:
    statement = select(OpenCredit).where(
        OpenCredit.public_id == public_id,
        OpenCredit.company_id == scope.company_id,
        OpenCredit.location_id.in_(scope.location_ids),
    )
    if scope.customer_ids is not None:
        statement = statement.where(OpenCredit.customer_id.in_(scope.customer_ids))
    row = session.scalars(statement).one_or_none()
    if row is None:
        raise follow_ups.NoSuchPayment(public_id)
    if row.origin_payment_id is None:
        raise NoCardOrigin(public_id)
    return row


def use(credit_id: int, cents: int) -> Update:
    """Spend a part of an open credit; negative gives it free again."""
    used = OpenCredit.used_cents + cents
    return (
        update(OpenCredit)
        .where(OpenCredit.id == credit_id, used <= OpenCredit.total_cents, used >= 0)
        .values(used_cents=used)
        .returning(OpenCredit.id)
    )
