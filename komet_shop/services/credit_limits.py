"""How much a customer owes, and whether one more order on terms would be too much."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, cast, func, select
from sqlalchemy.orm import Session

from komet_shop.models import Customer, Invoice, OpenCredit, Order, Payment

COUNTED = ("pending_approval", "confirmed")
"""Orders whose invoices are owed: neither carts nor what was cancelled."""


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A customer's credit, in cents of the customer's currency. `limit_cents` None: no limit.

    `exposure_cents` is below zero for a customer who has more credits than debts.
    """

    limit_cents: int | None
    exposure_cents: int
    hold: bool

    @property
    def is_over(self) -> bool:
        """True when more is owed than the limit allows."""
        return self.is_over_with(0)

    def is_over_with(self, cents: int) -> bool:
        """True when an order of that much on terms would go beyond the limit."""
        return self.limit_cents is not None and self.exposure_cents + cents > self.limit_cents


def exposure() -> ColumnElement[int]:
    """What the customer of the row around it owes: an expression for statements on Customer.

    Open balances of pending and confirmed orders, less what is held on a card for them, less
    open credits; at every location. Rule: docs/card-rules.md, "Credit limit".
    """
    return _owed() - _held() - _credits()


def over_limit() -> ColumnElement[bool]:
    """Customers who owe more than their limit allows."""
    return Customer.credit_limit_cents.is_not(None) & (exposure() > Customer.credit_limit_cents)


def locked(session: Session, customer_id: int) -> Credit:
    """The credit as it is now; nobody else checks or decides it before the unit ends.

    A second statement sums up: only what begins after the lock sees the orders before it.
    """
    lock = select(Customer.id).where(Customer.id == customer_id)
    session.execute(lock.with_for_update(key_share=True))
    row = session.execute(
        select(
            Customer.credit_limit_cents, Customer.credit_hold, exposure().label("exposure")
        ).where(Customer.id == customer_id)
    ).one()
    return Credit(
        limit_cents=row.credit_limit_cents, exposure_cents=row.exposure, hold=row.credit_hold
    )


def _owed() -> ScalarSelect[int]:
    return _sum(
        select(Invoice.open_cents)
        .join(Order, Order.id == Invoice.order_id)
        .where(Invoice.customer_id == Customer.id, Order.state.in_(COUNTED))
    )


def _held() -> ScalarSelect[int]:
    """A hold pays its order when it is captured, so the order is not owed meanwhile."""
    return _sum(
        select(Payment.amount_cents)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.customer_id == Customer.id,
            Order.state.in_(COUNTED),
            Payment.authorised_cents > 0,
            Payment.capture_reserved_cents == 0,
        )
    )


def _credits() -> ScalarSelect[int]:
    return _sum(
        select(OpenCredit.total_cents - OpenCredit.used_cents).where(
            OpenCredit.customer_id == Customer.id
        )
    )


def _sum(amounts: Any) -> ScalarSelect[int]:
    (column,) = amounts.selected_columns
    total: ScalarSelect[int] = (
        amounts.with_only_columns(
            cast(func.coalesce(func.sum(column), 0), BigInteger), maintain_column_froms=True
        )
        .correlate(Customer)
        .scalar_subquery()
    )
    return total
