"""Recording what became of an operation: state, books, outbox and audit in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import lookups
from komet_shop.domain.operation_states import HAS_MONEY, REFUSED, UNSETTLED, State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import Operation
from komet_shop.plugin_api import CardDetails, GatewayResult, Kind, Transaction
from komet_shop.services import audit, operations, outcomes
from komet_shop.services.scope import Actor


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of an operation's end, from an answer or from a lookup."""

    verdict: Verdict
    transaction_id: str | None = None
    code: str = ""
    buyer_message: str = ""
    authorization_code: str = ""
    batch_id: str = ""
    trace_id: str = ""
    card: CardDetails = CardDetails()

    @classmethod
    def of_answer(cls, verdict: Verdict, result: GatewayResult, card: CardDetails) -> "Evidence":
        """From the answer to our own call."""
        return cls(
            verdict=verdict,
            transaction_id=result.transaction_id,
            code=result.code,
            buyer_message=result.buyer_message,
            authorization_code=result.authorization_code,
            batch_id=result.batch_id,
            trace_id=result.trace_id,
            card=card,
        )

    @classmethod
    def of_transaction(cls, verdict: Verdict, transaction: Transaction) -> "Evidence":
        """From the gateway's own record."""
        return cls(
            verdict=verdict,
            transaction_id=transaction.id,
            code=transaction.code,
            authorization_code=transaction.authorization_code,
            batch_id=transaction.batch_id,
            card=transaction.card,
        )


def record(
    session: Session, operation_id: int, evidence: Evidence, *, actor: Actor, now: datetime
) -> State:
    """Bring an operation to the state that the evidence proves; returns where it stands.

    Late answers are never dropped: an approval of an operation that was given up makes it
    STRAY; the same answer twice does nothing. Rule: docs/payments.md, "States".
    """
    operation = session.get_one(Operation, operation_id)
    target = _target(session, operation, evidence)
    if target is None:
        return State(operation.state)
    before = operation.state
    operations.transition(session, operation, target, **_values(operation, evidence, target, now))
    _effects(session, operation, evidence, now)
    reason = evidence.verdict.reason
    audit_state(session, operation, before=before, reason=reason, actor=actor, now=now)
    return target


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
        "gateway_transaction_id": evidence.transaction_id if keeps_id else None,
        "settled_at": now if settled else None,
        "next_check_at": None if settled else lookups.next_check(operation.sent_at, now),
        "code": evidence.code[:20],
        "buyer_message": evidence.buyer_message,
        "staff_message": evidence.verdict.reason,
        "authorization_code": evidence.authorization_code[:20],
        "batch_id": evidence.batch_id[:40],
        "trace_id": evidence.trace_id[:100],
    }


def _effects(session: Session, operation: Operation, evidence: Evidence, now: datetime) -> None:
    state = State(operation.state)
    if state is State.STRAY:
        outcomes.stray_found(session, operation, now)
    elif state is State.APPROVED:
        outcomes.approved(session, operation, evidence.card, now)
    elif state in REFUSED:
        outcomes.refused(session, operation)
