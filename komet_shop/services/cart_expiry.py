"""Carts that nobody came back to: their boxes go on sale again."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from komet_shop.models import Order
from komet_shop.services import audit, reservations
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop

AT_ONCE = 100
REASON = "the cart was not checked out in time"


def expire_carts(shop: Shop) -> int:
    """Void the carts whose time is over and release their boxes; returns how many.

    A cart that a payment holds stays: its buyer may be paying right now.
    Rule: docs/ordering.md, "How long a cart lasts".
    """
    now = shop.clock.now()
    with shop.database.read() as session:
        due = session.scalars(
            select(Order.id)
            .where(
                Order.state == "draft",
                Order.expires_at <= now,
                Order.held_by_payment_id.is_(None),
            )
            .order_by(Order.expires_at)
            .limit(AT_ONCE)
        ).all()
    return sum(_expire_one(shop, order_id, now) for order_id in due)


def _expire_one(shop: Shop, order_id: int, now: datetime) -> bool:
    return shop.database.run(lambda session: _void(session, order_id, now))


def _void(session: Session, order_id: int, now: datetime) -> bool:
    """False when somebody paid, checked out or changed the cart meanwhile."""
    voided = session.execute(
        update(Order)
        .where(
            Order.id == order_id,
            Order.state == "draft",
            Order.expires_at <= now,
            Order.held_by_payment_id.is_(None),
        )
        .values(state="voided", voided_at=now, void_reason=REASON, version=Order.version + 1)
        .returning(Order.company_id, Order.location_id)
    ).one_or_none()
    if voided is None:
        return False
    reservations.give_back(session, order_id)
    entry = audit.Entry(
        actor=WORKER,
        company_id=voided.company_id,
        location_id=voided.location_id,
        action="cart_expired",
        object_type="order",
        object_id=order_id,
        reason=REASON,
    )
    audit.write(session, entry, now)
    return True
