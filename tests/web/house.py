"""A company with two branches and one person of each kind, who all can log in."""

from dataclasses import dataclass

from sqlalchemy import insert

from komet_shop.models import (
    Company,
    Customer,
    Location,
    User,
    buyer_customer,
    user_location,
)
from komet_shop.models.database import Database
from komet_shop.services.passwords import hash_password
from tests import factories
from tests.web.browser import PASSWORD

HASH = hash_password(PASSWORD)


@dataclass(frozen=True, kw_only=True)
class House:
    """Who is there, by email."""

    company: Company
    miami: Location
    quito: Location
    customer: Customer
    buyer: User
    clerk: User
    admin: User

    @classmethod
    def build(cls, database: Database) -> "House":
        """All rows, in one transaction."""
        with database.write() as session:
            company = factories.make_company(session)
            miami = factories.make_location(session, company)
            quito = factories.make_location(session, company)
            customer = factories.make_customer(session, company)

            def person(role: str) -> User:
                user = factories.make_user(
                    session,
                    company,
                    email=f"{role}@people.example",
                    password=HASH,
                    roles=[factories.make_role(session, role)],
                )
                session.flush()
                return user

            buyer, clerk, admin = person("buyer"), person("receivables"), person("admin")
            session.execute(
                insert(buyer_customer).values(user_id=buyer.id, customer_id=customer.id)
            )
            session.execute(insert(user_location).values(user_id=clerk.id, location_id=miami.id))
        return cls(
            company=company,
            miami=miami,
            quito=quito,
            customer=customer,
            buyer=buyer,
            clerk=clerk,
            admin=admin,
        )
