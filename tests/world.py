"""A small world around a payment: a buyer, a cart, a gateway, and the questions to ask them."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import requests
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import func, select, update

from komet_shop.domain import identifiers
from komet_shop.models import (
    Company,
    Customer,
    InventoryLine,
    Invoice,
    LedgerTransfer,
    Location,
    LocationCardSettings,
    Operation,
    Order,
    Outbox,
    Payment,
    User,
)
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import follow_ups, ledger, lookups, order_payments, sending
from komet_shop.services.follow_ups import Asked
from komet_shop.services.order_payments import PayOrder, Started
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop
from tests import factories

CARD = {"card": "4111111111111111", "exp-date": "1230", "csc": "999"}
TIMEOUT = 5


@dataclass(frozen=True)
class KometIds:
    """What rows are called in Komet, by the columns that say so."""

    location: dict[str, Any] = field(default_factory=dict)
    customer: dict[str, Any] = field(default_factory=dict)
    carrier: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)


def _ids_of(komet: KometSandboxServer) -> KometIds:
    location = _first(komet, "location.list", "locations")
    line = _first(komet, "inventory.list", "inventoryItems", location=location["id"])
    return KometIds(
        location={"komet_id": location["id"], "code": location["code"]},
        customer={"komet_id": "5001", "code": "BLOOM1"},
        carrier={"komet_id": str(_first(komet, "carrier.list", "carriers")["id"])},
        line={"komet_id": str(line["orderItemId"])},
    )


def _first(
    komet: KometSandboxServer, method: str, rows: str, location: str | None = None
) -> dict[str, Any]:
    query = {"authenticationToken": komet.token}
    answer = requests.get(f"{komet.url}/{method}", params=query, timeout=TIMEOUT).json()
    here = (row for row in answer[rows] if location is None or str(row["locationId"]) == location)
    return dict(next(here))


@dataclass
class World:
    """Who and what there is, by the ids that services take."""

    shop: Shop
    gateway: SandboxServer
    scope: Scope
    order_id: str
    total_cents: int
    location_id: int
    customer_id: int

    @classmethod
    def build(
        cls, shop: Shop, gateway: SandboxServer, komet: KometSandboxServer | None = None
    ) -> "World":
        """With a Komet, everything has the ids that it has there."""
        ids = _ids_of(komet) if komet else KometIds()
        keys = gateway.accounts[0]
        settings = {"api_key": keys["api_key"], "public_key": keys["public_key"]}
        with shop.database.write() as session:
            company = factories.make_company(session)
            location = factories.make_location(session, company, **ids.location)
            factories.make_account(session, location, settings)
            factories.make_card_settings(session, location)
            customer = factories.make_customer(session, company, **ids.customer)
            carrier = factories.make_carrier(session, company, **ids.carrier)
            buyer = factories.make_user(session, company)
            product = factories.make_product(session, company)
            line = factories.make_inventory_line(session, location, product, **ids.line)
            cart = factories.make_order(
                session, customer, location, buyer, line, boxes=2, carrier_id=carrier.id
            )
            return cls(
                shop=shop,
                gateway=gateway,
                scope=factories.make_scope(customer, location, buyer),
                order_id=cart.public_id,
                total_cents=cart.total_cents,
                location_id=location.id,
                customer_id=customer.id,
            )

    def take_another_cart(self, *, of_another_customer: bool = False) -> None:
        """Go on with a new cart of the same buyer, or of a stranger's."""
        with self.shop.database.write() as session:
            location = session.get_one(Location, self.location_id)
            customer = session.get_one(Customer, self.customer_id)
            buyer = session.get_one(User, self.scope.actor.user_id)
            line = session.scalars(select(InventoryLine)).one()
            if of_another_customer:
                company = session.get_one(Company, customer.company_id)
                customer = factories.make_customer(session, company)
            cart = factories.make_order(session, customer, location, buyer, line)
            self.order_id, self.total_cents = cart.public_id, cart.total_cents
            self.scope = factories.make_scope(customer, location, buyer)

    def click(self, **values: Any) -> PayOrder:
        """A click on the pay button with a new card, unless told otherwise."""
        given = {
            "order": self.order_id,
            "action_key": identifiers.action_key(),
            "expected_cents": self.total_cents,
            "session_digest": "0" * 64,
        }
        if not {"saved_card", "card_token"} & values.keys():
            given["card_token"] = self.card_token()
        return PayOrder(**{**given, **values})

    def card_token(self, **card: str) -> str:
        """What the card form gives: a one-time token, straight from the gateway."""
        answer = requests.post(
            f"{self.gateway.url}/rest/v2/mobilejwt/manual",
            json={**CARD, "software-type": "test", "software-type-version": "1", **card},
            headers={
                "public-key": self.gateway.accounts[0]["public_key"],
                "Accept": "application/json",
            },
            timeout=TIMEOUT,
        )
        return str(answer.json()["payload"]["mobile-jwt"]["jwt"])

    def keep_card(self) -> str:
        """Put a card on file, as if it had been saved earlier; returns its public id."""
        keys = self.gateway.accounts[0]
        answer = requests.post(
            f"{self.gateway.url}/rest/v2/tokens",
            json={**CARD, "card-type": "VISA"},
            headers={"api-key": keys["api_key"], "Accept": "application/json"},
            timeout=TIMEOUT,
        )
        token = str(answer.json()["payload"]["tokenResponse"]["token-id"])
        with self.shop.database.write() as session:
            location = session.get_one(Location, self.location_id)
            customer = session.get_one(Customer, self.customer_id)
            return factories.make_saved_card(session, customer, location, token).public_id

    def start(self, click: PayOrder | None = None) -> Started:
        """T1."""
        return order_payments.pay(self.shop, self.scope, click or self.click())

    def send(self, started: Started) -> None:
        """T2, the call, T3."""
        assert started.operation_id is not None
        assert started.call is not None
        sending.send(self.shop, started.operation_id, started.call, actor=self.scope.actor)

    def pay(self, click: PayOrder | None = None) -> Operation:
        """The whole payment; returns the operation as it stands then."""
        started = self.start(click)
        self.send(started)
        assert started.operation_id is not None
        return self.operation(started.operation_id)

    def asked(self, **values: Any) -> Asked:
        """A click of staff on the one payment."""
        given = {"payment": self.payments()[-1].public_id, "action_key": identifiers.action_key()}
        return Asked(**{**given, "reason": "a test", **values})

    def follow(self, started: follow_ups.Started) -> Operation:
        """Send a follow-up; returns the operation as it stands then."""
        if started.call is not None:
            sending.send(self.shop, started.operation_id, started.call, actor=self.scope.actor)
        return self.operation(started.operation_id)

    def hold_at_checkout(self) -> None:
        """Let the location authorize at checkout and capture later."""
        with self.shop.database.write() as session:
            session.execute(update(LocationCardSettings).values(preauthorization_on=True))

    def credit_from_payment(self, cents: int) -> str:
        """An open credit that came from the latest payment; returns its public id."""
        with self.shop.database.write() as session:
            payment = session.scalars(select(Payment).order_by(Payment.id.desc())).first()
            assert payment is not None
            return factories.make_open_credit(session, payment, cents).public_id

    def close_batch(self) -> None:
        """The gateway settles."""
        label = self.gateway.accounts[0]["label"]
        requests.post(
            f"{self.gateway.url}/_control/batches/close", json={"account": label}, timeout=TIMEOUT
        ).raise_for_status()

    def net_cents(self) -> int:
        """What the gateway will pay out, by its own ledger."""
        answer = requests.get(f"{self.gateway.url}/_control/ledger", timeout=TIMEOUT).json()
        return sum(answer["net_cents"].values())

    def sweep(self) -> None:
        """One round of the worker's lookups."""
        lookups.sweep(self.shop, owner="test")

    def arm(self, fault: str, **more: Any) -> None:
        """Let the gateway misbehave."""
        answer = requests.post(
            f"{self.gateway.url}/_control/faults", json={"fault": fault, **more}, timeout=TIMEOUT
        )
        answer.raise_for_status()

    def disarm(self) -> None:
        """Let the gateway behave again."""
        requests.delete(f"{self.gateway.url}/_control/faults", timeout=TIMEOUT).raise_for_status()

    def wait_for_booking(self) -> None:
        """Ask the gateway's ledger until the late charge is in it."""
        deadline = monotonic() + TIMEOUT
        while not self.booked():
            assert monotonic() < deadline, "the gateway never booked it"

    def booked(self) -> list[dict[str, Any]]:
        """What the gateway charged, by its own ledger."""
        answer = requests.get(f"{self.gateway.url}/_control/ledger", timeout=TIMEOUT).json()
        return [row for row in answer["transactions"] if row["result"] == "APPROVED"]

    def operation(self, operation_id: int) -> Operation:
        with self.shop.database.read() as session:
            return session.get_one(Operation, operation_id)

    def only(self, model: type[Any]) -> Any:
        """The one row of a table."""
        with self.shop.database.read() as session:
            return session.scalars(select(model)).one()

    def order(self) -> Order:
        with self.shop.database.read() as session:
            return session.scalars(select(Order).where(Order.public_id == self.order_id)).one()

    def invoice(self) -> Invoice:
        return self.only(Invoice)  # type: ignore[no-any-return]  # the one invoice

    def payments(self) -> list[Payment]:
        with self.shop.database.read() as session:
            return list(session.scalars(select(Payment).order_by(Payment.id)))

    def messages(self) -> list[str]:
        """Kinds of what waits in the outbox, in order; mails with their template."""
        with self.shop.database.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        return [row.payload.get("template", row.kind) for row in rows]

    def waiting(self) -> list[str]:
        """What Komet has not been told yet."""
        with self.shop.database.read() as session:
            unsent = select(Outbox.kind).where(Outbox.state != "done", Outbox.kind != "mail")
            return list(session.scalars(unsent))

    def clearing_cents(self) -> int:
        """What the books say the gateway owes us."""
        with self.shop.database.read() as session:
            return ledger.balance_cents(session, ledger.card_clearing(self.location_id))

    def ledger_rows(self) -> int:
        with self.shop.database.read() as session:
            return session.scalar(select(func.count()).select_from(LedgerTransfer)) or 0
