"""Recording what became of an operation: state, books, outbox and audit in one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from komet_shop.domain import lookups
from komet_shop.domain.operation_states import HAS_MONEY, REFUSED, UNSETTLED, State
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import (
    audit,
    authorizations,
    captures,
    credit_refunds,
    operations,
    payer_mails,
    refunds,
    sales,
    strays,
    voids,
)
from komet_shop.services.evidence import Evidence
from komet_shop.services.letters import End
from komet_shop.services.scope import Actor

APPROVED: Mapping[Kind, Callable[[Session, Operation, Evidence, datetime], None]] = {
    Kind.SALE: sales.approved,
    Kind.AUTHORIZE: authorizations.approved,
    Kind.CAPTURE: captures.approved,
    Kind.VOID: voids.approved,
    Kind.REFUND: refunds.approved,
    Kind.CREDIT_REFUND: credit_refunds.approved,
}
RELEASED: Mapping[Kind, Callable[[Session, Operation, datetime], None]] = {
    Kind.SALE: sales.refused,
    Kind.AUTHORIZE: authorizations.refused,
    Kind.CAPTURE: captures.refused,
    Kind.VOID: voids.refused,
    Kind.REFUND: refunds.refused,
    Kind.CREDIT_REFUND: credit_refunds.refused,
}

_IN_DOUBT = frozenset({State.UNKNOWN, State.NEEDS_REVIEW})
"""States of which a buyer was told that somebody will write how it ends."""


def record(
    session: Session,
    operation_id: int,
    evidence: Evidence,
    *,
    actor: Actor,
    now: datetime,
    decided: bool = False,
) -> State:
    """Bring an operation to the state that the evidence proves; returns where it stands.

    Late answers are never dropped: an approval of an operation that was given up makes it
    STRAY; the same answer twice does nothing. What waits for a person is moved only by what
    a person `decided`. Rule: docs/payments.md, "States".
    """
    operation = session.get_one(Operation, operation_id)
    if operation.state == State.NEEDS_REVIEW and not decided:
        return State.NEEDS_REVIEW
    target = _target(session, operation, evidence)
    if target is None:
        return State(operation.state)
    before = operation.state
    operations.transition(session, operation, target, **_values(operation, evidence, target, now))
    _effects(session, operation, evidence, now)
    if before in _IN_DOUBT and target in REFUSED and operation.kind in payer_mails.CHARGES:
        payer_mails.tell(session, operation, End.NOT_CHARGED, now)
    reason = evidence.verdict.reason
    audit_state(session, operation, before=before, reason=reason, actor=actor, now=now)
    return target


def undo(session: Session, operation: Operation, now: datetime) -> None:
    """No money moved: give back what the operation had reserved."""
    RELEASED[Kind(operation.kind)](session, operation, now)


def audit_state(
    session: Session,
    operation: Operation,
    *,
    before: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write into the audit log that an operation changed its state."""
    entry = audit.Entry(
        actor=actor,
        company_id=operation.company_id,
        location_id=operation.location_id,
        action=f"operation_{operation.state}",
        object_type="operation",
        object_id=operation.id,
        before={"state": before},
        after={
            "state": operation.state,
            "code": operation.code,
            "transaction_id": operation.gateway_transaction_id,
        },
        reason=reason,
    )
    audit.write(session, entry, now)


def _target(session: Session, operation: Operation, evidence: Evidence) -> State | None:
    state, wanted = State(operation.state), evidence.verdict.state
    if state in HAS_MONEY or state is State.CREATED:
        return None
    if wanted is State.APPROVED and _belongs_to_another(session, operation, evidence):
        wanted = State.FAILED
    if state in REFUSED:
        return State.STRAY if wanted is State.APPROVED else None
    if wanted is State.NEEDS_REVIEW and state is State.SENDING:
        return State.UNKNOWN
    return None if wanted in (state, State.UNKNOWN) and state is not State.SENDING else wanted


def _belongs_to_another(session: Session, operation: Operation, evidence: Evidence) -> bool:
    """The gateway answered with a transaction that is another operation's: no new charge."""
    if operation.kind == Kind.VOID:
        return False
    other = select(Operation.id).where(
        Operation.company_id == operation.company_id,
        Operation.gateway_transaction_id == evidence.transaction_id,
        Operation.kind != Kind.VOID,
        Operation.id != operation.id,
    )
    return session.scalar(other) is not None


def _values(
    operation: Operation, evidence: Evidence, target: State, now: datetime
) -> dict[str, Any]:
    settled = target not in UNSETTLED
    keeps_id = target in HAS_MONEY or target is State.DECLINED
    assert operation.sent_at is not None
    return {
        **_charged(operation, evidence, target),
        "gateway_transaction_id": evidence.transaction_id if keeps_id else None,
        "settled_at": now if settled else None,
        "next_check_at": _next_check(operation.sent_at, target, now),
        "code": evidence.code[:20],
        "buyer_message": evidence.buyer_message,
        "staff_message": evidence.verdict.reason,
        "authorization_code": evidence.authorization_code[:20],
        "batch_id": evidence.batch_id[:40],
        "trace_id": evidence.trace_id[:100],
    }


def _charged(operation: Operation, evidence: Evidence, target: State) -> dict[str, int]:
    """What was really charged, where the gateway has left a surcharge out."""
    left_out = operation.service_fee_cents - evidence.verdict.service_fee_cents
    if target not in HAS_MONEY or not left_out:
        return {}
    return {
        "amount_cents": operation.amount_cents - left_out,
        "fee_cents": operation.fee_cents - left_out,
    }


def _next_check(sent_at: datetime, target: State, now: datetime) -> datetime | None:
    if target is State.FAILED:
        return lookups.next_watch(sent_at, now)
    return None if target not in UNSETTLED else lookups.next_check(sent_at, now)


def _effects(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    state = State(operation.state)
    if state is not State.APPROVED:
        _keep_card(session, operation, evidence)
    if state is State.STRAY:
        strays.found(session, operation, now)
    elif state is State.NEEDS_REVIEW:
        strays.tell_deciders(session, operation, now)
    elif state is State.APPROVED:
        APPROVED[Kind(operation.kind)](session, operation, evidence, now)
    elif state in REFUSED:
        undo(session, operation, now)


def _keep_card(session: Session, operation: Operation, evidence: Evidence) -> None:
    """Which card it was: payers have several, and staff find it at the gateway by its digits."""
    if not evidence.card.last_four:
        return
    statement = update(Payment).where(
        Payment.id == operation.payment_id, Payment.card_last_four == ""
    )
    card = {"card_brand": evidence.card.brand, "card_last_four": evidence.card.last_four}
    session.execute(statement.values(**card))
