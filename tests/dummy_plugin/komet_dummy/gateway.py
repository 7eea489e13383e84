"""A gateway inside this process: a ledger, a vault of cards, and faults on command."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import uuid4

from komet_shop.plugin_api import Kind, Outcome, Transaction
from komet_shop.plugin_api.contract_subject import Booked

ONE_TIME = "once-"
"""What every token of the card form begins with."""


class Fault(Enum):
    """What can be armed for the next call that moves money."""

    DECLINE = auto()
    SILENCE_BEFORE_BOOKING = auto()
    SILENCE_AFTER_BOOKING = auto()


class Refused(Exception):
    """The gateway says no. Nothing was booked."""


class Silent(Exception):
    """The gateway does not answer."""


class Gone(Exception):
    """Nobody listens."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One exchange that moves money, or stores a card. `parent` is an earlier id."""

    kind: Kind
    reference: str
    cents: int
    fee_cents: int = 0
    parent: str = ""
    one_time_token: str = ""
    stored_token: str = ""


class DummyGateway:
    """One merchant with one terminal. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._ledger: dict[str, Transaction] = {}
        self._used_up: set[str] = set()
        self._stored: set[str] = set()
        self._fault: Fault | None = None
        self._is_listening = True
        self._batch = 1

    # Directing it

    def new_card_token(self) -> str:
        """A one-time token of a good card."""
        return f"{ONE_TIME}{uuid4().hex}"

    def stored_card_token(self) -> str:
        """A token of a good card that is kept."""
        with self._lock:
            return self._store()

    def decline_next(self) -> None:
        """Refuse the next call."""
        self._fault = Fault.DECLINE

    def go_silent_next(self, *, after_booking: bool) -> None:
        """Do not answer the next call."""
        before, after = Fault.SILENCE_BEFORE_BOOKING, Fault.SILENCE_AFTER_BOOKING
        self._fault = after if after_booking else before

    def refuse_connections(self) -> None:
        """Stop listening."""
        self._is_listening = False

    def settle(self) -> None:
        """Close the open batch."""
        with self._lock:
            for id_, entry in self._ledger.items():
                self._ledger[id_] = replace(entry, settled=True)
            self._batch += 1

    def booked(self) -> list[Booked]:
        """Everything approved so far."""
        with self._lock:
            entries = list(self._ledger.values())
        return [
            Booked(reference=one.reference, kind=one.kind, amount_cents=one.amount_cents)
            for one in entries
            if one.kind
        ]

    # What a connection asks of it

    def book(self, order: Order) -> tuple[Transaction, str]:
        """Carry out an order; the transaction, and the token of the card if it was kept.

        Raises:
            Refused, Silent, Gone: as their names say.
        """
        self.require_listening()
        with self._lock:
            fault, self._fault = self._fault, None
            if fault is Fault.DECLINE:
                raise Refused("declined on command")
            if fault is Fault.SILENCE_BEFORE_BOOKING:
                raise Silent
            self._check(order)
            transaction = self._write(order)
            token = self._store() if order.kind is Kind.STORE_CARD else ""
        if fault is Fault.SILENCE_AFTER_BOOKING:
            raise Silent
        return transaction, token

    def search(self) -> list[Transaction]:
        """The whole ledger.

        Raises:
            Gone: nobody listens.
        """
        self.require_listening()
        with self._lock:
            return list(self._ledger.values())

    def open_batch(self) -> tuple[str, list[Transaction]]:
        """Number of the open batch and what is in it."""
        inside = [entry for entry in self.search() if not entry.settled and not entry.voided]
        counted = (Kind.SALE, Kind.CAPTURE, Kind.REFUND, Kind.CREDIT_REFUND)
        return str(self._batch), [entry for entry in inside if entry.kind in counted]

    def has_card(self, token: str) -> bool:
        """Whether the card is in the vault."""
        self.require_listening()
        return token in self._stored

    def forget(self, token: str) -> None:
        """Take the card out of the vault."""
        self.require_listening()
        self._stored.discard(token)

    def require_listening(self) -> None:
        """Let a call through.

        Raises:
            Gone: nobody listens.
        """
        if not self._is_listening:
            raise Gone

    def _check(self, order: Order) -> None:
        if order.one_time_token:
            self._use_up(order.one_time_token)
        elif order.stored_token:
            if order.stored_token not in self._stored:
                raise Refused("no such card")
        else:
            self._check_parent(order)

    def _use_up(self, token: str) -> None:
        if not token.startswith(ONE_TIME) or token in self._used_up:
            raise Refused("not a one-time token, or used before")
        self._used_up.add(token)

    def _check_parent(self, order: Order) -> None:
        parent = self._ledger.get(order.parent)
        if parent is None or parent.voided:
            raise Refused("no such transaction, or voided")
        if order.kind is Kind.VOID and parent.settled:
            raise Refused("its batch is closed")
        if self._taken(order) + order.cents + order.fee_cents > parent.total_cents:
            raise Refused("more than is left")

    def _taken(self, order: Order) -> int:
        """What earlier captures or refunds took of the same parent."""
        same = (
            entry.total_cents
            for entry in self._ledger.values()
            if entry.parent_id == order.parent and entry.kind is order.kind
        )
        return sum(same)

    def _write(self, order: Order) -> Transaction:
        if order.kind is Kind.VOID:
            self._ledger[order.parent] = replace(self._ledger[order.parent], voided=True)
        transaction = Transaction(
            id=f"D{next(self._numbers)}",
            kind=order.kind,
            outcome=Outcome.APPROVED,
            reference=order.reference,
            amount_cents=order.cents,
            service_fee_cents=order.fee_cents,
            created_at=self._clock(),
            parent_id=order.parent,
            batch_id=str(self._batch),
        )
        self._ledger[transaction.id] = transaction
        return transaction

    def _store(self) -> str:
        token = f"kept-{next(self._numbers)}-card"
        self._stored.add(token)
        return token


_gateways: dict[str, DummyGateway] = {}


def gateway_at(url: str) -> DummyGateway:
    """The gateway at an address such as dummy://one; made when first asked for."""
    return _gateways.setdefault(url, DummyGateway())
