"""What a florist reads of a card fee: before the button, on it, and on everything afterwards."""

from typing import Any

import pytest

from komet_shop.models import LocationCardSettings, Order
from tests.services.fees import DEBIT, FLAT, FLAT_FEE, RATE, SURCHARGE
from tests.web.storefront.buying import Buying, words

ANNOUNCED = "a surcharge of 3.00 % is added for the cost of taking credit cards"
SPARED = "Debit and prepaid cards do not pay it."
LEFT_OUT = "No card surcharge was charged"


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def total(buying: Buying) -> int:
    return int(buying.world.only(Order).total_cents)


def pay(buying: Buying, **card: str) -> str:
    """Pay with a card; the address of the payment's page."""
    answer = buying.pay(card_token=buying.world.card_token(**card))
    return answer.headers["Location"]


def require_told(buying: Buying, page: str, cents: int, text: str) -> None:
    """The amount and this text stand on the payment's page, the receipt and the order's page."""
    order = buying.world.only(Order).public_id
    for path in (page, f"{page}/receipt", f"/orders/{order}"):
        shown = words(buying.page(path))
        assert dollars(cents) in shown
        assert text in shown


@pytest.mark.parametrize("held", [False, True], ids=["charged", "held"])
def test_a_surcharge_is_announced_with_its_rate_and_whom_it_spares(
    buying: Buying, held: bool
) -> None:
    buying.florist.change(LocationCardSettings, **SURCHARGE, preauthorization_on=held)
    cents = total(buying)
    fee = (cents * RATE + 5_000) // 10_000

    pages = [words(buying.page(path)) for path in ("/checkout", "/checkout/pay")]

    for shown in pages:
        assert ANNOUNCED in shown
        assert f"{dollars(fee)}, {dollars(cents + fee)} in all" in shown
        assert SPARED in shown
    assert f"Card surcharge, 3.00 % {dollars(fee)}" in pages[1]
    assert f"Pay {dollars(cents + fee)}" in pages[1]
    charged = f"A credit card is charged {dollars(cents + fee)}, once"
    is_held = f"{dollars(cents + fee)} is held on your card."
    assert (charged in pages[1], is_held in pages[1]) == (not held, held)


def test_a_credit_card_pays_the_surcharge_and_every_page_says_so(buying: Buying) -> None:
    buying.florist.change(LocationCardSettings, **SURCHARGE)
    cents = total(buying)
    fee = (cents * RATE + 5_000) // 10_000

    page = pay(buying)

    require_told(buying, page, cents + fee, f"Card surcharge of 3.00 %: {dollars(fee)}")


def test_a_debit_card_does_not_and_every_page_says_so(buying: Buying) -> None:
    buying.florist.change(LocationCardSettings, **SURCHARGE)
    cents = total(buying)

    page = pay(buying, card=DEBIT)

    require_told(buying, page, cents, LEFT_OUT)
    assert [row["amount_cents"] for row in buying.world.booked()] == [cents]


def test_a_convenience_fee_is_told_on_every_page(buying: Buying) -> None:
    buying.florist.change(LocationCardSettings, **FLAT)
    cents = total(buying)

    page = pay(buying)

    require_told(buying, page, cents + FLAT_FEE, f"Card fee: {dollars(FLAT_FEE)}")


def test_without_a_fee_nothing_is_said_of_any(buying: Buying) -> None:
    shown: list[Any] = [words(buying.page(path)) for path in ("/checkout", "/checkout/pay")]
    shown.append(words(buying.page(pay(buying))))

    assert [text for text in shown if "surcharge" in text or "fee" in text] == []
