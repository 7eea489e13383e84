"""Checking an order out, with a card payment or without."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import card_rules, identifiers, money, ship_dates
from komet_shop.domain.card_rules import Answer, CardRule, Channel, Question, Refusal
from komet_shop.models import (
    Company,
    Customer,
    GatewayAccount,
    Invoice,
    Location,
    LocationCardSettings,
    Order,
    OrderLine,
    Payment,
)
from komet_shop.models.upserts import inserting
from komet_shop.services import audit, gateways, receiving
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


class CheckoutRefused(Exception):
    """The order cannot be checked out as asked. Nothing was charged, nothing changed."""


class NoSuchOrder(CheckoutRefused):
    """Not there, or not this customer's."""


class OrderNotOpen(CheckoutRefused):
    """Already checked out, or voided."""


class OrderEmpty(CheckoutRefused):
    """There is nothing in the cart."""


class PaymentUnderWay(CheckoutRefused):
    """Another payment for this order is running: show that one. `payment_id` names it."""

    def __init__(self, payment_id: str) -> None:
        super().__init__(payment_id)
        self.payment_id = payment_id


class TotalChanged(CheckoutRefused):
    """The page showed another total than the order has now."""


class CardNotOffered(CheckoutRefused):
    """The rules say no. `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class CardRequired(CheckoutRefused):
    """This customer's orders are checked out with a card payment only."""


class CustomerOnHold(CheckoutRefused):
    """The company has stopped orders of this customer."""


class ShipDatePassed(CheckoutRefused):
    """The trucks of the order's ship date have left: empty the cart and choose another day."""


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """A draft that may be checked out, with all that decides how."""

    order: Order
    customer: Customer
    company_currency: str
    settings: LocationCardSettings | None
    account: GatewayAccount | None

    def card_answer(self, amount_cents: int, now: datetime) -> Answer:
        """May this customer pay this amount by card in the shop? With the reason if not."""
        settings, account = self.settings, self.account
        question = Question(
            account_active=account is not None and settings is not None and settings.is_active,
            channel=Channel.ECOMMERCE,
            channel_on=settings is not None and settings.ecommerce_on,
            company_currency=self.company_currency,
            customer_currency=self.customer.currency,
            rule=CardRule(self.customer.card_rule),
            amount_cents=amount_cents,
            role_may_pay=True,
            breaker_closed=account is None or gateways.breaker_is_closed(account, now),
        )
        return card_rules.decide(question)


def place(shop: Shop, scope: Scope, order_id: str, expected_cents: int) -> None:
    """Check an order out without payment; the invoice is paid on the customer's terms.

    Raises:
        CheckoutRefused: one of its kinds; nothing was written.
    """
    shop.database.run(lambda session: _place(session, shop, scope, order_id, expected_cents))


def _place(session: Session, shop: Shop, scope: Scope, order_id: str, expected_cents: int) -> None:
    now = shop.clock.now()
    found = open_order(session, scope, order_id, now)
    total = total_of(session, found.order, expected_cents)
    if found.card_answer(total, now).only_by_card:
        raise CardRequired
    make_invoice(session, found.order, total, reserve=False, now=now)
    receiving.check_out(session, found.order.id, payment_id=None, now=now)
    placed = audit.Entry(
        actor=scope.actor,
        company_id=found.order.company_id,
        location_id=found.order.location_id,
        action="order_placed",
        object_type="order",
        object_id=found.order.id,
        after={"total_cents": total},
    )
    audit.write(session, placed, now)


_ORDER = (
    select(
        Order,
        Customer,
        Company.currency,
        Location.time_zone,
        LocationCardSettings,
        GatewayAccount,
    )
    .join(Customer, Customer.id == Order.customer_id)
    .join(Company, Company.id == Order.company_id)
    .join(Location, Location.id == Order.location_id)
    .outerjoin(LocationCardSettings, LocationCardSettings.location_id == Order.location_id)
    .outerjoin(
        GatewayAccount,
        (GatewayAccount.location_id == Order.location_id)
        & (GatewayAccount.kind == "online")
        & GatewayAccount.retired_at.is_(None),
    )
)


def open_order(session: Session, scope: Scope, public_id: str, now: datetime) -> OpenOrder:
    """The draft of that name, in one statement.

    Raises:
        NoSuchOrder, OrderNotOpen, PaymentUnderWay, CustomerOnHold, ShipDatePassed.
    """
    statement = _ORDER.where(
        Order.public_id == public_id,
        Order.company_id == scope.company_id,
        Order.location_id.in_(scope.location_ids),
    )
    if scope.customer_ids is not None:
        statement = statement.where(Order.customer_id.in_(scope.customer_ids))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NoSuchOrder(public_id)
    order, customer, currency, time_zone, settings, account = row
    _require_open(session, order)
    if customer.credit_hold:
        raise CustomerOnHold(public_id)
    if now > ship_dates.closes_at(order.ship_date, time_zone):
        raise ShipDatePassed(public_id)
    return OpenOrder(
        order=order,
        customer=customer,
        company_currency=currency,
        settings=settings,
        account=account,
    )


def _require_open(session: Session, order: Order) -> None:
    if order.state != "draft":
        raise OrderNotOpen(order.public_id)
    if order.held_by_payment_id is not None:
        raise PaymentUnderWay(session.get_one(Payment, order.held_by_payment_id).public_id)


def total_of(session: Session, order: Order, expected_cents: int) -> int:
    """The total from our own lines, in cents; the page's figure is only compared."""
    lines = session.execute(
        select(
            OrderLine.boxes, OrderLine.units_per_box, OrderLine.price_e4, OrderLine.tax_cents
        ).where(OrderLine.order_id == order.id)
    ).all()
    if not lines:
        raise OrderEmpty(order.public_id)
    total = sum(
        money.line_cents(boxes=boxes, units_per_box=units, price_e4=price) + tax
        for boxes, units, price, tax in lines
    )
    if total != expected_cents or total != order.total_cents:
        raise TotalChanged(order.public_id)
    return total


def make_invoice(
    session: Session, order: Order, total: int, *, reserve: bool, now: datetime
) -> int:
    """Make the order's invoice or bring it up to date; refused while a payment reserves it."""
    reserved = total if reserve else 0
    values = {
        "total_cents": total,
        "open_cents": total,
        "pay_reserved_cents": reserved,
    }
    upsert = inserting(session, Invoice)
    statement = (
        upsert.values(
            public_id=identifiers.public_id("inv"),
            company_id=order.company_id,
            location_id=order.location_id,
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            created_at=now,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["order_id"],
            set_=values,
            where=(Invoice.pay_reserved_cents == 0) & (Invoice.open_cents == Invoice.total_cents),
        )
        .returning(Invoice.id)
    )
    invoice_id = session.execute(statement).scalar_one_or_none()
    if invoice_id is None:
        raise OrderNotOpen(order.public_id)
    return int(invoice_id)
