"""A shop with an object of every kind, each once here, once elsewhere and once of somebody else.

Built once for many requests: nothing that is asked of it changes it.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.permissions import BUYER, ROLES
from komet_shop.models import (
    CardTerminal,
    Company,
    Customer,
    GatewayAccount,
    Location,
    Operation,
    Order,
    Outbox,
    Payment,
    User,
    buyer_customer,
    user_location,
)
from komet_shop.models.database import Database
from tests import factories
from tests.web.house import HASH

NOBODY, NO_ROLE = "nobody", "no_role"
OWN_ONLY = " with own customers"
"""Added to a role: somebody who sees the customers of one sales person."""
PLACE, CUSTOMER = "another location", "another customer"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Ids for an argument of an address: of one's own, of others by what sets them apart."""

    own: str
    absent: str
    foreign: dict[str, str] = field(default_factory=dict)


@dataclass
class Grounds:
    """Everybody by role, and samples by argument; some arguments differ by blueprint."""

    people: dict[str, User] = field(default_factory=dict)
    samples: dict[str, Sample] = field(default_factory=dict)

    def sample(self, endpoint: str, argument: str) -> Sample | None:
        """The most exact sample: for the view, its blueprint, or every argument so called."""
        blueprint = endpoint.rpartition(".")[0]
        keys = (f"{endpoint} {argument}", f"{blueprint} {argument}", argument)
        return next((self.samples[key] for key in keys if key in self.samples), None)

    @classmethod
    def build(cls, database: Database) -> "Grounds":
        """All rows, in one transaction."""
        grounds = cls()
        with database.write() as session:
            _Builder(session, grounds).build()
        return grounds


class _Builder:
    def __init__(self, session: Session, grounds: Grounds) -> None:
        self.session, self.grounds = session, grounds
        self.company: Company = factories.make_company(session)
        self.here: Location = factories.make_location(session, self.company)
        self.elsewhere: Location = factories.make_location(session, self.company, name="Quito")
        self.own: Customer = factories.make_customer(session, self.company)
        self.other: Customer = factories.make_customer(session, self.company, sales_person="Else")
        self.accounts = {
            place.id: factories.make_account(session, place, {}, plugin="dummy")
            for place in (self.here, self.elsewhere)
        }

    def build(self) -> None:
        self._people()
        self._samples()

    def _people(self) -> None:
        rows = {name: factories.make_role(self.session, name) for name in ROLES}
        self._person(NO_ROLE)
        for role in ROLES:
            self._person(role, roles=[rows[role]])
            if role != BUYER:
                limits = {"own_customers_only": True, "sales_person": self.own.sales_person}
                self._person(role + OWN_ONLY, roles=[rows[role]], **limits)
        self._buys_for(self._user(BUYER), self.own)
        self._buys_for(self._person("another buyer", roles=[rows[BUYER]]), self.other)

    def _person(self, name: str, **values: Any) -> User:
        email = f"{name.replace(' ', '.')}@people.example"
        given = {"email": email, "name": "Pat", "password": HASH, **values}
        user: User = factories.make_user(self.session, self.company, **given)
        row = {"user_id": user.id, "location_id": self.here.id}
        self.session.execute(insert(user_location).values(row))
        self.grounds.people[name] = user
        return user

    def _user(self, name: str) -> User:
        return self.grounds.people[name]

    def _buys_for(self, user: User, customer: Customer) -> None:
        row = {"user_id": user.id, "customer_id": customer.id}
        self.session.execute(insert(buyer_customer).values(row))

    def _samples(self) -> None:
        here, elsewhere, own, other = self.here, self.elsewhere, self.own, self.other
        product = factories.make_product(self.session, self.company)
        line = factories.make_inventory_line(self.session, here, product)
        carts = [self._order(here, one, "draft") for one in (own, other)]
        placed = {
            name: self._order(place, customer, "confirmed")
            for name, place, customer in (
                ("own", here, own),
                (PLACE, elsewhere, own),
                (CUSTOMER, here, other),
            )
        }
        operations = {name: self._operation(order) for name, order in placed.items()}
        paid = {
            name: self._operation(order, state="approved", gateway_transaction_id=f"T{order.id}")
            for name, order in placed.items()
        }
        messages = {name: self._message(order) for name, order in placed.items()}
        self.grounds.samples.update(
            {
                "cart": self._public("ord", own=carts[0], **{CUSTOMER: carts[1]}),
                "line": Sample(own=line.public_id, absent=identifiers.public_id("inv")),
                "order_id": self._public("ord", own=placed["own"], **{CUSTOMER: placed[CUSTOMER]}),
                "payment_id": self._payments(paid),
                "operation_id": self._public("op", **operations),
                "customer_id": self._public("cus", own=own, **{CUSTOMER: other}),
                "product_id": self._public("prd", own=product),
                "public_id": self._public(
                    "usr", own=self._user(BUYER), **{CUSTOMER: self._user("another buyer")}
                ),
                "second_factor public_id": self._public(
                    "usr", own=self._user(BUYER), **{CUSTOMER: self._user("another buyer")}
                ),
                "terminal_id": self._public(
                    "trm", own=self._terminal(here), **{PLACE: self._terminal(elsewhere)}
                ),
                "code": Sample(own=here.code, absent="NOPLACE", foreign={PLACE: elsewhere.code}),
                "reviews row": Sample(
                    own=str(messages["own"]),
                    absent="999999",
                    foreign={PLACE: str(messages[PLACE]), CUSTOMER: str(messages[CUSTOMER])},
                ),
                **_UNOWNED,
            }
        )

    def _public(self, prefix: str, *, own: Any, **foreign: Any) -> Sample:
        return Sample(
            own=own.public_id,
            absent=identifiers.public_id(prefix),
            foreign={name: one.public_id for name, one in foreign.items()},
        )

    def _payments(self, operations: dict[str, Operation]) -> Sample:
        found = {
            name: self.session.get_one(Payment, one.payment_id) for name, one in operations.items()
        }
        return self._public("pay", own=found["own"], **{CUSTOMER: found[CUSTOMER]})

    def _order(self, place: Location, customer: Customer, state: str) -> Order:
        buyer = self._user(BUYER if customer is self.own else "another buyer")
        order: Order = factories.make_order(self.session, customer, place, buyer, state=state)
        return order

    def _operation(self, order: Order, **values: Any) -> Operation:
        payment = Payment(
            public_id=identifiers.public_id("pay"),
            company_id=order.company_id,
            location_id=order.location_id,
            customer_id=order.customer_id,
            order_id=order.id,
            method="card",
            currency="USD",
            amount_cents=500,
            created_at=factories.NOW,
        )
        self.session.add(payment)
        self.session.flush()
        given = {
            "public_id": identifiers.public_id("op"),
            "company_id": order.company_id,
            "location_id": order.location_id,
            "account_id": self.accounts[order.location_id].id,
            "payment_id": payment.id,
            "kind": "sale",
            "state": "needs_review",
            "action_key": identifiers.action_key(),
            "request_hash": "0" * 64,
            "gateway_ref": identifiers.gateway_reference(),
            "amount_cents": 500,
            "currency": "USD",
            "created_at": factories.NOW,
            "sent_at": factories.NOW,
        }
        operation = Operation(**{**given, **values})
        self.session.add(operation)
        self.session.flush()
        return operation

    def _message(self, order: Order) -> int:
        message = Outbox(
            kind="komet_order",
            dedupe_key=f"komet_order:{order.id}",
            aggregate=f"customer:{order.customer_id}:{order.id}",
            seq=1,
            payload={"order_id": order.id},
            state="dead",
            next_at=factories.NOW,
            created_at=factories.NOW,
        )
        self.session.add(message)
        self.session.flush()
        return message.id

    def _terminal(self, place: Location) -> CardTerminal:
        account: GatewayAccount = factories.make_account(
            self.session, place, {}, plugin="dummy", kind="device"
        )
        terminal = CardTerminal(
            public_id=identifiers.public_id("trm"),
            company_id=place.company_id,
            location_id=place.id,
            account_id=account.id,
            name=f"Counter {place.id}",
            serial=f"S{place.id}",
            created_at=factories.NOW,
        )
        self.session.add(terminal)
        self.session.flush()
        return terminal


_UNOWNED = {
    "token": Sample(own="no-token", absent="no-other-token"),
    "card_settings.activate_method code": Sample(own="cash", absent="nothing"),
    "card_settings.deactivate_method code": Sample(own="cash", absent="nothing"),
    "file": Sample(own="no-photo.jpg", absent="no-other-photo.jpg"),
    "slug": Sample(own="rose", absent="ghost"),
    "filename": Sample(own="css/tokens.css", absent="css/ghost.css"),
    "version": Sample(own="0", absent="1"),
    "name": Sample(own="dummy", absent="ghost"),
    "account_id": Sample(own="1", absent="999999"),
}
"""What belongs to nobody: the same for everybody, or opened by a secret of its own."""
