"""Strays: money that moved at the gateway for an operation that we had given up.

It lies in suspense until it is given back, by an operation of its own, or applied. What it
is applied to is in `stray_uses`. Rule: docs/payments.md, "Strays".
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, func, select, update
from sqlalchemy.orm import Session, aliased

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import N_, Kind, Outcome, Transaction
from komet_shop.services import audit, follow_ups, ledger, outbox, payer_mails
from komet_shop.services.follow_ups import Asked, FollowUpRefused, NoSuchPayment, Started, Target
from komet_shop.services.letters import End
from komet_shop.services.limits import settle, spend
from komet_shop.services.operations import NO_REQUEST, Call
from komet_shop.services.scope import Actor, Scope

CAME_IN = frozenset({Kind.SALE, Kind.CAPTURE})
HOLDS = frozenset({Kind.AUTHORIZE})
TIME_TO_GIVE_BACK = timedelta(minutes=2)
"""For a void and, after it, a refund. Only what is still there then needs somebody."""


class CannotBeGivenBack(FollowUpRefused):
    """Money that went back to a card cannot be given back once more."""


def found(session: Session, operation: Operation, now: datetime) -> None:
    """Keep the money in suspense until it is applied or given back, and tell who decides."""
    _keep_apart(session, operation, now)
    tell_deciders(session, operation, now)


def _keep_apart(session: Session, operation: Operation, now: datetime) -> None:
    clearing = ledger.card_clearing(operation.location_id)
    cents = operation.amount_cents if moves_money(session, operation) else 0
    leg = ledger.Leg(debit=clearing, credit=ledger.SUSPENSE, cents=cents)
    came_in = Kind(operation.kind) in CAME_IN
    ledger.post(
        session,
        ledger.of_operation(operation, "stray"),
        [leg if came_in else leg.reversed()],
        now,
    )


def tell_deciders(session: Session, operation: Operation, now: datetime) -> None:
    """Mail those who may decide that an operation waits for them."""
    payload = {"operation_id": operation.id}
    key = f"{operation.id}-{operation.state}"
    outbox.put_mail(session, template="review", key=key, payload=payload, now=now)


def _tell_if_it_stays(
    session: Session, stray: Operation, now: datetime, *, returned_by: int | None = None
) -> None:
    """Mail them in a while, should nobody have done anything about it since.

    `returned_by`: the void or refund that did not give it back.
    """
    payload = {"operation_id": stray.id, "returned_by": returned_by}
    key = f"{stray.id}-kept-{returned_by or 0}"
    wait = TIME_TO_GIVE_BACK
    outbox.put_mail(session, template="review", key=key, payload=payload, now=now, wait=wait)


def needs_nobody(session: Session, payload: dict[str, Any]) -> bool:
    """True when a mail that was to wait is not needed: the stray went back or was applied.

    Nor while it is going back, or when a later void or refund has a mail of its own.
    """
    if "returned_by" not in payload:
        return False
    stray = session.get_one(Operation, payload["operation_id"])
    newest = select(func.max(Operation.id)).where(
        Operation.payment_id == stray.payment_id, Operation.parent_id == stray.id
    )
    return stray.resolution is not None or session.scalar(newest) != payload["returned_by"]


def adopt(
    session: Session,
    sibling: Operation,
    transaction: Transaction,
    *,
    actor: Actor,
    now: datetime,
    goes_back: bool = False,
) -> Operation | None:
    """Keep one more transaction with money under an operation's reference, as a stray row.

    `goes_back`: it was decided to give it back, so nobody need hear of it unless that fails.
    Returns None where it has no money, is some operation's already, or is a second void:
    what is undone cannot be undone once more.
    """
    if sibling.kind == Kind.VOID or _has_no_money(sibling, transaction):
        return None
    if _is_known(session, sibling, transaction):
        return None
    stray = _row_beside(sibling, transaction, now)
    session.add(stray)
    session.flush()
    _keep_apart(session, stray, now)
    if goes_back:
        _tell_if_it_stays(session, stray, now)
    else:
        tell_deciders(session, stray, now)
    _audit(session, stray, "operation_stray", actor, stray.staff_message, now)
    return stray


def _row_beside(sibling: Operation, transaction: Transaction, now: datetime) -> Operation:
    """What nobody asked for here: of the sibling's kind and payment, with the money that moved."""
    return Operation(
        public_id=identifiers.public_id("op"),
        company_id=sibling.company_id,
        location_id=sibling.location_id,
        account_id=sibling.account_id,
        payment_id=sibling.payment_id,
        parent_id=sibling.parent_id,
        open_credit_id=sibling.open_credit_id,
        kind=sibling.kind,
        state=State.STRAY,
        action_key=f"stray:{transaction.id}",
        request_hash=NO_REQUEST,
        gateway_ref=f"stray:{transaction.id}"[:40],
        gateway_transaction_id=transaction.id,
        amount_cents=transaction.total_cents,
        fee_cents=_fee_in(sibling, transaction),
        currency=sibling.currency,
        created_at=now,
        sent_at=sibling.sent_at,
        settled_at=now,
        code=transaction.code[:20],
        authorization_code=transaction.authorization_code[:20],
        batch_id=transaction.batch_id[:40],
        staff_message=N_("the card processor has it under the reference of this payment"),
    )


def moves_money(session: Session, operation: Operation) -> bool:
    """False for a hold and for what undoes a hold: the books do not know them."""
    kind = Kind(operation.kind)
    if kind in HOLDS:
        return False
    if kind is not Kind.VOID:
        return True
    return session.get_one(Operation, operation.parent_id).kind not in HOLDS


def is_unresolved(operation: Operation) -> bool:
    """True while a stray waits for a decision."""
    return operation.state == State.STRAY and operation.resolution is None


def find(session: Session, scope: Scope, public_id: str) -> Target:
    """A stray of this scope with its payment.

    Raises:
        NoSuchPayment: there is none, or it is not of this scope.
    """
    statement = (
        select(Operation, Payment)
        .join(Payment, Payment.id == Operation.payment_id)
        .where(
            Operation.public_id == public_id,
            Operation.state == State.STRAY,
            Operation.company_id == scope.company_id,
            Operation.location_id.in_(scope.location_ids),
        )
    )
    if scope.customer_ids is not None:
        statement = statement.where(Payment.customer_id.in_(scope.customer_ids))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NoSuchPayment(public_id)
    return Target(payment=row.Payment, parent=row.Operation)


def resolve(
    stray_id: int, origin: Resolution | None, to: Resolution | None, now: datetime
) -> Update:
    """Move a stray on; the only way its resolution changes."""
    ended = now if to in (Resolution.RETURNED, Resolution.APPLIED) else None
    return (
        update(Operation)
        .where(
            Operation.id == stray_id,
            Operation.state == State.STRAY,
            Operation.resolution.is_not_distinct_from(origin),
        )
        .values(resolution=to, resolved_at=ended)
        .returning(Operation.id)
    )


def start_return(
    session: Session,
    scope: Scope,
    asked: Asked,
    *,
    kind: Kind,
    call_for: Callable[[Target], Call],
    now: datetime,
) -> Started:
    """Write the intent to give a stray back by a void or a refund; `asked.payment` names it.

    Raises:
        NoSuchPayment, CannotBeGivenBack: nothing was written.
        LimitRefused: somebody decided about it before.
    """
    target = find(session, scope, asked.payment)
    cents = target.parent.amount_cents
    earlier = follow_ups.earlier(session, scope, asked, kind, cents)
    if earlier is not None:
        return earlier
    if target.parent.kind not in CAME_IN | HOLDS:
        raise CannotBeGivenBack(asked.payment)
    spend(session, resolve(target.parent.id, None, Resolution.RETURNING, now))
    operation = follow_ups.intend(
        session, scope, target, asked, kind=kind, amount_cents=cents, now=now
    )
    return Started(operation_id=operation.id, call=call_for(target))


def is_being_returned(session: Session, operation: Operation) -> bool:
    """True when a void or refund gives a stray back."""
    parent = session.get_one(Operation, operation.parent_id)
    return parent.state == State.STRAY and parent.resolution == Resolution.RETURNING


def returned(session: Session, operation: Operation, now: datetime) -> None:
    """A stray went back: nothing is in suspense any more."""
    assert operation.parent_id is not None
    settle(session, resolve(operation.parent_id, Resolution.RETURNING, Resolution.RETURNED, now))
    stray = session.get_one(Operation, operation.parent_id)
    leg = ledger.Leg(
        debit=ledger.SUSPENSE,
        credit=ledger.card_clearing(operation.location_id),
        cents=operation.amount_cents if moves_money(session, stray) else 0,
    )
    ledger.post(session, ledger.of_operation(operation, "stray_returned"), [leg], now)
    if stray.kind in CAME_IN | HOLDS:
        payer_mails.tell(session, stray, End.GIVEN_BACK, now)


def kept(session: Session, operation: Operation, now: datetime) -> None:
    """A stray did not go back: it waits for a decision again."""
    assert operation.parent_id is not None
    settle(session, resolve(operation.parent_id, Resolution.RETURNING, None, now))
    stray = session.get_one(Operation, operation.parent_id)
    _tell_if_it_stays(session, stray, now, returned_by=operation.id)


def paid_twice(session: Session, most: int) -> list[Operation]:
    """Strays that were not tried to void yet and whose order another charge has paid."""
    return list(session.scalars(_paid_twice().limit(most)))


@cache
def _paid_twice() -> Select[Operation]:
    """Built once: the worker asks every second."""
    other, others_payment, void = aliased(Operation), aliased(Payment), aliased(Operation)
    same = (
        (others_payment.id == Payment.id)
        | (others_payment.order_id == Payment.order_id)
        | (others_payment.invoice_id == Payment.invoice_id)
    )
    paid = (
        select(other.id)
        .join(others_payment, others_payment.id == other.payment_id)
        .where(other.kind == Operation.kind, other.state == State.APPROVED, same)
        .exists()
    )
    tried = select(void.id).where(void.parent_id == Operation.id, void.kind == Kind.VOID).exists()
    return (
        select(Operation)
        .join(Payment, Payment.id == Operation.payment_id)
        .where(
            Operation.state == State.STRAY,
            Operation.resolution.is_(None),
            Operation.kind.in_(CAME_IN | HOLDS),
            paid,
            ~tried,
        )
        .order_by(Operation.id)
    )


def _has_no_money(sibling: Operation, transaction: Transaction) -> bool:
    is_undone = transaction.voided and sibling.kind != Kind.VOID
    return is_undone or transaction.outcome is not Outcome.APPROVED


def _fee_in(sibling: Operation, transaction: Transaction) -> int:
    """The card fee in it: that of its sibling where both are of the same total."""
    is_alike = transaction.total_cents == sibling.amount_cents
    return sibling.fee_cents if is_alike else transaction.service_fee_cents or 0


def _is_known(session: Session, sibling: Operation, transaction: Transaction) -> bool:
    statement = select(Operation.id).where(
        Operation.company_id == sibling.company_id,
        Operation.gateway_transaction_id == transaction.id,
    )
    return session.scalars(statement).first() is not None


def _audit(
    session: Session, stray: Operation, action: str, actor: Actor, reason: str, now: datetime
) -> None:
    entry = audit.Entry(
        actor=actor,
        company_id=stray.company_id,
        location_id=stray.location_id,
        action=action,
        object_type="operation",
        object_id=stray.id,
        after={
            "state": stray.state,
            "transaction_id": stray.gateway_transaction_id,
            "amount_cents": stray.amount_cents,
        },
        reason=reason,
    )
    audit.write(session, entry, now)
