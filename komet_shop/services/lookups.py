"""Settling what is unclear: by looking it up at the gateway, never by sending again."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from komet_shop.domain import lookups as rules
from komet_shop.domain.lookups import Noes
from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.domain.verdict import Verdict, is_alike, judge_transaction
from komet_shop.models import Operation
from komet_shop.plugin_api import Kind, LookupRequest, Outcome, TakesPayments, Transaction
from komet_shop.services import gateways, operations, results
from komet_shop.services.evidence import Evidence
from komet_shop.services.operations import OperationMoved
from komet_shop.services.scope import WORKER, Actor
from komet_shop.services.shop import Shop

LEASE = timedelta(seconds=60)
LOOK_BACK = timedelta(minutes=10)
AT_ONCE = 50


def sweep(shop: Shop, *, owner: str) -> int:
    """Move on every unsettled operation that is due; returns how many were looked at.

    Two sweepers at once are harmless: each operation is leased.
    """
    now = shop.clock.now()
    with shop.database.read() as session:
        due = session.scalars(
            select(Operation.id)
            .where(Operation.state.in_(UNSETTLED), Operation.next_check_at <= now)
            .order_by(Operation.next_check_at)
            .limit(AT_ONCE)
        ).all()
    for operation_id in due:
        settle(shop, operation_id, owner=owner)
    return len(due)


def settle(shop: Shop, operation_id: int, *, owner: str, actor: Actor = WORKER) -> None:
    """Look one operation up and record what the gateway's own record proves."""
    operation = shop.database.run(lambda session: _take(session, shop, operation_id, owner))
    if operation is None or State(operation.state) is not State.UNKNOWN:
        return
    connection = shop.gateways.connect(operation.account_id)
    found = _look(shop, connection, operation)
    with suppress(OperationMoved):  # a late answer settled it meanwhile
        shop.database.run(lambda session: _conclude(session, shop, operation_id, found, actor))


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What the gateway said: nothing at all, or these transactions of ours, oldest first."""

    answered: bool
    ours: tuple[Transaction, ...] = ()
    control_worked: bool = False


def _take(session: Session, shop: Shop, operation_id: int, owner: str) -> Operation | None:
    """Lease it; first give up what was never sent, and call unclear what got no answer."""
    now = shop.clock.now()
    leased = session.execute(
        update(Operation)
        .where(
            Operation.id == operation_id,
            Operation.state.in_(UNSETTLED),
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
        reason = "never sent: the request ended before the call"
        operations.transition(
            session,
            operation,
            State.FAILED,
            settled_at=now,
            next_check_at=None,
            staff_message=reason,
        )
        results.undo(session, operation, now)
        results.audit_state(session, operation, before=state, reason=reason, actor=WORKER, now=now)
    elif state is State.SENDING:
        reason = "no answer was recorded within the deadline"
        operations.transition(
            session, operation, State.UNKNOWN, next_check_at=now, staff_message=reason
        )
        results.audit_state(session, operation, before=state, reason=reason, actor=WORKER, now=now)


def _look(shop: Shop, connection: TakesPayments, operation: Operation) -> _Found:
    now = shop.clock.now()
    assert operation.sent_at is not None
    answer = connection.find(
        LookupRequest(
            reference=operation.gateway_ref,
            since=operation.sent_at - LOOK_BACK,
            until=now + timedelta(minutes=1),
        )
    )
    if not answer.answered:
        return _Found(answered=False)
    ours = tuple(sorted(_matching(operation, answer.transactions), key=lambda one: one.created_at))
    if not ours and operation.kind == Kind.VOID:
        ours = _undone(shop, connection, operation)
    control = bool(ours) or _control_works(shop, connection, operation)
    return _Found(answered=True, ours=ours, control_worked=control)


def _undone(shop: Shop, connection: TakesPayments, operation: Operation) -> tuple[Transaction, ...]:
    """A gateway may keep no reference with a void: ask what it was to undo."""
    with shop.database.read() as session:
        parent = session.get_one(Operation, operation.parent_id)
    transaction = gateways.fetch(connection, parent.gateway_transaction_id or "", shop.clock.now())
    if transaction is None or not (transaction.voided or transaction.settled):
        return ()
    outcome = Outcome.APPROVED if transaction.voided else Outcome.DECLINED
    return (replace(transaction, outcome=outcome),)


def _matching(operation: Operation, transactions: tuple[Transaction, ...]) -> list[Transaction]:
    return [
        one
        for one in transactions
        if one.reference == operation.gateway_ref
        and one.kind is not None
        and is_alike(Kind(operation.kind), one.kind)
    ]


def _control_works(shop: Shop, connection: TakesPayments, operation: Operation) -> bool:
    """A lookup of something that exists must find it, or "not found" proves nothing."""
    now = shop.clock.now()
    with shop.database.read() as session:
        known = session.scalars(
            select(Operation.gateway_transaction_id)
            .where(
                Operation.account_id == operation.account_id,
                Operation.state == State.APPROVED,
                Operation.settled_at > now - gateways.HISTORY,
            )
            .order_by(Operation.id.desc())
            .limit(1)
        ).first()
    if known is None:
        return True  # a new account has nothing to find; three answers must do
    return gateways.fetch(connection, known, now) is not None


def _conclude(session: Session, shop: Shop, operation_id: int, found: _Found, actor: Actor) -> None:
    now = shop.clock.now()
    operation = session.get_one(Operation, operation_id)
    if found.answered:
        gateways.note_answer(session, operation.account_id, now)
    evidence = _proved(operation, found, now)
    if evidence is not None:
        results.record(session, operation_id, evidence, actor=actor, now=now)
    _release(session, operation, found, now)


def _proved(operation: Operation, found: _Found, now: datetime) -> Evidence | None:
    assert operation.sent_at is not None
    approved = [one for one in found.ours if _judged(operation, one) is not State.DECLINED]
    if found.ours:
        decisive = (approved or list(found.ours))[0]
        verdict = judge_transaction(operations.intent_of(operation), decisive)
        return Evidence.of_transaction(verdict, decisive)
    noes = _noes(operation, found, now)
    if rules.was_never_processed(
        sent_at=operation.sent_at, now=now, noes=noes, control=found.control_worked
    ):
        reason = "the gateway has no record of it after ten minutes: nothing was charged"
        return Evidence(verdict=Verdict(state=State.FAILED, reason=reason))
    if rules.needs_a_person(operation.sent_at, now):
        reason = "unsettled for a day"
        return Evidence(verdict=Verdict(state=State.NEEDS_REVIEW, reason=reason))
    return None


def _judged(operation: Operation, transaction: Transaction) -> State:
    return judge_transaction(operations.intent_of(operation), transaction).state


def _noes(operation: Operation, found: _Found, now: datetime) -> Noes:
    if not found.answered:
        return Noes(count=operation.noes, last_at=operation.last_no_at)
    if found.ours or not found.control_worked:
        return Noes()
    return Noes(count=operation.noes, last_at=operation.last_no_at).another(now)


def _release(session: Session, operation: Operation, found: _Found, now: datetime) -> None:
    assert operation.sent_at is not None
    noes = _noes(operation, found, now)
    is_open = State(operation.state) is State.UNKNOWN
    session.execute(
        update(Operation)
        .where(Operation.id == operation.id)
        .values(
            lease_owner=None,
            lease_until=None,
            checks=Operation.checks + 1,
            noes=noes.count,
            last_no_at=noes.last_at,
            next_check_at=rules.next_check(operation.sent_at, now) if is_open else None,
        )
    )
