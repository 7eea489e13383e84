"""Many paid orders of many customers, as the services write them, a hundred a transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import Company, Customer, InventoryLine, Location, Operation, User
from komet_shop.models.database import Database
from komet_shop.plugin_api import CardDetails
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import operations, order_payments, results
from komet_shop.services.evidence import Evidence
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop
from tests import factories
from tests.worker.house import House

T = TypeVar("T")
FIRST_CUSTOMER = 6001
PAIRS_IN_A_TRANSACTION = 100


@dataclass(frozen=True, kw_only=True)
class Sold:
    """An order and its payment, as both sides call them."""

    customer: str
    order: str
    payment: str
    cents: int


class OneUnit:
    """A database whose units join one that is open: a commit for each would take minutes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, unit: Callable[[Session], T]) -> T:
        """As Database.run, in the unit that is open."""
        return unit(self._session)


def open_accounts(komet: KometSandboxServer, count: int) -> list[str]:
    """So many customers in Komet like the first one; returns their ids there."""
    customers = komet.sandbox.company.customers
    like = customers[5001]
    made = [
        replace(like, id=number, code=f"BULK{number}", name=f"Florist {number}")
        for number in range(FIRST_CUSTOMER, FIRST_CUSTOMER + count)
    ]
    customers.update({row.id: row for row in made})
    return [str(row.id) for row in made]


def sell(house: House, komet_ids: list[str], pairs: int) -> list[Sold]:
    """So many orders, each paid by card and waiting for Komet, the customers taking turns.

    Everything is written by the services that write it in a shop, in the same order.
    """
    with house.shop.database.write() as session:
        company = session.get_one(Location, house.location_id).company_id
        ours = [
            factories.make_customer(session, session.get_one(Company, company), komet_id=name).id
            for name in komet_ids
        ]
    sold: list[Sold] = []
    for first in range(0, pairs, PAIRS_IN_A_TRANSACTION):
        with house.shop.database.write() as session:
            for number in range(first, min(pairs, first + PAIRS_IN_A_TRANSACTION)):
                sold.append(_sell(session, house, ours[number % len(ours)], number))
    return sold


def _sell(session: Session, house: House, customer_id: int, number: int) -> Sold:
    shop = replace(house.shop, database=cast(Database, OneUnit(session)))
    customer = session.get_one(Customer, customer_id)
    location = session.get_one(Location, house.location_id)
    buyer = session.get_one(User, house.scope.actor.user_id)
    line = session.get_one(InventoryLine, house.line_id)
    now = shop.clock.now()
    cart = factories.make_order(
        session, customer, location, buyer, line, carrier_id=1, customer_po=f"PO-{number}",
        ship_date=now.date() + timedelta(days=2), expires_at=now + timedelta(days=3),
    )  # fmt: skip
    click = PayOrder(
        order=cart.public_id,
        action_key=identifiers.action_key(),
        expected_cents=cart.total_cents,
        card_token=identifiers.action_key(),
        session_digest="0" * 64,
    )
    started = order_payments.pay(shop, factories.make_scope(customer, location, buyer), click)
    assert started.operation_id is not None
    reference = _approve(session, shop, started.operation_id, number)
    return Sold(
        customer=customer.komet_id or "",
        order=cart.public_id,
        payment=reference,
        cents=cart.total_cents,
    )


def _approve(session: Session, shop: Shop, operation_id: int, number: int) -> str:
    evidence = Evidence(
        verdict=Verdict(state=State.APPROVED, reason=""),
        transaction_id=str(70_000_000 + number),
        authorization_code="TAS123",
        card=CardDetails(brand="Visa", last_four="1111", expiry="1230"),
    )
    operation = session.get_one(Operation, operation_id)
    now = shop.clock.now()
    operations.mark_sending(session, operation, now=now, deadline_seconds=1)
    results.record(session, operation.id, evidence, actor=WORKER, now=now)
    return operation.gateway_ref
