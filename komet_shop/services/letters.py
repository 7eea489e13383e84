"""What the shop's mails say. The mailer puts it into words and hands it to a mail server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

WITHOUT_ALERT = "alert"
"""Mail about trouble makes no mail about its own trouble."""


class MailUnavailable(Exception):
    """The mail server is down, unclear or asks to come back later."""


class MailRefused(Exception):
    """The mail server will not take this message for this recipient."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Whose mail it is."""

    company: str
    location: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of an order. `price_e4` is per unit."""

    description: str
    boxes: int
    units_per_box: int
    unit_type: str
    price_e4: int
    cents: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A card payment that was received.

    `surcharge_bp` without a fee: a surcharge was announced, and the gateway left it out.
    """

    receipt_number: str
    control_number: str
    received_at: datetime
    customer: str
    order_number: str
    order_path: str
    brand: str
    last_four: str
    authorization_code: str
    transaction_id: str
    currency: str
    lines: tuple[Line, ...]
    tax_cents: int
    amount_cents: int
    fee_cents: int
    surcharge_bp: int = 0
    charged_cents: int


@dataclass(frozen=True, kw_only=True)
class CheckoutNotice:
    """An order that was checked out."""

    order_number: str
    order_path: str
    customer: str
    customer_po: str
    ship_date: date
    currency: str
    lines: tuple[Line, ...]
    tax_cents: int
    total_cents: int


@dataclass(frozen=True, kw_only=True)
class Reset:
    """A new password was asked for; the link is for its reader only."""

    link: str

    def __repr__(self) -> str:
        return "Reset(link='***')"


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Somebody was given a login and chooses a password by the link, within so many days."""

    link: str
    valid_days: int
    is_for_staff: bool

    def __repr__(self) -> str:
        return "Invitation(link='***')"


@dataclass(frozen=True, kw_only=True)
class SecurityChange:
    """What lets its reader log in was changed; `change` is one of `security_mails.CHANGES`."""

    change: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something needs a person of the company."""

    subject_kind: str
    message_id: int
    error: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class BrokenRule:
    """A rule of the shop's money that was found broken; `says` is the rule in English."""

    invariant: str
    says: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Review:
    """A payment that waits for a person of the company. `reason` is in English.

    `is_stray`: money moved for something that the shop had given up. `is_in_vain`: it was to
    be given back, and was not.
    """

    is_stray: bool
    is_in_vain: bool = False
    path: str
    receipt_number: str
    order_number: str
    customer: str
    began_at: datetime
    brand: str
    last_four: str
    currency: str
    amount_cents: int
    reason: str


class End(StrEnum):
    """How a payment ended that was unclear to its buyer."""

    NOT_CHARGED = "not_charged"
    GIVEN_BACK = "given_back"
    CREDITED = "credited"


@dataclass(frozen=True, kw_only=True)
class PaymentEnd:
    """How a payment ended that was unclear. `amount_cents`: what this end is about."""

    end: End
    is_hold: bool
    is_declined: bool
    is_paid_otherwise: bool
    path: str
    receipt_number: str
    order_number: str
    began_at: datetime
    brand: str
    last_four: str
    currency: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A step on a location's way to cards was done. `title` is the payment plugin's."""

    step: str
    title: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ApplicationForm:
    """A location's application, for the specialist who answers it. `facts` as they are kept."""

    title: str
    facts: Mapping[str, str]
    monthly_volume_cents: int
    average_ticket_cents: int
    webhook_path: str


Content = (
    Receipt
    | CheckoutNotice
    | Reset
    | Invitation
    | SecurityChange
    | Alert
    | BrokenRule
    | Review
    | PaymentEnd
    | Activation
    | ApplicationForm
)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail to one recipient. `key` stays the same when it is sent again."""

    key: str
    template: str
    to: str
    locale: str
    sender: Sender
    content: Content


class SendsMail(Protocol):
    """Delivers letters."""

    def send(self, letter: Letter) -> None:
        """Hand a letter to the mail server.

        Raises:
            MailUnavailable, MailRefused.
        """
        ...
