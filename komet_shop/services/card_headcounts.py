"""How many people and customers a card setting concerns: one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import CARD_CURRENCY, RESTRICTABLE, CardRule
from komet_shop.domain.card_settings import Fees, FeeType
from komet_shop.domain.permissions import Permission, roles_with
from komet_shop.models import (
    Customer,
    Location,
    Role,
    User,
    buyer_customer,
    user_location,
    user_role,
)


@dataclass(frozen=True, kw_only=True)
class Payers:
    """Customers whom fees treat alike."""

    is_restricted: bool
    billing_state: str
    count: int

    def pays(self, fees: Fees) -> object:
        """What these customers pay on top by card, comparable with another; None: nothing.

        A restricted customer pays by card where staff receive payments, and nowhere else.
        """
        channels = fees.channels - set(RESTRICTABLE) if self.is_restricted else fees.channels
        is_blocked = self.billing_state.upper() in fees.blocked_states
        is_surcharge = fees.type is FeeType.SURCHARGE
        amount = fees.basis_points if is_surcharge else fees.flat_cents
        if fees.type is FeeType.NONE or (is_surcharge and is_blocked):
            return None
        if not (amount and channels and fees.ways):
            return None
        return fees.type, amount, channels, fees.ways


def buyers(session: Session, company_id: int) -> int:
    """E-commerce users who may be offered a card: of active customers in dollars, unrestricted."""
    statement = (
        select(func.count(User.id.distinct()))
        .join(buyer_customer, buyer_customer.c.user_id == User.id)
        .join(Customer, Customer.id == buyer_customer.c.customer_id)
        .where(User.active, _pays_in_dollars(company_id), Customer.card_rule != CardRule.RESTRICTED)
    )
    return session.scalar(statement) or 0


def customers_who_must_pay(session: Session, company_id: int) -> int:
    """Customers of whom a card is required, and for whom somebody can check out."""
    somebody = exists().where(
        buyer_customer.c.customer_id == Customer.id,
        buyer_customer.c.user_id == User.id,
        User.active,
    )
    statement = select(func.count(Customer.id)).where(
        _pays_in_dollars(company_id), Customer.card_rule == CardRule.REQUIRED, somebody
    )
    return session.scalar(statement) or 0


def payers(session: Session, company_id: int) -> list[Payers]:
    """Customers who are not exempt from fees, in groups: a few for each state."""
    is_restricted = case((Customer.card_rule == CardRule.RESTRICTED, 1), else_=0)
    rows = session.execute(
        select(is_restricted, Customer.billing_state, func.count(Customer.id))
        .where(_pays_in_dollars(company_id), Customer.fee_exempt.is_(False))
        .group_by(is_restricted, Customer.billing_state)
    )
    return [
        Payers(is_restricted=bool(restricted), billing_state=state, count=count)
        for restricted, state, count in rows
    ]


def sales_people(session: Session, company_id: int) -> dict[int, int]:
    """Those who manage customers' cards only where that is switched on, by location."""
    return _by_location(
        session,
        company_id,
        _has_role(roles_with(Permission.CARDS_IF_ALLOWED))
        & ~_has_role(roles_with(Permission.CARDS))
        & User.hides_cards.is_(False),
    )


def confirmers(session: Session, company_id: int) -> dict[int, int]:
    """Those who confirm orders in Order Entry and may take the payment with it, by location."""
    return _by_location(session, company_id, _has_role(roles_with(Permission.PAY_AND_CONFIRM)))


def _by_location(session: Session, company_id: int, wanted: ColumnElement[bool]) -> dict[int, int]:
    assigned = exists().where(
        user_location.c.user_id == User.id, user_location.c.location_id == Location.id
    )
    works_here = assigned | _has_role(roles_with(Permission.ALL_LOCATIONS))
    rows = session.execute(
        select(Location.id, func.count(User.id))
        .join(User, and_(User.company_id == Location.company_id, works_here))
        .where(Location.company_id == company_id, User.active, wanted)
        .group_by(Location.id)
    )
    return dict(rows.all())


def _pays_in_dollars(company_id: int) -> ColumnElement[bool]:
    return and_(
        Customer.company_id == company_id, Customer.active, Customer.currency == CARD_CURRENCY
    )


def _has_role(roles: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        user_role.c.user_id == User.id, user_role.c.role_id == Role.id, Role.name.in_(roles)
    )
