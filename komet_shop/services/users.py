"""Adding people: an account, its roles, its locations and customers."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.permissions import BUYER, DESCRIPTIONS, ROLES
from komet_shop.models import (
    Company,
    Customer,
    Location,
    Role,
    User,
    buyer_customer,
    user_location,
)
from komet_shop.services import audit, passwords
from komet_shop.services.audit import Entry
from komet_shop.services.scope import Actor


class CannotAdd(ValueError):
    """The account was not added. The message says why, for the person who adds it."""


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """An account to be. `locations` and `customers` are codes."""

    email: str
    name: str
    password: str
    roles: tuple[str, ...]
    locations: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    locale: str = "en"


def add_user(session: Session, wanted: NewUser, *, actor: Actor, now: datetime) -> User:
    """Add an account that can log in at once.

    Raises:
        CannotAdd: unknown role, location or customer, address taken, or no company yet.
        WeakPassword: see `komet_shop.services.passwords`.
    """
    company = _company(session)
    _require_sensible(session, wanted)
    passwords.require_strong(wanted.password, about=(wanted.email, wanted.name))
    user = _user(company, wanted, now)
    user.roles = ensure_roles(session, wanted.roles)
    session.add(user)
    session.flush()
    _link(session, user_location, user, "location_id", _ids(session, Location, wanted.locations))
    _link(session, buyer_customer, user, "customer_id", _ids(session, Customer, wanted.customers))
    audit.write(session, _entry(user, wanted, actor), now)
    return user


def ensure_roles(session: Session, names: tuple[str, ...]) -> list[Role]:
    """The rows of these roles, added where missing."""
    known = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_(names)))}
    for name in names:
        if name not in known:
            known[name] = Role(name=name, description=DESCRIPTIONS[name])
            session.add(known[name])
    return [known[name] for name in dict.fromkeys(names)]


def _company(session: Session) -> Company:
    company = session.scalars(select(Company).order_by(Company.id).limit(1)).first()
    if company is None:
        raise CannotAdd("There is no company yet: run `komet-shop sync` first.")
    return company


def _require_sensible(session: Session, wanted: NewUser) -> None:
    unknown = [role for role in wanted.roles if role not in ROLES]
    if unknown or not wanted.roles:
        raise CannotAdd(f"Unknown role {', '.join(unknown)!r}. Roles: {', '.join(ROLES)}.")
    if wanted.customers and BUYER not in wanted.roles:
        raise CannotAdd("Only buyers belong to customers.")
    taken = session.scalar(select(User.id).where(func.lower(User.email) == wanted.email.lower()))
    if taken is not None:
        raise CannotAdd(f"{wanted.email} has an account already.")


def _user(company: Company, wanted: NewUser, now: datetime) -> User:
    return User(
        public_id=identifiers.public_id("usr"),
        company_id=company.id,
        email=wanted.email.strip().lower(),
        name=wanted.name,
        password=passwords.hash_password(wanted.password),
        locale=wanted.locale,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=now,
        create_datetime=now,
        update_datetime=now,
    )


def _ids(
    session: Session, table: type[Location] | type[Customer], codes: tuple[str, ...]
) -> list[int]:
    rows = session.execute(select(table.code, table.id).where(table.code.in_(codes)))
    found = {row.code: row.id for row in rows}
    missing = [code for code in codes if code not in found]
    if missing:
        raise CannotAdd(f"Unknown {table.__tablename__}: {', '.join(missing)}.")
    return list(found.values())


def _link(session: Session, table: Any, user: User, column: str, ids: list[int]) -> None:
    if ids:
        session.execute(insert(table), [{"user_id": user.id, column: one} for one in ids])


def _entry(user: User, wanted: NewUser, actor: Actor) -> Entry:
    return Entry(
        actor=actor,
        company_id=user.company_id,
        action="user_added",
        object_type="user",
        object_id=user.id,
        after={"roles": list(wanted.roles), "locations": list(wanted.locations)},
    )
