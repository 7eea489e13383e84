"""Pay & Checkout from a page: a place in the crew first, then the intent, then the call."""

from concurrent.futures import wait

import structlog

from komet_shop.services import order_payments, sending
from komet_shop.services.order_payments import PayOrder, Started
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 3
"""How long a page waits for the gateway before it shows that the payment is being confirmed."""


def pay(shop: Shop, scope: Scope, click: PayOrder) -> str:
    """Start the payment of an order and wait a moment for its end; returns the payment's id.

    The call goes on when the wait is over. A repeated click starts nothing.

    Raises:
        bulkhead.Full: too many payments are under way; nothing was written or sent.
        CheckoutRefused: one of its kinds; nothing was written or sent.
        saved_cards.NoSuchCard, operations.KeyReused: likewise.

    Rule: docs/payments.md, "The protocol".
    """
    slot = shop.bulkhead.reserve()
    try:
        started = order_payments.pay(shop, scope, click)
        if started.call is not None:
            future = slot.submit(lambda: _send(shop, scope, started))
            wait([future], timeout=PATIENCE_SECONDS)
    finally:
        slot.give_back()
    return started.payment_id


def _send(shop: Shop, scope: Scope, started: Started) -> None:
    assert started.operation_id is not None
    assert started.call is not None
    try:
        sending.send(shop, started.operation_id, started.call, actor=scope.actor)
    except Exception:
        # The payment keeps its state and the worker looks it up: nobody else would hear of this.
        log.exception("payment_call_failed", operation_id=started.operation_id)
