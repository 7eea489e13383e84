"""Asking the gateway about stray money: somebody may have voided it there, without the shop."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Operation
from komet_shop.plugin_api import N_, Kind, LookupRequest, Transaction
from komet_shop.services import gateways, lookups, results, strays
from komet_shop.services.gateway_search import NOBODY_TO_ASK, Found
from komet_shop.services.gateways import NoAccount
from komet_shop.services.limits import LimitRefused, spend
from komet_shop.services.operations import NO_REQUEST
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop

VOIDED_THERE = N_("voided at the card processor, not by this shop")


def look(shop: Shop, scope: Scope, stray: Operation) -> Found:
    """Look stray money up by its transaction; where it was voided meanwhile, close it.

    Returns what was found. Call with no unit open.
    """
    now = shop.clock.now()
    found = _asked(shop, stray, now)
    actor = scope.actor
    shop.database.run(lambda session: lookups.note(session, stray, found, actor=actor, now=now))
    if any(_was_undone(stray, one) for one in found.ours):
        shop.database.run(lambda session: _close(session, stray.id, actor, now))
    return found


def _asked(shop: Shop, stray: Operation, now: datetime) -> Found:
    try:
        connection = shop.gateways.connect(stray.account_id)
    except NoAccount:
        return NOBODY_TO_ASK
    answer = connection.find(
        LookupRequest(
            transaction_id=stray.gateway_transaction_id or "",
            since=now - gateways.HISTORY,
            until=now + timedelta(minutes=1),
        )
    )
    same = tuple(one for one in answer.transactions if one.id == stray.gateway_transaction_id)
    return Found(answered=answer.answered, ours=same, control_worked=answer.answered)


def _was_undone(stray: Operation, transaction: Transaction) -> bool:
    return transaction.voided and stray.kind in strays.CAME_IN | strays.HOLDS


def _close(session: Session, stray_id: int, actor: Actor, now: datetime) -> None:
    """Write the void that somebody made there as an operation of ours: the books need its end."""
    try:
        spend(session, strays.resolve(stray_id, None, Resolution.RETURNING, now))
    except LimitRefused:
        return  # somebody decided about it meanwhile
    stray = session.get_one(Operation, stray_id)
    void = _void_of(stray, now)
    session.add(void)
    session.flush()
    strays.returned(session, void, now)
    before, reason = State.CREATED, VOIDED_THERE
    results.audit_state(session, void, before=before, reason=reason, actor=actor, now=now)


def _void_of(stray: Operation, now: datetime) -> Operation:
    name = f"voided:{stray.gateway_transaction_id}"
    return Operation(
        public_id=identifiers.public_id("op"),
        company_id=stray.company_id,
        location_id=stray.location_id,
        account_id=stray.account_id,
        payment_id=stray.payment_id,
        parent_id=stray.id,
        kind=Kind.VOID,
        state=State.APPROVED,
        action_key=name,
        request_hash=NO_REQUEST,
        gateway_ref=name[:40],
        gateway_transaction_id=stray.gateway_transaction_id,
        amount_cents=stray.amount_cents,
        currency=stray.currency,
        created_at=now,
        sent_at=now,
        settled_at=now,
        staff_message=VOIDED_THERE,
    )
