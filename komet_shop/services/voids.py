"""Voiding: undoing a sale, a capture or an authorization while its batch is open."""

from datetime import datetime

from sqlalchemy import Update, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain.card_fees import Fee
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import GatewayResult, Kind, TakesPayments, VoidRequest
from komet_shop.services import follow_ups, returning, strays
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked, Started, Target
from komet_shop.services.limits import LimitRefused, settle, spend
from komet_shop.services.operations import Call
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


def void(shop: Shop, scope: Scope, asked: Asked) -> Started:
    """Write the intent to undo a payment whole.

    The gateway declines once the batch is closed; then a refund is the way.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start(session, shop, scope, asked))
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def void_stray(shop: Shop, scope: Scope, asked: Asked) -> Started:
    """Write the intent to give stray money back; `asked.payment` names the stray.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start_stray(session, shop, scope, asked))
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """Undone: what a sale or capture paid is owed again; a mere hold is simply gone."""
    if strays.is_being_returned(session, operation):
        strays.returned(session, operation, now)
    elif strays.moves_money(session, operation):
        returning.give_back_all(session, operation, now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """Not undone: the money is where it was."""
    if strays.is_being_returned(session, operation):
        strays.kept(session, operation, now)
    elif strays.moves_money(session, operation):
        settle(session, returning.release(operation))
    else:
        assert operation.payment_id is not None
        settle(session, keep_hold(operation.payment_id, -operation.amount_cents))


def _start(session: Session, shop: Shop, scope: Scope, asked: Asked) -> Started:
    target = follow_ups.find(session, scope, asked.payment, Kind.SALE, Kind.AUTHORIZE, Kind.CAPTURE)
    amount_cents, fee = target.parent.base_cents, Fee(cents=target.parent.fee_cents)
    earlier = follow_ups.earlier(session, scope, asked, Kind.VOID, amount_cents)
    if earlier is not None:
        return earlier
    spend(session, _reserve(target))
    now = shop.clock.now()
    operation = follow_ups.intend(
        session, scope, target, asked, kind=Kind.VOID, amount_cents=amount_cents, now=now, fee=fee
    )
    return Started(operation_id=operation.id, call=_call_for(target))


def _start_stray(session: Session, shop: Shop, scope: Scope, asked: Asked) -> Started:
    return strays.start_return(
        session, scope, asked, kind=Kind.VOID, call_for=_call_for, now=shop.clock.now()
    )


def _reserve(target: Target) -> Update:
    if target.parent.kind == Kind.AUTHORIZE:
        return keep_hold(target.payment.id, target.parent.amount_cents)
    return returning.reserve_all(target.payment.id)


def keep_hold(payment_id: int, cents: int) -> Update:
    """Spend a whole authorization, so that nothing of it can be captured meanwhile."""
    reserved = Payment.capture_reserved_cents + cents
    return (
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.captured_cents == 0,
            reserved <= Payment.authorised_cents,
            reserved >= 0,
        )
        .values(capture_reserved_cents=reserved)
        .returning(Payment.id)
    )


def _call_for(target: Target) -> Call:
    transaction_id = target.transaction_id

    def call(connection: TakesPayments, operation: Operation) -> GatewayResult:
        return connection.void(
            VoidRequest(
                reference=operation.gateway_ref,
                transaction_id=transaction_id,
                amount_cents=operation.amount_cents,
                currency=operation.currency,
            )
        )

    return call
