"""Moving money: requests, results, and the protocol a payment plugin implements."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from komet_shop.plugin_api.cards import CardDetails, OneTimeCard, StoredCard


class Kind(StrEnum):
    """What an operation intends. STORE_CARD moves no money: it saves a card."""

    SALE = "sale"
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    CREDIT_REFUND = "credit_refund"
    STORE_CARD = "store_card"


class Outcome(StrEnum):
    """Four answers, never two. REJECTED was provably not processed; UNKNOWN may have been."""

    APPROVED = "approved"
    DECLINED = "declined"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """Why an outcome needs more than the usual care."""

    KEY_REFUSED = "key_refused"
    CARD_GONE = "card_gone"
    DUPLICATE = "duplicate"
    PARTIAL_APPROVAL = "partial_approval"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    BUSY = "busy"


@dataclass(frozen=True, kw_only=True)
class BillingAddress:
    """Where the card's bill goes. Empty fields are not sent."""

    name: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = "US"


@dataclass(frozen=True, kw_only=True)
class ChargeRequest:
    """A sale, an authorization, or (with amount 0) the storing of a card.

    `reference` is ours, unique per operation, at most 20 characters of A-Z and 0-9.
    `amount_cents` is without `service_fee_cents`, which the gateway adds on top.
    """

    kind: Kind
    reference: str
    amount_cents: int
    currency: str
    card: OneTimeCard | StoredCard
    save_card: bool = False
    service_fee_cents: int = 0
    order_number: str = ""
    billing: BillingAddress = BillingAddress()
    payer_address: str = ""


@dataclass(frozen=True, kw_only=True)
class CaptureRequest:
    """Take `amount_cents` of an authorization, at most what was authorized.

    `amount_cents` is without `service_fee_cents`, which the gateway adds on top; both together
    are at most what was authorized.
    """

    reference: str
    transaction_id: str
    amount_cents: int
    currency: str
    service_fee_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class VoidRequest:
    """Undo a transaction whose batch is still open."""

    reference: str
    transaction_id: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Return part or all of a settled sale to the card that paid for it."""

    reference: str
    transaction_id: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CreditRequest:
    """Send money to a stored card without naming a sale."""

    reference: str
    card: StoredCard
    amount_cents: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class GatewayResult:
    """What became of one request, in the shop's words.

    Fields the answer did not carry are None; the shop then asks for the transaction by its
    id before it believes an approval. `stored_card` is set when the gateway kept the card.
    `buyer_message` is neutral; `staff_message` may name the reason. `amount_cents` is without
    `service_fee_cents`, the fee that was really charged: 0 when the gateway says that it left
    the fee out, None when it does not say.
    """

    outcome: Outcome
    transaction_id: str | None = None
    kind: Kind | None = None
    reference: str | None = None
    amount_cents: int | None = None
    service_fee_cents: int | None = None
    currency: str | None = None
    code: str = ""
    buyer_message: str = ""
    staff_message: str = ""
    retry_other_card: bool = False
    never_retry: bool = False
    authorization_code: str = ""
    batch_id: str = ""
    card: CardDetails = CardDetails()
    stored_card: StoredCard | None = None
    fault: Fault | None = None
    http_status: int | None = None
    trace_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """The gateway's record of one exchange, as a search returns it.

    `amount_cents` is without `service_fee_cents`; the card was charged both. A fee of None: the
    record does not say whether there was one.
    """

    id: str
    kind: Kind | None
    outcome: Outcome
    reference: str
    amount_cents: int
    created_at: datetime
    service_fee_cents: int | None = None
    voided: bool = False
    settled: bool = False
    batch_id: str = ""
    parent_id: str = ""
    code: str = ""
    staff_message: str = ""
    authorization_code: str = ""
    card: CardDetails = CardDetails()

    @property
    def total_cents(self) -> int:
        """What the card was charged, or got back."""
        return self.amount_cents + (self.service_fee_cents or 0)


@dataclass(frozen=True, kw_only=True)
class LookupRequest:
    """Find transactions by our reference, or one by its id, or all of a period (UTC)."""

    since: datetime
    until: datetime
    reference: str = ""
    transaction_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """What a search found. `answered` False: the gateway did not say, which is not a no."""

    answered: bool
    transactions: tuple[Transaction, ...] = ()


@runtime_checkable
class TakesPayments(Protocol):
    """Moves money. Every method returns a result; an exception is a bug, not a decline."""

    def charge(self, request: ChargeRequest) -> GatewayResult:
        """Sale, authorization or card storing, by `request.kind`. One try only."""
        ...

    def capture(self, request: CaptureRequest) -> GatewayResult:
        """Take what was authorized, or part of it."""
        ...

    def void(self, request: VoidRequest) -> GatewayResult:
        """Undo a transaction of the open batch. A refusal says DECLINED."""
        ...

    def refund(self, request: RefundRequest) -> GatewayResult:
        """Return part or all of a settled sale to the card that paid for it."""
        ...

    def credit(self, request: CreditRequest) -> GatewayResult:
        """Send money to a stored card, not matched to a sale."""
        ...

    def find(self, request: LookupRequest) -> Lookup:
        """Search the gateway's own record, across all terminals of the merchant, all pages."""
        ...
