"""Customers as staff see them: the list, and one of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import CardRule
from komet_shop.models import Company, Customer, SyncCursor, User, buyer_customer
from komet_shop.services import credit_limits
from komet_shop.services.credit_limits import Credit
from komet_shop.services.scope import Scope

PAGE = 50
ASKED_LAST = "pull:ship_tos"
"""Addresses are pulled right after customers, and each pull of them is noted; the customers'
own cursor moves only when one of them has changed."""


class Account(StrEnum):
    """Which customers to list, by how their account stands."""

    OPEN = ""
    ON_HOLD = "hold"
    OVER_LIMIT = "over"
    INACTIVE = "inactive"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What to look for. Empty means all; `words` are found in names and codes."""

    words: str = ""
    rule: CardRule | None = None
    account: Account = Account.OPEN
    sales_person: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a list goes on: after this customer."""

    name: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A customer in the list. `buyers` is how many people buy for it in the shop."""

    public_id: str
    code: str
    name: str
    currency: str
    rule: CardRule
    credit: Credit
    buyers: int


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Somebody who buys for a customer; `is_invited`: has not accepted yet."""

    name: str
    email: str
    active: bool
    is_invited: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """A customer with what belongs to it. `pulled_at`: when Komet was asked last."""

    customer: Customer
    credit: Credit
    company_currency: str
    buyers: tuple[Buyer, ...]
    pulled_at: datetime | None

    @property
    def active_buyers(self) -> int:
        """How many a change of rules means something to."""
        return sum(buyer.active for buyer in self.buyers)


_BUYERS = (
    select(func.count())
    .select_from(buyer_customer)
    .join(User, User.id == buyer_customer.c.user_id)
    .where(buyer_customer.c.customer_id == Customer.id, User.active)
    .correlate(Customer)
    .scalar_subquery()
)
_LIST = select(Customer, credit_limits.exposure().label("exposure"), _BUYERS.label("buyers"))
_ONE = (
    select(
        Customer,
        credit_limits.exposure().label("exposure"),
        Company.currency.label("company_currency"),
        SyncCursor.updated_at.label("pulled_at"),
    )
    .join(Company, Company.id == Customer.company_id)
    .outerjoin(SyncCursor, SyncCursor.name == ASKED_LAST)
)


def page(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    after: Place | None = None,
    size: int = PAGE,
) -> tuple[list[Listed], Place | None]:
    """A page of the list by name, and where it goes on; one statement."""
    statement = _LIST.where(own(scope), *_conditions(filters))
    if after is not None:
        place = tuple_(Customer.name, Customer.id)
        statement = statement.where(place > (after.name, after.row))
    statement = statement.order_by(Customer.name, Customer.id).limit(size + 1)
    rows = session.execute(statement).all()
    shown = rows[:size]
    last = shown[-1].Customer if len(rows) > size else None
    more = Place(name=last.name, row=last.id) if last is not None else None
    return [_listed(row) for row in shown], more


def sales_people(session: Session, scope: Scope) -> list[str]:
    """Names of the sales people of these customers, as Komet writes them."""
    names = select(Customer.sales_person).where(own(scope), Customer.sales_person != "")
    return list(session.scalars(names.distinct().order_by(Customer.sales_person)))


def read(session: Session, scope: Scope, public_id: str) -> Found | None:
    """One customer; None when there is none of that name in scope. Two statements."""
    row = session.execute(_ONE.where(own(scope), Customer.public_id == public_id)).one_or_none()
    if row is None:
        return None
    return Found(
        customer=row.Customer,
        credit=_credit(row),
        company_currency=row.company_currency,
        buyers=_buyers(session, row.Customer.id),
        pulled_at=row.pulled_at,
    )


def own(scope: Scope) -> ColumnElement[bool]:
    """The customers of a scope."""
    of_company = Customer.company_id == scope.company_id
    if scope.customer_ids is None:
        return of_company
    return and_(of_company, Customer.id.in_(scope.customer_ids))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    account: ColumnElement[bool] = {
        Account.OPEN: true(),
        Account.ON_HOLD: Customer.credit_hold.is_(True),
        Account.OVER_LIMIT: credit_limits.over_limit(),
        Account.INACTIVE: Customer.active.is_(False),
    }[filters.account]
    conditions = [account]
    if filters.account is not Account.INACTIVE:
        conditions.append(Customer.active.is_(True))
    if filters.words:
        conditions.append(_named(filters.words))
    if filters.rule is not None:
        conditions.append(Customer.card_rule == filters.rule)
    if filters.sales_person:
        conditions.append(Customer.sales_person == filters.sales_person)
    return conditions


def _named(words: str) -> ColumnElement[bool]:
    columns = (Customer.name, Customer.code)
    return or_(*(func.lower(one).contains(words.lower(), autoescape=True) for one in columns))


def _listed(row: Row[*tuple[Any, ...]]) -> Listed:
    customer: Customer = row.Customer
    return Listed(
        public_id=customer.public_id,
        code=customer.code,
        name=customer.name,
        currency=customer.currency,
        rule=CardRule(customer.card_rule),
        credit=_credit(row),
        buyers=row.buyers,
    )


def _credit(row: Row[*tuple[Any, ...]]) -> Credit:
    customer: Customer = row.Customer
    return Credit(
        limit_cents=customer.credit_limit_cents,
        exposure_cents=row.exposure,
        hold=customer.credit_hold,
    )


def _buyers(session: Session, customer_id: int) -> tuple[Buyer, ...]:
    rows = session.execute(
        select(User.name, User.email, User.active, User.invitation_sha256)
        .join(buyer_customer, buyer_customer.c.user_id == User.id)
        .where(buyer_customer.c.customer_id == customer_id)
        .order_by(User.name, User.id)
    )
    return tuple(
        Buyer(
            name=row.name,
            email=row.email,
            active=row.active,
            is_invited=row.invitation_sha256 is not None,
        )
        for row in rows
    )
