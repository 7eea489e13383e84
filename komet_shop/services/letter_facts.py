"""Reads from the database who gets a mail and what it says."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import HAS_MONEY, State
from komet_shop.domain.permissions import Permission, is_staff, roles_with
from komet_shop.models import (
    CardApplication,
    Company,
    Customer,
    KometLink,
    Location,
    Operation,
    Order,
    OrderLine,
    Payment,
    Role,
    User,
    user_location,
    user_role,
)
from komet_shop.plugin_api import Kind
from komet_shop.services import card_applications, payer_mails, strays
from komet_shop.services.invariants import SAYS
from komet_shop.services.letters import (
    Activation,
    Alert,
    ApplicationForm,
    BrokenRule,
    CheckoutNotice,
    End,
    Invitation,
    Letter,
    Line,
    PaymentEnd,
    Receipt,
    Reset,
    Review,
    SecurityChange,
    Sender,
)

log = structlog.get_logger(__name__)

ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
LONGEST_ADDRESS = 254
CHARGES = (Kind.SALE, Kind.AUTHORIZE)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Where a copy goes, and in which language."""

    address: str
    locale: str = "en"


def recipients(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    """Everybody who gets this mail, once each; addresses that cannot be any are left out."""
    wanted = _WANTED[payload["template"]](session, payload)
    found: dict[str, Recipient] = {}
    for one in wanted:
        if ADDRESS.fullmatch(one.address) and len(one.address) <= LONGEST_ADDRESS:
            found.setdefault(one.address.casefold(), one)
        else:
            log.warning("mail_address_unusable", name=payload["template"])
    return list(found.values())


def copy_key(key: str, address: str) -> str:
    """Names one recipient's copy of a mail, without showing the address."""
    return f"{key}:{hashlib.sha256(address.casefold().encode()).hexdigest()[:12]}"


def write(session: Session, key: str, payload: dict[str, Any]) -> Letter:
    """The letter for the recipient that the payload names."""
    template = payload["template"]
    sender, content = _WRITTEN[template](session, payload)
    return Letter(
        key=key,
        template=template,
        to=payload["to"],
        locale=payload.get("locale", "en"),
        sender=sender,
        content=content,
    )


def _receipt_readers(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    row = session.execute(
        select(Customer.invoice_emails, User.email, User.locale)
        .select_from(Payment)
        .join(Customer, Customer.id == Payment.customer_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .outerjoin(User, User.id == Order.buyer_id)
        .where(Payment.id == payload["payment_id"])
    ).one()
    locale = row.locale or "en"
    own = [row.email] if row.email else []
    return [Recipient(address=one, locale=locale) for one in own + _split(row.invoice_emails)]


def _checkout_readers(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    row = session.execute(
        select(User.email, User.locale)
        .join(Order, Order.buyer_id == User.id)
        .where(Order.id == payload["order_id"])
    ).one()
    return [Recipient(address=row.email, locale=row.locale)]


def _the_user(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    user = session.get_one(User, payload["user_id"])
    return [Recipient(address=user.email, locale=user.locale)] if user.active else []


def _administrators(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    rows = session.execute(
        select(User.email, User.locale)
        .join(user_role, user_role.c.user_id == User.id)
        .join(Role, Role.id == user_role.c.role_id)
        .where(Role.name == "admin", User.active)
        .order_by(User.id)
    )
    return [Recipient(address=email, locale=locale) for email, locale in rows]


def _deciders(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    """Who may decide about the operation, and sees its location."""
    if strays.needs_nobody(session, payload):
        return []
    operation = session.get_one(Operation, payload["operation_id"])
    return _people_at(session, operation.location_id, Permission.REVIEWS)


def _payer(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    user = payer_mails.reader(session, payload["operation_id"], End(payload["end"]))
    return [Recipient(address=user.email, locale=user.locale)] if user is not None else []


def _setters_up(session: Session, payload: dict[str, Any]) -> list[Recipient]:
    return _people_at(session, payload["location_id"], Permission.INTEGRATIONS)


def _people_at(session: Session, location_id: int, permission: Permission) -> list[Recipient]:
    """Who holds a permission, and sees the location."""
    company_id = session.get_one(Location, location_id).company_id
    rows = session.execute(
        select(User.email, User.locale)
        .where(
            User.active,
            User.company_id == company_id,
            User.id.in_(_holders(permission)),
            or_(
                User.id.in_(_holders(Permission.ALL_LOCATIONS)),
                User.id.in_(
                    select(user_location.c.user_id).where(
                        user_location.c.location_id == location_id
                    )
                ),
            ),
        )
        .order_by(User.id)
    )
    return [Recipient(address=email, locale=locale) for email, locale in rows]


def _holders(permission: Permission) -> Select[tuple[int]]:
    return (
        select(user_role.c.user_id)
        .join(Role, Role.id == user_role.c.role_id)
        .where(Role.name.in_(roles_with(permission)))
    )


def _split(addresses: str) -> list[str]:
    parts = re.split(r"[;,]", addresses)
    return [part.strip() for part in parts if part.strip()]


def _receipt(session: Session, payload: dict[str, Any]) -> tuple[Sender, Receipt]:
    payment = session.get_one(Payment, payload["payment_id"])
    order = session.get(Order, payment.order_id) if payment.order_id else None
    operation = session.scalars(
        select(Operation)
        .where(
            Operation.payment_id == payment.id,
            Operation.kind.in_(CHARGES),
            Operation.state.in_(HAS_MONEY),
        )
        .order_by(Operation.state, Operation.id)  # "approved" comes before "stray"
        .limit(1)
    ).one()
    content = Receipt(
        receipt_number=payment.receipt_number,
        control_number=_control_number(session, payment),
        received_at=payment.received_at or payment.created_at,
        customer=session.get_one(Customer, payment.customer_id).name,
        order_number=order.number if order else "",
        order_path=f"/orders/{order.public_id}" if order else "",
        brand=payment.card_brand,
        last_four=payment.card_last_four,
        authorization_code=operation.authorization_code,
        transaction_id=operation.gateway_transaction_id or "",
        currency=payment.currency,
        lines=_lines(session, order),
        tax_cents=order.tax_cents if order else 0,
        amount_cents=(payment.captured_cents or payment.charge_cents) - payment.fee_cents,
        fee_cents=payment.fee_cents,
        surcharge_bp=payment.surcharge_bp,
        charged_cents=payment.captured_cents or payment.charge_cents,
    )
    return _sender(session, payment.location_id), content


def _checkout(session: Session, payload: dict[str, Any]) -> tuple[Sender, CheckoutNotice]:
    order = session.get_one(Order, payload["order_id"])
    content = CheckoutNotice(
        order_number=order.number,
        order_path=f"/orders/{order.public_id}",
        customer=session.get_one(Customer, order.customer_id).name,
        customer_po=order.customer_po,
        ship_date=order.ship_date,
        currency=order.currency,
        lines=_lines(session, order),
        tax_cents=order.tax_cents,
        total_cents=order.total_cents,
    )
    return _sender(session, order.location_id), content


def _reset(session: Session, payload: dict[str, Any]) -> tuple[Sender, Reset]:
    return _house(session), Reset(link=payload["link"])


def _invitation(session: Session, payload: dict[str, Any]) -> tuple[Sender, Invitation]:
    user = session.get_one(User, payload["user_id"])
    content = Invitation(
        link=payload["link"],
        valid_days=payload["valid_days"],
        is_for_staff=is_staff(role.name for role in user.roles),
    )
    return _house(session), content


def _security(session: Session, payload: dict[str, Any]) -> tuple[Sender, SecurityChange]:
    at = datetime.fromisoformat(payload["at"])
    return _house(session), SecurityChange(change=payload["change"], at=at)


def _alert(session: Session, payload: dict[str, Any]) -> tuple[Sender, Alert | BrokenRule]:
    if payload["subject_kind"] == "invariant":
        return _house(session), _broken_rule(payload)
    content = Alert(
        subject_kind=payload["subject_kind"],
        message_id=payload["message_id"],
        error=payload["error"],
        attempts=payload["attempts"],
    )
    return _house(session), content


def _review(session: Session, payload: dict[str, Any]) -> tuple[Sender, Review]:
    operation = session.get_one(Operation, payload["operation_id"])
    payment = session.get_one(Payment, operation.payment_id)
    order = session.get(Order, payment.order_id) if payment.order_id else None
    content = Review(
        is_stray=operation.state == State.STRAY,
        is_in_vain=bool(payload.get("returned_by")),
        path=f"/reviews/{operation.public_id}",
        receipt_number=payment.receipt_number,
        order_number=order.number if order else "",
        customer=session.get_one(Customer, payment.customer_id).name,
        began_at=operation.sent_at or operation.created_at,
        brand=payment.card_brand,
        last_four=payment.card_last_four,
        currency=operation.currency,
        amount_cents=operation.amount_cents,
        reason=operation.staff_message,
    )
    return _sender(session, operation.location_id), content


def _payment_end(session: Session, payload: dict[str, Any]) -> tuple[Sender, PaymentEnd]:
    payment = session.get_one(Payment, payload["payment_id"])
    content = payer_mails.content(session, payload["operation_id"], End(payload["end"]))
    return _sender(session, payment.location_id), content


def _activation(session: Session, payload: dict[str, Any]) -> tuple[Sender, Activation]:
    location = session.get_one(Location, payload["location_id"])
    path = f"/setup/locations/{quote(location.code, safe='')}"
    content = Activation(step=payload["step"], title=payload["title"], path=path)
    return _sender(session, location.id), content


def _application(session: Session, payload: dict[str, Any]) -> tuple[Sender, ApplicationForm]:
    row = session.get_one(CardApplication, payload["application_id"])
    given = card_applications.facts(session, row.id, base_url="")
    content = ApplicationForm(
        title=payload["title"],
        facts={name: value for name, value in given.items() if isinstance(value, str)},
        monthly_volume_cents=row.monthly_volume_cents,
        average_ticket_cents=row.average_ticket_cents,
        webhook_path=given["webhook_url"],
    )
    return _sender(session, row.location_id), content


def _broken_rule(payload: dict[str, Any]) -> BrokenRule:
    return BrokenRule(
        invariant=payload["invariant"],
        says=SAYS.get(payload["invariant"], payload["invariant"]),
        count=payload["count"],
        examples=tuple(payload["examples"]),
    )


def _sender(session: Session, location_id: int) -> Sender:
    row = session.execute(
        select(Company.name.label("company"), Location.name, Location.time_zone)
        .join(Location, Location.company_id == Company.id)
        .where(Location.id == location_id)
    ).one()
    return Sender(company=row.company, location=row.name, time_zone=row.time_zone)


def _house(session: Session) -> Sender:
    name = session.scalars(select(Company.name).order_by(Company.id).limit(1)).one()
    return Sender(company=name)


def _control_number(session: Session, payment: Payment) -> str:
    statement = select(KometLink.control_number).where(
        KometLink.kind == "payment", KometLink.local_id == payment.id
    )
    return session.scalars(statement).one_or_none() or ""


def _lines(session: Session, order: Order | None) -> tuple[Line, ...]:
    if order is None:
        return ()
    rows = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
    )
    return tuple(
        Line(
            description=row.description,
            boxes=row.boxes,
            units_per_box=row.units_per_box,
            unit_type=row.unit_type,
            price_e4=row.price_e4,
            cents=row.line_cents,
        )
        for row in rows
    )


_WANTED = {
    "receipt": _receipt_readers,
    "checkout": _checkout_readers,
    "reset": _the_user,
    "invitation": _the_user,
    "security": _the_user,
    "alert": _administrators,
    "review": _deciders,
    "payment_end": _payer,
    "activation": _setters_up,
}
_WRITTEN: dict[str, Any] = {
    "receipt": _receipt,
    "checkout": _checkout,
    "reset": _reset,
    "invitation": _invitation,
    "security": _security,
    "alert": _alert,
    "review": _review,
    "payment_end": _payment_end,
    "activation": _activation,
    "application": _application,
}
