"""Card fees at the world's location: what is decided there, and what must hold afterwards."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from komet_shop.domain import card_fees, card_settings, money
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import Way
from komet_shop.models import LocationCardSettings, Operation
from komet_shop.services import audit_chain, invariants, ledger
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import Scope
from tests.world import World

RATE = 300
DEBIT = "4000056655665556"
SURCHARGE = {
    "fee_type": "surcharge",
    "fee_bp": RATE,
    "fee_channels": "ecommerce",
    "fee_ways": "in_app",
}
FLAT_FEE = 250
FLAT = {**SURCHARGE, "fee_type": "convenience", "fee_cents": FLAT_FEE}
NEW, SAVED, SPARED = "new", "saved", "spared"
CARDS = (NEW, SAVED, SPARED)
"""The last is a debit card: the gateway leaves a surcharge out."""
ENDS = pytest.mark.parametrize("debit", [False, True], ids=["credit", "debit"])


def decide(world: World, **values: Any) -> int:
    """Let the location take a surcharge; the fee on the world's cart."""
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**SURCHARGE | values))
    return money.share_cents(world.total_cents, RATE)


def pay(world: World, *, debit: bool, **values: Any) -> Operation:
    """Pay the order by a credit card, or by one that pays no surcharge."""
    return world.pay(click_by(world, SPARED if debit else NEW, **values))


def shown_fee(world: World) -> int:
    """The fee on the world's cart, as the page shows it."""
    with world.shop.database.read() as session:
        settings = session.scalars(select(LocationCardSettings)).one()
        decided = card_settings.fees(company=None, location=settings).value
    fee = card_fees.fee_on(
        world.total_cents,
        decided,
        channel=Channel.ECOMMERCE,
        way=Way.IN_APP,
        exempt=False,
        billing_state="",
    )
    return fee.cents


def click_by(world: World, card: str, **values: Any) -> PayOrder:
    """A click with one of CARDS, and with the fee that the page shows."""
    chosen = {
        NEW: lambda: {"card_token": world.card_token()},
        SAVED: lambda: {"saved_card": world.keep_card()},
        SPARED: lambda: {"card_token": world.card_token(card=DEBIT)},
    }[card]()
    return world.click(expected_fee_cents=shown_fee(world), **chosen, **values)


def fees_earned(world: World) -> int:
    """What the books say that card fees brought."""
    with world.shop.database.read() as session:
        return -ledger.balance_cents(session, ledger.FEES)


def staff(world: World) -> Scope:
    """Every customer's rows."""
    return replace(world.scope, customer_ids=None)


def require_sound(world: World) -> None:
    """No rule of docs/payments.md is broken."""
    audit_chain.seal(world.shop)
    assert invariants.check(world.shop.database, world.shop.clock.now()) == []
