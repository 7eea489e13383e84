"""The books: balanced by construction, written once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from komet_shop.models import JournalEntry, LedgerTransfer, Operation


def card_clearing(location_id: int) -> str:
    """Money that the gateway owes us for a location."""
    return f"card_clearing:{location_id}"


def receivable(customer_id: int) -> str:
    """What a customer owes us."""
    return f"ar:{customer_id}"


def open_credit(customer_id: int) -> str:
    """What we owe a customer."""
    return f"open_credit:{customer_id}"


SALES = "sales"
TAX = "tax"
FEES = "fees"
REFUNDS = "refunds"
SUSPENSE = "suspense"


@dataclass(frozen=True, kw_only=True)
class Leg:
    """An amount that leaves the credit account and arrives in the debit account."""

    debit: str
    credit: str
    cents: int

    def reversed(self) -> "Leg":
        """The same amount the other way."""
        return Leg(debit=self.credit, credit=self.debit, cents=self.cents)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of the books and what caused it."""

    company_id: int
    location_id: int
    kind: str
    source_type: str
    source_id: int
    currency: str


def of_operation(operation: Operation, kind: str) -> Event:
    """An event that an operation caused; each kind of it once."""
    return Event(
        company_id=operation.company_id,
        location_id=operation.location_id,
        kind=kind,
        source_type="operation",
        source_id=operation.id,
        currency=operation.currency,
    )


def post(session: Session, event: Event, legs: Sequence[Leg], now: datetime) -> None:
    """Write an event with its legs; legs of nothing are left out, and an event without legs.

    Raises sqlalchemy's IntegrityError when the same event of the same source was posted.
    """
    moved = [leg for leg in legs if leg.cents]
    if not moved:
        return
    entry_id = session.execute(
        insert(JournalEntry)
        .values(
            company_id=event.company_id,
            location_id=event.location_id,
            kind=event.kind,
            source_type=event.source_type,
            source_id=event.source_id,
            created_at=now,
        )
        .returning(JournalEntry.id)
    ).scalar_one()
    rows = [
        {
            "entry_id": entry_id,
            "leg": number,
            "debit_account": leg.debit,
            "credit_account": leg.credit,
            "amount_cents": leg.cents,
            "currency": event.currency,
            "created_at": now,
        }
        for number, leg in enumerate(moved)
    ]
    session.execute(insert(LedgerTransfer), rows)


def balance_cents(session: Session, account: str) -> int:
    """Debits less credits of an account. For checks and reports, not for page views."""
    return _sum(session, LedgerTransfer.debit_account == account) - _sum(
        session, LedgerTransfer.credit_account == account
    )


def _sum(session: Session, condition: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(LedgerTransfer.amount_cents), 0)).where(condition)
    return int(session.execute(total).scalar_one())
