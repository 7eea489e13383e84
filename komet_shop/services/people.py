"""People who log in, as those who look after them see them: lists, one person, choices."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import BUYER, ROLES, Permission
from komet_shop.models import (
    Customer,
    Location,
    Role,
    User,
    buyer_customer,
    user_location,
    user_role,
)
from komet_shop.services.scope import Scope

PAGE = 50
MOST_FOUND = 20
"""Customers that a search for some offers at once."""
STAFF_ROLES = tuple(role for role in ROLES if role != BUYER)
_AS_GOOD_AS = {Permission.CARDS: {Permission.CARDS_IF_ALLOWED}}
"""Who holds the first may do all that the others allow."""


class Kind(StrEnum):
    """Whom a login is for. One login is never for both."""

    STAFF = "staff"
    ECOMMERCE = "ecommerce"


class Standing(StrEnum):
    """Whether a person can log in, and if not, why."""

    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"
    """The invitation was not accepted in time."""
    UNINVITED = "uninvited"
    """No invitation is open, and there is no password either."""
    OFF = "off"


class NoSuchPerson(LookupError):
    """Nobody by that id whom this keeper looks after."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Somebody who looks after people: what they see, and what they may give.

    Rule: docs/roles.md, "Who looks after whom".
    """

    scope: Scope
    permissions: frozenset[Permission]

    def sees(self, kind: Kind) -> bool:
        """True when people of this kind are theirs to look after."""
        needed = Permission.USERS if kind is Kind.STAFF else Permission.ECOMMERCE_USERS
        return needed in self.permissions

    def may_give(self, role: str) -> bool:
        """Only what does not exceed what they may do themselves; buyers may do other things."""
        if role == BUYER:
            return self.sees(Kind.ECOMMERCE)
        own = set(self.permissions)
        for held, includes in _AS_GOOD_AS.items():
            own |= includes if held in own else set()
        return self.sees(Kind.STAFF) and role in ROLES and ROLES[role] <= own


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of people is narrowed to; empty means all. `location` is a code."""

    kind: str = ""
    role: str = ""
    location: str = ""
    standing: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A location or customer: what forms call it, and its name."""

    key: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person as lists and forms show them. `version` changes with every change."""

    row: int
    public_id: str
    name: str
    email: str
    locale: str
    roles: tuple[str, ...]
    standing: Standing
    active: bool
    has_password: bool
    has_second_factor: bool
    invited_until: datetime | None
    hides_cards: bool
    own_customers_only: bool
    sales_person: str
    version: str
    locations: tuple[Named, ...] = field(default=())
    customers: tuple[Named, ...] = field(default=())

    @property
    def kind(self) -> Kind:
        """Buyers have the one role of buyers; all others are staff, even without a role."""
        return Kind.ECOMMERCE if set(self.roles) == {BUYER} else Kind.STAFF


def page(
    session: Session, keeper: Keeper, filters: Filters, *, after: int | None, now: datetime
) -> tuple[list[Person], int | None]:
    """People by name, 50 at a time, and where the next page begins. Four statements."""
    statement = select(User).where(*_visible(keeper), *_narrowed(filters, now))
    if after is not None:
        start = select(User.name, User.id).where(User.id == after).subquery()
        statement = statement.join(
            start, tuple_(User.name, User.id) > tuple_(start.c.name, start.c.id)
        )
    ordered = statement.order_by(User.name, User.id).limit(PAGE + 1)
    rows = list(session.scalars(ordered).unique())
    shown = rows[:PAGE]
    place = shown[-1].id if len(rows) > PAGE else None
    return _people(session, shown, now), place


def find(session: Session, keeper: Keeper, public_id: str) -> User:
    """The row of a person whom this keeper looks after.

    Raises:
        NoSuchPerson: absent, of another kind, or buys for customers of others.
    """
    statement = select(User).where(User.public_id == public_id, *_visible(keeper))
    found = session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NoSuchPerson(public_id)
    return found


def read(session: Session, keeper: Keeper, public_id: str, now: datetime) -> Person:
    """One person with roles, locations and customers.

    Raises:
        NoSuchPerson: see `find`.
    """
    return _people(session, [find(session, keeper, public_id)], now)[0]


def standing(user: User, now: datetime) -> Standing:
    """Whether a person can log in, and if not, why."""
    if not user.active:
        return Standing.OFF
    if user.password is not None:
        return Standing.ACTIVE
    if user.invitation_sha256 is None or user.invitation_expires_at is None:
        return Standing.UNINVITED
    return Standing.INVITED if user.invitation_expires_at > now else Standing.EXPIRED


def locations(session: Session, scope: Scope) -> list[Named]:
    """The locations that people can be assigned to, by name."""
    statement = (
        select(Location.code, Location.name)
        .where(Location.company_id == scope.company_id, Location.active)
        .order_by(Location.name, Location.code)
    )
    return [Named(key=code, name=name) for code, name in session.execute(statement)]


def sales_persons(session: Session, scope: Scope) -> list[str]:
    """The names that Komet's customers give for their sales person, each once."""
    statement = (
        select(Customer.sales_person)
        .where(Customer.company_id == scope.company_id, Customer.sales_person != "")
        .distinct()
        .order_by(Customer.sales_person)
    )
    return list(session.scalars(statement))


def find_customers(session: Session, scope: Scope, text: str) -> list[Named]:
    """Active customers whose name or code holds the text, at most 20."""
    statement = (
        _customers_in(scope)
        .where(
            Customer.active,
            or_(
                Customer.name.icontains(text, autoescape=True),
                Customer.code.icontains(text, autoescape=True),
            ),
        )
        .limit(MOST_FOUND)
    )
    return [Named(key=row.public_id, name=row.name) for row in session.execute(statement)]


def customers(session: Session, scope: Scope, keys: list[str]) -> list[Named]:
    """The customers by these public ids, as far as they are within the scope."""
    statement = _customers_in(scope).where(Customer.public_id.in_(keys))
    return [Named(key=row.public_id, name=row.name) for row in session.execute(statement)]


def _customers_in(scope: Scope) -> Select[str, str]:
    statement = select(Customer.public_id, Customer.name).where(
        Customer.company_id == scope.company_id
    )
    if scope.customer_ids is not None:
        statement = statement.where(Customer.id.in_(scope.customer_ids))
    return statement.order_by(Customer.name, Customer.id)


def _visible(keeper: Keeper) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [User.company_id == keeper.scope.company_id]
    seen = [_is_of(kind) for kind in Kind if keeper.sees(kind)]
    conditions.append(or_(*seen) if seen else User.id.is_(None))
    if keeper.scope.customer_ids is not None:
        conditions.append(or_(not_(_is_of(Kind.ECOMMERCE)), _buys_only_for(keeper.scope)))
    return conditions


def _is_of(kind: Kind) -> ColumnElement[bool]:
    is_buyer = and_(_has_role(Role.name == BUYER), not_(_has_role(Role.name != BUYER)))
    return is_buyer if kind is Kind.ECOMMERCE else not_(is_buyer)


def _has_role(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(user_role.c.user_id)
        .join(Role, Role.id == user_role.c.role_id)
        .where(user_role.c.user_id == User.id, *conditions)
        .correlate(User)
        .exists()
    )


def _buys_only_for(scope: Scope) -> ColumnElement[bool]:
    """Somebody who also buys for others' customers is others' to look after."""
    buys = select(buyer_customer.c.user_id).where(buyer_customer.c.user_id == User.id)
    own = buyer_customer.c.customer_id.in_(scope.customer_ids or ())
    return and_(
        buys.where(own).correlate(User).exists(),
        not_(buys.where(not_(own)).correlate(User).exists()),
    )


def _narrowed(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.kind in list(Kind):
        conditions.append(_is_of(Kind(filters.kind)))
    if filters.role in ROLES:
        conditions.append(_has_role(Role.name == filters.role))
    if filters.location:
        conditions.append(_is_at(filters.location))
    if filters.standing in list(Standing):
        conditions.append(_stands(Standing(filters.standing), now))
    if filters.text:
        name = User.name.icontains(filters.text, autoescape=True)
        conditions.append(or_(name, User.email.icontains(filters.text, autoescape=True)))
    return conditions


def _is_at(code: str) -> ColumnElement[bool]:
    return (
        select(user_location.c.user_id)
        .join(Location, Location.id == user_location.c.location_id)
        .where(user_location.c.user_id == User.id, Location.code == code)
        .correlate(User)
        .exists()
    )


def _stands(wanted: Standing, now: datetime) -> ColumnElement[bool]:
    waits = and_(User.active, User.password.is_(None))
    return {
        Standing.ACTIVE: and_(User.active, User.password.is_not(None)),
        Standing.OFF: not_(User.active),
        Standing.INVITED: and_(waits, User.invitation_expires_at > now),
        Standing.EXPIRED: and_(waits, User.invitation_expires_at <= now),
        Standing.UNINVITED: and_(waits, User.invitation_expires_at.is_(None)),
    }[wanted]


def _people(session: Session, users: list[User], now: datetime) -> list[Person]:
    ids = [user.id for user in users]
    places = _linked(session, ids, user_location, Location.code.label("key"), Location)
    bought_for = _linked(session, ids, buyer_customer, Customer.public_id.label("key"), Customer)
    return [
        Person(
            row=user.id,
            public_id=user.public_id,
            name=user.name,
            email=user.email,
            locale=user.locale,
            roles=tuple(sorted((role.name for role in user.roles), key=_by_table)),
            standing=standing(user, now),
            active=user.active,
            has_password=user.password is not None,
            has_second_factor=user.has_second_factor,
            invited_until=user.invitation_expires_at,
            hides_cards=user.hides_cards,
            own_customers_only=user.own_customers_only,
            sales_person=user.sales_person,
            version=user.update_datetime.isoformat(),
            locations=tuple(places.get(user.id, ())),
            customers=tuple(bought_for.get(user.id, ())),
        )
        for user in users
    ]


def _by_table(role: str) -> tuple[int, str]:
    names = list(ROLES)
    return (names.index(role) if role in names else len(names), role)


def _linked(
    session: Session, ids: list[int], link: Any, key: Any, table: type[Location] | type[Customer]
) -> dict[int, list[Named]]:
    """What people are linked to, by the person's row: one statement for all of them."""
    target = link.c.location_id if table is Location else link.c.customer_id
    statement = (
        select(link.c.user_id, key, table.name)
        .join(table, table.id == target)
        .where(link.c.user_id.in_(ids))
        .order_by(table.name, table.id)
    )
    found: dict[int, list[Named]] = {}
    for row in session.execute(statement):
        found.setdefault(row.user_id, []).append(Named(key=row.key, name=row.name))
    return found
