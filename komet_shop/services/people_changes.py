"""Adding and changing people: roles, locations, customers, limits. Each change is audited."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.permissions import BUYER, permissions_of
from komet_shop.models import (
    Company,
    Customer,
    Location,
    Role,
    User,
    WebSession,
    buyer_customer,
    user_location,
    user_role,
)
from komet_shop.services import audit, invitations, people, profiles
from komet_shop.services.people import Keeper, Person
from komet_shop.services.shop import Shop
from komet_shop.services.users import ensure_roles

ADMIN = "admin"


class PersonRefused(Exception):
    """Nothing was added or changed. Each kind says why."""


class EmailTaken(PersonRefused):
    """Somebody logs in with that address already."""


class OwnAccount(PersonRefused):
    """Nobody changes their own rights."""


class RoleAbove(PersonRefused):
    """The role may do what the giver may not, or the person has such a role."""


class MixedKinds(PersonRefused):
    """No role, or the role of buyers together with one of staff."""


class LastAdministrator(PersonRefused):
    """Nobody would be left who can log in and give roles."""


class ChangedMeanwhile(PersonRefused):
    """Somebody changed the person since the page was opened."""


class UnknownChoice(PersonRefused):
    """A location, customer or sales person that is not there, or not within the scope."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is decided about a person. `locations` are codes, `customers` public ids."""

    name: str
    locale: str
    roles: frozenset[str]
    locations: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    own_customers_only: bool = False
    sales_person: str = ""
    hides_cards: bool = False
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the audit log is told of a change."""

    action: str
    after: dict[str, Any]
    before: dict[str, Any] | None = None


def add(shop: Shop, keeper: Keeper, email: str, details: Details) -> str:
    """Add somebody who cannot log in yet, and invite them; returns the public id.

    Raises:
        PersonRefused: one of its kinds; nothing was added and no mail is sent.
    """
    address = email.strip().lower()
    try:
        return shop.database.run(lambda session: _add(session, shop, keeper, address, details))
    except IntegrityError as error:  # two at the same moment
        raise EmailTaken(address) from error


def change(shop: Shop, keeper: Keeper, public_id: str, version: str, details: Details) -> None:
    """Change a person. Sessions of theirs end when they lose a right or are switched off.

    `version` is that of the page on which it was decided.

    Raises:
        people.NoSuchPerson; PersonRefused: one of its kinds. Nothing was changed.
    """
    shop.database.run(lambda s: _change(s, shop, keeper, (public_id, version), details))


def _add(session: Session, shop: Shop, keeper: Keeper, email: str, details: Details) -> str:
    now = shop.clock.now()
    _require_sensible(session, keeper, details)
    if session.scalar(select(User.id).where(func.lower(User.email) == email)) is not None:
        raise EmailTaken(email)
    user = User(
        public_id=identifiers.public_id("usr"),
        company_id=keeper.scope.company_id,
        email=email,
        fs_uniquifier=secrets.token_hex(32),
        create_datetime=now,
        update_datetime=now,
        **_columns(details),
    )
    user.roles = ensure_roles(session, tuple(sorted(details.roles)))
    session.add(user)
    session.flush()
    _link(session, keeper, user.id, details)
    _note(session, keeper, user.id, Told(action="user_added", after=_told(details)), now)
    base_url, actor = shop.config.base_url, keeper.scope.actor
    if details.active:
        invitations.invite(session, user, base_url=base_url, actor=actor, now=now)
    return user.public_id


def _change(
    session: Session, shop: Shop, keeper: Keeper, which: tuple[str, str], details: Details
) -> None:
    now = shop.clock.now()
    _take_turns(session, keeper.scope.company_id)
    user = people.find(session, keeper, which[0])
    before = people.read(session, keeper, which[0], now)
    if user.id == keeper.scope.actor.user_id:
        raise OwnAccount
    if before.version != which[1]:
        raise ChangedMeanwhile
    if not all(keeper.may_give(role) for role in before.roles):
        raise RoleAbove
    _require_sensible(session, keeper, details)
    _require_another_administrator(session, user, before, details)
    _write(session, user, details, now)
    _link(session, keeper, user.id, details)
    if _loses_rights(before, details):
        session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    _note(session, keeper, user.id, _differences(before, details), now)


def _take_turns(session: Session, company_id: int) -> None:
    """Two administrators who switch each other off at the same moment: the second one waits.

    The lock lets those pass who only refer to the company.
    """
    company = select(Company.id).where(Company.id == company_id)
    session.execute(company.with_for_update(key_share=True))


def _require_sensible(session: Session, keeper: Keeper, details: Details) -> None:
    if not details.roles or (BUYER in details.roles and details.roles != {BUYER}):
        raise MixedKinds
    if not all(keeper.may_give(role) for role in details.roles):
        raise RoleAbove
    if not 0 < len(details.name) <= profiles.LONGEST_NAME:
        raise UnknownChoice("name")
    if details.locale not in profiles.LANGUAGES:
        raise UnknownChoice("locale")
    if details.own_customers_only:
        known = people.sales_persons(session, keeper.scope)
        if details.sales_person not in known:
            raise UnknownChoice("sales_person")


def _require_another_administrator(
    session: Session, user: User, before: Person, details: Details
) -> None:
    was_one = ADMIN in before.roles and before.active and before.has_password
    if not was_one or (ADMIN in details.roles and details.active):
        return
    others = (
        select(User.id)
        .join(user_role, user_role.c.user_id == User.id)
        .join(Role, Role.id == user_role.c.role_id)
        .where(Role.name == ADMIN, User.active, User.password.is_not(None), User.id != user.id)
        .where(User.company_id == user.company_id)
    )
    if session.scalars(others.limit(1)).first() is None:
        raise LastAdministrator


def _write(session: Session, user: User, details: Details, now: datetime) -> None:
    """The guarded change: a profile or password may be saved at the same moment."""
    changed = session.execute(
        update(User)
        .where(User.id == user.id, User.update_datetime == user.update_datetime)
        .values(update_datetime=now, **_columns(details))
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar_one_or_none() is None:
        raise ChangedMeanwhile
    user.roles = ensure_roles(session, tuple(sorted(details.roles)))
    session.flush()


def _columns(details: Details) -> dict[str, Any]:
    return {
        "name": details.name,
        "locale": details.locale,
        "own_customers_only": details.own_customers_only,
        "sales_person": details.sales_person if details.own_customers_only else "",
        "hides_cards": details.hides_cards,
        "active": details.active,
    }


def _link(session: Session, keeper: Keeper, user_id: int, details: Details) -> None:
    """Buyers belong to customers, staff to locations."""
    is_buyer = BUYER in details.roles
    places = frozenset() if is_buyer else details.locations
    bought_for = details.customers if is_buyer else frozenset()
    scope = keeper.scope
    place_ids = session.scalars(
        select(Location.id).where(
            Location.company_id == scope.company_id, Location.code.in_(places)
        )
    ).all()
    customer = select(Customer.id).where(
        Customer.company_id == scope.company_id, Customer.public_id.in_(bought_for)
    )
    if scope.customer_ids is not None:
        customer = customer.where(Customer.id.in_(scope.customer_ids))
    customer_ids = session.scalars(customer).all()
    if len(place_ids) != len(places) or len(customer_ids) != len(bought_for):
        raise UnknownChoice("locations" if len(place_ids) != len(places) else "customers")
    if is_buyer and not customer_ids:
        raise UnknownChoice("customers")
    _replace(session, user_location, "location_id", user_id, place_ids)
    _replace(session, buyer_customer, "customer_id", user_id, customer_ids)


def _replace(session: Session, link: Any, column: str, user_id: int, ids: Iterable[int]) -> None:
    session.execute(delete(link).where(link.c.user_id == user_id))
    rows = [{"user_id": user_id, column: one} for one in ids]
    if rows:
        session.execute(insert(link), rows)


def _loses_rights(before: Person, details: Details) -> bool:
    lost = permissions_of(before.roles) - permissions_of(details.roles)
    return bool(lost) or (before.active and not details.active)


def _told(details: Details) -> dict[str, Any]:
    """What the audit log keeps: no name, no address."""
    is_buyer = BUYER in details.roles
    return {
        "roles": sorted(details.roles),
        "locations": [] if is_buyer else sorted(details.locations),
        "customers": sorted(details.customers) if is_buyer else [],
        "locale": details.locale,
        "own_customers_only": details.own_customers_only,
        "sales_person": details.sales_person if details.own_customers_only else "",
        "hides_cards": details.hides_cards,
        "active": details.active,
    }


def _differences(before: Person, details: Details) -> Told:
    """Only what changed, from and to. That a name changed is kept, the names are not."""
    was = {
        "roles": sorted(before.roles),
        "locations": sorted(one.key for one in before.locations),
        "customers": sorted(one.key for one in before.customers),
        "locale": before.locale,
        "own_customers_only": before.own_customers_only,
        "sales_person": before.sales_person,
        "hides_cards": before.hides_cards,
        "active": before.active,
    }
    now = _told(details)
    changed = [name for name in now if was[name] != now[name]]
    after = {name: now[name] for name in changed}
    if before.name != details.name:
        after["name_changed"] = True
    return Told(action="user_changed", before={name: was[name] for name in changed}, after=after)


def _note(session: Session, keeper: Keeper, user_id: int, told: Told, now: datetime) -> None:
    entry = audit.Entry(
        actor=keeper.scope.actor,
        company_id=keeper.scope.company_id,
        action=told.action,
        object_type="user",
        object_id=user_id,
        before=told.before,
        after=told.after,
    )
    audit.write(session, entry, now)
