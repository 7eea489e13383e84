"""What a florist sees once an order is placed: pages that go on, say so, and can be printed."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from komet_shop.models import Customer, KometLink, Operation, Order
from komet_shop.services.sending import TAKEN_FOR_A_REPEAT
from tests.conftest import MovableClock
from tests.web.browser import Browser
from tests.web.storefront.buying import Buying, words


def tell_komet(buying: Buying, kind: str, row_id: int, number: str) -> None:
    """What the worker writes down once Komet has booked something."""
    shop = buying.florist.shop
    link = {"kind": kind, "local_id": row_id, "komet_id": "9", "control_number": number}
    with shop.database.write() as session:
        session.execute(insert(KometLink).values(**link, posted_at=shop.clock.now()))


def test_a_second_tab_is_told_that_the_order_is_paid(buying: Buying) -> None:
    tab, token = buying.page("/checkout/pay"), buying.token()
    buying.pay()

    answer = buying.pay(tab, card_token=token)

    order = buying.world.only(Order).public_id
    assert answer.headers["Location"] == f"/orders/{order}?again=yes"
    shown = words(buying.page(answer.headers["Location"]))
    assert "This order is already paid. You were not charged again." in shown
    assert "not charged again" not in words(buying.page(f"/orders/{order}"))
    assert len(buying.world.booked()) == 1


def test_a_second_tab_is_told_that_the_order_was_placed(buying: Buying) -> None:
    tab = buying.page("/checkout")
    buying.submit(tab, "/checkout")

    answer = buying.submit(tab, "/checkout")

    shown = words(buying.page(answer.headers["Location"]))
    assert "This order was checked out before. Nothing was ordered or charged again." in shown


def test_whoever_goes_back_after_paying_finds_the_order(
    buying: Buying, clock: MovableClock
) -> None:
    buying.pay()
    order = buying.world.only(Order)

    page = buying.page(buying.browser.get("/checkout/pay").headers["Location"])
    clock.advance(seconds=int(timedelta(hours=2).total_seconds()))
    later = buying.page("/cart")

    assert f"You checked out order {order.number} a short time ago." in words(page)
    assert f'href="/orders/{order.public_id}"' in page
    assert order.number not in words(later)


def test_an_order_of_somebody_else_is_nobodys_own(buying: Buying, stranger: Browser) -> None:
    buying.pay()

    shown = words(stranger.get("/cart").text)

    assert "Your cart is empty" in shown
    assert "You checked out order" not in shown


def test_the_paid_page_learns_when_accounting_knows(buying: Buying) -> None:
    address = buying.pay().headers["Location"]
    page = buying.page(address)
    [payment] = buying.world.payments()

    waiting = buying.browser.get(f"{address}/books")
    tell_komet(buying, "payment", payment.id, "77001")
    known = buying.browser.get(f"{address}/books")

    assert "Waiting to be sent to accounting" in words(page)
    assert f'hx-get="{address}/books"' in page
    assert (waiting.status_code, waiting.text) == (204, "")
    assert "Sent to accounting, control number 77001" in known.text
    assert "hx-get" not in known.text


def test_after_a_payment_taken_for_a_repeat_the_orders_come_first(buying: Buying) -> None:
    buying.world.arm("decline_402", code="012", match={"path": "sale"})
    address = buying.pay().headers["Location"]
    buying.florist.change(Operation, state="failed", buyer_message=TAKEN_FOR_A_REPEAT)

    page = buying.page(address)

    actions = page[page.index('class="actions"') : page.index("</main>")]
    assert 'class="button button--primary" href="/orders"' in actions
    assert 'class="button button--secondary" href="/checkout/pay"' in actions


def test_a_receipt_names_both_companies_the_ship_date_and_the_invoice(buying: Buying) -> None:
    buying.florist.change(Customer, address="12 Beach Street, Boston MA 02110, US")
    buying.pay()
    [payment] = buying.world.payments()
    order = buying.world.only(Order)
    address = f"/payments/{payment.public_id}/receipt"
    before = words(buying.page(address))

    tell_komet(buying, "order", order.id, "5001")
    receipt = words(buying.page(address))

    assert "Fern & Fable Floral, 12 Beach Street, Boston MA 02110, US" in receipt
    assert "Ship date" in receipt
    assert "Invoice 5001" in receipt
    assert "Invoice 5001" not in before
    assert buying.florist.shop.config.mail_from in receipt


def test_an_order_page_has_the_companys_own_number_and_prints_its_name(buying: Buying) -> None:
    buying.submit(buying.page("/checkout"), "/checkout")
    order = buying.world.only(Order)
    path = f"/orders/{order.public_id}"
    before = words(buying.page(path))

    tell_komet(buying, "order", order.id, "5001")
    page = buying.page(path)

    assert "Order and invoice number" not in before
    assert "Order and invoice number at Rosa Alta Flowers: 5001" in words(page)
    assert '<p class="print-only strong">Rosa Alta Flowers · Miami' in page


@pytest.mark.parametrize(("rule", "sees_cards"), [("optional", True), ("restricted", False)])
def test_a_customer_who_never_pays_by_card_is_told_so_at_the_review_only(
    buying: Buying, rule: str, sees_cards: bool
) -> None:
    buying.florist.change(Customer, card_rule=rule)

    review, cart = buying.page("/checkout"), buying.page("/cart")

    steps = review[review.index('class="steps"') : review.index("<h1")]
    assert (">Payment<" in steps) is sees_cards
    assert ("Pay & Checkout" in words(review)) is sees_cards
    assert ("not enabled for your account" in words(review)) is not sees_cards
    assert ('href="/cards"' in cart) is sees_cards
    assert ('href="/help#cards"' in cart) is sees_cards


def test_the_page_of_cards_says_that_none_is_needed(buying: Buying) -> None:
    buying.florist.change(Customer, card_rule="restricted")

    shown = words(buying.page("/cards"))

    assert "Your orders go on your terms: no card is needed." in shown
    assert "Save this card" not in shown
