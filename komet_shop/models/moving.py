"""What must still happen elsewhere, and how far we have read what comes from there."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import Base, BigId, Code, Id, Long, reference_to


class Outbox(Base):
    """One thing to tell Komet or a mail server, committed with the change that caused it.

    `sent_at`: when it last left the house without a clear answer having come back since.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("aggregate", "seq"),
        CheckConstraint("state IN ('ready', 'done', 'dead')", name="state"),
        Index("ix_outbox_state_next_at", "state", "next_at"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    dedupe_key: Mapped[str] = mapped_column(String(80), unique=True)
    aggregate: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8), default="ready")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[Long] = mapped_column(default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class OutboxSequence(Base):
    """The last sequence number given to an aggregate."""

    __tablename__ = "outbox_sequence"

    aggregate: Mapped[str] = mapped_column(String(80), primary_key=True)
    last_seq: Mapped[int] = mapped_column(Integer)


class KometLink(Base):
    """Our row beside Komet's: what it is called there, and since when."""

    __tablename__ = "komet_link"
    __table_args__ = (
        UniqueConstraint("kind", "local_id"),
        Index("ix_komet_link_control_number", "control_number"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    local_id: Mapped[int] = mapped_column(BigId)
    komet_id: Mapped[str] = mapped_column(String(40), default="")
    control_number: Mapped[str] = mapped_column(String(40), default="")
    posted_at: Mapped[datetime]


class SyncCursor(Base):
    """How far a pull has come, by what it pulls."""

    __tablename__ = "sync_cursor"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Long]
    updated_at: Mapped[datetime]


class WebhookEvent(Base):
    """A notification that was accepted, so that a repeat does nothing."""

    __tablename__ = "webhook_event"
    __table_args__ = (UniqueConstraint("account_id", "transaction_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, reference_to("gateway_account"))
    transaction_id: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime]
