"""What a company and its locations decided about card payments."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import Base, BigId, Cents, Code, Id, Long, Name, PublicId, reference_to


class CardSwitches:
    """Switches and fees. Empty means: as the level above decides.

    The fee columns belong together: with `fee_type` empty none of them counts. Lists are
    words with commas, such as "ecommerce,receivables".
    """

    ecommerce_on: Mapped[bool | None]
    salespeople_manage_cards: Mapped[bool | None]
    preauthorization_on: Mapped[bool | None]
    pay_on_confirmation_on: Mapped[bool | None]
    fee_type: Mapped[str | None] = mapped_column(String(12))
    fee_cents: Mapped[Cents] = mapped_column(default=0)
    fee_bp: Mapped[int] = mapped_column(Integer, default=0)
    fee_channels: Mapped[Name] = mapped_column(default="")
    fee_ways: Mapped[Name] = mapped_column(default="")
    fee_blocked_states: Mapped[Name] = mapped_column(default="")


def _checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("fee_type IN ('none', 'convenience', 'surcharge')", name="fee_type"),
        CheckConstraint("fee_cents >= 0", name="fee_cents"),
        CheckConstraint("fee_bp BETWEEN 0 AND 400", name="fee_bp"),
    )


class CompanyCardSettings(CardSwitches, Base):
    """What counts wherever a location decides nothing else. No row: everything is off."""

    __tablename__ = "company_card_settings"
    __table_args__ = _checks()

    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"), primary_key=True)


class LocationCardSettings(CardSwitches, Base):
    """How far a location's activation is, and what it decides otherwise. No row: off."""

    __tablename__ = "location_card_settings"
    __table_args__ = (
        CheckConstraint(
            "status IN ('off', 'requested', 'rates_pending', 'keys_pending', 'active', "
            "'disabled_contact_support')",
            name="status",
        ),
        *_checks(),
    )

    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"), primary_key=True)
    status: Mapped[str] = mapped_column(String(30), default="off")
    requested_at: Mapped[datetime | None]
    rates_agreed_at: Mapped[datetime | None]
    rate_bp: Mapped[int | None] = mapped_column(Integer)
    rate_item_cents: Mapped[int | None] = mapped_column(Integer)
    rate_monthly_cents: Mapped[int | None] = mapped_column(Integer)
    rates_note: Mapped[Long] = mapped_column(default="")
    activated_at: Mapped[datetime | None]

    @property
    def is_active(self) -> bool:
        """True once keys are entered and tested; before that no card method appears."""
        return self.status == "active"


class CardApplication(Base):
    """What a location told the payment specialist about itself. The newest counts."""

    __tablename__ = "card_application"
    __table_args__ = (Index("ix_card_application_location_id", "location_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    legal_name: Mapped[Name]
    trade_name: Mapped[Name]
    business_address: Mapped[Long]
    website: Mapped[Name]
    contact_name: Mapped[Name]
    contact_email: Mapped[Name]
    contact_phone: Mapped[Code]
    monthly_volume_cents: Mapped[Cents]
    average_ticket_cents: Mapped[Cents]
    current_processor: Mapped[Name]
    notes: Mapped[Long]
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))


class CardTerminal(Base):
    """A device that takes cards at a counter. One that was used stays for the history."""

    __tablename__ = "card_terminal"
    __table_args__ = (
        Index(
            "one_terminal_of_a_serial",
            "company_id",
            "serial",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_card_terminal_location_id", "location_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    account_id: Mapped[int] = mapped_column(BigId, reference_to("gateway_account"), unique=True)
    name: Mapped[Name]
    serial: Mapped[Code]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, reference_to("user"))
    deleted_at: Mapped[datetime | None]


class PaymentMethod(Base):
    """A way to pay that the company switched off or on again. No row: it is on."""

    __tablename__ = "payment_method"
    __table_args__ = (UniqueConstraint("company_id", "code"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    code: Mapped[Code]
    active: Mapped[bool]
