"""Checking an order out, with a card payment or without."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import card_fees, card_settings, identifiers, money, ship_dates
from komet_shop.domain.card_fees import Fee
from komet_shop.domain.card_rules import Answer, Channel, Refusal
from komet_shop.domain.card_settings import Switch, Way
from komet_shop.domain.payment_methods import Method
from komet_shop.models import (
    Company,
    CompanyCardSettings,
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
from komet_shop.services import audit, card_question, credit_limits, payment_methods, receiving
from komet_shop.services.card_question import Asked, Payer, Till
from komet_shop.services.credit_limits import Credit
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


class OverCreditLimit(CheckoutRefused):
    """On terms, the order would take the customer over the credit limit.

    `card_is_offered`: paid by card now, it may be checked out.
    """

    def __init__(self, order: Order, credit: Credit, *, card_is_offered: bool) -> None:
        super().__init__(order.public_id)
        self.credit = credit
        self.total_cents = order.total_cents
        self.currency = order.currency
        self.card_is_offered = card_is_offered


class ShipDatePassed(CheckoutRefused):
    """The trucks of the order's ship date have left: empty the cart and choose another day."""


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """A draft that may be checked out, with all that decides how."""

    order: Order
    customer: Customer
    company_currency: str
    defaults: CompanyCardSettings | None
    settings: LocationCardSettings | None
    account: GatewayAccount | None
    method_in_use: bool

    def is_on(self, which: Switch) -> bool:
        """True when the order's location, or else the company, has switched it on."""
        return card_settings.switch(which, company=self.defaults, location=self.settings).value

    def card_answer(self, amount_cents: int, now: datetime) -> Answer:
        """May this customer pay this amount by card in the shop? With the reason if not."""
        till = Till(
            company_currency=self.company_currency,
            defaults=self.defaults,
            settings=self.settings,
            account=self.account,
            method_in_use=self.method_in_use,
        )
        asked = Asked(channel=Channel.ECOMMERCE, amount_cents=amount_cents, now=now)
        return card_question.answer(till, Payer.of(self.customer), asked)

    def fee_on(self, amount_cents: int) -> Fee:
        """What a card pays in the shop on top of this amount."""
        decided = card_settings.fees(company=self.defaults, location=self.settings)
        return card_fees.fee_on(
            amount_cents,
            decided.value,
            channel=Channel.ECOMMERCE,
            way=Way.IN_APP,
            exempt=self.customer.fee_exempt,
            billing_state=self.customer.billing_state,
        )


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
    answer = found.card_answer(total, now)
    if answer.only_by_card:
        raise CardRequired
    _require_credit(session, found, total, card_is_offered=answer.offered)
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


def _require_credit(
    session: Session, found: OpenOrder, total: int, *, card_is_offered: bool
) -> None:
    """Orders of the same customer come one after the other from here on."""
    credit = credit_limits.locked(session, found.customer.id)
    if credit.hold:
        raise CustomerOnHold(found.order.public_id)
    if credit.is_over_with(total):
        raise OverCreditLimit(found.order, credit, card_is_offered=card_is_offered)


_ORDER = (
    select(
        Order,
        Customer,
        Company.currency,
        Location.time_zone,
        CompanyCardSettings,
        LocationCardSettings,
        GatewayAccount,
        payment_methods.in_use(Order.company_id, Method.CARD_IN_APP),
    )
    .join(Customer, Customer.id == Order.customer_id)
    .join(Company, Company.id == Order.company_id)
    .join(Location, Location.id == Order.location_id)
    .outerjoin(CompanyCardSettings, CompanyCardSettings.company_id == Order.company_id)
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
    order, customer, currency, time_zone, defaults, settings, account, method_in_use = row
    _require_open(session, order)
    if customer.credit_hold:
        raise CustomerOnHold(public_id)
    if now > ship_dates.closes_at(order.ship_date, time_zone):
        raise ShipDatePassed(public_id)
    return OpenOrder(
        order=order,
        customer=customer,
        company_currency=currency,
        defaults=defaults,
        settings=settings,
        account=account,
        method_in_use=method_in_use,
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
