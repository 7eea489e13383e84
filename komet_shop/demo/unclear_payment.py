"""A payment that waits for a person, so that Reviews has something to show from the start.

It is a real one: a buyer's cart, a practice card, and a gateway that approves only a part.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import select

from komet_shop.demo.outside import Gateway
from komet_shop.demo.people import UNLUCKY
from komet_shop.domain import identifiers
from komet_shop.models import Order, User, buyer_customer
from komet_shop.plugin_api import Rehearsal
from komet_shop.services import carts, catalogue, lookups, order_payments, sending, shipping, visits
from komet_shop.services.carts import CartRefused, Trip
from komet_shop.services.catalogue import Filters
from komet_shop.services.checkout import CheckoutRefused
from komet_shop.services.gateway_accounts import open_locations
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from komet_shop.services.visits import Visit, Wanted

log = structlog.get_logger(__name__)

FLOWERS = Filters(words=("hydrangea",))


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """One payment of one buyer that goes wrong, once in the life of a demo."""

    shop: Shop
    gateway: Gateway
    rehearsal: Rehearsal

    def happen(self) -> None:
        """Let the unlucky buyer pay, unless they have ordered before or cannot order here."""
        scope = self._scope()
        if scope is None:
            return
        try:
            self._pay(scope)
        except (CartRefused, CheckoutRefused, visits.NobodyToBuyFor) as refusal:
            log.info("demo_without_unclear_payment", error=type(refusal).__name__)

    def _scope(self) -> Scope | None:
        """What the buyer may do; None when there is an order already, from an earlier start."""
        with self.shop.database.read() as session:
            buyer = session.scalars(select(User).where(User.email == UNLUCKY)).one()
            if session.scalars(select(Order.id).where(Order.buyer_id == buyer.id)).first():
                return None
            own = select(buyer_customer.c.customer_id).where(buyer_customer.c.user_id == buyer.id)
            customers = frozenset(session.scalars(own))
            places = frozenset(place.id for place in open_locations(session))
        return Scope(
            actor=Actor(label=buyer.public_id, user_id=buyer.id),
            company_id=buyer.company_id,
            location_ids=places,
            customer_ids=customers,
        )

    def _pay(self, scope: Scope) -> None:
        visit = self._fill_cart(scope)
        account = visit.place.code
        click = PayOrder(
            order=visit.cart.public_id,
            action_key=identifiers.action_key(),
            expected_cents=visit.cart.total_cents,
            card_token=self.rehearsal.card_token(self.gateway.url, self.gateway.accounts[account]),
            session_digest="0" * 64,
        )
        started = order_payments.pay(self.shop, scope, click)
        assert started.operation_id is not None
        assert started.call is not None
        self.rehearsal.approve_part_next(self.gateway.url, account)
        sending.send(self.shop, started.operation_id, started.call, actor=scope.actor)
        lookups.settle(self.shop, started.operation_id, owner="demo")

    def _fill_cart(self, scope: Scope) -> Visit:
        now = self.shop.clock.now()
        with self.shop.database.read() as session:
            visit = visits.open_visit(session, scope, Wanted(), now)
            ways = shipping.KnownWays().read(session, scope, visit, now=0)
            offers = catalogue.listing(session, scope, visit, FLOWERS, size=1).offers
        if not offers:
            raise carts.NoSuchOffer("no flowers of that name")
        delivery = shipping.delivery(visit, Wanted(), ways)
        trip = Trip(
            customer_id=visit.buyer.id,
            location_id=visit.place.id,
            ship_date=visit.ship_date,
            carrier_id=delivery.carrier.id if delivery.carrier else None,
            ship_to_id=delivery.ship_to.id if delivery.ship_to else None,
        )
        carts.add(self.shop, scope, trip, line=offers[0].id, boxes=1)
        with self.shop.database.read() as session:
            return visits.open_visit(session, scope, Wanted(), now)
