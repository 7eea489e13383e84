"""Who: the company, its locations, its people, its customers."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

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

user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", BigId, ForeignKey("user.id"), primary_key=True),
    Column("role_id", BigId, ForeignKey("role.id"), primary_key=True),
)
user_location = Table(
    "user_location",
    Base.metadata,
    Column("user_id", BigId, ForeignKey("user.id"), primary_key=True),
    Column("location_id", BigId, ForeignKey("location.id"), primary_key=True),
)
buyer_customer = Table(
    "buyer_customer",
    Base.metadata,
    Column("user_id", BigId, ForeignKey("user.id"), primary_key=True),
    Column("customer_id", BigId, ForeignKey("customer.id"), primary_key=True),
)


class Company(Base):
    """The flower company that runs this installation; there is one."""

    __tablename__ = "company"

    id: Mapped[Id]
    name: Mapped[Name]
    currency: Mapped[Currency]
    komet_id: Mapped[str | None] = mapped_column(String(40))
    autoconfirm_orders: Mapped[bool] = mapped_column(default=False)
    cart_minutes: Mapped[int] = mapped_column(Integer, default=3 * 24 * 60)


class Location(Base):
    """A branch: its own stock, clock, tax rate and gateway account."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("company_id", "code"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    komet_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    code: Mapped[Code]
    name: Mapped[Name]
    time_zone: Mapped[Code]
    tax_bp: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Role(Base, RoleMixin):
    """A named set of permissions; which ones is in komet_shop/domain/permissions.py."""

    __tablename__ = "role"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[Name]


class User(Base, UserMixin):
    """A person who logs in: staff, or a buyer of one or several customers.

    Invited people have no password before they accept. `hides_cards`: no saved cards,
    whatever the roles allow. `tf_last_counter`: the half minute whose code was used last.
    `mf_recovery_codes` are digests. `own_customers_only` limits to the customers whose sales person
    in Komet is `sales_person`.
    """

    __tablename__ = "user"
    __table_args__ = (Index("one_invitation", "invitation_sha256", unique=True),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[Name]
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(5), default="en")
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[str] | None]
    invitation_sha256: Mapped[str | None] = mapped_column(String(64))
    invitation_expires_at: Mapped[datetime | None]
    hides_cards: Mapped[bool] = mapped_column(default=False)
    own_customers_only: Mapped[bool] = mapped_column(default=False)
    sales_person: Mapped[Name] = mapped_column(default="")
    create_datetime: Mapped[datetime]
    update_datetime: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # list is invariant
        secondary=user_role, lazy="selectin"
    )


class Customer(Base):
    """A florist, event house or supermarket that buys. Komet owns most of this row.

    `credit_decided_here`: limit and hold were decided in this shop; pulls leave them alone.
    What Komet says of them is kept beside, so that a decision can be taken back.
    """

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("card_rule IN ('optional', 'required', 'restricted')", name="card_rule"),
        Index("ix_customer_company_id_name", "company_id", "name"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    company_id: Mapped[int] = mapped_column(BigId, reference_to("company"))
    komet_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    code: Mapped[Code]
    name: Mapped[Name]
    currency: Mapped[Currency]
    price_level: Mapped[str] = mapped_column(String(1), default="A")
    price_b_markup_bp: Mapped[int] = mapped_column(Integer, default=0)
    terms: Mapped[Name]
    credit_limit_cents: Mapped[Cents | None]
    credit_hold: Mapped[bool] = mapped_column(default=False)
    credit_decided_here: Mapped[bool] = mapped_column(default=False)
    komet_credit_limit_cents: Mapped[Cents | None]
    komet_credit_hold: Mapped[bool] = mapped_column(default=False)
    charge_tax: Mapped[bool] = mapped_column(default=False)
    invoice_emails: Mapped[Long]
    sales_person: Mapped[Name]
    address: Mapped[Long]
    billing_state: Mapped[Code] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    card_rule: Mapped[str] = mapped_column(String(12), default="optional")
    pays_on_confirmation: Mapped[bool] = mapped_column(default=False)
    fee_exempt: Mapped[bool] = mapped_column(default=False)
