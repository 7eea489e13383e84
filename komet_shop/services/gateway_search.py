"""Asking the gateway what it knows of an operation. Reads only; call with no unit open."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import HAS_MONEY, State
from komet_shop.domain.verdict import Verdict, is_alike, judge_transaction
from komet_shop.models import Operation
from komet_shop.plugin_api import N_, Kind, LookupRequest, Outcome, TakesPayments, Transaction
from komet_shop.services import gateways, operations
from komet_shop.services.gateways import NoAccount
from komet_shop.services.shop import Shop

LOOK_BACK = timedelta(minutes=10)
NOTHING = N_("nothing")
NO_ANSWER = N_("no answer")
NO_KEYS = N_("nobody could be asked: the account has no keys")
CONTROL_FAILED = N_("nothing, but a payment that must be there was not found either")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a lookup proves and, where a transaction proves it, which one and its cents."""

    reason: str
    transaction_id: str = ""
    amount_cents: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the gateway said: nothing at all, or these transactions of ours, oldest first.

    `control_worked`: a transaction that must be there was found, so a "no" means something.
    `had_keys`: False where nobody could be asked, because the account's keys were wiped.
    """

    answered: bool
    had_keys: bool = True
    ours: tuple[Transaction, ...] = ()
    control_worked: bool = False

    @property
    def worked(self) -> bool:
        """The search itself is in order, whatever it found."""
        return self.answered and self.control_worked

    def decisive(self, operation: Operation) -> tuple[Transaction, Verdict] | None:
        """The transaction that decides, and what it proves: the oldest one with money."""
        judged = [
            (one, judge_transaction(operations.intent_of(operation), one)) for one in self.ours
        ]
        with_money = [pair for pair in judged if pair[1].state not in _WITHOUT_MONEY]
        return next(iter(with_money or judged), None)

    def finding(self, operation: Operation) -> Finding:
        """For the time line of the operation: what a person would say was found."""
        if not self.answered:
            return Finding(reason=NO_ANSWER if self.had_keys else NO_KEYS)
        decisive = self.decisive(operation)
        if decisive is not None:
            transaction, verdict = decisive
            return Finding(
                reason=verdict.reason,
                transaction_id=transaction.id,
                amount_cents=transaction.total_cents,
            )
        if not self.control_worked:
            return Finding(reason=CONTROL_FAILED)
        return Finding(reason=NOTHING)


NOBODY_TO_ASK = Found(answered=False, had_keys=False)
_WITHOUT_MONEY = frozenset({State.DECLINED, State.FAILED})


def search(shop: Shop, operation: Operation) -> Found:
    """Look for what an operation that was sent has left at the gateway."""
    try:
        connection = shop.gateways.connect(operation.account_id)
    except NoAccount:
        return NOBODY_TO_ASK
    return _searched(shop, connection, operation)


def _searched(shop: Shop, connection: TakesPayments, operation: Operation) -> Found:
    assert operation.sent_at is not None
    answer = connection.find(
        LookupRequest(
            reference=operation.gateway_ref,
            since=operation.sent_at - LOOK_BACK,
            until=shop.clock.now() + timedelta(minutes=1),
        )
    )
    if not answer.answered:
        return Found(answered=False)
    ours = tuple(sorted(_matching(operation, answer.transactions), key=lambda one: one.created_at))
    if not ours and operation.kind == Kind.VOID:
        ours = _undone(shop, connection, operation)
    control = bool(ours) or _control_works(shop, connection, operation)
    return Found(answered=True, ours=ours, control_worked=control)


def _undone(shop: Shop, connection: TakesPayments, operation: Operation) -> tuple[Transaction, ...]:
    """A gateway may keep no reference with a void: ask what it was to undo.

    Where another void of ours has undone it, that one's success says nothing of this one.
    """
    with shop.database.read() as session:
        parent = session.get_one(Operation, operation.parent_id)
        if _is_undone_by_another(session, operation):
            return ()
    transaction = gateways.fetch(connection, parent.gateway_transaction_id or "", shop.clock.now())
    if transaction is None or not (transaction.voided or transaction.settled):
        return ()
    outcome = Outcome.APPROVED if transaction.voided else Outcome.DECLINED
    return (replace(transaction, outcome=outcome),)


def _is_undone_by_another(session: Session, operation: Operation) -> bool:
    other = select(Operation.id).where(
        Operation.parent_id == operation.parent_id,
        Operation.kind == Kind.VOID,
        Operation.state.in_(HAS_MONEY),
        Operation.id != operation.id,
    )
    return session.scalars(other).first() is not None


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
