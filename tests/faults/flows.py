"""The eight ways in which money is asked to move, and how things stand before and after each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from komet_shop.domain import money
from komet_shop.models import OpenCredit, Operation, SavedCard
from komet_shop.plugin_api import Kind
from komet_shop.services import captures, credit_refunds, refunds, voids
from tests.faults.standing import Standing
from tests.services import fees
from tests.world import World

CREDIT_CENTS = 3_000
BACK_CENTS = 1_000
"""Of a credit of this size so much goes back to the card."""
SURCHARGE_BP = 160
"""Of the world's order an even number of cents, so that half of it can be charged."""

Stands = Callable[[int], Standing]
"""How things stand with an order of so many cents."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One way of moving money.

    `prepare` leads to a world that stands as `before`; `act` writes the intent and sends it.
    `unclear` is how it stands while nobody knows what came of that, `after` when it happened.
    `path` is the word by which the gateway's faults match its request.
    """

    name: str
    kind: Kind
    path: str
    prepare: Callable[[World], None]
    act: Callable[[World], Operation]
    before: Stands
    unclear: Stands
    after: Stands


def draft(cents: int) -> Standing:
    """A cart that was not paid."""
    return Standing(order="draft", invoice_open=cents)


def held(cents: int) -> Standing:
    """An order whose money is held at the bank."""
    return replace(draft(cents), order="pending_approval", authorised=cents, told=("order",))


def paid(cents: int) -> Standing:
    """An order that was paid by card."""
    return replace(
        held(cents),
        invoice_open=0,
        capture_reserved=cents,
        captured=cents,
        clearing=cents,
        told=("order", "payment"),
    )


def returned(cents: int, kind: Kind) -> Standing:
    """An order whose payment went back whole."""
    return replace(
        paid(cents), invoice_open=cents, refund_reserved=cents, clearing=0, clerk=(kind,)
    )


def surcharged(cents: int) -> Standing:
    """An order that was paid by credit card, with the surcharge on it."""
    total = cents + money.share_cents(cents, SURCHARGE_BP)
    return replace(
        paid(cents), authorised=total, capture_reserved=total, captured=total, clearing=total
    )


def take_surcharges(world: World) -> None:
    """Let the location take a surcharge."""
    fees.decide(world, fee_bp=SURCHARGE_BP)


def keep_card(world: World) -> None:
    """Put a card on file."""
    world.keep_card()


def hold(world: World) -> None:
    """Hold the money of an order at the bank."""
    world.hold_at_checkout()
    world.pay()


def pay(world: World) -> None:
    """Pay an order."""
    world.pay()


def pay_and_close(world: World) -> None:
    """Pay an order, and let the gateway settle."""
    world.pay()
    world.close_batch()


def pay_and_owe(world: World) -> None:
    """Pay an order of which a part becomes the customer's credit."""
    world.pay()
    world.credit_from_payment(CREDIT_CENTS)


def nothing(_: World) -> None:
    """A cart is all that is needed."""


def sell_to_new_card(world: World) -> Operation:
    """A click with a new card, which is to be saved."""
    return world.pay(world.click(save_card=True))


def sell_with_surcharge(world: World) -> Operation:
    """A click with a new credit card, which pays a surcharge."""
    return world.pay(fees.click_by(world, fees.NEW))


def sell_to_saved_card(world: World) -> Operation:
    """A click with the card on file."""
    return world.pay(world.click(saved_card=_latest(world, SavedCard).public_id))


def capture(world: World) -> Operation:
    """Take all that is held."""
    asked = world.asked()
    return world.follow(
        captures.capture(world.shop, world.scope, asked, amount_cents=world.total_cents)
    )


def void(world: World) -> Operation:
    """Undo the payment."""
    return world.follow(voids.void(world.shop, world.scope, world.asked()))


def refund(world: World) -> Operation:
    """Send the payment back."""
    return world.follow(refunds.refund(world.shop, world.scope, world.asked()))


def refund_credit(world: World) -> Operation:
    """Send a part of the credit back."""
    credit = _latest(world, OpenCredit).public_id
    return world.follow(
        credit_refunds.refund_credit(
            world.shop, world.scope, world.asked(), credit=credit, amount_cents=BACK_CENTS
        )
    )


def _latest(world: World, model: type[Any]) -> Any:
    with world.shop.database.read() as session:
        return session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


def _paying(cents: int) -> Standing:
    return replace(draft(cents), on_hold=True, invoice_reserved=cents)


def _giving_back(cents: int) -> Standing:
    return replace(paid(cents), refund_reserved=cents)


NEW_CARD = Flow(
    name="sale new",
    kind=Kind.SALE,
    path="sale",
    prepare=nothing,
    act=sell_to_new_card,
    before=draft,
    unclear=_paying,
    after=paid,
)
SAVED_CARD = replace(NEW_CARD, name="sale saved", prepare=keep_card, act=sell_to_saved_card)
SURCHARGED = replace(
    NEW_CARD,
    name="sale surcharge",
    prepare=take_surcharges,
    act=sell_with_surcharge,
    after=surcharged,
)
AUTHORIZE = Flow(
    name="authorize",
    kind=Kind.AUTHORIZE,
    path="auth",
    prepare=World.hold_at_checkout,
    act=sell_to_new_card,
    before=draft,
    unclear=lambda cents: replace(draft(cents), on_hold=True),
    after=held,
)
CAPTURE = Flow(
    name="capture",
    kind=Kind.CAPTURE,
    path="capture",
    prepare=hold,
    act=capture,
    before=held,
    unclear=lambda cents: replace(held(cents), invoice_reserved=cents, capture_reserved=cents),
    after=paid,
)
VOID = Flow(
    name="void",
    kind=Kind.VOID,
    path="void",
    prepare=pay,
    act=void,
    before=paid,
    unclear=_giving_back,
    after=lambda cents: returned(cents, Kind.VOID),
)
REFUND = Flow(
    name="refund",
    kind=Kind.REFUND,
    path="refund",
    prepare=pay_and_close,
    act=refund,
    before=paid,
    unclear=_giving_back,
    after=lambda cents: returned(cents, Kind.REFUND),
)
CREDIT_REFUND = Flow(
    name="credit refund",
    kind=Kind.CREDIT_REFUND,
    path="refund",
    prepare=pay_and_owe,
    act=refund_credit,
    before=paid,
    unclear=lambda cents: replace(paid(cents), credit_used=BACK_CENTS, refund_reserved=BACK_CENTS),
    after=lambda cents: replace(
        paid(cents),
        credit_used=BACK_CENTS,
        refund_reserved=BACK_CENTS,
        clearing=cents - BACK_CENTS,
        clerk=(Kind.CREDIT_REFUND,),
    ),
)
FLOWS = (NEW_CARD, SAVED_CARD, SURCHARGED, AUTHORIZE, CAPTURE, VOID, REFUND, CREDIT_REFUND)
