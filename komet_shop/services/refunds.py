"""Refunding: sending a settled payment back whole, to the card that paid."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain.card_fees import Fee
from komet_shop.models import Operation
from komet_shop.plugin_api import GatewayResult, Kind, RefundRequest, TakesPayments
from komet_shop.services import follow_ups, returning, strays
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked, Started, Target
from komet_shop.services.limits import LimitRefused, settle, spend
from komet_shop.services.operations import Call
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


def refund(shop: Shop, scope: Scope, asked: Asked) -> Started:
    """Write the intent to send a payment back whole.

    Try a void first: it is cheaper, and a refund may not be possible in an open batch.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start(session, shop, scope, asked))
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def refund_stray(shop: Shop, scope: Scope, asked: Asked) -> Started:
    """Write the intent to send settled stray money back; `asked.payment` names the stray.

    Raises:
        FollowUpRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start_stray(session, shop, scope, asked))
    except (IntegrityError, LimitRefused) as error:
        raise follow_ups.refusal_of(error) from error


def approved(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    """On its way to the card: what it paid is owed again."""
    if strays.is_being_returned(session, operation):
        strays.returned(session, operation, now)
    else:
        returning.give_back_all(session, operation, now)


def refused(session: Session, operation: Operation, now: datetime) -> None:
    """Nothing went back."""
    if strays.is_being_returned(session, operation):
        strays.kept(session, operation, now)
    else:
        settle(session, returning.release(operation))


def _start(session: Session, shop: Shop, scope: Scope, asked: Asked) -> Started:
    target = follow_ups.find(session, scope, asked.payment, Kind.SALE, Kind.CAPTURE)
    amount_cents, fee = target.parent.base_cents, Fee(cents=target.parent.fee_cents)
    earlier = follow_ups.earlier(session, scope, asked, Kind.REFUND, amount_cents)
    if earlier is not None:
        return earlier
    spend(session, returning.reserve_all(target.payment.id))
    operation = follow_ups.intend(
        session,
        scope,
        target,
        asked,
        kind=Kind.REFUND,
        amount_cents=amount_cents,
        fee=fee,
        now=shop.clock.now(),
    )
    return Started(operation_id=operation.id, call=call_for(target))


def _start_stray(session: Session, shop: Shop, scope: Scope, asked: Asked) -> Started:
    return strays.start_return(
        session, scope, asked, kind=Kind.REFUND, call_for=call_for, now=shop.clock.now()
    )


def call_for(target: Target) -> Call:
    """Ask the gateway to send the operation's amount back to the card that was charged."""
    transaction_id = target.transaction_id

    def call(connection: TakesPayments, operation: Operation) -> GatewayResult:
        return connection.refund(
            RefundRequest(
                reference=operation.gateway_ref,
                transaction_id=transaction_id,
                amount_cents=operation.amount_cents,
                currency=operation.currency,
            )
        )

    return call
