"""What waits for a person: unclear, contradictory and stray payments, each with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, or_, select
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
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.plugin_api import Kind
from komet_shop.services.scope import Scope

PAGE = 50


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

    @property
    def queue(self) -> Queue | None:
        """Where it waits; None when it is settled."""
        if self.state is State.STRAY:
            return Queue.STRAY if self.resolution in (None, Resolution.RETURNING) else None
        if self.state is State.NEEDS_REVIEW:
            return Queue.DECIDE
        return Queue.UNCLEAR if self.state in (State.SENDING, State.UNKNOWN) else None


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened to an operation: what we sent, heard, asked or decided."""

    at: datetime
    what: str
    who: str
    words: str = ""
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An operation, the others of its payment, and its time line, oldest first."""

    item: Item
    others: tuple[Item, ...]
    moments: tuple[Moment, ...]


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
    row = session.execute(select(*columns).where(*_own(scope), or_(*OPEN.values()))).one()
    return {queue: int(getattr(row, queue)) for queue in Queue}


def waiting(
    session: Session, scope: Scope, queue: Queue, *, after: int | None = None
) -> list[Item]:
    """A page of a queue, oldest first, after the row of the page before; one statement."""
    statement = _ITEMS.where(*_own(scope), OPEN[queue])
    if after is not None:
        statement = statement.where(Operation.id > after)
    return [_item(row) for row in session.execute(statement.order_by(Operation.id).limit(PAGE))]


def evidence(session: Session, scope: Scope, public_id: str) -> Evidence | None:
    """Everything about one operation; None when there is none of that name in scope."""
    payment = (
        select(Operation.payment_id)
        .where(Operation.public_id == public_id, *_own(scope))
        .scalar_subquery()
    )
    rows = session.execute(_ITEMS.where(Operation.payment_id == payment).order_by(Operation.id))
    items = [_item(row) for row in rows]
    item = next((one for one in items if one.public_id == public_id), None)
    if item is None:
        return None
    moments = sorted([*_ours(item), *_asked(session, item), *_recorded(session, item)], key=_order)
    return Evidence(
        item=item,
        others=tuple(one for one in items if one is not item),
        moments=tuple(moments),
    )


def _own(scope: Scope) -> list[ColumnElement[bool]]:
    return [
        Operation.company_id == scope.company_id,
        Operation.location_id.in_(scope.location_ids),
    ]


def _item(row: Row[*tuple[Any, ...]]) -> Item:
    operation: Operation = row.Operation
    number = order_tables.FIRST_NUMBER + row.order_row if row.order_row is not None else None
    return Item(
        row=operation.id,
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
    )


def _ours(item: Item) -> list[Moment]:
    facts = {"amount_cents": item.amount_cents, "reference": item.reference}
    moments = [Moment(at=item.created_at, what="intended", who=item.started_by, facts=facts)]
    if item.sent_at is not None:
        moments.append(Moment(at=item.sent_at, what="sent", who="", facts=facts))
    return moments


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
            who=row.asked_by,
            words=row.finding,
            facts={"answered": row.answered, "found": row.found},
        )
        for row in rows
    ]


def _recorded(session: Session, item: Item) -> list[Moment]:
    rows: Sequence[Audit] = session.scalars(
        select(Audit)
        .where(Audit.object_type == "operation", Audit.object_id == item.row)
        .order_by(Audit.id)
    ).all()
    return [
        Moment(at=row.at, what=row.action, who=row.actor, words=row.reason, facts=row.after or {})
        for row in rows
    ]


def _order(moment: Moment) -> tuple[datetime, int]:
    early = ("intended", "sent", "looked_up")
    return moment.at, early.index(moment.what) if moment.what in early else len(early)
