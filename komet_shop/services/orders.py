"""Orders as the buyer sees them: the list, one order, and what has been paid."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from komet_shop.models import (
    Carrier,
    Customer,
    InventoryLine,
    Invoice,
    KometLink,
    Location,
    Order,
    OrderLine,
    Product,
    ShipTo,
)
from komet_shop.models.orders import FIRST_NUMBER
from komet_shop.services.scope import Scope


class Paid(StrEnum):
    """How far the money of an order has come."""

    CONFIRMING = "confirming"
    PAID = "paid"
    PARTLY = "partly"
    ON_TERMS = "on_terms"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An order in a list."""

    id: int
    public_id: str
    number: str
    state: str
    paid: Paid
    customer: str
    location: str
    ship_date: date
    lines: int
    total_cents: int
    currency: str
    checked_out_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with the price it was ordered at. `most`: boxes it may grow to in a cart."""

    inventory_line: str
    product: str
    description: str
    category: str
    colour: str
    picture: str | None
    box_type: str
    unit_type: str
    boxes: int
    units_per_box: int
    bunches_per_box: int
    stems_per_bunch: int
    price_e4: int
    line_cents: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One order, without its lines and payments."""

    listed: Listed
    customer_po: str
    carrier: str
    ship_to: str
    ship_to_address: str
    terms: str
    subtotal_cents: int
    tax_cents: int
    open_cents: int
    komet_number: str
    void_reason: str


_COLUMNS = (
    Order.id,
    Order.public_id,
    Order.state,
    Order.held_by_payment_id,
    Order.ship_date,
    Order.currency,
    Order.total_cents,
    Order.created_at,
    Order.checked_out_at,
    Customer.name.label("customer"),
    Location.name.label("location"),
    Invoice.total_cents.label("invoiced_cents"),
    Invoice.open_cents,
    select(func.count())
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
    .label("lines"),
)
_CHECKED_OUT = or_(
    Order.checked_out_at.is_not(None),
    Order.held_by_payment_id.is_not(None),
    and_(Order.state == "voided", exists().where(OrderLine.order_id == Order.id)),
)
_LIST = (
    select(*_COLUMNS)
    .join(Customer, Customer.id == Order.customer_id)
    .join(Location, Location.id == Order.location_id)
    .outerjoin(Invoice, Invoice.order_id == Order.id)
)
_DETAIL = (
    _LIST.add_columns(
        Order.customer_po,
        Order.subtotal_cents,
        Order.tax_cents,
        Order.void_reason,
        Customer.terms,
        Carrier.name.label("carrier"),
        ShipTo.name.label("ship_to"),
        ShipTo.address.label("ship_to_address"),
        KometLink.control_number,
    )
    .outerjoin(Carrier, Carrier.id == Order.carrier_id)
    .outerjoin(ShipTo, ShipTo.id == Order.ship_to_id)
    .outerjoin(KometLink, (KometLink.kind == "order") & (KometLink.local_id == Order.id))
)
_LINES = (
    select(
        InventoryLine.public_id.label("inventory_line"),
        Product.public_id.label("product"),
        OrderLine.description,
        Product.category,
        Product.colour,
        Product.picture,
        OrderLine.box_type,
        OrderLine.unit_type,
        OrderLine.boxes,
        OrderLine.units_per_box,
        InventoryLine.bunches_per_box,
        InventoryLine.stems_per_bunch,
        OrderLine.price_e4,
        OrderLine.line_cents,
        (OrderLine.boxes + InventoryLine.boxes_available - InventoryLine.boxes_reserved).label(
            "most"
        ),
    )
    .join(Order, Order.id == OrderLine.order_id)
    .join(Product, Product.id == OrderLine.product_id)
    .join(InventoryLine, InventoryLine.id == OrderLine.inventory_line_id)
    .order_by(OrderLine.id)
)


def page(
    session: Session, scope: Scope, customer_id: int, *, after: int | None, size: int
) -> tuple[list[Listed], int | None]:
    """A customer's orders, newest first, and where to read on; one statement.

    Carts are not orders yet; one whose payment is being confirmed is shown.
    """
    statement = _LIST.where(*_own(scope), Order.customer_id == customer_id, _CHECKED_OUT)
    if after is not None:
        statement = statement.where(Order.id < after)
    rows = session.execute(statement.order_by(Order.id.desc()).limit(size + 1)).all()
    listed = [_listed(row) for row in rows[:size]]
    return listed, listed[-1].id if len(rows) > size else None


def placed_since(
    session: Session, scope: Scope, customer_id: int, since: datetime
) -> Listed | None:
    """The order that this buyer checked out last for a customer, if that was after `since`."""
    row = session.execute(
        _LIST.where(
            *_own(scope),
            Order.customer_id == customer_id,
            Order.buyer_id == scope.actor.user_id,
            Order.checked_out_at > since,
        )
        .order_by(Order.id.desc())
        .limit(1)
    ).one_or_none()
    return _listed(row) if row is not None else None


def detail(session: Session, scope: Scope, public_id: str) -> Detail | None:
    """One order of the buyer's customers; None when there is none of that name."""
    row = session.execute(_DETAIL.where(*_own(scope), Order.public_id == public_id)).one_or_none()
    if row is None:
        return None
    return Detail(
        listed=_listed(row),
        customer_po=row.customer_po,
        carrier=row.carrier or "",
        ship_to=row.ship_to or "",
        ship_to_address=row.ship_to_address or "",
        terms=row.terms,
        subtotal_cents=row.subtotal_cents,
        tax_cents=row.tax_cents,
        open_cents=row.open_cents or 0,
        komet_number=row.control_number or "",
        void_reason=row.void_reason,
    )


def lines(session: Session, scope: Scope, public_id: str) -> list[Line]:
    """The lines of an order or a cart, in the order they were put in; one statement."""
    rows = session.execute(_LINES.where(*_own(scope), Order.public_id == public_id))
    return [Line(**row._mapping) for row in rows]


def _own(scope: Scope) -> list[Any]:
    conditions = [
        Order.company_id == scope.company_id,
        Order.location_id.in_(scope.location_ids),
    ]
    if scope.customer_ids is not None:
        conditions.append(Order.customer_id.in_(scope.customer_ids))
    return conditions


def _listed(row: Row[*tuple[Any, ...]]) -> Listed:
    return Listed(
        id=row.id,
        public_id=row.public_id,
        number=f"W{FIRST_NUMBER + row.id}",
        state=row.state,
        paid=_paid(row),
        customer=row.customer,
        location=row.location,
        ship_date=row.ship_date,
        lines=row.lines,
        total_cents=row.total_cents,
        currency=row.currency,
        checked_out_at=row.checked_out_at,
        created_at=row.created_at,
    )


def _paid(row: Row[*tuple[Any, ...]]) -> Paid:
    if row.held_by_payment_id is not None:
        return Paid.CONFIRMING
    if row.invoiced_cents is None or row.state in ("draft", "voided"):
        return Paid.NOTHING
    if row.open_cents == 0:
        return Paid.PAID
    return Paid.ON_TERMS if row.open_cents == row.invoiced_cents else Paid.PARTLY
