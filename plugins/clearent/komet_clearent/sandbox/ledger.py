"""Every transaction and batch of every terminal: the truth that tests compare against."""

import dataclasses
import random
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from .storage import Storage
from .transactions import GIVES_MONEY, TAKES_MONEY, Transaction

FIRST_ID = 900_000
FIRST_BATCH = 165


@dataclasses.dataclass(kw_only=True)
class Batch:
    """Transactions of one terminal that are paid out together."""

    account: str
    number: int
    opened: datetime
    closed: datetime | None = None
    rows: list[Transaction] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Totals:
    """The six totals of a batch; voided items are not in it."""

    sales_count: int
    sales_cents: int
    refund_count: int
    refund_cents: int

    @property
    def total_count(self) -> int:
        """Sales and refunds."""
        return self.sales_count + self.refund_count

    @property
    def net_cents(self) -> int:
        """What is paid out; negative when more went back than came in."""
        return self.sales_cents - self.refund_cents


class Ledger:
    """Rows in the order of their ids. Take `changing` around every read that leads to a write."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.RLock()
        self._depth = 0
        self._rows: dict[int, Transaction] = {}
        self._by_invoice: dict[str, list[Transaction]] = defaultdict(list)
        self._by_card: dict[tuple[str, str], list[Transaction]] = defaultdict(list)
        self._by_ref: dict[int, list[Transaction]] = defaultdict(list)
        self._batches: dict[str, list[Batch]] = defaultdict(list)
        self._next_id = FIRST_ID
        self._load()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the ledger, and keep all changes made meanwhile or none. Never wait inside."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth += 1
            try:
                with self._storage.together():
                    yield
            finally:
                self._depth -= 1

    def next_id(self) -> int:
        """An id that was never given before, resets included."""
        with self.changing():
            given, self._next_id = self._next_id, self._next_id + 1
            self._storage.put("counter", "transaction", {"next": self._next_id})
            return given

    def book(self, row: Transaction) -> Transaction:
        """Enter a new transaction; money that moved joins the terminal's open batch."""
        with self.changing():
            if row.is_approved and row.kind in TAKES_MONEY | GIVES_MONEY:
                batch = self.open_batch(row.account) or self._new_batch(row)
                batch.rows.append(row)
                row.batch = batch.number
            self._index(row)
            self.keep(row)
        return row

    def keep(self, row: Transaction) -> None:
        """Make a change of a booked transaction last."""
        with self.changing():
            self._storage.put("transaction", str(row.id), row.as_document())

    def rows(self) -> list[Transaction]:
        """All transactions, oldest first."""
        with self._lock:
            return list(self._rows.values())

    def find(self, row_id: int) -> Transaction | None:
        """One transaction."""
        return self._rows.get(row_id)

    def with_invoice(self, invoice: str) -> list[Transaction]:
        """Transactions of all terminals that carry an invoice number, oldest first."""
        with self._lock:
            return list(self._by_invoice.get(invoice, ()))

    def with_card(self, account: str, last4: str) -> Iterator[Transaction]:
        """A terminal's transactions with a card, newest first. Hold the ledger meanwhile."""
        return reversed(self._by_card.get((account, last4), []))

    def referring_to(self, row: Transaction, kind: str) -> list[Transaction]:
        """Approved, not voided follow-ups of a transaction."""
        return [one for one in self._by_ref.get(row.id, ()) if one.kind == kind and one.counts]

    def net_cents(self, account: str) -> int:
        """Sales and captures less refunds, without what was voided."""
        return sum(row.net_cents for row in self.rows() if row.account == account)

    def batches(self, account: str) -> list[Batch]:
        """A terminal's batches, oldest first."""
        with self._lock:
            return list(self._batches.get(account, ()))

    def open_batch(self, account: str) -> Batch | None:
        """The terminal's open batch, if anything was booked since the last close."""
        batches = self._batches.get(account)
        return batches[-1] if batches and batches[-1].closed is None else None

    def batch_of(self, row: Transaction) -> Batch | None:
        """The batch that holds a transaction."""
        batches = self._batches.get(row.account, [])
        return next((batch for batch in batches if batch.number == row.batch), None)

    def close_batch(self, account: str, now: datetime) -> Batch | None:
        """Settle the terminal's open batch; None when there is none."""
        with self.changing():
            batch = self.open_batch(account)
            if batch is not None:
                batch.closed = now
                self._keep_batch(batch)
            return batch

    def totals(self, batch: Batch) -> Totals:
        """Count and add up a batch."""
        with self._lock:
            counted = [row for row in batch.rows if row.counts]
        sales = [row.amount_cents for row in counted if row.kind in TAKES_MONEY]
        refunds = [row.amount_cents for row in counted if row.kind in GIVES_MONEY]
        return Totals(
            sales_count=len(sales),
            sales_cents=sum(sales),
            refund_count=len(refunds),
            refund_cents=sum(refunds),
        )

    def forget(self) -> None:
        """Start over with an empty ledger; ids go on, so that none is given twice."""
        with self.changing():
            self._storage.forget("transaction", "batch")
            self._rows.clear()
            for kept in (self._by_invoice, self._by_card, self._by_ref, self._batches):
                kept.clear()

    def close(self) -> None:
        """Let go of the file, once nobody writes."""
        with self._lock:
            self._storage.close()

    def _new_batch(self, row: Transaction) -> Batch:
        batches = self._batches[row.account]
        number = FIRST_BATCH + len(batches)
        batch = Batch(account=row.account, number=number, opened=row.created)
        batches.append(batch)
        self._keep_batch(batch)
        return batch

    def _keep_batch(self, batch: Batch) -> None:
        document: dict[str, Any] = {
            "account": batch.account,
            "number": batch.number,
            "opened": batch.opened.isoformat(),
            "closed": batch.closed and batch.closed.isoformat(),
        }
        self._storage.put("batch", f"{batch.account}/{batch.number}", document)

    def _index(self, row: Transaction) -> None:
        self._rows[row.id] = row
        self._by_card[row.account, row.card_last4].append(row)
        if row.invoice:
            self._by_invoice[row.invoice].append(row)
        if row.ref_id is not None:
            self._by_ref[row.ref_id].append(row)

    def _load(self) -> None:
        for counter in self._storage.all("counter"):
            self._next_id = counter["next"]
        for document in sorted(self._storage.all("batch"), key=lambda one: int(one["number"])):
            closed = document["closed"] and _moment(document["closed"])
            opened = _moment(document["opened"])
            batch = Batch(**{**document, "opened": opened, "closed": closed})
            self._batches[batch.account].append(batch)
        for document in sorted(self._storage.all("transaction"), key=lambda one: int(one["id"])):
            row = Transaction.from_document(document)
            self._index(row)
            batch_of_row = self.batch_of(row)
            if batch_of_row:
                batch_of_row.rows.append(row)


def authorization_code() -> str:
    """TAS and three digits, as the vendor's sandbox gives them."""
    return f"TAS{random.randint(100, 999)}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
