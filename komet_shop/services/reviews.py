"""What waits for a person: unclear, contradictory and stray payments, each with its evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import (
    Audit,
    Customer,
    Location,
    Operation,
    OperationLookup,
    Order,
    Payment,
    User,
)
from komet_shop.models import orders as order_tables
from komet_shop.models.gateway import IN_DOUBT
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.plugin_api import Kind
from komet_shop.services.operations import NO_REQUEST
from komet_shop.services.scope import Scope

PAGE = 50
STARTED = ("capture_started", "void_started", "refund_started", "credit_refund_started")
"""Actions of the audit log by which somebody followed a payment."""


class Queue(StrEnum):
    """Why an operation is on the screen."""

    UNCLEAR = "unclear"
    """The gateway has not said yet; the worker keeps asking."""
    DECIDE = "decide"
    """What the gateway says contradicts what we asked, or it said nothing for a day."""
    STRAY = "stray"
    """Money moved for something that we had given up."""


OPEN: dict[Queue, ColumnElement[bool]] = {
    Queue.UNCLEAR: Operation.state.in_((State.SENDING, State.UNKNOWN)),
    Queue.DECIDE: Operation.state == State.NEEDS_REVIEW,
    Queue.STRAY: (Operation.state == State.STRAY)
    & or_(Operation.resolution.is_(None), Operation.resolution == Resolution.RETURNING),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One operation with what it is about. Amounts in cents, times in UTC."""

    row: int
    parent_row: int | None
    public_id: str
    kind: Kind
    state: State
    resolution: Resolution | None
    amount_cents: int
    currency: str
    reference: str
    transaction_id: str
    reason: str
    created_at: datetime
    sent_at: datetime | None
    next_check_at: datetime | None
    lease_until: datetime | None
    checks: int
    card_brand: str
    card_last_four: str
    receipt_number: str
    order_number: str
    order_state: str
    customer: str
    location: str
    time_zone: str
    started_by: str
    was_asked_for: bool

    @property
    def queue(self) -> Queue | None:
        """Where it waits; None when it is settled."""
        if self.state is State.STRAY:
            return Queue.STRAY if self.resolution in (None, Resolution.RETURNING) else None
        if self.state is State.NEEDS_REVIEW:
            return Queue.DECIDE
        return Queue.UNCLEAR if self.state in (State.SENDING, State.UNKNOWN) else None

    def is_under_way(self, now: datetime) -> bool:
        """True while a call is being made, or somebody is asking the gateway about it."""
        is_asked = self.lease_until is not None and self.lease_until > now
        return is_asked or self.state in (State.CREATED, State.SENDING)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened: what we sent, heard, asked or decided.

    `kind` is that of the operation it happened to: this one, or one that follows it. `who`
    is a person's name, or a part of the shop such as "worker".
    """

    at: datetime
    what: str
    kind: Kind
    who: str
    words: str = ""
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An operation, the others of its payment, and its time line, oldest first."""

    item: Item
    others: tuple[Item, ...]
    moments: tuple[Moment, ...]

    @property
    def followers(self) -> tuple[Item, ...]:
        """What follows this operation: voids and refunds of it, captures."""
        return tuple(one for one in self.others if one.parent_row == self.item.row)

    @property
    def last_answer(self) -> Moment | None:
        """What the gateway said when it last answered about this operation."""
        asked = (one for one in reversed(self.moments) if one.what == "looked_up")
        return next((one for one in asked if one.facts["answered"]), None)

    def is_under_way(self, now: datetime) -> bool:
        """True while anything of the payment is being sent or asked about."""
        return any(one.is_under_way(now) for one in (self.item, *self.others))


_starter = aliased(User)
_ITEMS = (
    select(
        Operation,
        Payment.id.label("payment_row"),
        Payment.card_brand,
        Payment.card_last_four,
        Order.id.label("order_row"),
        Order.state.label("order_state"),
        Customer.name.label("customer"),
        Location.name.label("location"),
        Location.time_zone,
        _starter.name.label("started_by"),
    )
    .join(Payment, Payment.id == Operation.payment_id)
    .join(Customer, Customer.id == Payment.customer_id)
    .join(Location, Location.id == Operation.location_id)
    .outerjoin(Order, Order.id == Payment.order_id)
    .outerjoin(_starter, _starter.id == Operation.created_by_id)
)


def counts(session: Session, scope: Scope) -> dict[Queue, int]:
    """How many wait in each queue; one statement."""
    columns = [func.count(case((OPEN[queue], 1))).label(queue) for queue in Queue]
    statement = select(*columns).join(Payment, Payment.id == Operation.payment_id)
    row = session.execute(statement.where(*_own(scope), _in_doubt())).one()
    return {queue: int(getattr(row, queue)) for queue in Queue}


def waiting(
    session: Session, scope: Scope, queue: Queue, *, after: int | None = None, size: int = PAGE
) -> tuple[list[Item], int | None]:
    """A page of a queue, oldest first, and the row to read on after; one statement."""
    statement = _ITEMS.where(*_own(scope), _in_doubt(), OPEN[queue])
    if after is not None:
        statement = statement.where(Operation.id > after)
    rows = session.execute(statement.order_by(Operation.id).limit(size + 1)).all()
    items = [_item(row) for row in rows[:size]]
    return items, items[-1].row if len(rows) > size else None


def evidence(session: Session, scope: Scope, public_id: str) -> Evidence | None:
    """Everything about one operation; None when there is none of that name in scope."""
    payment = (
        select(Payment.id)
        .join(Operation, Operation.payment_id == Payment.id)
        .where(Operation.public_id == public_id, *_own(scope))
        .scalar_subquery()
    )
    rows = session.execute(_ITEMS.where(Operation.payment_id == payment).order_by(Operation.id))
    items = [_item(row) for row in rows]
    item = next((one for one in items if one.public_id == public_id), None)
    if item is None:
        return None
    family = [item, *(one for one in items if one.parent_row == item.row)]
    happened = [*_ours(item), *_asked(session, item), *_recorded(session, family, payment)]
    return Evidence(
        item=item,
        others=tuple(one for one in items if one is not item),
        moments=tuple(_named(session, sorted(happened, key=_order))),
    )


def _own(scope: Scope) -> list[ColumnElement[bool]]:
    """By the payment: an index on operations by company would be taken instead of the small one."""
    conditions: list[ColumnElement[bool]] = [
        Payment.company_id == scope.company_id,
        Payment.location_id.in_(scope.location_ids),
    ]
    if scope.customer_ids is not None:
        conditions.append(Payment.customer_id.in_(scope.customer_ids))
    return conditions


def _in_doubt() -> ColumnElement[bool]:
    """Lets the databases use the small index of what is in doubt: the text is the index's own."""
    doubtful = aliased(Operation)
    return Operation.id.in_(select(doubtful.id).where(text(IN_DOUBT)))


def _item(row: Row[*tuple[Any, ...]]) -> Item:
    operation: Operation = row.Operation
    number = order_tables.FIRST_NUMBER + row.order_row if row.order_row is not None else None
    return Item(
        row=operation.id,
        parent_row=operation.parent_id,
        public_id=operation.public_id,
        kind=Kind(operation.kind),
        state=State(operation.state),
        resolution=Resolution(operation.resolution) if operation.resolution else None,
        amount_cents=operation.amount_cents,
        currency=operation.currency,
        reference=operation.gateway_ref,
        transaction_id=operation.gateway_transaction_id or "",
        reason=operation.staff_message,
        created_at=operation.created_at,
        sent_at=operation.sent_at,
        next_check_at=operation.next_check_at,
        lease_until=operation.lease_until,
        checks=operation.checks,
        card_brand=row.card_brand,
        card_last_four=row.card_last_four,
        receipt_number=f"R{FIRST_NUMBER + row.payment_row}",
        order_number=f"W{number}" if number else "",
        order_state=row.order_state or "",
        customer=row.customer,
        location=row.location,
        time_zone=row.time_zone,
        started_by=row.started_by or "",
        was_asked_for=operation.request_hash != NO_REQUEST,
    )


def _ours(item: Item) -> list[Moment]:
    """What we wanted and sent; that a follow-up was wanted is in the audit log, with its reason."""
    facts = {"amount_cents": item.amount_cents, "reference": item.reference}
    intended = Moment(
        at=item.created_at, what="intended", kind=item.kind, who=item.started_by, facts=facts
    )
    if not item.was_asked_for:
        return []
    wanted = [intended] if item.parent_row is None else []
    if item.sent_at is None:
        return wanted
    return [*wanted, replace(intended, at=item.sent_at, what="sent", who="")]


def _asked(session: Session, item: Item) -> list[Moment]:
    rows = session.scalars(
        select(OperationLookup)
        .where(OperationLookup.operation_id == item.row)
        .order_by(OperationLookup.id)
    )
    return [
        Moment(
            at=row.at,
            what="looked_up",
            kind=item.kind,
            who=row.asked_by,
            words=row.finding,
            facts={
                "answered": row.answered,
                "found": row.found,
                "transaction_id": row.transaction_id,
                "amount_cents": row.amount_cents,
            },
        )
        for row in rows
    ]


def _recorded(session: Session, family: Sequence[Item], payment: Any) -> list[Moment]:
    """What the audit log says of an operation and of what follows it."""
    kinds = {one.row: one.kind for one in family}
    by_name = {one.public_id: one.kind for one in family}
    of_operations = and_(Audit.object_type == "operation", Audit.object_id.in_(kinds))
    of_payment = and_(
        Audit.object_type == "payment", Audit.object_id == payment, Audit.action.in_(STARTED)
    )
    rows = session.scalars(select(Audit).where(or_(of_operations, of_payment)).order_by(Audit.id))
    moments = []
    for row in rows:
        facts = row.after or {}
        by_row = kinds.get(row.object_id or 0) if row.object_type == "operation" else None
        kind = by_row or by_name.get(facts.get("operation", ""))
        if kind is not None:
            moments.append(_moment(row, kind, facts))
    return moments


def _moment(row: Audit, kind: Kind, facts: dict[str, Any]) -> Moment:
    return Moment(
        at=row.at, what=row.action, kind=kind, who=row.actor, words=row.reason, facts=facts
    )


def _named(session: Session, moments: Iterable[Moment]) -> list[Moment]:
    """With the names of people instead of their ids."""
    listed = list(moments)
    ids = {moment.who for moment in listed}
    rows = session.execute(select(User.public_id, User.name).where(User.public_id.in_(ids)))
    names = {row.public_id: row.name for row in rows}
    return [replace(moment, who=names.get(moment.who, moment.who)) for moment in listed]


def _order(moment: Moment) -> tuple[datetime, int]:
    early = ("intended", "sent", "looked_up")
    return moment.at, early.index(moment.what) if moment.what in early else len(early)
