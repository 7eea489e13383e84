"""Who logs in to the demo: buyers of the customers that show a rule each, and the staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.config import Secret
from komet_shop.demo.failures import CannotStart
from komet_shop.domain.permissions import BUYER
from komet_shop.models import Customer, Location, User
from komet_shop.services import audit, passwords, users
from komet_shop.services.audit import Entry
from komet_shop.services.scope import Actor
from komet_shop.services.users import NewUser

DEMO = Actor(label="demo")
UNLUCKY = "ines@juniper.example"
"""Whose payment waits in Reviews when the demo starts."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One login. Buyers buy for one customer, whose card rule the demo sets once."""

    login: str
    name: str
    email: str
    role: str = BUYER
    customer: str = ""
    card_rule: str = "optional"
    shows: str


PEOPLE = (
    Person(
        login="buyer",
        name="Nora Bloom",
        email="nora@bloom.example",
        customer="BLOOM1",
        shows="Buyer",
    ),
    Person(
        login="buyer_required",
        name="Petra Lane",
        email="petra@petalstreet.example",
        customer="REQ001",
        card_rule="required",
        shows="Buyer: card required",
    ),
    Person(
        login="buyer_restricted",
        name="Hugo Fields",
        email="hugo@harvestmarket.example",
        customer="RES001",
        card_rule="restricted",
        shows="Buyer: no cards",
    ),
    Person(
        login="buyer_cad",
        name="Claire Martin",
        email="claire@mapleleaf.example",
        customer="CAD001",
        shows="Buyer in CAD",
    ),
    Person(
        login="buyer_unclear",
        name="Ines Duarte",
        email=UNLUCKY,
        customer="JUNI001",
        shows="Buyer: in Reviews",
    ),
    Person(
        login="sales",
        name="Sam Rivera",
        email="sam@rosa-alta.example",
        role="sales",
        shows="Sales",
    ),
    Person(
        login="clerk",
        name="Carol Reyes",
        email="carol@rosa-alta.example",
        role="receivables",
        shows="Accounts Receivables",
    ),
    Person(
        login="cashier",
        name="Casey Lopez",
        email="casey@rosa-alta.example",
        role="cashier",
        shows="Cashier",
    ),
    Person(
        login="credit_manager",
        name="Morgan Diaz",
        email="morgan@rosa-alta.example",
        role="credit_manager",
        shows="Credit Manager",
    ),
    Person(
        login="admin",
        name="Alex Stone",
        email="alex@rosa-alta.example",
        role="admin",
        shows="Administrator",
    ),
    Person(
        login="admin_2fa",
        name="Toni Vega",
        email="toni@rosa-alta.example",
        role="admin",
        shows="Administrator, 2FA",
    ),
)


def seed_people(session: Session, keys: Mapping[str, Secret], now: datetime) -> None:
    """Add whoever is missing, and give everybody the password that the demo shows.

    What people changed in the demo otherwise stays as it is.

    Raises:
        CannotStart: the ERP gave no active customer for some buyer.
    """
    locations = tuple(session.scalars(select(Location.code).where(Location.active)))
    known = {user.email: user for user in session.scalars(select(User))}
    for place, person in enumerate(PEOPLE):
        password = keys[person.login].reveal()
        if person.email in known:
            _keep_password(known[person.email], password)
        elif person.role == BUYER:
            _add_buyer(session, person, _customer(session, person, place), password, now)
        else:
            wanted = NewUser(
                email=person.email,
                name=person.name,
                password=password,
                roles=(person.role,),
                locations=locations,
            )
            users.add_user(session, wanted, actor=DEMO, now=now)


def _add_buyer(
    session: Session, person: Person, customer: Customer, password: str, now: datetime
) -> None:
    wanted = NewUser(
        email=person.email,
        name=person.name,
        password=password,
        roles=(BUYER,),
        customers=(customer.code,),
    )
    users.add_user(session, wanted, actor=DEMO, now=now)
    if customer.card_rule != person.card_rule:
        audit.write(session, _rule_entry(customer, person.card_rule), now)
        customer.card_rule = person.card_rule


def _rule_entry(customer: Customer, rule: str) -> Entry:
    return Entry(
        actor=DEMO,
        company_id=customer.company_id,
        action="card_rule_changed",
        object_type="customer",
        object_id=customer.id,
        before={"card_rule": customer.card_rule},
        after={"card_rule": rule},
    )


def _customer(session: Session, person: Person, place: int) -> Customer:
    """The customer of that code; at another ERP than ours, any one that nobody else got."""
    active: Sequence[Customer] = session.scalars(
        select(Customer).where(Customer.active).order_by(Customer.currency.desc(), Customer.code)
    ).all()
    if not active:
        raise CannotStart("Komet has no active customer, so nobody could buy in the demo.")
    named = [customer for customer in active if customer.code == person.customer]
    return named[0] if named else active[place % len(active)]


def _keep_password(user: User, password: str) -> None:
    try:
        PasswordHasher().verify(user.password or "", password)
    except (VerificationError, InvalidHashError):
        user.password = passwords.hash_password(password)
