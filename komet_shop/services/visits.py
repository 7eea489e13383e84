"""A buyer's visit: for which customer, from which location, for which ship date, and the cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from komet_shop.domain import ship_dates
from komet_shop.domain.card_rules import CardRule
from komet_shop.models import Carrier, Company, Customer, Location, Order, OrderLine, ShipTo
from komet_shop.services.scope import Scope


class NobodyToBuyFor(Exception):
    """The user belongs to no active customer, or the company has no open location."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the buyer chose so far. Empty: whatever suits; a choice that is gone is dropped."""

    customer: str = ""
    location: str = ""
    ship_date: date | None = None
    carrier_id: int | None = None
    ship_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """The customer who will get the invoice."""

    id: int
    public_id: str
    name: str
    currency: str
    price_level: str
    markup_bp: int
    charge_tax: bool
    on_hold: bool
    may_pay_by_card: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """The location that ships."""

    id: int
    code: str
    name: str
    time_zone: str
    tax_bp: int


@dataclass(frozen=True, kw_only=True)
class Cart:
    """The draft order of this visit. While it has lines its delivery is fixed."""

    order_id: int | None = None
    public_id: str = ""
    lines: int = 0
    total_cents: int = 0
    is_held: bool = False
    is_expired: bool = False
    expires_at: datetime | None = None
    ship_date: date | None = None
    carrier_id: int | None = None
    carrier: str = ""
    ship_to_id: int | None = None
    ship_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Everything a page of the shop needs to know about who is shopping."""

    buyer: Buyer
    buyers: tuple[Buyer, ...]
    place: Place
    places: tuple[Place, ...]
    ship_date: date
    ship_dates: tuple[date, ...]
    cart: Cart

    @property
    def is_locked(self) -> bool:
        """True while the cart has lines: they were promised for its ship date."""
        return self.cart.lines > 0

    @property
    def date_has_passed(self) -> bool:
        """True when the cart waited so long that its ship date is not offered any more."""
        return self.is_locked and self.ship_date not in self.ship_dates


_LINES = (
    select(func.count())
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
    .label("lines")
)
_VISIT = (
    select(
        Customer.id.label("customer_id"),
        Customer.public_id.label("customer_public_id"),
        Customer.name.label("customer_name"),
        Customer.currency,
        Customer.price_level,
        Customer.price_b_markup_bp,
        Customer.charge_tax,
        Customer.credit_hold,
        Customer.card_rule,
        Location.id.label("location_id"),
        Location.code,
        Location.name.label("location_name"),
        Location.time_zone,
        Location.tax_bp,
        Order.id.label("order_id"),
        Order.public_id,
        Order.total_cents,
        Order.held_by_payment_id,
        Order.expires_at,
        Order.ship_date,
        Order.carrier_id,
        Carrier.name.label("carrier"),
        Order.ship_to_id,
        ShipTo.name.label("ship_to"),
        _LINES,
    )
    .select_from(Customer)
    .join(Company, Company.id == Customer.company_id)
    .join(Location, Location.company_id == Company.id)
    .outerjoin(
        Order,
        (Order.customer_id == Customer.id)
        & (Order.location_id == Location.id)
        & (Order.buyer_id == bindparam("buyer"))
        & (Order.state == "draft"),
    )
    .outerjoin(Carrier, Carrier.id == Order.carrier_id)
    .outerjoin(ShipTo, ShipTo.id == Order.ship_to_id)
    .where(
        Company.id == bindparam("company"),
        Customer.id.in_(bindparam("customers", expanding=True)),
        Customer.active,
        Location.id.in_(bindparam("locations", expanding=True)),
        Location.active,
    )
    .order_by(Customer.name, Customer.id, Location.name, Location.id)
)


def open_visit(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Visit:
    """Where the buyer stands, in one statement: own customers, open locations, own cart.

    A cart with lines decides over the choices, since its boxes are kept for its own date.

    Raises:
        NobodyToBuyFor: there is no customer or no location to shop with.
    """
    rows = session.execute(
        _VISIT,
        {
            "buyer": scope.actor.user_id,
            "company": scope.company_id,
            "customers": sorted(scope.customer_ids or ()),
            "locations": sorted(scope.location_ids),
        },
    ).all()
    if not rows:
        raise NobodyToBuyFor(scope.actor.label)
    row = _chosen(rows, wanted, now)
    place, cart = _place(row), _cart(row, now)
    dates = ship_dates.offered(now, place.time_zone)
    return Visit(
        buyer=_buyer(row),
        buyers=tuple({each.customer_id: _buyer(each) for each in rows}.values()),
        place=place,
        places=tuple({each.location_id: _place(each) for each in rows}.values()),
        ship_date=_ship_date(cart, wanted, dates),
        ship_dates=dates,
        cart=cart,
    )


def _chosen(
    rows: Sequence[Row[*tuple[Any, ...]]], wanted: Wanted, now: datetime
) -> Row[*tuple[Any, ...]]:
    """The row of the chosen customer: where the cart is, else the chosen place, else any."""

    def rank(row: Row[*tuple[Any, ...]]) -> tuple[bool, bool, bool]:
        return (
            row.customer_public_id != wanted.customer,
            _cart(row, now).lines == 0,
            row.code != wanted.location,
        )

    known = any(row.customer_public_id == wanted.customer for row in rows)
    first = rows[0].customer_id
    return min((row for row in rows if known or row.customer_id == first), key=rank)


def _buyer(row: Row[*tuple[Any, ...]]) -> Buyer:
    return Buyer(
        id=row.customer_id,
        public_id=row.customer_public_id,
        name=row.customer_name,
        currency=row.currency,
        price_level=row.price_level,
        markup_bp=row.price_b_markup_bp,
        charge_tax=row.charge_tax,
        on_hold=row.credit_hold,
        may_pay_by_card=row.card_rule != CardRule.RESTRICTED,
    )


def _place(row: Row[*tuple[Any, ...]]) -> Place:
    return Place(
        id=row.location_id,
        code=row.code,
        name=row.location_name,
        time_zone=row.time_zone,
        tax_bp=row.tax_bp,
    )


def _cart(row: Row[*tuple[Any, ...]], now: datetime) -> Cart:
    if row.order_id is None:
        return Cart()
    if row.expires_at <= now and row.held_by_payment_id is None:
        return Cart(is_expired=row.lines > 0)
    return Cart(
        order_id=row.order_id,
        public_id=row.public_id,
        lines=row.lines,
        total_cents=row.total_cents,
        is_held=row.held_by_payment_id is not None,
        expires_at=row.expires_at,
        ship_date=row.ship_date,
        carrier_id=row.carrier_id,
        carrier=row.carrier or "",
        ship_to_id=row.ship_to_id,
        ship_to=row.ship_to or "",
    )


def _ship_date(cart: Cart, wanted: Wanted, dates: tuple[date, ...]) -> date:
    if cart.lines and cart.ship_date is not None:
        return cart.ship_date
    return wanted.ship_date if wanted.ship_date in dates else dates[0]
