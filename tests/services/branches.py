"""A company with two branches that take cards, its people and its customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_settings import Fees, Switch
from komet_shop.domain.permissions import ROLES
from komet_shop.models import (
    Audit,
    Company,
    CompanyCardSettings,
    Customer,
    Location,
    LocationCardSettings,
    Role,
    User,
    buyer_customer,
    user_location,
)
from komet_shop.services import card_board, card_impact, card_switches
from komet_shop.services.card_board import Board
from komet_shop.services.card_impact import Effect, Impact
from komet_shop.services.card_switches import Change
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories

MIAMI, QUITO = "MIA", "UIO"


def deciding(fees: Fees | None = None, **switches: bool | None) -> Decisions:
    """Decisions of a level, by the names of the switches."""
    return Decisions.deciding({Switch(name): on for name, on in switches.items()}, fees)


@dataclass
class Branches:
    """The shop, and rows by what they are called in tests."""

    shop: Shop
    company: Company
    places: Mapping[str, Location]
    roles: dict[str, Role] = field(default_factory=dict)

    @classmethod
    def build(cls, shop: Shop, **company: Any) -> "Branches":
        """Miami and Quito, both active."""
        with shop.database.write() as session:
            row = factories.make_company(session, **company)
            places = {
                MIAMI: factories.make_location(session, row, code=MIAMI, name="Miami"),
                QUITO: factories.make_location(session, row, code=QUITO, name="Quito"),
            }
            for place in places.values():
                factories.make_card_settings(session, place, ecommerce_on=None)
            roles = {name: factories.make_role(session, name) for name in ROLES}
        return cls(shop=shop, company=row, places=places, roles=roles)

    def scope(self, *codes: str) -> Scope:
        """Of somebody who sees these locations; without any, all of them."""
        seen = codes or tuple(self.places)
        return Scope(
            actor=Actor(label="usr_admin", address="127.0.0.1"),
            company_id=self.company.id,
            location_ids=frozenset(self.places[code].id for code in seen),
        )

    def board(self, scope: Scope | None = None) -> Board:
        """Everything that is decided now."""
        with self.shop.database.read() as session:
            return card_board.read(session, scope or self.scope())

    def save(self, level: str | None, decisions: Decisions, drawn: str = "") -> None:
        """Decide for a level, from a page that has just been drawn unless told otherwise."""
        version = drawn or self.board().version(level)
        change = Change(level=level, decisions=decisions, drawn=version)
        card_switches.save(self.shop, self.scope(), change)

    def impacts(self, level: str | None, decisions: Decisions) -> list[Impact]:
        """What would happen."""
        before = self.board()
        with self.shop.database.read() as session:
            return card_impact.impacts(
                session,
                self.company.id,
                before=before,
                after=before.deciding(level, decisions),
            )

    def told(self, level: str | None, decisions: Decisions) -> dict[Effect, tuple[int, str]]:
        """The same in short: how many, and where."""
        found = self.impacts(level, decisions)
        assert len({one.effect for one in found}) == len(found)
        return {one.effect: (one.count, " ".join(one.places)) for one in found}

    def open_branch(self, code: str) -> None:
        """One more location that takes cards."""
        with self.shop.database.write() as session:
            place = factories.make_location(session, self.company, code=code, name=code)
            factories.make_card_settings(session, place)

    def stop(self, code: str, status: str = "requested") -> None:
        """Let a location be not active."""
        with self.shop.database.write() as session:
            session.get_one(LocationCardSettings, self.places[code].id).status = status

    def customer(self, *, buyers: int = 0, **values: Any) -> Customer:
        """A customer, and people who buy for it."""
        with self.shop.database.write() as session:
            row = factories.make_customer(session, self.company, **values)
            for _ in range(buyers):
                self._buys(session, factories.make_user(session, self.company), row)
            return row

    def buyer(self, *customers: Customer, **values: Any) -> User:
        """Somebody who buys for several."""
        with self.shop.database.write() as session:
            user = factories.make_user(session, self.company, **values)
            for one in customers:
                self._buys(session, user, one)
            return user

    def person(self, *roles: str, at: str = "", **values: Any) -> User:
        """Somebody of the staff, at a location."""
        with self.shop.database.write() as session:
            given = {"roles": [session.merge(self.roles[name]) for name in roles], **values}
            user = factories.make_user(session, self.company, **given)
            if at:
                place = self.places[at]
                session.execute(insert(user_location).values(user_id=user.id, location_id=place.id))
            return user

    def entries(self) -> list[Audit]:
        """The audit log, without the logins."""
        with self.shop.database.read() as session:
            chosen = select(Audit).where(Audit.action != "login").order_by(Audit.id)
            return list(session.scalars(chosen))

    def company_row(self) -> CompanyCardSettings | None:
        """What is kept of the company's decisions."""
        with self.shop.database.read() as session:
            return session.get(CompanyCardSettings, self.company.id)

    def location_row(self, code: str) -> LocationCardSettings:
        """What is kept of a location's."""
        with self.shop.database.read() as session:
            return session.get_one(LocationCardSettings, self.places[code].id)

    def _buys(self, session: Any, user: User, customer: Customer) -> None:
        session.execute(insert(buyer_customer).values(user_id=user.id, customer_id=customer.id))
