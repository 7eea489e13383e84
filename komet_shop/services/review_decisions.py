"""What a person decides about a payment that the gateway left unclear."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict, is_alike, judge_transaction
from komet_shop.models import Operation
from komet_shop.plugin_api import Kind, Transaction
from komet_shop.services import gateways, lookups, operations, results, stray_returns, strays
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked
from komet_shop.services.gateway_search import Found
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


class GatewayHasMoney(DecisionRefused):
    """The gateway shows a transaction with money: "not charged" would be wrong."""


def ask(shop: Shop, scope: Scope, operation: str) -> Found | None:
    """Ask the gateway now, and settle what its answer settles; None: somebody else is asking.

    Raises:
        NoSuchOperation.
    """
    row = _find(shop, scope, operation)
    return lookups.settle(shop, row.id, owner=_owner(scope), actor=scope.actor)


def decide(shop: Shop, scope: Scope, decision: Decision) -> State:
    """Settle an operation that waits for a person; the gateway is asked first, once more.

    Returns how the operation stands then; where money is given back, how that stands.

    Raises:
        DecisionRefused: one of its kinds; nothing was changed.
    """
    if not decision.reason.strip():
        raise ReasonMissing(decision.operation)
    row = _find(shop, scope, decision.operation)
    if row.state != State.NEEDS_REVIEW:
        raise NotWaiting(decision.operation)
    found = lookups.settle(shop, row.id, owner=_owner(scope), actor=scope.actor)
    if found is None:
        raise BeingAsked(decision.operation)
    evidence = _evidence(shop, row, found, decision)
    stray = shop.database.run(lambda s: _record(s, shop, scope, row.id, evidence, found))
    if stray is None:
        return evidence.verdict.state
    asked = Asked(payment=stray, action_key=decision.action_key, reason=decision.reason)
    return stray_returns.give_back(shop, scope, asked)


def _owner(scope: Scope) -> str:
    return f"review:{scope.actor.label}"[:64]


def _find(shop: Shop, scope: Scope, public_id: str) -> Operation:
    with shop.database.read() as session:
        operation = session.scalars(
            select(Operation).where(
                Operation.public_id == public_id,
                Operation.company_id == scope.company_id,
                Operation.location_id.in_(scope.location_ids),
            )
        ).one_or_none()
    if operation is None:
        raise NoSuchOperation(public_id)
    return operation


def _evidence(shop: Shop, operation: Operation, found: Found, decision: Decision) -> Evidence:
    transaction = _transaction(shop, operation, found, decision)
    proved = _proves(operation, transaction)
    if decision.outcome is Outcome.CHARGED:
        if transaction is None or proved is not State.APPROVED:
            raise NoProof(decision.operation)
        verdict = Verdict(state=State.APPROVED, reason=decision.reason)
        return Evidence.of_transaction(verdict, transaction)
    if decision.outcome is Outcome.GIVE_BACK and proved is not State.NEEDS_REVIEW:
        raise NoProof(decision.operation)
    if decision.outcome is Outcome.NOT_CHARGED and proved in (State.APPROVED, State.NEEDS_REVIEW):
        raise GatewayHasMoney(decision.operation)
    return Evidence(verdict=Verdict(state=State.FAILED, reason=decision.reason))


def _transaction(
    shop: Shop, operation: Operation, found: Found, decision: Decision
) -> Transaction | None:
    decisive = found.decisive(operation)
    if decisive is not None or not decision.transaction_id:
        return decisive[0] if decisive is not None else None
    connection = shop.gateways.connect(operation.account_id)
    return gateways.fetch(connection, decision.transaction_id, shop.clock.now())


def _proves(operation: Operation, transaction: Transaction | None) -> State | None:
    if transaction is None or transaction.kind is None:
        return None
    if not is_alike(Kind(operation.kind), transaction.kind):
        return None
    return judge_transaction(operations.intent_of(operation), transaction).state


def _record(
    session: Session,
    shop: Shop,
    scope: Scope,
    operation_id: int,
    evidence: Evidence,
    found: Found,
) -> str | None:
    """Write the decision; the stray that it leaves to be given back, if it leaves one."""
    now = shop.clock.now()
    operation = session.get_one(Operation, operation_id)
    if operation.state != State.NEEDS_REVIEW:
        raise NotWaiting(operation.public_id)
    results.record(session, operation_id, evidence, actor=scope.actor, now=now, decided=True)
    if evidence.verdict.state is not State.FAILED:
        return None
    stray = None
    for one in found.ours:
        stray = strays.adopt(session, operation, one, actor=scope.actor, now=now) or stray
    return stray.public_id if stray is not None else None
