"""What a person decides about a payment that the gateway left unclear."""

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import REFUSED, State
from komet_shop.domain.verdict import Verdict, is_alike, judge_transaction
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import Kind, Transaction
from komet_shop.services import (
    gateways,
    lookups,
    operations,
    results,
    stray_checks,
    stray_returns,
    strays,
)
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked
from komet_shop.services.gateway_search import Found
from komet_shop.services.operations import OperationMoved
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


class Outcome(StrEnum):
    """What a person says happened."""

    CHARGED = "charged"
    """The gateway has it, with this amount."""
    NOT_CHARGED = "not_charged"
    """Nothing moved: the buyer may try again."""
    GIVE_BACK = "give_back"
    """The gateway took another amount: give that back, and let the buyer try again."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision about one operation, with its reason for the audit log.

    `transaction_id` names the gateway's transaction where our reference does not find it.
    """

    operation: str
    outcome: Outcome
    reason: str
    action_key: str
    transaction_id: str = ""


class DecisionRefused(Exception):
    """It cannot be decided like this. Nothing was changed."""


class NoSuchOperation(DecisionRefused):
    """Not there, or not of this scope."""


class NotWaiting(DecisionRefused):
    """It waits for no decision, or somebody decided it meanwhile."""


class ReasonMissing(DecisionRefused):
    """A decision needs a reason."""


class BeingAsked(DecisionRefused):
    """Somebody is asking the gateway at this moment: try again when they are done."""


class NoProof(DecisionRefused):
    """The gateway shows no transaction that proves it."""


class OfAnotherPayment(NoProof):
    """The transaction that was named belongs to another payment."""


class NoAnswer(DecisionRefused):
    """The gateway did not answer, or did not find what must be there: "nothing" proves nothing."""


class GatewayHasMoney(DecisionRefused):
    """The gateway shows a transaction with money: "not charged" would be wrong."""


def ask(shop: Shop, scope: Scope, operation: str) -> Found | None:
    """Ask the gateway now, and settle what its answer settles; None: somebody else is asking.

    Raises:
        NoSuchOperation.
    """
    row = _find(shop, scope, operation)
    if strays.is_unresolved(row):
        return stray_checks.look(shop, scope, row)
    return lookups.settle(shop, row.id, owner=_owner(scope), actor=scope.actor)


def decide(shop: Shop, scope: Scope, decision: Decision) -> State:
    """Settle an operation that waits for a person; the gateway is asked first, once more.

    Returns how the operation stands then; where money is given back, how that stands.

    Raises:
        DecisionRefused: one of its kinds; nothing was changed.
        FollowUpRefused, operations.KeyReused: it was decided, but nothing was given back now.
    """
    if not decision.reason.strip():
        raise ReasonMissing(decision.operation)
    row = _waiting(shop, scope, decision)
    found = lookups.settle(shop, row.id, owner=_owner(scope), actor=scope.actor)
    if found is None:
        raise BeingAsked(decision.operation)
    row = _waiting(shop, scope, decision)  # somebody may have been faster than the gateway
    ours = _ours(shop, row, found, decision)
    evidence = _evidence(row, found, ours, decision)
    try:
        stray = shop.database.run(lambda s: _record(s, shop, scope, row.id, evidence, ours))
    except OperationMoved as error:
        raise NotWaiting(decision.operation) from error
    if stray is None or decision.outcome is not Outcome.GIVE_BACK:
        return evidence.verdict.state
    asked = Asked(payment=stray, action_key=decision.action_key, reason=decision.reason)
    return stray_returns.give_back(shop, scope, asked)


def _waiting(shop: Shop, scope: Scope, decision: Decision) -> Operation:
    row = _find(shop, scope, decision.operation)
    if row.state != State.NEEDS_REVIEW:
        raise NotWaiting(decision.operation)
    return row


def _owner(scope: Scope) -> str:
    return f"review:{scope.actor.label}"[:64]


def _find(shop: Shop, scope: Scope, public_id: str) -> Operation:
    with shop.database.read() as session:
        statement = select(Operation).where(
            Operation.public_id == public_id,
            Operation.company_id == scope.company_id,
            Operation.location_id.in_(scope.location_ids),
        )
        if scope.customer_ids is not None:
            own = select(Payment.id).where(Payment.customer_id.in_(scope.customer_ids))
            statement = statement.where(Operation.payment_id.in_(own))
        operation = session.scalars(statement).one_or_none()
    if operation is None:
        raise NoSuchOperation(public_id)
    return operation


def _ours(
    shop: Shop, operation: Operation, found: Found, decision: Decision
) -> tuple[Transaction, ...]:
    """What the gateway has of the operation: by our reference, else by the id that was named."""
    if found.ours or not decision.transaction_id or not found.had_keys:
        return found.ours
    connection = shop.gateways.connect(operation.account_id)
    named = gateways.fetch(connection, decision.transaction_id, shop.clock.now())
    if named is None or named.kind is None or not is_alike(Kind(operation.kind), named.kind):
        return ()
    return (named,)


def _evidence(
    operation: Operation, found: Found, ours: tuple[Transaction, ...], decision: Decision
) -> Evidence:
    intent = operations.intent_of(operation)
    verdicts = [judge_transaction(intent, one) for one in ours]
    states = [one.state for one in verdicts]
    as_asked, otherwise = State.APPROVED in states, State.NEEDS_REVIEW in states
    if decision.outcome is Outcome.CHARGED:
        if not as_asked:
            raise NoProof(decision.operation)
        proof = states.index(State.APPROVED)
        verdict = replace(verdicts[proof], reason=decision.reason)
        return Evidence.of_transaction(verdict, ours[proof])
    if decision.outcome is Outcome.GIVE_BACK and (as_asked or not otherwise):
        raise NoProof(decision.operation)
    if decision.outcome is Outcome.NOT_CHARGED:
        if as_asked or otherwise:
            raise GatewayHasMoney(decision.operation)
        if not found.control_worked:
            raise NoAnswer(decision.operation)
    return Evidence(verdict=Verdict(state=State.FAILED, reason=decision.reason))


def _record(
    session: Session,
    shop: Shop,
    scope: Scope,
    operation_id: int,
    evidence: Evidence,
    ours: tuple[Transaction, ...],
) -> str | None:
    """Write the decision; the stray that it leaves to be given back, if it leaves one."""
    now = shop.clock.now()
    operation = session.get_one(Operation, operation_id)
    if operation.state != State.NEEDS_REVIEW:
        raise NotWaiting(operation.public_id)
    state = results.record(
        session, operation_id, evidence, actor=scope.actor, now=now, decided=True
    )
    if state is not evidence.verdict.state:
        raise OfAnotherPayment(operation.public_id)
    stray = None
    for one in ours:
        if one.id != evidence.transaction_id:
            kept = strays.adopt(
                session, operation, one, actor=scope.actor, now=now, goes_back=state in REFUSED
            )
            stray = kept or stray
    returnable = stray is not None and stray.kind in strays.CAME_IN | strays.HOLDS
    return stray.public_id if stray is not None and returnable else None
