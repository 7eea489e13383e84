"""A florist before a shelf of flowers: what tests of catalogue and cart start from."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import ship_dates
from komet_shop.models import (
    Company,
    Customer,
    InventoryLine,
    Location,
    Order,
    OrderLine,
    User,
    buyer_customer,
)
from komet_shop.services import carts, shipping, visits
from komet_shop.services.carts import Trip
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from komet_shop.services.visits import Visit, Wanted
from tests import factories


@dataclass
class Florist:
    """A buyer of one customer at one location, with their own scope."""

    shop: Shop
    company_id: int
    location_id: int
    customer_id: int
    buyer_id: int
    more_locations: frozenset[int] = frozenset()

    @classmethod
    def build(cls, shop: Shop, *, location: dict[str, Any] | None = None, **customer: Any) -> Any:
        with shop.database.write() as session:
            company = factories.make_company(session)
            place = factories.make_location(session, company, **(location or {}))
            bought_for = factories.make_customer(session, company, **customer)
            buyer = factories.make_user(session, company)
            return cls(
                shop=shop,
                company_id=company.id,
                location_id=place.id,
                customer_id=bought_for.id,
                buyer_id=buyer.id,
            )

    @property
    def scope(self) -> Scope:
        return Scope(
            actor=Actor(label="florist", user_id=self.buyer_id),
            company_id=self.company_id,
            location_ids=self.more_locations | {self.location_id},
            customer_ids=frozenset({self.customer_id}),
        )

    @property
    def dates(self) -> tuple[date, ...]:
        return ship_dates.offered(self.shop.clock.now(), "America/New_York")

    @property
    def trip(self) -> Trip:
        return Trip(
            customer_id=self.customer_id, location_id=self.location_id, ship_date=self.dates[1]
        )

    def colleague(self) -> "Florist":
        """Another buyer of the same customer, with a cart of their own."""
        with self.shop.database.write() as session:
            company = session.get_one(Company, self.company_id)
            other = factories.make_user(session, company)
            return Florist(
                shop=self.shop,
                company_id=self.company_id,
                location_id=self.location_id,
                customer_id=self.customer_id,
                buyer_id=other.id,
            )

    def shelve(self, *, line: dict[str, Any] | None = None, **product: Any) -> str:
        """Put a product on the shelf; returns the outside name of its boxes."""
        today = self.shop.clock.now().date()
        given = {
            "available_from": today - timedelta(days=1),
            "available_to": today + timedelta(days=30),
        }
        with self.shop.database.write() as session:
            company = session.get_one(Company, self.company_id)
            place = session.get_one(Location, self.location_id)
            made = factories.make_product(session, company, **product)
            row = factories.make_inventory_line(session, place, made, **(given | (line or {})))
            return row.public_id

    def visit(self, **wanted: Any) -> Visit:
        with self.shop.database.read() as session:
            return visits.open_visit(session, self.scope, Wanted(**wanted), self.shop.clock.now())

    def delivery(self, **wanted: Any) -> shipping.Delivery:
        visit = self.visit(**wanted)
        with self.shop.database.read() as session:
            known = shipping.KnownWays().read(session, self.scope, visit, now=0)
            return shipping.delivery(visit, Wanted(**wanted), known)

    def add(self, line: str, boxes: int = 1) -> int:
        return carts.add(self.shop, self.scope, self.trip, line=line, boxes=boxes)

    def cart(self) -> Order:
        """The buyer's one draft."""
        with self.shop.database.read() as session:
            return session.scalars(
                select(Order).where(Order.buyer_id == self.buyer_id, Order.state == "draft")
            ).one()

    def lines(self) -> list[OrderLine]:
        with self.shop.database.read() as session:
            return list(session.scalars(select(OrderLine).order_by(OrderLine.id)))

    def reserved(self, line: str) -> int:
        with self.shop.database.read() as session:
            found = select(InventoryLine.boxes_reserved).where(InventoryLine.public_id == line)
            return session.scalars(found).one()

    def change(self, model: type[Any], **values: Any) -> None:
        """Change the one row of a table."""
        with self.shop.database.write() as session:
            row = session.scalars(select(model)).one()
            for name, value in values.items():
                setattr(row, name, value)

    def link(self, session: Session) -> None:
        """Make the buyer a login of the customer."""
        session.execute(
            buyer_customer.insert().values(user_id=self.buyer_id, customer_id=self.customer_id)
        )

    def rows(self, session: Session) -> tuple[Customer, Location, User]:
        return (
            session.get_one(Customer, self.customer_id),
            session.get_one(Location, self.location_id),
            session.get_one(User, self.buyer_id),
        )
