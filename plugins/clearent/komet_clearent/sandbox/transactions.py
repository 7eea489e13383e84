"""One exchange about money, as the sandbox's ledger keeps it."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from .amounts import dollars

SALE, AUTH, CAPTURE, VOID = "SALE", "AUTH", "CAPTURE", "VOID"
FORCED_SALE, REFUND, UNMATCHED_REFUND = "FORCED SALE", "REFUND", "UNMATCHED REFUND"
TAKES_MONEY = frozenset({SALE, FORCED_SALE, CAPTURE})
GIVES_MONEY = frozenset({REFUND, UNMATCHED_REFUND})
APPROVED = "APPROVED"


@dataclasses.dataclass(kw_only=True)
class Transaction:
    """A row of the ledger. `amount_cents` is the total that moved, fee and tip included.

    `batch` is the number of the terminal's batch that holds it: none for what was declined,
    only authorized, or a void. `echoes` are the caller's own fields, given back as they came.
    """

    id: int
    account: str
    kind: str
    amount_cents: int
    created: datetime
    base_cents: int = 0
    tip_cents: int = 0
    fee_cents: int = 0
    original_cents: int | None = None
    result: str = APPROVED
    result_code: str = "000"
    message: str = "Transaction approved"
    authorization_code: str = ""
    invoice: str = ""
    order_id: str = ""
    card_last4: str = ""
    card_brand: str = ""
    card_expiry: str = ""
    token: str = ""
    avs: str = ""
    csc: str = ""
    batch: int | None = None
    ref_id: int | None = None
    voided: bool = False
    pending: bool = False
    tip_adjusted: bool = False
    partial: bool = False
    fee_refused: bool = False
    echoes: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_approved(self) -> bool:
        """Only then has anything happened to a card."""
        return self.result == APPROVED

    @property
    def counts(self) -> bool:
        """Approved and not undone: part of what the merchant is owed."""
        return self.is_approved and not self.voided

    @property
    def net_cents(self) -> int:
        """What it adds to the merchant's money."""
        if not self.counts:
            return 0
        taken = self.kind in TAKES_MONEY
        return self.amount_cents * (taken - (self.kind in GIVES_MONEY))

    @property
    def amount(self) -> str:
        """The total as the gateway writes it."""
        return dollars(self.amount_cents)

    def as_document(self) -> dict[str, Any]:
        """For the file."""
        return {**vars(self), "created": self.created.isoformat()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Transaction":
        """From the file."""
        created = datetime.fromisoformat(document["created"]).astimezone(UTC)
        return cls(**{**document, "created": created})
