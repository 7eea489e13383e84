"""The call to the gateway: claimed (T2), made once with no transaction open, recorded (T3)."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict, judge, judge_transaction
from komet_shop.models import Operation
from komet_shop.plugin_api import (
    N_,
    CardDetails,
    Fault,
    GatewayResult,
    StoredCard,
    StoresCards,
    TakesPayments,
)
from komet_shop.services import activation_mails, gateways, operations, results, saved_cards
from komet_shop.services.evidence import Evidence
from komet_shop.services.operations import Call, OperationMoved
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

SEND_WITHIN_SECONDS = 5
NO_ANSWER = frozenset({Fault.NO_ANSWER, Fault.UNREACHABLE, Fault.BUSY, Fault.UNREADABLE})
TAKEN_FOR_A_REPEAT = N_(
    "The card processor took this for a repeat of an earlier payment of the same amount. "
    "Nothing was charged. Please wait five minutes and try again, or use another card."
)
KEYS_REFUSED = N_("In a payment it refused the keys, or what the card fields gave.")


_claimed_until: ContextVar[float | None] = ContextVar("claimed_until", default=None)


def latest_start() -> float:
    """When a call that is made now must have begun, as `time.monotonic` counts.

    For the call of an operation that is counted from its claim: whoever slept since then
    must not charge any more, because the worker may have given the operation up.
    """
    claimed_until = _claimed_until.get()
    return time.monotonic() + SEND_WITHIN_SECONDS if claimed_until is None else claimed_until


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the call brought: the evidence, and the card to keep if one was stored."""

    evidence: Evidence
    stored_card: StoredCard | None
    fault: Fault | None


def send(shop: Shop, operation_id: int, call: Call, *, actor: Actor) -> None:
    """Make the one call of an operation and record what came of it.

    Returns without a call when somebody else has claimed the operation. A thread that slept
    so long since it claimed it that the sweeper may have given up sends nothing either.
    Rule: docs/payments.md, "The protocol".
    """
    connection = shop.gateways.connect(_account_of(shop, operation_id))
    began = shop.clock.monotonic()
    try:
        operation = shop.database.run(lambda session: _claim(session, shop, operation_id))
    except OperationMoved:
        return
    claim = _claimed_until.set(began + SEND_WITHIN_SECONDS)
    try:
        result = call(connection, operation)
    finally:
        _claimed_until.reset(claim)
    answer = _understand(shop, connection, operation, result)
    shop.database.run(lambda session: _record(session, shop, operation_id, answer, actor))


def _account_of(shop: Shop, operation_id: int) -> int:
    with shop.database.read() as session:
        return session.get_one(Operation, operation_id).account_id


def _claim(session: Session, shop: Shop, operation_id: int) -> Operation:
    operation = session.get_one(Operation, operation_id)
    if operation.state != State.CREATED:
        raise OperationMoved(operation.public_id)
    deadline = shop.config.deadlines.total
    operations.mark_sending(session, operation, now=shop.clock.now(), deadline_seconds=deadline)
    return operation


def _understand(
    shop: Shop, connection: TakesPayments, operation: Operation, result: GatewayResult
) -> Answer:
    evidence = _evidence(shop, connection, operation, result)
    stored = result.stored_card if operation.saves_card else None
    if stored is not None and isinstance(connection, StoresCards):
        stored = _described(connection, stored, result.card)
    if stored is not None and not evidence.card.brand:
        evidence = replace(evidence, card=stored.details)
    return Answer(evidence=evidence, stored_card=stored, fault=result.fault)


def _evidence(
    shop: Shop, connection: TakesPayments, operation: Operation, result: GatewayResult
) -> Evidence:
    intent = operations.intent_of(operation)
    verdict = judge(intent, result)
    if result.transaction_id and (result.fault is Fault.DUPLICATE or not verdict.complete):
        transaction = gateways.fetch(connection, result.transaction_id, shop.clock.now())
        if transaction is not None and transaction.reference == intent.reference:
            verdict = judge_transaction(intent, transaction)
        elif transaction is not None and result.fault is Fault.DUPLICATE:
            result = replace(result, buyer_message=TAKEN_FOR_A_REPEAT)
            reason = N_("the card processor took it for another payment: nothing was charged")
            verdict = Verdict(state=State.FAILED, reason=reason)
    return Evidence.of_answer(verdict, result, result.card)


def _described(connection: StoresCards, stored: StoredCard, seen: CardDetails) -> StoredCard:
    if seen.brand and seen.last_four and seen.expiry:
        return replace(stored, details=seen)
    details = connection.describe(stored)
    return replace(stored, details=details or seen)


def _record(session: Session, shop: Shop, operation_id: int, answer: Answer, actor: Actor) -> None:
    now = shop.clock.now()
    state = results.record(session, operation_id, answer.evidence, actor=actor, now=now)
    operation = session.get_one(Operation, operation_id)
    if state is State.APPROVED and answer.stored_card is not None:
        saved_cards.keep(session, shop.box, operation, answer.stored_card, now=now)
    if state is State.APPROVED and operation.saved_card_id is not None:
        saved_cards.note_use(session, operation.saved_card_id, now)
    if answer.fault in NO_ANSWER:
        gateways.note_silence(session, operation.account_id, str(answer.fault), now)
    elif answer.fault is Fault.KEY_REFUSED:
        account = gateways.note_refusal(session, operation.account_id, KEYS_REFUSED, now)
        title = shop.gateways.plugin.title
        activation_mails.put_refusal(session, account, title=title, now=now)
    else:
        gateways.note_answer(session, operation.account_id, now)
