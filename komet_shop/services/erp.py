"""What the shop asks of the ERP: a protocol that the client of Komet's API implements.

Ids of the ERP are text, whatever it sends; times are UTC; amounts are integer cents and unit
prices integer ten-thousandths.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


class ErpUnavailable(Exception):
    """It is down, did not answer, answered nonsense, or the day's calls are used up.

    What was asked may have happened or not: look before asking again.
    """


class ErpRefused(Exception):
    """It understood and said no; nothing was booked. The message is its own."""


@dataclass(frozen=True, kw_only=True)
class OrderedLine:
    """Boxes of one line of the ERP's inventory at a unit price."""

    item: str
    boxes: int
    price_e4: int


@dataclass(frozen=True, kw_only=True)
class OrderToPost:
    """An order as the ERP takes it. `reference` is ours and never used twice."""

    reference: str
    customer: str
    location_code: str
    carrier: str
    ship_to: str | None
    ship_date: date
    po_number: str
    notes: str
    lines: tuple[OrderedLine, ...]


@dataclass(frozen=True, kw_only=True)
class PostedOrder:
    """An order in the ERP's books. A draft there is not yet seen by its people."""

    id: str
    number: str
    reference: str
    is_draft: bool


@dataclass(frozen=True, kw_only=True)
class PaidOrder:
    """The part of a payment that is meant for one order, by the ERP's order number."""

    number: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class PaymentToPost:
    """A card payment, without the fee on it. What `orders` leaves over is open credit."""

    reference: str
    customer: str
    location_code: str
    received_on: date
    amount_cents: int
    notes: str
    orders: tuple[PaidOrder, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PostedPayment:
    """A payment in the ERP's books, by the number that its people use.

    `references`: whatever it may be recognised by; ours is among them if it is ours.
    """

    control_number: str
    references: frozenset[str]
    id: str = ""


class PostsToErp(Protocol):
    """Tells the ERP about orders and payments. It has no guard of its own against repeats.

    Every method raises ErpUnavailable or ErpRefused. Posting methods send once, never again.
    """

    def find_orders(self, *, customer: str, since: date, until: date) -> list[PostedOrder]:
        """A customer's orders with ship dates in a window, voided ones too."""
        ...

    def create_order(self, order: OrderToPost) -> PostedOrder:
        """Book an order as a draft."""
        ...

    def check_out(self, number: str) -> None:
        """Show a draft to the ERP's people; refused when it is none."""
        ...

    def find_payments(self, reference: str) -> list[PostedPayment]:
        """Payments with exactly this reference, oldest first."""
        ...

    def payments_between(self, since: date, until: date) -> list[PostedPayment]:
        """All payments of a window of at most 31 days."""
        ...

    def post_payment(self, payment: PaymentToPost) -> PostedPayment:
        """Book a payment that was received by card."""
        ...


@dataclass(frozen=True, kw_only=True)
class ErpLocation:
    """A warehouse."""

    id: str
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class ErpCarrier:
    """A truck line."""

    id: str
    code: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class ErpProduct:
    """A variety in one grade."""

    id: str
    name: str
    division: str
    category: str
    variety: str
    colour: str
    grade: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class ErpCustomerHeader:
    """That a customer exists, and when it was changed last."""

    id: str
    active: bool
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class ErpCustomer:
    """What the ERP decides about a customer. A limit of None is no limit.

    `billing_state` is two capital letters for a state of the USA; elsewhere as it comes.
    """

    id: str
    code: str
    name: str
    currency: str
    price_level: str
    price_b_markup_bp: int
    terms: str
    credit_limit_cents: int | None
    credit_hold: bool
    charge_tax: bool
    invoice_emails: str
    sales_person: str
    address: str = field(repr=False)
    billing_state: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class ErpShipTo:
    """An address of a customer."""

    id: str
    customer: str
    name: str
    address: str = field(repr=False)
    carrier: str


@dataclass(frozen=True, kw_only=True)
class ErpInventoryLine:
    """Boxes that can be sold now, those that the ERP has sold already not counted."""

    id: str
    product: str
    location: str
    name: str
    origin: int
    grower: str
    country: str
    box_type: str
    unit_type: str
    bunches_per_box: int
    stems_per_bunch: int
    units_per_box: int
    price_e4: int
    boxes: int
    available_from: date
    available_to: date


class ReadsErp(Protocol):
    """What the ERP owns and the shop shows. Every method raises ErpUnavailable or ErpRefused."""

    def locations(self) -> Iterable[ErpLocation]:
        """All warehouses."""
        ...

    def carriers(self) -> Iterable[ErpCarrier]:
        """All carriers, retired ones too."""
        ...

    def products(self) -> Iterable[ErpProduct]:
        """The catalogue."""
        ...

    def customer_headers(self, since: datetime | None) -> Iterable[ErpCustomerHeader]:
        """Customers changed at or after `since`, closed ones too; None for all."""
        ...

    def customer(self, header: ErpCustomerHeader) -> ErpCustomer:
        """Everything about one customer: a call of its own."""
        ...

    def ship_tos(self, since: datetime | None) -> Iterable[ErpShipTo]:
        """Addresses changed at or after `since`; None for all."""
        ...

    def inventory(self) -> Iterable[ErpInventoryLine]:
        """The whole company's stock, on hand and to come."""
        ...


class Erp(PostsToErp, ReadsErp, Protocol):
    """Both directions."""
