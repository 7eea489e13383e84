"""The gateway, the shop and the requests that the contract tests work with."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypedDict

from komet_shop.plugin_api import (
    Account,
    CaptureRequest,
    ChargeRequest,
    CreditRequest,
    Deadlines,
    GatewayResult,
    Kind,
    LookupRequest,
    OneTimeCard,
    Outcome,
    Plugin,
    RefundRequest,
    StoredCard,
    TakesPayments,
    VoidRequest,
)

DEADLINES = Deadlines(connect=0.3, total=1.0)


@dataclass(frozen=True, kw_only=True)
class Booked:
    """One approved exchange in the gateway's own ledger; without a service fee."""

    reference: str
    kind: Kind
    amount_cents: int


class GatewayUnderControl(Protocol):
    """The gateway that the tests direct. `..._next` works on the next call that moves money."""

    def new_card_token(self) -> str:
        """A one-time token, as the card form would give it, of a card that is good."""
        ...

    def stored_card_token(self) -> str:
        """A token of a good card that the gateway keeps."""
        ...

    def decline_next(self) -> None:
        """Answer the next call with a refusal of the gateway's usual kind."""
        ...

    def go_silent_next(self, *, after_booking: bool) -> None:
        """Take the next call and never answer: before or after it is written to the ledger."""
        ...

    def refuse_connections(self) -> None:
        """From now on nobody listens at the gateway's address."""
        ...

    def settle(self) -> None:
        """Close the open batch, so that sales can be refunded."""
        ...

    def booked(self) -> Sequence[Booked]:
        """Everything approved so far, in any order."""
        ...


class RecordingHost:
    """The shop, as far as a plugin sees it. It counts permissions and can refuse them."""

    software = ("KometShopContract", "1")

    def __init__(self, *, in_transaction: bool = False) -> None:
        self.asked = 0
        self.logged: list[str] = []
        self._in_transaction = in_transaction

    def about_to_call(self) -> float:
        """Count the call, or refuse it as the shop does inside a transaction."""
        self.asked += 1
        if self._in_transaction:
            raise RuntimeError("a database transaction is open")
        return time.monotonic() + PATIENCE

    def log(self, event: str, **fields: str | int | bool | None) -> None:
        """Keep the line, to look for secrets in it."""
        self.logged.append(f"{event} {fields}")


PATIENCE = 5.0
"""Seconds that a call may wait for its first byte."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is tested: a plugin, one account of it, and the gateway behind that account."""

    plugin: Plugin
    account: Account
    gateway: GatewayUnderControl
    host: RecordingHost = field(default_factory=RecordingHost)

    def open(self, host: RecordingHost | None = None) -> TakesPayments:
        """A connection with the short deadlines of tests."""
        return self.plugin.open(self.account, host or self.host, DEADLINES)


class Till:
    """Makes requests as the shop would, each with a reference of its own."""

    _numbers = itertools.count(1)

    def __init__(self, subject: Subject) -> None:
        self.gateway = subject.gateway
        self.connection = subject.open()
        self.reference = ""

    def sell(self, cents: int = 2500, card: OneTimeCard | StoredCard | None = None) -> str:
        """An approved sale; its id."""
        result = self.connection.charge(self.charge_request(Kind.SALE, cents, card=card))
        assert result.outcome is Outcome.APPROVED
        assert result.transaction_id
        return result.transaction_id

    def action(self, kind: Kind, cents: int = 2500) -> Callable[[], GatewayResult]:
        """One call of this kind, with everything that must come before it already done."""
        if kind in (Kind.SALE, Kind.AUTHORIZE, Kind.STORE_CARD):
            request = self.charge_request(kind, 0 if kind is Kind.STORE_CARD else cents)
            return lambda: self.connection.charge(request)
        follow_ups = {
            Kind.CAPTURE: self._capture,
            Kind.VOID: self._void,
            Kind.REFUND: self._refund,
            Kind.CREDIT_REFUND: self._credit,
        }
        return follow_ups[kind](cents)

    def charge_request(
        self, kind: Kind, cents: int, *, card: OneTimeCard | StoredCard | None = None, fee: int = 0
    ) -> ChargeRequest:
        """A request with a new reference, by default with a new card."""
        return ChargeRequest(
            kind=kind,
            reference=self.next_reference(),
            amount_cents=cents,
            service_fee_cents=fee,
            currency="USD",
            card=card or OneTimeCard(token=self.gateway.new_card_token()),
            order_number="W1001",
        )

    def next_reference(self) -> str:
        """A reference that was never used; also kept as `self.reference`."""
        self.reference = f"CT{next(self._numbers):06d}{time.time_ns() % 10**9:09d}"
        return self.reference

    def _capture(self, cents: int) -> Callable[[], GatewayResult]:
        held = self.connection.charge(self.charge_request(Kind.AUTHORIZE, cents))
        assert held.transaction_id
        request = CaptureRequest(**self.follow_up(held.transaction_id, cents))
        return lambda: self.connection.capture(request)

    def _void(self, cents: int) -> Callable[[], GatewayResult]:
        request = VoidRequest(**self.follow_up(self.sell(cents), cents))
        return lambda: self.connection.void(request)

    def _refund(self, cents: int) -> Callable[[], GatewayResult]:
        sale = self.sell(cents)
        self.gateway.settle()
        request = RefundRequest(**self.follow_up(sale, cents))
        return lambda: self.connection.refund(request)

    def _credit(self, cents: int) -> Callable[[], GatewayResult]:
        card = StoredCard(token=self.gateway.stored_card_token())
        reference = self.next_reference()
        request = CreditRequest(reference=reference, card=card, amount_cents=cents, currency="USD")
        return lambda: self.connection.credit(request)

    def follow_up(self, transaction_id: str, cents: int) -> "FollowUp":
        """The fields of a capture, void or refund, with a new reference."""
        return {
            "reference": self.next_reference(),
            "transaction_id": transaction_id,
            "amount_cents": cents,
            "currency": "USD",
        }


class FollowUp(TypedDict):
    """What every request names that follows an earlier transaction."""

    reference: str
    transaction_id: str
    amount_cents: int
    currency: str


def last_hour(*, reference: str = "", transaction_id: str = "") -> LookupRequest:
    """A search of everything that a test can have done."""
    now = datetime.now(UTC)
    return LookupRequest(
        since=now - timedelta(hours=1),
        until=now,
        reference=reference,
        transaction_id=transaction_id,
    )
