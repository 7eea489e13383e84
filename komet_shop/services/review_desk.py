"""Pressing a button of Reviews: a place in the crew first, then the work, and a moment's wait."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import structlog
from sqlalchemy import select

from komet_shop.domain.operation_states import State
from komet_shop.models import Operation
from komet_shop.services import audit, review_decisions, stray_returns
from komet_shop.services.follow_ups import Asked
from komet_shop.services.gateway_search import Found
from komet_shop.services.review_decisions import (
    Decision,
    GatewayHasMoney,
    NoAnswer,
    NoProof,
)
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

PATIENCE_SECONDS = 3
"""How long a page waits for the gateway before it shows that the work goes on."""


class GoesOn(Exception):
    """The gateway takes its time. The work goes on, and the page of the operation shows it."""


def ask(shop: Shop, scope: Scope, operation: str) -> Found | None:
    """Ask the gateway about an operation now; None: somebody else is asking.

    Raises:
        bulkhead.Full: too many calls are under way; nothing was asked.
        NoSuchOperation, GoesOn.
    """
    return _on_the_crew(shop, lambda: review_decisions.ask(shop, scope, operation))


def decide(shop: Shop, scope: Scope, decision: Decision) -> State:
    """Settle what waits for a person; what the gateway's answer forbids is kept in the audit log.

    Raises:
        bulkhead.Full: too many calls are under way; nothing was done.
        DecisionRefused: one of its kinds; nothing was changed.
        FollowUpRefused, operations.KeyReused: it was decided, but nothing was given back by
            this press.
        GoesOn.
    """
    return _on_the_crew(shop, lambda: _decide(shop, scope, decision))


def give_back(shop: Shop, scope: Scope, asked: Asked) -> State:
    """Give stray money back; returns how the last operation stands.

    Raises:
        bulkhead.Full: too many calls are under way; nothing was done.
        FollowUpRefused: one of its kinds; nothing was sent.
        operations.KeyReused: the key was used for another request.
        GoesOn.
    """
    return _on_the_crew(shop, lambda: stray_returns.give_back(shop, scope, asked))


def _on_the_crew(shop: Shop, job: Callable[[], Result]) -> Result:
    future = shop.bulkhead.reserve().submit(job)
    done, _ = wait([future], timeout=PATIENCE_SECONDS)
    if not done:
        future.add_done_callback(_note_end)
        raise GoesOn
    return future.result()


def _note_end(future: "Future[Any]") -> None:
    """Nobody waits any more: what went wrong would be heard by nobody else."""
    error = future.exception()
    if error is not None:
        log.warning("review_ended_late", exc_info=error)


def _decide(shop: Shop, scope: Scope, decision: Decision) -> State:
    try:
        return review_decisions.decide(shop, scope, decision)
    except (NoProof, NoAnswer, GatewayHasMoney) as refusal:
        _keep(shop, scope, decision, refusal)
        raise


def _keep(shop: Shop, scope: Scope, decision: Decision, refusal: Exception) -> None:
    """Who wanted to decide what: the time line shows it, also to somebody who did not wait."""
    with shop.database.read() as session:
        operation = session.scalars(
            select(Operation).where(Operation.public_id == decision.operation)
        ).one()
    entry = audit.Entry(
        actor=scope.actor,
        company_id=operation.company_id,
        location_id=operation.location_id,
        action="decision_refused",
        object_type="operation",
        object_id=operation.id,
        after={"outcome": decision.outcome, "refusal": type(refusal).__name__},
        reason=decision.reason,
    )
    now = shop.clock.now()
    shop.database.run(lambda session: audit.write(session, entry, now))
