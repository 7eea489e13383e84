"""What is owed and what was received. The ledger rows are append-only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import (
    Base,
    BigId,
    Cents,
    Code,
    Currency,
    Id,
    Long,
    Name,
    PublicId,
    reference_to,
)

FIRST_NUMBER = 100_000


class Invoice(Base):
    """What an order costs. Open in A/R from `opened_at`; reserved while a payment runs."""

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("total_cents >= 0", name="total"),
        CheckConstraint("open_cents BETWEEN 0 AND total_cents", name="open"),
        CheckConstraint("pay_reserved_cents BETWEEN 0 AND open_cents", name="pay_reserved"),
        Index("ix_invoice_customer_id_id", "customer_id", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"))
    order_id: Mapped[int] = mapped_column(BigId, reference_to("order"), unique=True)
    currency: Mapped[Currency]
    total_cents: Mapped[Cents]
    open_cents: Mapped[Cents]
    pay_reserved_cents: Mapped[Cents] = mapped_column(default=0)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class Payment(Base):
    """Money a customer means to give, or gave. One attempt is one row.

    `amount_cents` pays what is owed. `fee_cents` is the card fee on it: as announced until the
    money is taken, then as really charged. `surcharge_bp` is the fee's rate where the gateway
    may leave it out, else 0. Of what went back, `refund_fee_reserved_cents` is fee.
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("fee_cents >= 0", name="fee"),
        CheckConstraint("authorised_cents >= 0", name="authorised"),
        CheckConstraint(
            "capture_reserved_cents BETWEEN 0 AND authorised_cents", name="capture_reserved"
        ),
        CheckConstraint("captured_cents BETWEEN 0 AND capture_reserved_cents", name="captured"),
        CheckConstraint(
            "refund_reserved_cents BETWEEN 0 AND captured_cents", name="refund_reserved"
        ),
        CheckConstraint("surcharge_bp BETWEEN 0 AND 400", name="surcharge_bp"),
        CheckConstraint(
            "refund_fee_reserved_cents BETWEEN 0 AND refund_reserved_cents",
            name="refund_fee_reserved",
        ),
        Index("ix_payment_customer_id_id", "customer_id", "id"),
        Index("ix_payment_order_id", "order_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"))
    order_id: Mapped[int | None] = mapped_column(BigId, reference_to("order"))
    invoice_id: Mapped[int | None] = mapped_column(BigId, reference_to("invoice"))
    method: Mapped[Code]
    currency: Mapped[Currency]
    amount_cents: Mapped[Cents]
    fee_cents: Mapped[Cents] = mapped_column(default=0)
    authorised_cents: Mapped[Cents] = mapped_column(default=0)
    capture_reserved_cents: Mapped[Cents] = mapped_column(default=0)
    captured_cents: Mapped[Cents] = mapped_column(default=0)
    refund_reserved_cents: Mapped[Cents] = mapped_column(default=0)
    surcharge_bp: Mapped[int] = mapped_column(default=0, server_default="0")
    refund_fee_reserved_cents: Mapped[Cents] = mapped_column(default=0, server_default="0")
    card_brand: Mapped[Code] = mapped_column(default="")
    card_last_four: Mapped[str] = mapped_column(String(4), default="")
    notes: Mapped[Long] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))
    created_at: Mapped[datetime]
    received_at: Mapped[datetime | None]

    @property
    def receipt_number(self) -> str:
        """What people call the payment until Komet gives it a control number."""
        return f"R{FIRST_NUMBER + self.id}"

    @property
    def charge_cents(self) -> int:
        """What the card pays: the amount and the fee on it."""
        return self.amount_cents + self.fee_cents


class Application(Base):
    """The part of a payment that is set against an invoice."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        UniqueConstraint("payment_id", "invoice_id"),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(BigId, reference_to("payment"))
    invoice_id: Mapped[int] = mapped_column(BigId, reference_to("invoice"), index=True)
    amount_cents: Mapped[Cents]
    created_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]


class OpenCredit(Base):
    """A customer's money that is not yet applied; of a card where the origin says so."""

    __tablename__ = "open_credit"
    __table_args__ = (
        CheckConstraint("total_cents > 0", name="total"),
        CheckConstraint("used_cents BETWEEN 0 AND total_cents", name="used"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"), index=True)
    origin_payment_id: Mapped[int | None] = mapped_column(BigId, reference_to("payment"))
    reason: Mapped[Name]
    currency: Mapped[Currency]
    total_cents: Mapped[Cents]
    used_cents: Mapped[Cents] = mapped_column(default=0)
    created_at: Mapped[datetime]


class JournalEntry(Base):
    """One event of the books. The same event of the same source is written once."""

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("source_type", "source_id", "kind"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    kind: Mapped[Code]
    source_type: Mapped[Code]
    source_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]


class LedgerTransfer(Base):
    """An amount moved from one account to another, so that the sum is always zero."""

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("debit_account <> credit_account", name="accounts_differ"),
        UniqueConstraint("entry_id", "leg"),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(BigId, reference_to("journal_entry"))
    leg: Mapped[int]
    debit_account: Mapped[str] = mapped_column(String(80), index=True)
    credit_account: Mapped[str] = mapped_column(String(80), index=True)
    amount_cents: Mapped[Cents]
    currency: Mapped[Currency]
    created_at: Mapped[datetime]


class ClerkTask(Base):
    """An entry that a person must make in Komet, because its API cannot take it."""

    __tablename__ = "clerk_task"
    __table_args__ = (UniqueConstraint("operation_id"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"))
    operation_id: Mapped[int] = mapped_column(BigId, reference_to("operation"))
    kind: Mapped[Code]
    amount_cents: Mapped[Cents]
    currency: Mapped[Currency]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))
    control_number: Mapped[str] = mapped_column(String(40), default="")
