"""What the review page and the payment page share: the open order, ready for a template."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import Answer
from komet_shop.domain.card_settings import Switch
from komet_shop.services import checkout, orders, saved_cards
from komet_shop.services.checkout import OpenOrder
from komet_shop.services.orders import Detail
from komet_shop.services.saved_cards import ShownCard
from komet_shop.services.visits import Visit
from komet_shop.web.checkout import fee_words
from komet_shop.web.current import scope, shop
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront.order_lines import (
    LineView,
    Row,
    Totals,
    line_view,
    totals_of,
    with_card_fee,
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The buyer's open order with its lines, totals, cards and the answer about cards."""

    visit: Visit
    found: OpenOrder
    detail: Detail
    lines: list[LineView]
    totals: Totals
    answer: Answer
    cards: list[ShownCard]
    fee_cents: int
    fee_announced: str
    to_be_charged: str
    with_fee: Totals
    """What a card pays: the order, and the fee on it where there is one."""


def open_parts(*, with_cards: bool = False) -> Parts:
    """Read the cart that is to be checked out.

    Raises:
        checkout.CheckoutRefused: one of its kinds: there is nothing to check out now.
    """
    now = shop().clock.now()
    with opened_visit() as (unit, visit):
        order_id = visit.cart.public_id
        found = checkout.open_order(unit, scope(), order_id, now)
        detail = orders.detail(unit, scope(), order_id)
        lines = orders.lines(unit, scope(), order_id)
        cards = _cards(unit, found, now) if with_cards else []
    if detail is None or not lines:
        raise checkout.OrderEmpty(order_id)
    totals = totals_of(detail)
    cents, currency = detail.listed.total_cents, totals.currency
    fee = found.fee_on(cents)
    return Parts(
        visit=visit,
        found=found,
        detail=detail,
        lines=[line_view(line) for line in lines],
        totals=totals,
        answer=found.card_answer(cents, now),
        cards=cards,
        fee_cents=fee.cents,
        fee_announced=fee_words.announced(fee, cents, currency),
        to_be_charged=fee_words.to_be_charged(
            fee, cents, currency, is_held=found.is_on(Switch.PREAUTHORIZATION)
        ),
        with_fee=with_card_fee(
            totals, Row(label=fee_words.fee_label(fee.surcharge_bp), cents=fee.cents)
        ),
    )


def _cards(unit: Session, found: OpenOrder, now: datetime) -> list[ShownCard]:
    return saved_cards.shown(
        unit,
        scope(),
        customer_id=found.order.customer_id,
        location_id=found.order.location_id,
        now=now,
    )
