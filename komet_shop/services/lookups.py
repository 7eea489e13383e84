"""Settling what is unclear: by looking it up at the gateway, never by sending again."""

from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, insert, not_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from komet_shop.domain import lookups as rules
from komet_shop.domain.lookups import Noes
from komet_shop.domain.operation_states import REFUSED, UNSETTLED, State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import Operation, OperationLookup
from komet_shop.plugin_api import N_
from komet_shop.services import (
    gateway_search,
    gateways,
    operations,
    payer_mails,
    results,
    strays,
)
from komet_shop.services.evidence import Evidence
from komet_shop.services.gateway_search import Found
from komet_shop.services.letters import End
from komet_shop.services.operations import OperationMoved
from komet_shop.services.scope import WORKER, Actor
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
AT_ONCE = 50
CAN_BE_ASKED = UNSETTLED | {State.FAILED}
"""States whose truth may still be other than what we know."""
UNDER_WAY = frozenset({State.CREATED, State.SENDING})
"""Whoever makes the call records its end; nobody asks before their deadline is over."""


def sweep(shop: Shop, *, owner: str) -> int:
    """Move on what is due, account by account; returns how many operations were looked at.

    Two sweepers at once are harmless: each operation is leased.
    """
    is_due = Operation.next_check_at <= shop.clock.now()
    with shop.database.read() as session:
        accounts = session.scalars(select(Operation.account_id).where(is_due).distinct()).all()
    return sum(_sweep_account(shop, account_id, owner) for account_id in accounts)


def due_operations(
    session: Session, now: datetime, most: int = AT_ONCE, *, account_id: int | None = None
) -> list[Operation]:
    """What is unsettled, or was given up and is still watched, and due by its timetable."""
    statement = select(Operation).where(Operation.next_check_at <= now)
    if account_id is not None:
        statement = statement.where(Operation.account_id == account_id)
    return list(session.scalars(statement.order_by(Operation.next_check_at).limit(most)))


def settle(shop: Shop, operation_id: int, *, owner: str, actor: Actor = WORKER) -> Found | None:
    """Look one operation up and record what the gateway's own record proves.

    An unclear operation is settled by it; one that was given up and has money after all
    becomes stray; one that waits for a person keeps waiting, with this answer beside it.
    Returns what was found, or None when there is nothing to ask or somebody else is asking.
    """
    operation = shop.database.run(lambda session: _take(session, shop, operation_id, owner))
    if operation is None or operation.sent_at is None or operation.state == State.SENDING:
        return None
    found = gateway_search.search(shop, operation)
    with suppress(OperationMoved):  # a late answer settled it meanwhile
        shop.database.run(lambda session: _conclude(session, shop, operation_id, found, actor))
    return found


def note(
    session: Session, operation: Operation, found: Found, *, actor: Actor, now: datetime
) -> None:
    """Keep what a lookup found, for the time line of the operation."""
    finding = found.finding(operation)
    session.execute(
        insert(OperationLookup).values(
            operation_id=operation.id,
            at=now,
            asked_by=actor.label[:64],
            answered=found.answered,
            control_worked=found.control_worked,
            found=len(found.ours),
            transaction_id=finding.transaction_id,
            amount_cents=finding.amount_cents,
            finding=finding.reason,
        )
    )


def _sweep_account(shop: Shop, account_id: int, owner: str) -> int:
    """When one question is not answered, the others wait: they stay due for the next round.

    What was never sent needs no answer.
    """
    with shop.database.read() as session:
        due = due_operations(session, shop.clock.now(), account_id=account_id)
    is_silent, looked_at = False, 0
    for operation in due:
        if is_silent and operation.state != State.CREATED:
            continue
        found = _settled(shop, operation, owner)
        is_silent = is_silent or (found is not None and not found.answered)
        looked_at += 1
    return looked_at


def _settled(shop: Shop, operation: Operation, owner: str) -> Found | None:
    """One operation that makes trouble must not stop the others."""
    try:
        return settle(shop, operation.id, owner=owner)
    except SQLAlchemyError:
        raise  # the database is in trouble: the lease ends by itself and nothing is lost
    except Exception:
        log.exception("lookup_failed", operation=operation.public_id)
        return None


def _take(session: Session, shop: Shop, operation_id: int, owner: str) -> Operation | None:
    """Lease it; first give up what was never sent, and call unclear what got no answer."""
    now = shop.clock.now()
    leased = session.execute(
        update(Operation)
        .where(
            Operation.id == operation_id,
            Operation.state.in_(CAN_BE_ASKED),
            or_(Operation.state.not_in(UNDER_WAY), Operation.next_check_at <= now),
            or_(Operation.lease_until.is_(None), Operation.lease_until < now),
        )
        .values(lease_owner=owner, lease_until=now + LEASE)
        .returning(Operation.id)
    )
    if leased.scalar_one_or_none() is None:
        return None
    operation = session.get_one(Operation, operation_id)
    if operation.next_check_at is not None and operation.next_check_at <= now:
        _move_on(session, operation, now)
    return operation


def _move_on(session: Session, operation: Operation, now: datetime) -> None:
    state = State(operation.state)
    if state is State.CREATED:
        reason = N_("never sent: the request ended before the call")
        operations.transition(
            session,
            operation,
            State.FAILED,
            settled_at=now,
            next_check_at=None,
            staff_message=reason,
        )
        results.undo(session, operation, now)
        if operation.kind in payer_mails.CHARGES:
            payer_mails.tell(session, operation, End.NOT_CHARGED, now)
        results.audit_state(session, operation, before=state, reason=reason, actor=WORKER, now=now)
    elif state is State.SENDING:
        reason = N_("no answer was recorded within the deadline")
        operations.transition(
            session, operation, State.UNKNOWN, next_check_at=now, staff_message=reason
        )
        results.audit_state(session, operation, before=state, reason=reason, actor=WORKER, now=now)


def _conclude(session: Session, shop: Shop, operation_id: int, found: Found, actor: Actor) -> None:
    now = shop.clock.now()
    operation = session.get_one(Operation, operation_id)
    note(session, operation, found, actor=actor, now=now)
    noes = _noes(operation, found, now)
    if operation.state != State.NEEDS_REVIEW:
        _apply(session, operation, found, noes, actor=actor, now=now)
    _release(session, operation, found, noes, now)
    if found.answered:
        gateways.note_answer(session, operation.account_id, now)
    if found.worked:
        gateways.look_at_once(session, operation.account_id, now, only=_ASKED_IN_VAIN)


def _asked_in_vain() -> ColumnElement[bool]:
    """The latest question about an operation got no answer, or none that proves anything."""
    later = aliased(OperationLookup)
    latest = select(func.max(later.id)).where(later.operation_id == Operation.id)
    vain = select(OperationLookup.id).where(
        OperationLookup.id == latest.correlate(Operation).scalar_subquery(),
        not_(OperationLookup.answered & OperationLookup.control_worked),
    )
    return vain.correlate(Operation).exists()


_ASKED_IN_VAIN = _asked_in_vain()


def _apply(
    session: Session,
    operation: Operation,
    found: Found,
    noes: Noes,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    evidence = _proved(operation, found, noes, now)
    if evidence is None:
        return
    state = results.record(session, operation.id, evidence, actor=actor, now=now)
    for one in found.ours:
        if one.id != evidence.transaction_id or state in REFUSED:
            strays.adopt(session, operation, one, actor=actor, now=now)


def _proved(operation: Operation, found: Found, noes: Noes, now: datetime) -> Evidence | None:
    assert operation.sent_at is not None
    decisive = found.decisive(operation)
    if decisive is not None:
        transaction, verdict = decisive
        return Evidence.of_transaction(verdict, transaction)
    if rules.was_never_processed(
        sent_at=operation.sent_at, now=now, noes=noes, control=found.control_worked
    ):
        reason = N_("the card processor has no record of it after ten minutes: nothing was charged")
        return Evidence(verdict=Verdict(state=State.FAILED, reason=reason))
    if rules.needs_a_person(operation.sent_at, now):
        reason = N_("unsettled for a day")
        return Evidence(verdict=Verdict(state=State.NEEDS_REVIEW, reason=reason))
    return None


def _noes(operation: Operation, found: Found, now: datetime) -> Noes:
    if not found.answered:
        return Noes(count=operation.noes, last_at=operation.last_no_at)
    if found.ours or not found.control_worked:
        return Noes()
    return Noes(count=operation.noes, last_at=operation.last_no_at).another(now)


def _release(
    session: Session, operation: Operation, found: Found, noes: Noes, now: datetime
) -> None:
    session.execute(
        update(Operation)
        .where(Operation.id == operation.id)
        .values(
            lease_owner=None,
            lease_until=None,
            checks=Operation.checks + 1,
            noes=noes.count,
            last_no_at=noes.last_at,
            next_check_at=_next_check(operation, found, noes, now),
        )
    )


def _next_check(operation: Operation, found: Found, noes: Noes, now: datetime) -> datetime | None:
    assert operation.sent_at is not None
    if operation.state == State.UNKNOWN:
        return rules.next_check(operation.sent_at, now, noes)
    if operation.state == State.FAILED:
        return rules.next_watch(operation.sent_at, now, answered=found.worked)
    return None
