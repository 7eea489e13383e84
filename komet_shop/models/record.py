"""What happened, who is logged in, and how often somebody tried."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import Base, BigId, Code, Digest, Id, Long, reference_to


class Audit(Base):
    """One line of the audit log. Append-only; the worker seals the chain of hashes."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_object", "object_type", "object_id"),
        Index("ix_audit_at", "at"),
        Index("ix_audit_actor_id", "actor", "id"),
        Index(
            "ix_audit_unsealed",
            "id",
            sqlite_where=text("hash IS NULL"),
            postgresql_where=text("hash IS NULL"),
        ),
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int | None] = mapped_column(BigId, reference_to("location"))
    actor: Mapped[Code]
    address: Mapped[Code] = mapped_column(default="")
    action: Mapped[Code]
    object_type: Mapped[Code]
    object_id: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[Long] = mapped_column(default="")
    prev_hash: Mapped[Digest | None]
    hash: Mapped[Digest | None]


class WebSession(Base):
    """A browser's session. The browser holds the id, we hold its digest."""

    __tablename__ = "web_session"

    id_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"), index=True)
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RateCounter(Base):
    """How often something was tried in one minute, by what and by whom."""

    __tablename__ = "rate_counter"

    bucket: Mapped[str] = mapped_column(String(120), primary_key=True)
    minute: Mapped[int] = mapped_column(BigId, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
