"""What became of a payment, as its payer may see it; while it is unclear, asking again."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, String, cast, or_, select
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import REFUSED, Resolution, State
from komet_shop.models import (
    Application,
    Company,
    Customer,
    KometLink,
    Location,
    Operation,
    Order,
    Outbox,
    Payment,
)
from komet_shop.models import orders as order_tables
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.plugin_api import Kind
from komet_shop.services import lookups
from komet_shop.services.bulkhead import Full
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop

LOOK_EVERY_SECONDS = 5
REMEMBERED = 1_000


class Stage(StrEnum):
    """What a payer has to know of an operation's state."""

    CONFIRMING = "confirming"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    REVIEW = "review"
    GOING_BACK = "going_back"
    """Charged although the order was not to be paid by it: it is being given back."""
    RETURNED = "returned"
    CREDITED = "credited"
    """Charged, and kept as money of the customer's."""


_STAGES = {
    State.CREATED: Stage.CONFIRMING,
    State.SENDING: Stage.CONFIRMING,
    State.UNKNOWN: Stage.CONFIRMING,
    State.APPROVED: Stage.APPROVED,
    State.DECLINED: Stage.DECLINED,
    State.FAILED: Stage.FAILED,
    State.NEEDS_REVIEW: Stage.REVIEW,
}


class Books(StrEnum):
    """Whether the company's accounting knows of the payment."""

    NONE = "none"
    WAITING = "waiting"
    POSTED = "posted"
    DELAYED = "delayed"


@dataclass(frozen=True, kw_only=True)
class PaymentStatus:
    """One payment with the card operation that decides about it. Amounts in cents.

    `charge_cents` is what the card pays with its fee; once `is_taken`, what it really paid.
    `is_paid_otherwise`: another charge has paid the order. `another`: what becomes of a
    further charge for the order, if there was one by mistake.
    """

    public_id: str
    receipt_number: str
    stage: Stage
    state: State
    operation_id: int
    next_check_at: datetime | None
    buyer_message: str
    amount_cents: int
    fee_cents: int
    surcharge_bp: int
    charge_cents: int
    is_taken: bool
    currency: str
    card_brand: str
    card_last_four: str
    authorization_code: str
    created_at: datetime
    received_at: datetime | None
    books: Books
    control_number: str
    order_id: str
    order_number: str
    customer: str
    customer_address: str
    company: str
    location: str
    time_zone: str
    is_paid_otherwise: bool
    another: Stage | None


_CHARGES = (Kind.SALE, Kind.AUTHORIZE)
_COLUMNS = (
    Payment.id,
    Payment.public_id,
    Payment.amount_cents,
    Payment.fee_cents,
    Payment.surcharge_bp,
    Payment.captured_cents,
    Payment.currency,
    Payment.card_brand,
    Payment.card_last_four,
    Payment.created_at,
    Payment.received_at,
    Operation.id.label("operation_id"),
    Operation.state,
    Operation.resolution,
    Operation.amount_cents.label("charged_cents"),
    Operation.next_check_at,
    Operation.buyer_message,
    Operation.authorization_code,
    Order.id.label("order_row"),
    Order.public_id.label("order_id"),
    Customer.name.label("customer"),
    Customer.address.label("customer_address"),
    Company.name.label("company"),
    Location.name.label("location"),
    Location.time_zone,
    Outbox.state.label("outbox_state"),
    KometLink.control_number,
    select(Application.id)
    .where(Application.payment_id == Payment.id, Application.reversed_at.is_(None))
    .exists()
    .label("pays"),
)
_STATUS = (
    select(*_COLUMNS)
    .select_from(Payment)
    .join(Operation, (Operation.payment_id == Payment.id) & Operation.kind.in_(_CHARGES))
    .join(Customer, Customer.id == Payment.customer_id)
    .join(Company, Company.id == Payment.company_id)
    .join(Location, Location.id == Payment.location_id)
    .outerjoin(Order, Order.id == Payment.order_id)
    .outerjoin(KometLink, (KometLink.kind == "payment") & (KometLink.local_id == Payment.id))
    .outerjoin(Outbox, Outbox.dedupe_key == "komet_payment:" + cast(Payment.id, String))
    .order_by(Payment.id.desc(), Operation.id.desc())
)


def read(session: Session, scope: Scope, public_id: str) -> PaymentStatus | None:
    """One payment of the buyer's customers; None when there is none of that name.

    One statement, which reads the other payments of its order too.
    """
    its_order = select(Payment.order_id).where(Payment.public_id == public_id).scalar_subquery()
    is_of_order = or_(Payment.public_id == public_id, Payment.order_id == its_order)
    rows = session.execute(_STATUS.where(*_own(scope), is_of_order)).all()
    of_payment = [row for row in rows if row.public_id == public_id]
    if not of_payment:
        return None
    return _status(min(of_payment, key=_rank), rows)


def of_order(session: Session, scope: Scope, order_id: str) -> list[PaymentStatus]:
    """The charges for an order, newest first, declined tries included; one statement."""
    rows = session.execute(_STATUS.where(*_own(scope), Order.public_id == order_id)).all()
    return [_status(row, rows) for row in rows]


class Pace:
    """Lets the same thing happen at most every so many seconds in this process."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._last: dict[str, int] = {}

    def allows(self, key: str, now: int) -> bool:
        """True when it is time again; then it counts as done."""
        with self._lock:
            if now - self._last.get(key, now - self._seconds) < self._seconds:
                return False
            if len(self._last) >= REMEMBERED:
                self._last.clear()
            self._last[key] = now
            return True


_PACE = Pace(LOOK_EVERY_SECONDS)


def look_again(shop: Shop, status: PaymentStatus, actor: Actor) -> "Future[object] | None":
    """Have an unclear payment looked up while its payer waits, but not too often.

    The lookup's own lease keeps several pages and the worker apart. Returns None when it is
    not time yet, nothing is unclear, or the crew is busy; the worker's timetable goes on.
    """
    now = shop.clock.now()
    is_due = status.next_check_at is not None and status.next_check_at <= now
    if status.stage is not Stage.CONFIRMING or not (is_due or status.state is State.UNKNOWN):
        return None
    if not _PACE.allows(status.public_id, int(shop.clock.monotonic())):
        return None
    try:
        slot = shop.bulkhead.reserve()
    except Full:
        return None
    owner = f"page:{actor.label}"
    return slot.submit(
        lambda: lookups.settle(shop, status.operation_id, owner=owner[:64], actor=actor)
    )


def _own(scope: Scope) -> list[Any]:
    conditions = [
        Payment.company_id == scope.company_id,
        Payment.location_id.in_(scope.location_ids),
    ]
    if scope.customer_ids is not None:
        conditions.append(Payment.customer_id.in_(scope.customer_ids))
    return conditions


Found = Row[*tuple[Any, ...]]


def _rank(row: Found) -> tuple[int, int]:
    """Of several charges of a payment the one that counts; money goes before failure."""
    state = State(row.state)
    if state in REFUSED:
        return 2, -row.operation_id
    return int(state is State.STRAY), -row.operation_id


def _stage(row: Found, rows: Sequence[Found]) -> Stage:
    state = State(row.state)
    if state is not State.STRAY:
        return _STAGES[state]
    if row.resolution == Resolution.RETURNED:
        return Stage.RETURNED
    if row.resolution == Resolution.APPLIED:
        return Stage.APPROVED if row.pays else Stage.CREDITED
    is_known_to_go = row.resolution == Resolution.RETURNING or _is_paid_otherwise(row, rows)
    return Stage.GOING_BACK if is_known_to_go else Stage.REVIEW


def _is_paid_otherwise(row: Found, rows: Sequence[Found]) -> bool:
    return any(_pays(one) for one in rows if one.operation_id != row.operation_id)


def _pays(row: Found) -> bool:
    is_applied = row.state == State.STRAY and row.resolution == Resolution.APPLIED
    return row.state == State.APPROVED or (is_applied and bool(row.pays))


def _charge_cents(row: Found) -> int:
    """What the card pays; what it paid by mistake may be another amount."""
    if row.state == State.STRAY:
        return int(row.charged_cents)
    return int(row.captured_cents or row.amount_cents + row.fee_cents)


def _another(row: Found, rows: Sequence[Found]) -> Stage | None:
    strays = [one for one in rows if one.state == State.STRAY and one is not row]
    stages = {_stage(one, rows) for one in strays}
    return next((one for one in (Stage.GOING_BACK, Stage.RETURNED) if one in stages), None)


def _status(row: Found, rows: Sequence[Found]) -> PaymentStatus:
    state = State(row.state)
    number = order_tables.FIRST_NUMBER + row.order_row if row.order_row is not None else None
    return PaymentStatus(
        public_id=row.public_id,
        receipt_number=f"R{FIRST_NUMBER + row.id}",
        stage=_stage(row, rows),
        state=state,
        operation_id=row.operation_id,
        next_check_at=row.next_check_at,
        buyer_message=row.buyer_message,
        amount_cents=row.amount_cents,
        fee_cents=row.fee_cents,
        surcharge_bp=row.surcharge_bp,
        charge_cents=_charge_cents(row),
        is_taken=row.captured_cents > 0,
        currency=row.currency,
        card_brand=row.card_brand,
        card_last_four=row.card_last_four,
        authorization_code=row.authorization_code,
        created_at=row.created_at,
        received_at=row.received_at,
        books=_books(row),
        control_number=row.control_number or "",
        order_id=row.order_id or "",
        order_number=f"W{number}" if number else "",
        customer=row.customer,
        customer_address=row.customer_address,
        company=row.company,
        location=row.location,
        time_zone=row.time_zone,
        is_paid_otherwise=_is_paid_otherwise(row, rows),
        another=_another(row, rows),
    )


def _books(row: Found) -> Books:
    if row.control_number:
        return Books.POSTED
    if row.outbox_state is None:
        return Books.NONE
    return Books.DELAYED if row.outbox_state == "dead" else Books.WAITING
