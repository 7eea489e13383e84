"""The four lists: what stands in them, their empty looks, and what they cost."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from komet_shop.services import reviews
from tests.conftest import MovableClock
from tests.services.mishaps import charged_late, part_approved
from tests.statements import count_statements
from tests.web.reviews.desk import Desk, kill_message, multiply
from tests.web.storefront.buying import words
from tests.world import World


def pay_unclearly(world: World) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    world.pay()


def wait_for_decision(world: World) -> None:
    part_approved(world)


@pytest.mark.parametrize(
    ("show", "says"),
    [
        ("unclear", "Every payment is clear"),
        ("decide", "Nothing to decide"),
        ("stray", "No unexpected money"),
        ("undelivered", "Everything has arrived"),
    ],
)
def test_an_empty_list_is_good_news(desk: Desk, show: str, says: str) -> None:
    assert says in words(desk.page(f"/reviews?show={show}"))


def test_an_unclear_payment_needs_nothing_and_says_when_it_is_asked_again(desk: Desk) -> None:
    pay_unclearly(desk.world)

    shown = words(desk.page("/reviews?show=unclear"))

    assert "There is nothing to do" in shown
    assert re.search(r"R100001 Order W100001 Bloom & Vine Florist Miami Card payment", shown)
    assert shown.count("EST") + shown.count("EDT") == 2  # since when, and when it is asked again
    assert "$227.50" in shown


def test_the_first_list_with_something_for_people_is_shown(desk: Desk, clock: MovableClock) -> None:
    charged_late(desk.world, clock)
    desk.come_back()

    shown = words(desk.page("/reviews"))

    assert "Money moved at the card processor for payments that the shop had given up" in shown
    assert "•••• ending in 4242" in shown


def test_a_payment_to_decide_says_why(desk: Desk) -> None:
    part_approved(desk.world)

    shown = words(desk.page("/reviews"))

    assert "Unclear 0 To decide 1 Unexpected money 0 Not delivered 0 Settled" in shown
    assert "The card processor's record has another amount" in shown


def test_messages_that_did_not_arrive_have_their_list(desk: Desk) -> None:
    desk.world.pay()
    kill_message(desk.world, "komet_order", "Invalid customer")

    shown = words(desk.page("/reviews"))

    assert "Order to Komet W100001 Bloom & Vine Florist Invalid customer" in shown
    assert shown.endswith(" 1")  # the payment waits behind it


@pytest.mark.parametrize(
    ("show", "happen"), [("unclear", pay_unclearly), ("decide", wait_for_decision)]
)
def test_a_list_costs_the_same_however_long(
    desk: Desk, show: str, happen: Callable[[World], None]
) -> None:
    engine = desk.world.shop.database.engine
    happen(desk.world)
    desk.page(f"/reviews?show={show}")
    with count_statements(engine) as one:
        desk.page(f"/reviews?show={show}")
    for _ in range(3):
        desk.world.take_another_cart(of_another_customer=True)
        happen(desk.world)

    with count_statements(engine) as several:
        page = desk.page(f"/reviews?show={show}")

    assert words(page).count("Order W1") == 4
    assert len(several) == len(one) <= 6


def test_long_lists_have_pages(desk: Desk) -> None:
    multiply(desk.world, part_approved(desk.world), times=reviews.PAGE)

    first = desk.page("/reviews?show=decide")
    following = re.search(r'href="(/reviews\?[^"]+after=[^"]+)"', first)
    assert following is not None
    second = desk.page(unescape(following.group(1)))

    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (50, 1)
    assert f"R{100_001 + reviews.PAGE}" in words(second)
