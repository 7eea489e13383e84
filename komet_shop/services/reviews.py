"""What waits for a person, and what does no more: card payments in lists, in a clerk's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import (
    Customer,
    KometLink,
    Location,
    Operation,
    Order,
    Payment,
    User,
)
from komet_shop.models import orders as order_tables
from komet_shop.models.gateway import IN_DOUBT
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.plugin_api import Kind
from komet_shop.services import payment_search
from komet_shop.services.operations import NO_REQUEST
from komet_shop.services.scope import Scope

PAGE = 50
Rows = Select[*tuple[Any, ...]]
CHARGES = frozenset({Kind.SALE, Kind.AUTHORIZE})


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
_SETTLED = or_(
    Operation.state.in_((State.APPROVED, State.DECLINED, State.FAILED)),
    (Operation.state == State.STRAY)
    & Operation.resolution.in_((Resolution.RETURNED, Resolution.APPLIED)),
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One operation with what it is about. Amounts in cents, times in UTC.

    `control_number` and `order_control_number`: what Komet calls the payment and its order.
    `was_asked_for`: the shop sent it; else it was found at the gateway.
    """

    row: int
    parent_row: int | None
    payment_row: int
    public_id: str
    kind: Kind
    state: State
    resolution: Resolution | None
    amount_cents: int
    asked_cents: int
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
    control_number: str
    order_number: str
    order_control_number: str
    order_state: str
    buyer: str
    customer: str
    customer_id: str
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

    @property
    def is_charge(self) -> bool:
        """True for what a buyer pays with."""
        return self.kind in CHARGES

    def is_found_beside(self, other: "Item") -> bool:
        """True for money that was found under another operation's reference."""
        is_alike = (self.kind, self.parent_row) == (other.kind, other.parent_row)
        is_ours = other.was_asked_for and other.payment_row == self.payment_row
        return self.state is State.STRAY and not self.was_asked_for and is_ours and is_alike

    def is_under_way(self, now: datetime) -> bool:
        """True while a call is being made, or somebody is asking the gateway about it."""
        is_asked = self.lease_until is not None and self.lease_until > now
        return is_asked or self.state in (State.CREATED, State.SENDING)


_CHARGED = (
    Operation.kind.in_(CHARGES),
    Operation.parent_id.is_(None),
    Operation.request_hash != NO_REQUEST,
)
"""What the shop asked for itself; what followed or was found beside it stands on its page."""
_starter, _buyer = aliased(User), aliased(User)
_of_payment, _of_order = aliased(KometLink), aliased(KometLink)
_ITEMS = (
    select(
        Operation,
        Payment.id.label("payment_row"),
        Payment.card_brand,
        Payment.card_last_four,
        Order.id.label("order_row"),
        Order.state.label("order_state"),
        Customer.name.label("customer"),
        Customer.public_id.label("customer_id"),
        Location.name.label("location"),
        Location.time_zone,
        _starter.name.label("started_by"),
        _buyer.name.label("buyer"),
        _of_payment.control_number,
        _of_order.control_number.label("order_control_number"),
    )
    .join(Payment, Payment.id == Operation.payment_id)
    .join(Customer, Customer.id == Payment.customer_id)
    .join(Location, Location.id == Operation.location_id)
    .outerjoin(Order, Order.id == Payment.order_id)
    .outerjoin(_starter, _starter.id == Operation.created_by_id)
    .outerjoin(_buyer, _buyer.id == Order.buyer_id)
    .outerjoin(_of_payment, (_of_payment.kind == "payment") & (_of_payment.local_id == Payment.id))
    .outerjoin(_of_order, (_of_order.kind == "order") & (_of_order.local_id == Order.id))
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
    return _page(session, statement.order_by(Operation.id), size)


def settled(
    session: Session, scope: Scope, *, after: int | None = None, size: int = PAGE
) -> tuple[list[Item], int | None]:
    """A page of the charges that wait for nothing, newest first; one statement."""
    return _newest(session, _ITEMS.where(*_own(scope), *_CHARGED, _SETTLED), after, size)


def found(
    session: Session, scope: Scope, words: str, *, after: int | None = None, size: int = PAGE
) -> tuple[list[Item], int | None]:
    """A page of the charges, settled or not, that go by this number, newest first.

    Two statements. Which numbers: see `payment_search`.
    """
    named = payment_search.rows(session, scope.company_id, words)
    statement = _ITEMS.where(*_own(scope), *_CHARGED, Payment.id.in_(named))
    return _newest(session, statement, after, size)


def of_payments(session: Session, scope: Scope, payments: Collection[int]) -> dict[int, list[Item]]:
    """Every operation of these payments, oldest first, by the payment's row; one statement."""
    steps: dict[int, list[Item]] = {row: [] for row in payments}
    statement = _ITEMS.where(*_own(scope), Operation.payment_id.in_(payments))
    for row in session.execute(statement.order_by(Operation.id)):
        item = _item(row)
        steps[item.payment_row].append(item)
    return steps


def steps_of(session: Session, scope: Scope, public_id: str) -> list[Item]:
    """Every operation of the payment to which one belongs, oldest first; empty: none in scope."""
    payment = select(Operation.payment_id).where(Operation.public_id == public_id).scalar_subquery()
    statement = _ITEMS.where(*_own(scope), Operation.payment_id == payment)
    return [_item(row) for row in session.execute(statement.order_by(Operation.id))]


def _newest(
    session: Session, statement: Rows, after: int | None, size: int
) -> tuple[list[Item], int | None]:
    if after is not None:
        statement = statement.where(Operation.id < after)
    return _page(session, statement.order_by(Operation.id.desc()), size)


def _page(session: Session, statement: Rows, size: int) -> tuple[list[Item], int | None]:
    rows = session.execute(statement.limit(size + 1)).all()
    items = [_item(row) for row in rows[:size]]
    return items, items[-1].row if len(rows) > size else None


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
        payment_row=row.payment_row,
        public_id=operation.public_id,
        kind=Kind(operation.kind),
        state=State(operation.state),
        resolution=Resolution(operation.resolution) if operation.resolution else None,
        amount_cents=operation.amount_cents,
        asked_cents=operation.asked_cents,
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
        control_number=row.control_number or "",
        order_number=f"W{number}" if number else "",
        order_control_number=row.order_control_number or "",
        order_state=row.order_state or "",
        buyer=row.buyer or "",
        customer=row.customer,
        customer_id=row.customer_id,
        location=row.location,
        time_zone=row.time_zone,
        started_by=row.started_by or "",
        was_asked_for=operation.request_hash != NO_REQUEST,
    )
