"""Messages that were refused until they were dead, and what a person does about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from komet_shop.models import Customer, KometLink, Order, Outbox, Payment
from komet_shop.models import orders as order_tables
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.services import audit, outbox, reservations
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A dead message. `behind`: how many of the same customer wait for it."""

    row: int
    kind: str
    about: str
    customer: str
    recipient: str
    error: str
    attempts: int
    created_at: datetime
    behind: int


class NotDead(Exception):
    """The message is not there, not of this scope, or was sent meanwhile."""


class NumberMissing(Exception):
    """What was entered by hand has a number in Komet: the shop must know it."""


_waiting = aliased(Outbox)
_ROWS = (
    select(
        Outbox,
        Payment.id.label("payment_row"),
        Order.id.label("order_row"),
        Customer.name.label("customer"),
        select(func.count())
        .where(_waiting.aggregate == Outbox.aggregate, _waiting.state == "ready")
        .scalar_subquery()
        .label("behind"),
    )
    .outerjoin(Payment, Payment.id == Outbox.payload["payment_id"].as_integer())
    .outerjoin(Order, Order.id == Outbox.payload["order_id"].as_integer())
    .join(Customer, Customer.id == func.coalesce(Payment.customer_id, Order.customer_id))
)
_DEAD = _ROWS.where(Outbox.state == "dead")


def count(session: Session, scope: Scope) -> int:
    """How many messages about this scope's orders and payments are dead; one statement."""
    rows = _DEAD.where(_own(scope)).subquery()
    return int(session.execute(select(func.count()).select_from(rows)).scalar_one())


def listing(
    session: Session, scope: Scope, *, after: int | None = None, size: int = PAGE
) -> tuple[list[Undelivered], int | None]:
    """A page of them, oldest first, and the row to read on after; one statement."""
    statement = _DEAD.where(_own(scope))
    if after is not None:
        statement = statement.where(Outbox.id > after)
    rows = session.execute(statement.order_by(Outbox.id).limit(size + 1)).all()
    listed = [_undelivered(row) for row in rows[:size]]
    return listed, listed[-1].row if len(rows) > size else None


def read(session: Session, scope: Scope, row: int) -> Undelivered | None:
    """One dead message; None when there is none of that row in scope."""
    found = session.execute(_DEAD.where(_own(scope), Outbox.id == row)).one_or_none()
    return _undelivered(found) if found is not None else None


def is_known(session: Session, scope: Scope, row: int) -> bool:
    """Whether a message of that row is in scope, dead or not."""
    return session.execute(_ROWS.where(_own(scope), Outbox.id == row)).first() is not None


def send_again(shop: Shop, scope: Scope, row: int, *, reason: str) -> None:
    """Let a dead message be tried again, as often as a new one.

    Raises:
        NotDead: nothing was changed.
    """
    now = shop.clock.now()

    def unit(session: Session) -> None:
        message = _require(session, scope, row)
        if not outbox.revive(session, row, now):
            raise NotDead(row)
        _audit(session, scope, message, "delivery_sent_again", reason, now)

    shop.database.run(unit)


def entered_by_hand(
    shop: Shop, scope: Scope, row: int, *, control_number: str, reason: str
) -> None:
    """A clerk booked the order or payment in Komet; `control_number` is its number there.

    What waits behind the message goes on.

    Raises:
        NotDead, NumberMissing: nothing was changed.
    """
    number, now = control_number.strip(), shop.clock.now()
    if not number:
        raise NumberMissing(row)

    def unit(session: Session) -> None:
        message = _require(session, scope, row)
        kind, _, local_id = message.dedupe_key.removeprefix("komet_").partition(":")
        if message.kind == "mail" or not outbox.settled_by_hand(session, row, now):
            raise NotDead(row)
        link = {"kind": kind, "local_id": int(local_id), "control_number": number}
        session.execute(insert(KometLink).values(**link, posted_at=now))
        if kind == "order":
            reservations.take(session, int(local_id))
        _audit(session, scope, message, "delivery_entered_by_hand", reason, now)

    shop.database.run(unit)


def _own(scope: Scope) -> ColumnElement[bool]:
    own = or_(
        and_(Payment.company_id == scope.company_id, Payment.location_id.in_(scope.location_ids)),
        and_(Order.company_id == scope.company_id, Order.location_id.in_(scope.location_ids)),
    )
    if scope.customer_ids is None:
        return own
    return and_(own, Customer.id.in_(scope.customer_ids))


def _require(session: Session, scope: Scope, row: int) -> Outbox:
    found = session.execute(_DEAD.where(_own(scope), Outbox.id == row)).one_or_none()
    if found is None:
        raise NotDead(row)
    return found.Outbox  # type: ignore[no-any-return]  # the first column


def _undelivered(row: Row[*tuple[Any, ...]]) -> Undelivered:
    message: Outbox = row.Outbox
    receipt = f"R{FIRST_NUMBER + row.payment_row}" if row.payment_row is not None else ""
    order = f"W{order_tables.FIRST_NUMBER + row.order_row}" if row.order_row is not None else ""
    return Undelivered(
        row=message.id,
        kind=message.payload.get("template", message.kind),
        about=receipt or order,
        customer=row.customer,
        recipient=message.payload.get("to", ""),
        error=message.last_error,
        attempts=message.attempts,
        created_at=message.created_at,
        behind=row.behind,
    )


def _audit(
    session: Session, scope: Scope, message: Outbox, action: str, reason: str, now: datetime
) -> None:
    entry = audit.Entry(
        actor=scope.actor,
        company_id=scope.company_id,
        action=action,
        object_type="outbox",
        object_id=message.id,
        after={"kind": message.kind, "about": message.dedupe_key},
        reason=reason,
    )
    audit.write(session, entry, now)
