"""Orders: a cart is an order that is still a draft."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from komet_shop.models.base import (
    Base,
    BigId,
    Cents,
    Currency,
    Id,
    Long,
    Name,
    PublicId,
    reference_to,
)

FIRST_NUMBER = 100_000


class Order(Base):
    """What a buyer wants on a ship date.

    While `held_by_payment_id` is set a payment is under way and nothing may change. It is
    no foreign key, because payments refer to orders and neither could be created first.
    """

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'pending_approval', 'confirmed', 'voided')", name="state"
        ),
        CheckConstraint("total_cents >= 0", name="total"),
        Index(
            "one_cart_per_buyer",
            "customer_id",
            "location_id",
            "buyer_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_order_customer_id_id", "customer_id", "id"),
        Index("ix_order_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"))
    buyer_id: Mapped[int] = mapped_column(BigId, reference_to("user"))
    carrier_id: Mapped[int | None] = mapped_column(BigId, reference_to("carrier"))
    ship_to_id: Mapped[int | None] = mapped_column(BigId, reference_to("ship_to"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    version: Mapped[int] = mapped_column(Integer, default=1)
    held_by_payment_id: Mapped[int | None] = mapped_column(BigId)
    ship_date: Mapped[date]
    customer_po: Mapped[str] = mapped_column(String(50), default="")
    currency: Mapped[Currency]
    subtotal_cents: Mapped[Cents] = mapped_column(default=0)
    tax_cents: Mapped[Cents] = mapped_column(default=0)
    total_cents: Mapped[Cents] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    checked_out_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[Long] = mapped_column(default="")

    @property
    def number(self) -> str:
        """What people call the order: W for web, and a number."""
        return f"W{FIRST_NUMBER + self.id}"

    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", order_by="OrderLine.id", lazy="raise"
    )


class OrderLine(Base):
    """Boxes of one inventory line, with the words and the price of the day of ordering."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "inventory_line_id"),
        CheckConstraint("boxes > 0", name="boxes"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, reference_to("order"))
    inventory_line_id: Mapped[int] = mapped_column(BigId, reference_to("inventory_line"))
    product_id: Mapped[int] = mapped_column(BigId, reference_to("product"))
    description: Mapped[Name]
    box_type: Mapped[str] = mapped_column(String(40))
    unit_type: Mapped[str] = mapped_column(String(10))
    boxes: Mapped[int] = mapped_column(Integer)
    units_per_box: Mapped[int] = mapped_column(Integer)
    price_e4: Mapped[int] = mapped_column(Integer)
    line_cents: Mapped[Cents]
    tax_cents: Mapped[Cents] = mapped_column(default=0)

    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise")
