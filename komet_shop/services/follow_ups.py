"""What may follow a charge: capture, void, refund. Shared by the modules of those names.

A follow-up names the payment and the operation that it follows. At most one is under way
per payment; each spends a limit of the payment in the transaction that writes its intent.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain.card_fees import Fee
from komet_shop.domain.operation_states import UNSETTLED, Resolution, State
from komet_shop.models import Operation, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import audit, operations
from komet_shop.services.limits import LimitRefused
from komet_shop.services.operations import Call, NewOperation
from komet_shop.services.scope import Scope

NO_FEE = Fee()


class FollowUpRefused(Exception):
    """It cannot be done as asked. Nothing was sent, nothing changed."""


class NoSuchPayment(FollowUpRefused):
    """Not there, or not of this scope."""


class StillUnclear(FollowUpRefused):
    """What it would follow is not settled yet: wait for that first."""


class AnotherUnderWay(FollowUpRefused):
    """A capture, void or refund of this payment is running."""


class NothingLeft(FollowUpRefused):
    """It was captured, voided or refunded already, or the amount is too large."""


class NothingToFollow(FollowUpRefused):
    """The payment has no approved operation of the kind that this would follow."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What staff ask for: a payment by its public id, why, and the key of their click."""

    payment: str
    action_key: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A payment and its approved operation that is to be followed."""

    payment: Payment
    parent: Operation

    @property
    def transaction_id(self) -> str:
        """The gateway's name for what is followed."""
        assert self.parent.gateway_transaction_id is not None
        return self.parent.gateway_transaction_id


@dataclass(frozen=True, kw_only=True)
class Started:
    """The operation that a click stands for, and the call to make if this click started it."""

    operation_id: int
    call: Call | None


def earlier(
    session: Session, scope: Scope, asked: Asked, kind: Kind, amount_cents: int
) -> Started | None:
    """What this click started before, if it did. The amount is without a fee on top.

    Raises:
        operations.KeyReused: the key belongs to another request.
    """
    operation = operations.already_started(
        session,
        company_id=scope.company_id,
        action_key=asked.action_key,
        request_hash=_hash(asked, kind, amount_cents),
    )
    return Started(operation_id=operation.id, call=None) if operation is not None else None


def find(session: Session, scope: Scope, public_id: str, *kinds: Kind) -> Target:
    """The payment, and its latest approved operation of one of `kinds`.

    Raises:
        NoSuchPayment, StillUnclear, NothingToFollow.
    """
    statement = select(Payment).where(
        Payment.public_id == public_id,
        Payment.company_id == scope.company_id,
        Payment.location_id.in_(scope.location_ids),
    )
    if scope.customer_ids is not None:
        statement = statement.where(Payment.customer_id.in_(scope.customer_ids))
    payment = session.scalars(statement).one_or_none()
    if payment is None:
        raise NoSuchPayment(public_id)
    return Target(payment=payment, parent=_parent(session, payment, kinds))


def _parent(session: Session, payment: Payment, kinds: tuple[Kind, ...]) -> Operation:
    found = session.scalars(
        select(Operation)
        .where(Operation.payment_id == payment.id, Operation.kind.in_(kinds))
        .order_by(Operation.id.desc())
    ).all()
    if any(State(one.state) in UNSETTLED for one in found):
        raise StillUnclear(payment.public_id)
    approved = [one for one in found if one.state == State.APPROVED or _is_applied(one)]
    if not approved:
        raise NothingToFollow(payment.public_id)
    return approved[0]


def _is_applied(operation: Operation) -> bool:
    """A stray that was applied counts as if it had been approved in time."""
    return operation.state == State.STRAY and operation.resolution == Resolution.APPLIED


def intend(
    session: Session,
    scope: Scope,
    target: Target,
    asked: Asked,
    *,
    kind: Kind,
    amount_cents: int,
    now: datetime,
    fee: Fee = NO_FEE,
    open_credit_id: int | None = None,
) -> Operation:
    """Write the intent and who wanted it, and why. The fee moves on top of the amount."""
    payment = target.payment
    new = NewOperation(
        company_id=payment.company_id,
        location_id=payment.location_id,
        account_id=target.parent.account_id,
        kind=kind,
        amount_cents=amount_cents + fee.cents,
        fee_cents=fee.cents,
        service_fee_cents=fee.named_cents,
        currency=payment.currency,
        action_key=asked.action_key,
        request_hash=_hash(asked, kind, amount_cents),
        payment_id=payment.id,
        parent_id=target.parent.id,
        open_credit_id=open_credit_id,
        created_by_id=scope.actor.user_id,
    )
    operation = operations.create(session, new, now)
    entry = audit.Entry(
        actor=scope.actor,
        company_id=payment.company_id,
        location_id=payment.location_id,
        action=f"{kind}_started",
        object_type="payment",
        object_id=payment.id,
        after={"amount_cents": operation.amount_cents, "operation": operation.public_id},
        reason=asked.reason,
    )
    audit.write(session, entry, now)
    return operation


def _hash(asked: Asked, kind: Kind, amount_cents: int) -> str:
    request = {"payment": asked.payment, "kind": kind, "amount_cents": amount_cents}
    return operations.hash_of(request)


def refusal_of(error: IntegrityError | LimitRefused) -> FollowUpRefused:
    """The refusal that a conflict in the database stands for."""
    if isinstance(error, LimitRefused):
        return NothingLeft(str(error))
    return AnotherUnderWay(str(error.orig))
