"""What is sold, from where, and how it travels."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from komet_shop.models.base import Base, BigId, Code, Id, Long, Name, PublicId, reference_to


class Carrier(Base):
    """Who drives the boxes."""

    __tablename__ = "carrier"

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    komet_id: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[Code]
    name: Mapped[Name]
    active: Mapped[bool] = mapped_column(default=True)


class ShipTo(Base):
    """An address that a customer has boxes sent to."""

    __tablename__ = "ship_to"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    customer_id: Mapped[int] = mapped_column(BigId, reference_to("customer"), index=True)
    komet_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Name]
    address: Mapped[Long]
    carrier_id: Mapped[int | None] = mapped_column(BigId, reference_to("carrier"))
    active: Mapped[bool] = mapped_column(default=True)


class Product(Base):
    """A variety in one grade. `search_text` is what the search box looks through."""

    __tablename__ = "product"
    __table_args__ = (Index("ix_product_company_id_category", "company_id", "category"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    komet_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Name]
    division: Mapped[Name]
    category: Mapped[Name]
    variety: Mapped[Name]
    colour: Mapped[Name]
    grade: Mapped[Name]
    search_text: Mapped[Long]
    picture: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class InventoryLine(Base):
    """Boxes of one product at one location that can be bought for a span of ship dates.

    `price_e4` is per unit (stem or bunch), `units_per_box` counts those units.
    """

    __tablename__ = "inventory_line"
    __table_args__ = (
        CheckConstraint("boxes_available >= 0", name="boxes_available"),
        CheckConstraint("boxes_reserved >= 0", name="boxes_reserved"),
        CheckConstraint("origin BETWEEN 1 AND 4", name="origin"),
        UniqueConstraint("komet_id"),
        Index("ix_inventory_line_shelf", "location_id", "active", "sort_name", "id"),
        Index("ix_inventory_line_product", "product_id", "location_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    location_id: Mapped[int] = mapped_column(BigId, reference_to("location"))
    product_id: Mapped[int] = mapped_column(BigId, reference_to("product"))
    komet_id: Mapped[str] = mapped_column(String(40))
    sort_name: Mapped[Name]
    origin: Mapped[int] = mapped_column(Integer)
    grower: Mapped[Name]
    country: Mapped[str] = mapped_column(String(2), default="")
    box_type: Mapped[Code]
    unit_type: Mapped[str] = mapped_column(String(10))
    bunches_per_box: Mapped[int] = mapped_column(Integer)
    stems_per_bunch: Mapped[int] = mapped_column(Integer)
    units_per_box: Mapped[int] = mapped_column(Integer)
    price_e4: Mapped[int] = mapped_column(Integer)
    boxes_available: Mapped[int] = mapped_column(Integer)
    boxes_reserved: Mapped[int] = mapped_column(Integer, default=0)
    available_from: Mapped[date]
    available_to: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)
