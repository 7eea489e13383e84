"""The gateway's side: accounts, operations, saved cards."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import (
    Base,
    BigId,
    Cents,
    Code,
    Currency,
    Digest,
    Id,
    Long,
    Name,
    PublicId,
    reference_to,
)


class GatewayAccount(Base):
    """One terminal at the gateway with its own keys: a location's online account, or a device.

    `settings` are encrypted as one; `breaker_open_until`: no new payments before then;
    `tested_at`: when the present keys were proved to work.
    """

    __tablename__ = "gateway_account"
    __table_args__ = (
        CheckConstraint("kind IN ('online', 'device')", name="kind"),
        CheckConstraint("environment IN ('test', 'live')", name="environment"),
        Index(
            "one_online_account",
            "location_id",
            unique=True,
            sqlite_where=text("kind = 'online' AND retired_at IS NULL"),
            postgresql_where=text("kind = 'online' AND retired_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    plugin: Mapped[Code]
    kind: Mapped[str] = mapped_column(String(10))
    environment: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    settings_ciphertext: Mapped[Long]
    shown_settings: Mapped[Long] = mapped_column(default="{}")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    failures_in_row: Mapped[int] = mapped_column(Integer, default=0)
    breaker_open_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_failure: Mapped[Name] = mapped_column(default="")
    notified_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]


UNSETTLED = "state IN ('created', 'sending', 'unknown', 'needs_review')"
LIVE_CHARGE = (
    "kind IN ('sale', 'authorize') AND "
    "state IN ('created', 'sending', 'unknown', 'approved', 'needs_review')"
)
IN_DOUBT = "state IN ('sending', 'unknown', 'needs_review', 'stray')"
INFLIGHT_FOLLOW_UP = f"kind IN ('capture', 'void', 'refund') AND {UNSETTLED}"


def _partial(name: str, *columns: str, where: str, unique: bool) -> Index:
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


class Operation(Base):
    """One intended gateway action. Written before the call, never deleted.

    `amount_cents` is the total, of which `fee_cents` is the card fee: as intended, and from an
    approval on as really charged. `service_fee_cents` is what the gateway was asked to charge
    as a fee of its own, on top of `named_cents`; it may leave that out.
    """

    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("company_id", "action_key"),
        CheckConstraint("amount_cents > 0 OR kind = 'store_card'", name="amount"),
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        CheckConstraint("fee_cents BETWEEN 0 AND amount_cents", name="fee"),
        CheckConstraint(
            "state NOT IN ('approved', 'stray') OR gateway_transaction_id IS NOT NULL",
            name="money_has_transaction",
        ),
        CheckConstraint(
            "state IN ('created', 'failed') OR sent_at IS NOT NULL", name="sent_before_answered"
        ),
        CheckConstraint(
            "state IN ('created', 'sending', 'approved', 'declined', 'failed', 'unknown', "
            "'needs_review', 'stray')",
            name="state",
        ),
        CheckConstraint(
            "kind IN ('sale', 'authorize', 'capture', 'void', 'refund', 'credit_refund', "
            "'store_card')",
            name="kind",
        ),
        _partial(
            "one_gateway_transaction",
            "company_id",
            "gateway_transaction_id",
            where="kind <> 'void'",
            unique=True,
        ),
        _partial(
            "ix_operation_void",
            "company_id",
            "gateway_transaction_id",
            where="kind = 'void'",
            unique=False,
        ),
        _partial("one_live_charge", "payment_id", where=LIVE_CHARGE, unique=True),
        _partial("one_inflight_followup", "payment_id", where=INFLIGHT_FOLLOW_UP, unique=True),
        _partial(
            "ix_operation_next_check_at",
            "next_check_at",
            where="next_check_at IS NOT NULL",
            unique=False,
        ),
        _partial("ix_operation_in_doubt", "id", where=IN_DOUBT, unique=False),
        Index("ix_operation_payment_id_id", "payment_id", "id"),
        Index("ix_operation_account_id_id", "account_id", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    account_id: Mapped[int] = mapped_column(BigId, reference_to("gateway_account"))
    payment_id: Mapped[int | None] = mapped_column(BigId, reference_to("payment"))
    parent_id: Mapped[int | None] = mapped_column(BigId, reference_to("operation"))
    saved_card_id: Mapped[int | None] = mapped_column(BigId, reference_to("saved_card"))
    open_credit_id: Mapped[int | None] = mapped_column(BigId, reference_to("open_credit"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="created")
    version: Mapped[int] = mapped_column(Integer, default=1)
    action_key: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[Digest]
    gateway_ref: Mapped[str] = mapped_column(String(40), unique=True)
    gateway_transaction_id: Mapped[str | None] = mapped_column(String(40))
    amount_cents: Mapped[Cents]
    fee_cents: Mapped[Cents] = mapped_column(default=0, server_default="0")
    service_fee_cents: Mapped[Cents] = mapped_column(default=0)
    currency: Mapped[Currency]
    saves_card: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(Integer, default=0)
    noes: Mapped[int] = mapped_column(Integer, default=0)
    last_no_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(String(20), default="")
    buyer_message: Mapped[Long] = mapped_column(default="")
    staff_message: Mapped[Long] = mapped_column(default="")
    authorization_code: Mapped[str] = mapped_column(String(20), default="")
    batch_id: Mapped[str] = mapped_column(String(40), default="")
    trace_id: Mapped[str] = mapped_column(String(100), default="")
    resolution: Mapped[str | None] = mapped_column(String(10))
    resolved_at: Mapped[datetime | None]

    @property
    def base_cents(self) -> int:
        """What it moves of what is owed: all but the card fee."""
        return self.amount_cents - self.fee_cents

    @property
    def asked_cents(self) -> int:
        """What was asked for in all, a service fee included that was left out since."""
        return self.base_cents + max(self.fee_cents, self.service_fee_cents)

    @property
    def named_cents(self) -> int:
        """The amount that the gateway is told, beside a service fee if there is one."""
        return self.base_cents if self.service_fee_cents else self.amount_cents


class OperationLookup(Base):
    """One question to the gateway about an operation, and what it said. Append-only."""

    __tablename__ = "operation_lookup"

    id: Mapped[Id]
    operation_id: Mapped[int] = mapped_column(BigId, reference_to("operation"), index=True)
    at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    answered: Mapped[bool]
    control_worked: Mapped[bool]
    found: Mapped[int] = mapped_column(Integer)
    transaction_id: Mapped[str] = mapped_column(String(40), server_default="")
    amount_cents: Mapped[int | None] = mapped_column(BigId)
    finding: Mapped[Long]


class SavedCard(Base):
    """A card on file: what may be shown of it, and the gateway's token, encrypted."""

    __tablename__ = "saved_card"
    __table_args__ = (
        UniqueConstraint("company_id", "token_hmac"),
        CheckConstraint("state IN ('active', 'deleted', 'unusable')", name="state"),
        _partial(
            "one_primary_card",
            "customer_id",
            "location_id",
            where="is_primary AND state = 'active'",
            unique=True,
        ),
        Index("ix_saved_card_customer_id", "customer_id", "location_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"))
    account_id: Mapped[int] = mapped_column(BigId, reference_to("gateway_account"))
    token_ciphertext: Mapped[Long]
    token_hmac: Mapped[Digest]
    brand: Mapped[Code]
    last_four: Mapped[str] = mapped_column(String(4))
    expiry: Mapped[str] = mapped_column(String(4))
    description: Mapped[Name] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(10), default="active")
    is_primary: Mapped[bool] = mapped_column(default=False)
    added_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))
    added_at: Mapped[datetime]
    consent_version: Mapped[Code] = mapped_column(default="")
    last_used_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class CardTokenUse(Base):
    """One-time tokens that were accepted, by digest, so that none is accepted twice."""

    __tablename__ = "card_token_use"

    token_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    session_sha256: Mapped[Digest]
    used_at: Mapped[datetime]
