"""Batches: transactions that settle together."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Totals of one batch as the gateway states them, in cents; refunds are positive."""

    id: str
    status: str
    sales_count: int
    sales_cents: int
    refund_count: int
    refund_cents: int
    net_cents: int


@dataclass(frozen=True, kw_only=True)
class BatchAnswer:
    """`answered` False: the gateway did not say. Answered without a batch: none is open."""

    answered: bool
    batch: Batch | None = None


@runtime_checkable
class SettlesBatches(Protocol):
    """Tells what will be paid out together."""

    def open_batch(self) -> BatchAnswer:
        """The batch that is open now."""
        ...

    def close_batch(self) -> BatchAnswer:
        """Close the open batch and tell its totals. Nothing open: answered, no batch."""
        ...
