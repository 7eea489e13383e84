"""Tells Komet about orders and payments, with an effect that happens once.

Komet has no guard against booking the same thing twice. So everything is looked up by our
reference first and posted only when it is absent, by one worker at a time, under a lease.
Rule: docs/komet.md, "What is told to Komet".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import insert
from sqlalchemy.orm import Session

from komet_shop.models import KometLink, Outbox
from komet_shop.services import komet_facts, outbox, reservations
from komet_shop.services.erp import (
    OrderToPost,
    PaymentToPost,
    PostedOrder,
    PostedPayment,
    PostsToErp,
)
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)
Posted = TypeVar("Posted")

QUIET_DEADLINES = 3
"""So many call deadlines after an unclear post, "not there" may be believed."""

MOVED_BY = timedelta(days=30)
"""A clerk may have given an order another ship date since it was posted."""

ONE_LIST = timedelta(days=29)
"""How far back one list of payments serves a whole round of deliveries."""


class NotYet(Exception):
    """This message must wait a little. Nothing is wrong with Komet: others may go on."""


@dataclass
class KnownPayments:
    """Komet's recent payments, read once when first needed, for many messages to look into."""

    erp: PostsToErp
    today: date
    _found: dict[str, PostedPayment] | None = field(default=None, init=False)

    def covers(self, day: date) -> bool:
        """Whether a payment of this day would be in the list."""
        return day >= self.today - ONE_LIST

    def find(self, reference: str) -> PostedPayment | None:
        """A payment that was there when the list was read."""
        if self._found is None:
            day = timedelta(days=1)  # either side: places differ in what day it is
            posted = self.erp.payments_between(self.today - ONE_LIST - day, self.today + day)
            self._found = {name: payment for payment in posted for name in payment.references}
        return self._found.get(reference)


@dataclass(frozen=True, kw_only=True)
class KometRound:
    """One round of deliveries to Komet."""

    shop: Shop
    erp: PostsToErp
    payments: KnownPayments

    @classmethod
    def begin(cls, shop: Shop, erp: PostsToErp) -> "KometRound":
        """A round with nothing read yet."""
        payments = KnownPayments(erp=erp, today=shop.clock.now().date())
        return cls(shop=shop, erp=erp, payments=payments)

    def deliver_order(self, message: Outbox) -> None:
        """Book an order, check it out there, and take its boxes from our stock for good.

        Raises:
            ErpUnavailable, ErpRefused, NotYet, komet_facts.CannotBePosted: not done, or not known.
        """
        order_id = int(message.payload["order_id"])
        with self.shop.database.read() as session:
            linked = komet_facts.is_linked(session, "order", order_id)
            order = None if linked else komet_facts.order_to_post(session, order_id)
        if order is None:
            self._finish(message)
            return
        posted = self._find_order(order) or self._post(
            message, lambda: self.erp.create_order(order)
        )
        if posted.is_draft:
            self.erp.check_out(posted.number)
        link = {"kind": "order", "komet_id": posted.id, "control_number": posted.number}
        self._finish(
            message, {"local_id": order_id, **link}, lambda s: reservations.take(s, order_id)
        )

    def deliver_payment(self, message: Outbox) -> None:
        """Book a payment against the orders it was made for.

        Raises:
            ErpUnavailable, ErpRefused, NotYet, komet_facts.CannotBePosted: not done, or not known.
        """
        payment_id = int(message.payload["payment_id"])
        with self.shop.database.read() as session:
            linked = komet_facts.is_linked(session, "payment", payment_id)
            payment = None if linked else komet_facts.payment_to_post(session, payment_id)
        if payment is None:
            self._finish(message)
            return
        posted = self._find_payment(message, payment) or self._post(
            message, lambda: self.erp.post_payment(payment)
        )
        link = {"kind": "payment", "komet_id": posted.id, "control_number": posted.control_number}
        self._finish(message, {"local_id": payment_id, **link})

    def _find_order(self, order: OrderToPost) -> PostedOrder | None:
        near = self.erp.find_orders(
            customer=order.customer,
            since=order.ship_date - MOVED_BY,
            until=order.ship_date + MOVED_BY,
        )
        ours = [posted for posted in near if posted.reference == order.reference]
        if len(ours) > 1:
            log.error("komet_has_it_twice", code=order.reference, count=len(ours))
        return ours[0] if ours else None

    def _find_payment(self, message: Outbox, payment: PaymentToPost) -> PostedPayment | None:
        """In the round's list; by name where something may have been booked since."""
        if message.sent_at is None and self.payments.covers(payment.received_on):
            return self.payments.find(payment.reference)
        ours = self.erp.find_payments(payment.reference)
        if len(ours) > 1:
            log.error("komet_has_it_twice", code=payment.reference, count=len(ours))
        return ours[0] if ours else None

    def _post(self, message: Outbox, post: Callable[[], Posted]) -> Posted:
        """Send the one request that must not happen twice, if it may be sent now."""
        shop, now = self.shop, self.shop.clock.now()
        quiet = timedelta(seconds=QUIET_DEADLINES * shop.config.komet_seconds)
        if message.sent_at is not None and now - message.sent_at < quiet:
            raise NotYet("posted without an answer a moment ago: waiting to be found")
        if not shop.database.run(lambda s: outbox.about_to_send(s, message, now)):
            raise NotYet("another worker has taken this over")
        return post()

    def _finish(
        self,
        message: Outbox,
        link: dict[str, object] | None = None,
        then: Callable[[Session], None] | None = None,
    ) -> None:
        """Done, Komet's number and what follows from it, all in one transaction."""
        now = self.shop.clock.now()

        def unit(session: Session) -> None:
            if not outbox.done(session, message, now):
                return
            if link is not None:
                session.execute(insert(KometLink).values(**link, posted_at=now))
            if then is not None:
                then(session)

        self.shop.database.run(unit)
