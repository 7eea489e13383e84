"""Who: the company, its locations, its people, its customers."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    exists,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

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


class Passkey(Base, WebAuthnMixin):
    """A passkey of a person: the public half of a key that never leaves their device.

    `sign_count` is the device's count of uses, 0 for ever where passkeys are copied between
    devices. `transports`: how browsers may reach it ("usb", "internal").
    """

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, reference_to("user"))
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str] | None]
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(20))
    lastuse_datetime: Mapped[datetime]

    usage = "secondary"
    """Never in place of the password."""
    extensions = ""
    """What browsers say besides is not kept."""


class User(Base, UserMixin):
    """A person who logs in: staff, or a buyer of one or several customers.

    Invited people have no password before they accept. `hides_cards`: no saved cards,
    whatever the roles allow. `tf_last_counter`: the half minute whose code was used last.
    `mf_recovery_codes` are digests. `own_customers_only` limits to the customers whose sales person
    in Komet is `sales_person`.
    """

    __tablename__ = "user"
    __table_args__ = (Index("one_invitation", "invitation_sha256", unique=True),)

    id: Mapped[Id] = mapped_column()
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
    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]  # list is invariant
        order_by=Passkey.id, cascade="all, delete-orphan"
    )
    has_passkey: Mapped[bool] = column_property(
        exists().where(Passkey.user_id == id)  # noqa: A003  # the column above
    )

    @property
    def fs_webauthn_user_handle(self) -> str:  # type: ignore[override]  # typed as a column there
        """What passkeys know the person by: it tells nothing about them."""
        return self.public_id

    @property
    def has_app(self) -> bool:
        """True when an authenticator app of theirs makes codes for this shop."""
        return bool(self.tf_primary_method and self.tf_totp_secret)

    @property
    def has_second_factor(self) -> bool:
        """True when the password alone does not let this person in."""
        return self.has_app or self.has_passkey


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
