"""A flower company on a local Komet, with a buyer, a mailbox and a worker's hands."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import select

from komet_shop.config import Secret
from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict
from komet_shop.komet_client import KometClient, open_komet
from komet_shop.mailer import Mailer
from komet_shop.models import (
    Customer,
    InventoryLine,
    KometLink,
    Location,
    Operation,
    Order,
    Outbox,
    Payment,
    User,
)
from komet_shop.plugin_api import CardDetails
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.sandboxes.komet.company import Company as KometCompany
from komet_shop.sandboxes.mail import MailCatcher
from komet_shop.sandboxes.mailbox import CaughtMessage
from komet_shop.services import checkout, deliveries, operations, order_payments, results
from komet_shop.services.deliveries import Counts
from komet_shop.services.results import Evidence
from komet_shop.services.scope import WORKER, Scope
from komet_shop.services.shop import Shop
from tests import factories

TRANSACTION = "5551000{}"
BOXES = 2
PATIENCE = 10
"""Seconds for a call: tests are about other things than a busy machine."""
AN_EVENT_HOUSE = 5131


@dataclass
class House:
    """Who and what there is, and both other sides."""

    shop: Shop
    komet: KometSandboxServer
    mail: MailCatcher
    scope: Scope
    customer_id: int
    location_id: int
    line_id: int
    sold: int = 0

    @classmethod
    def build(cls, shop: Shop, komet: KometSandboxServer, mail: MailCatcher) -> "House":
        config = replace(
            shop.config,
            komet_url=komet.url,
            komet_token=Secret(komet.token),
            komet_seconds=PATIENCE,
            mail_url=mail.smtp,
            mail_from="shop@rosa-alta.example",
        )
        stock = next(
            row
            for row in komet.sandbox.company.stock.values()
            if row.boxes > 40 and row.location_id == 1
        )
        at = komet.sandbox.company.locations[stock.location_id]
        with shop.database.write() as session:
            company = factories.make_company(session)
            location = factories.make_location(
                session, company, komet_id=str(at.id), code=at.code, name=at.name
            )
            factories.make_account(session, location, {"api_key": "k", "public_key": "p"})
            factories.make_card_settings(session, location)
            factories.make_carrier(session, company, komet_id="801", code="ARM")
            customer = factories.make_customer(session, company, komet_id="5001", code="BLOOM1")
            buyer = factories.make_user(session, company, email="ana@bloom.example")
            admin = factories.make_user(session, company, email="admin@rosa-alta.example")
            admin.roles.append(factories.make_role(session, "admin"))
            product = factories.make_product(session, company)
            line = factories.make_inventory_line(
                session,
                location,
                product,
                komet_id=str(stock.id),
                price_e4=stock.price_e4,
                units_per_box=stock.units_per_box,
                boxes_available=stock.boxes,
            )
            return cls(
                shop=replace(shop, config=config),
                komet=komet,
                mail=mail,
                scope=factories.make_scope(customer, location, buyer),
                customer_id=customer.id,
                location_id=location.id,
                line_id=line.id,
            )

    @property
    def erp(self) -> KometClient:
        """A client of its own for each use, as each process has one."""
        client = open_komet(self.shop)
        assert client is not None
        return client

    def cart(self, **values: Any) -> Order:
        """A draft of two boxes."""
        with self.shop.database.write() as session:
            customer = session.get_one(Customer, self.customer_id)
            location = session.get_one(Location, self.location_id)
            buyer = session.get_one(User, self.scope.actor.user_id)
            line = session.get_one(InventoryLine, self.line_id)
            now = self.shop.clock.now()
            given = {
                "carrier_id": 1,
                "customer_po": "PO-7",
                "ship_date": now.date() + timedelta(days=2),
                "expires_at": now + timedelta(days=3),
            }
            return factories.make_order(
                session, customer, location, buyer, line, boxes=BOXES, **{**given, **values}
            )

    def ordered(self, **values: Any) -> Order:
        """An order that was checked out without a payment."""
        cart = self.cart(**values)
        checkout.place(self.shop, self.scope, cart.public_id, cart.total_cents)
        return cart

    def start_payment(self, cart: Order) -> int:
        """A payment that was begun and not sent; returns its operation's id."""
        click = order_payments.PayOrder(
            order=cart.public_id,
            action_key=identifiers.action_key(),
            expected_cents=cart.total_cents,
            card_token=identifiers.action_key(),
            session_digest="0" * 64,
        )
        started = order_payments.pay(self.shop, self.scope, click)
        assert started.operation_id is not None
        return started.operation_id

    def paid(self, **values: Any) -> Payment:
        """An order that was paid by card and checked out; no gateway was needed for it."""
        operation_id = self.start_payment(self.cart(**values))
        self.sold += 1
        evidence = Evidence(
            verdict=Verdict(state=State.APPROVED, reason=""),
            transaction_id=TRANSACTION.format(self.sold),
            authorization_code="TAS123",
            card=CardDetails(brand="Visa", last_four="1111", expiry="1230"),
        )
        with self.shop.database.write() as session:
            operation = session.get_one(Operation, operation_id)
            now = self.shop.clock.now()
            operations.mark_sending(session, operation, now=now, deadline_seconds=1)
            results.record(session, operation.id, evidence, actor=WORKER, now=now)
            return session.get_one(Payment, operation.payment_id)

    def tell_komet(self) -> Counts:
        """One round of deliveries to Komet."""
        return deliveries.deliver_to_erp(self.shop, self.erp, owner="test")

    def send_mail(self, times: int = 2) -> Counts:
        """Rounds of mail: the first one finds out who gets what."""
        for _ in range(times):
            mailer = Mailer(self.shop.config, self.shop.clock, seconds=PATIENCE)
            counts = deliveries.deliver_mail(self.shop, mailer, owner="test")
        return counts

    def arm(self, fault: str, **more: Any) -> None:
        """Let Komet misbehave."""
        url = f"{self.komet.base_url}/_control/faults"
        requests.post(url, json={"fault": fault, **more}, timeout=5).raise_for_status()

    def hurry(self) -> None:
        """Wait for Komet one second only."""
        self.shop = replace(self.shop, config=replace(self.shop.config, komet_seconds=1))

    def heal(self) -> None:
        """Let Komet work again."""
        requests.delete(f"{self.komet.base_url}/_control/faults", timeout=5).raise_for_status()

    def booked(self, kind: str) -> list[dict[str, Any]]:
        """What Komet has in its books: "invoices" or "payments"."""
        answer = requests.get(f"{self.komet.base_url}/_control/ledger", timeout=5).json()
        rows: list[dict[str, Any]] = answer[kind]
        return rows

    def calls(self, method: str) -> int:
        """How often a method of Komet was called."""
        answer = requests.get(f"{self.komet.base_url}/_control/requests", timeout=5).json()
        rows = [row for day in answer["days"].values() for row in day]
        return sum(row["count"] for row in rows if row["method"] == method)

    def mails(self, to: str = "") -> list[CaughtMessage]:
        """What arrived."""
        return self.mail.mailbox.messages(to)

    def links(self) -> dict[str, str]:
        """Komet's numbers by the kind of our rows."""
        with self.shop.database.read() as session:
            return {row.kind: row.control_number for row in session.scalars(select(KometLink))}

    def waiting(self, kind: str = "komet_") -> list[tuple[str, str]]:
        """Kind and state of messages that are not done."""
        with self.shop.database.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.id))
            return [(row.kind, row.state) for row in rows if _undone(row, kind)]

    def stock(self) -> tuple[int, int]:
        """Boxes available and reserved."""
        with self.shop.database.read() as session:
            line = session.get_one(InventoryLine, self.line_id)
            return line.boxes_available, line.boxes_reserved


def make_smaller(company: KometCompany) -> None:
    """Some customers of each kind and a hundred lines: the code does not know the difference."""
    wanted = [
        row
        for row in company.customers.values()
        if row.id < 5110 or row.id == 5131 or not row.active
    ]
    company.customers = {row.id: row for row in wanted}
    company.ship_tos = {
        key: row for key, row in company.ship_tos.items() if row.customer_id in company.customers
    }
    company.stock = dict(list(company.stock.items())[:100])


def _undone(row: Outbox, kind: str) -> bool:
    return row.kind.startswith(kind) and row.state != "done"
