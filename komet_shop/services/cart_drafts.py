"""The draft behind a cart: finding it, making it, and what may refuse a change of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers, ship_dates
from komet_shop.models import (
    Company,
    Customer,
    Location,
    Order,
    OrderLine,
    Payment,
)
from komet_shop.services.scope import Scope


class CartRefused(Exception):
    """The cart stays as it is."""


class NoSuchOffer(CartRefused):
    """Not on offer at this location for the cart's ship date (any more)."""


class NotEnoughBoxes(CartRefused):
    """Fewer boxes are left than asked for: `left`."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class CartHeld(CartRefused):
    """A payment for this cart is under way: `payment_id`."""

    def __init__(self, payment_id: str) -> None:
        super().__init__(payment_id)
        self.payment_id = payment_id


class NoShipDate(CartRefused):
    """Orders for that day are closed."""


class NoSuchCart(CartRefused):
    """There is no such cart of this buyer, or not that line in it."""


class OrdersStopped(CartRefused):
    """The company takes no new orders of this customer for now."""


class CartExpired(Exception):
    """The cart's time ran out with something in it."""


class CartMoved(Exception):
    """The cart changed between reading and writing: start over."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """For whom, from where, when and how: what a new cart is bound to."""

    customer_id: int
    location_id: int
    ship_date: date
    carrier_id: int | None = None
    ship_to_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A cart with what rules its prices; `order_id` None: there is none yet."""

    company_id: int
    customer_id: int
    location_id: int
    buyer_id: int | None
    currency: str
    price_level: str
    markup_bp: int
    tax_bp: int
    on_hold: bool
    time_zone: str
    lives: timedelta
    lines: int
    order_id: int | None
    version: int | None
    ship_date: date | None
    expires_at: datetime | None


_LINES = (
    select(func.count())
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
    .label("lines")
)
_COLUMNS = (
    Customer.company_id,
    Customer.id.label("customer_id"),
    Customer.currency,
    Customer.price_level,
    Customer.price_b_markup_bp,
    Customer.charge_tax,
    Customer.credit_hold,
    Location.id.label("location_id"),
    Location.tax_bp,
    Location.time_zone,
    Company.cart_minutes,
    Order.id.label("order_id"),
    Order.version,
    Order.ship_date,
    Order.expires_at,
    Payment.public_id.label("held_by"),
    _LINES,
)


def draft_of_trip(session: Session, scope: Scope, trip: Trip) -> Draft:
    """The buyer's cart for a trip, or what a new one needs.

    Raises:
        NoSuchCart: the customer or location is not the buyer's.
        CartHeld.
    """
    buyer = scope.actor.user_id
    own = (
        (Order.customer_id == Customer.id)
        & (Order.location_id == Location.id)
        & (Order.buyer_id == buyer)
        & (Order.state == "draft")
    )
    statement = (
        select(*_COLUMNS)
        .select_from(Customer)
        .join(Company, Company.id == Customer.company_id)
        .join(Location, Location.company_id == Company.id)
        .outerjoin(Order, own)
        .outerjoin(Payment, Payment.id == Order.held_by_payment_id)
        .where(Customer.id == trip.customer_id, Location.id == trip.location_id)
    )
    return _read(session, scope, statement)


def own_draft(session: Session, scope: Scope, public_id: str) -> Draft:
    """The buyer's cart of that name.

    Raises:
        NoSuchCart, CartHeld.
    """
    statement = (
        select(*_COLUMNS)
        .select_from(Order)
        .join(Customer, Customer.id == Order.customer_id)
        .join(Location, Location.id == Order.location_id)
        .join(Company, Company.id == Order.company_id)
        .outerjoin(Payment, Payment.id == Order.held_by_payment_id)
        .where(
            Order.public_id == public_id,
            Order.buyer_id == scope.actor.user_id,
            Order.state == "draft",
        )
    )
    return _read(session, scope, statement)


def bound(session: Session, draft: Draft, trip: Trip, now: datetime) -> Draft:
    """The cart to put boxes into: as it is, or made, or bound to the trip while empty.

    Raises:
        OrdersStopped: the customer is on hold.
        CartExpired: its time ran out; it has to be cancelled first.
        NoShipDate: orders for the trip's day are closed.
    """
    if draft.on_hold:
        raise OrdersStopped(draft.customer_id)
    if draft.lines and draft.expires_at is not None and draft.expires_at <= now:
        raise CartExpired(draft.order_id)
    if draft.lines:
        return draft
    if trip.ship_date not in ship_dates.offered(now, draft.time_zone):
        raise NoShipDate(trip.ship_date)
    expires_at = now + draft.lives
    values = {
        "ship_date": trip.ship_date,
        "carrier_id": trip.carrier_id,
        "ship_to_id": trip.ship_to_id,
        "expires_at": expires_at,
    }
    if draft.order_id is None:
        draft = _made(session, draft, values, now)
    else:
        session.execute(update(Order).where(*unchanged(draft)).values(**values))
    return replace(draft, ship_date=trip.ship_date, expires_at=expires_at)


def _read(session: Session, scope: Scope, statement: Select[*tuple[Any, ...]]) -> Draft:
    conditions = [
        Customer.company_id == scope.company_id,
        Customer.active,
        Location.id.in_(scope.location_ids),
    ]
    if scope.customer_ids is not None:
        conditions.append(Customer.id.in_(scope.customer_ids))
    row = session.execute(statement.where(*conditions)).one_or_none()
    if row is None:
        raise NoSuchCart
    if row.held_by is not None:
        raise CartHeld(row.held_by)
    return Draft(
        company_id=row.company_id,
        customer_id=row.customer_id,
        location_id=row.location_id,
        buyer_id=scope.actor.user_id,
        currency=row.currency,
        price_level=row.price_level,
        markup_bp=row.price_b_markup_bp,
        tax_bp=row.tax_bp if row.charge_tax else 0,
        on_hold=row.credit_hold,
        time_zone=row.time_zone,
        lives=timedelta(minutes=row.cart_minutes),
        lines=row.lines,
        order_id=row.order_id,
        version=row.version,
        ship_date=row.ship_date,
        expires_at=row.expires_at,
    )


def _made(session: Session, draft: Draft, values: dict[str, Any], now: datetime) -> Draft:
    made = session.execute(
        insert(Order)
        .values(
            public_id=identifiers.public_id("ord"),
            company_id=draft.company_id,
            location_id=draft.location_id,
            customer_id=draft.customer_id,
            buyer_id=draft.buyer_id,
            currency=draft.currency,
            created_at=now,
            **values,
        )
        .returning(Order.id, Order.version)
    ).one()
    return replace(draft, order_id=made.id, version=made.version)


def unchanged(draft: Draft) -> list[ColumnElement[bool]]:
    """The conditions that hold while nobody else has changed or claimed the cart."""
    return [
        Order.id == draft.order_id,
        Order.state == "draft",
        Order.held_by_payment_id.is_(None),
        Order.version == draft.version,
    ]
