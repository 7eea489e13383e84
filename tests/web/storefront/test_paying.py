"""From the cart to the receipt, over real HTTP, against a real gateway."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.domain.operation_states import State
from komet_shop.models import (
    Customer,
    GatewayAccount,
    InventoryLine,
    LocationCardSettings,
    Operation,
    Order,
    OrderLine,
    Payment,
    SavedCard,
)
from komet_shop.services.bulkhead import Slot
from komet_shop.services.shop import Shop
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.storefront.buying import Buying, forms, words

MOST_IN_A_PAYING_REQUEST = 12


def payments(buying: Buying) -> list[Payment]:
    return buying.world.payments()


def location_of(answer: Any) -> str:
    """Where a redirect after a POST leads."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_the_review_offers_both_ways_and_says_what_each_does(buying: Buying) -> None:
    html = buying.page("/checkout")

    shown = words(html)
    assert "$227.50" in shown
    assert "Pay & Checkout" in shown
    assert "you pay on your terms (Net 30)" in shown
    assert [action for action, _ in forms(html)] == ["/checkout"]


def test_checkout_on_terms_places_the_order(buying: Buying) -> None:
    answer = buying.submit(buying.page("/checkout"), "/checkout")

    shown = words(buying.page(location_of(answer)))
    assert "Pending Approval" in shown
    assert "On your terms" in shown
    assert buying.world.invoice().open_cents == 22_750
    assert payments(buying) == []


def test_a_new_card_pays_and_leads_to_the_receipt(buying: Buying) -> None:
    status = buying.page(location_of(buying.pay()))

    assert "Paid. Thank you!" in words(status)
    assert "1111" in words(status)
    [payment] = payments(buying)
    receipt = words(buying.page(f"/payments/{payment.public_id}/receipt"))
    assert payment.receipt_number in receipt
    assert "$227.50" in receipt
    order = words(buying.page("/orders"))
    assert "Paid" in order
    assert [row["amount_cents"] for row in buying.world.booked()] == [22_750]


def test_a_card_is_saved_only_when_the_buyer_says_so(buying: Buying) -> None:
    buying.pay()
    buying.florist.add(buying.line)

    buying.pay(save_card="yes")

    with buying.florist.shop.database.read() as session:
        [card] = session.scalars(select(SavedCard)).all()
    assert (card.last_four, card.is_primary) == ("1111", True)
    assert "1111" in words(buying.page("/cards"))


def test_a_saved_card_is_chosen_first_and_pays_without_typing(buying: Buying) -> None:
    buying.pay(save_card="yes")
    buying.florist.add(buying.line)
    page = buying.page("/checkout/pay")
    [(_, given)] = [form for form in forms(page) if form[0] == "/checkout/pay"]

    status = buying.page(location_of(buying.submit(page, "/checkout/pay")))

    assert given["card"].startswith("card_")
    assert "Paid. Thank you!" in words(status)
    assert len(buying.world.booked()) == 2


def test_an_expired_card_cannot_be_chosen(buying: Buying) -> None:
    buying.pay(save_card="yes")
    buying.florist.add(buying.line)
    buying.florist.change(SavedCard, expiry="0120")

    page = buying.page("/checkout/pay")

    [(_, given)] = [form for form in forms(page) if form[0] == "/checkout/pay"]
    assert given["card"] == "new"
    assert "Expired 01/20" in words(page)


def test_a_declined_card_is_told_neutrally_and_another_card_may_be_tried(buying: Buying) -> None:
    buying.world.arm("decline_402", code="012", match={"path": "sale"})

    declined = words(buying.page(location_of(buying.pay())))
    again = words(buying.page(location_of(buying.pay())))

    assert "The card was declined" in declined
    assert "Nothing was charged" in declined
    assert "Paid. Thank you!" in again
    assert len(buying.world.booked()) == 1


def test_the_same_page_sent_twice_pays_once(buying: Buying) -> None:
    page = buying.page("/checkout/pay")

    first = buying.pay(page)
    second = buying.pay(page)

    assert location_of(first) == location_of(second)
    assert len(buying.world.booked()) == 1
    assert len(payments(buying)) == 1


def test_a_second_tab_is_led_to_the_payment_that_runs(buying: Buying) -> None:
    tab = buying.page("/checkout/pay")
    buying.world.arm("silence_after_booking", match={"path": "sale"}, seconds=5)

    first = location_of(buying.pay())
    second = location_of(buying.pay(tab))

    assert second == f"{first}?again=yes"
    assert "Your last press of the button charged nothing more" in words(buying.page(second))
    assert "Your last press" not in words(buying.page(first))
    assert len(payments(buying)) == 1


def test_a_silent_gateway_leaves_a_page_that_waits_and_never_posts(buying: Buying) -> None:
    buying.world.arm("silence_after_booking", match={"path": "sale"}, seconds=5)

    address = location_of(buying.pay())
    html = buying.page(address)

    assert "Please do not pay again" in words(html)
    assert 'http-equiv="refresh"' in html
    assert f'hx-get="{address}/progress"' in html
    assert [action for action, _ in forms(html)] == []
    cart = words(buying.page("/cart"))
    assert "A payment for your cart is being confirmed" in cart
    assert "Remove" not in cart


def test_reading_the_page_settles_what_the_gateway_knows(buying: Buying, shop: Shop) -> None:
    buying.world.arm("silence_after_booking", match={"path": "sale"}, seconds=5)
    address = location_of(buying.pay())

    progress = buying.browser.get(f"{address}/progress")
    shop.bulkhead.drain()
    settled = buying.browser.get(f"{address}/progress")

    assert progress.headers.get("HX-Refresh") is None
    assert settled.headers["HX-Refresh"] == "true"
    assert "Paid. Thank you!" in settled.text
    assert buying.world.only(Operation).state == State.APPROVED


def test_a_total_that_changed_is_shown_before_anything_is_charged(buying: Buying) -> None:
    page = buying.page("/checkout/pay")
    buying.florist.add(buying.line)

    answer = buying.pay(page)

    assert answer.status_code == 409
    assert "Your cart changed since this page was opened" in words(answer.text)
    assert "Pay $341.25" in words(answer.text)
    assert payments(buying) == []


def test_the_refused_page_can_be_sent_at_once(buying: Buying) -> None:
    page = buying.page("/checkout/pay")
    buying.florist.add(buying.line)
    refused = buying.pay(page)

    answer = buying.pay(refused.text)

    assert "Paid. Thank you!" in words(buying.page(location_of(answer)))


def test_a_key_that_served_another_payment_is_refused(buying: Buying) -> None:
    first = buying.page("/checkout/pay")
    buying.pay(first)
    buying.florist.add(buying.line)
    second = buying.page("/checkout/pay")
    [(_, used)] = [form for form in forms(first) if form[0] == "/checkout/pay"]

    answer = buying.pay(second, action_key=used["action_key"])

    assert answer.status_code == 409
    assert "Nothing was charged" in words(answer.text)
    assert len(buying.world.booked()) == 1


def test_card_details_work_once(buying: Buying) -> None:
    token = buying.token()
    buying.pay(card_token=token)
    buying.florist.add(buying.line)

    answer = buying.pay(card_token=token)

    assert answer.status_code == 409
    assert "Enter the card again" in words(answer.text)
    assert len(buying.world.booked()) == 1


@pytest.mark.parametrize("fields", [{"card_token": ""}, {"card": "new", "card_token": ""}])
def test_without_a_card_nothing_starts(buying: Buying, fields: dict[str, str]) -> None:
    answer = buying.pay(**fields)

    assert answer.status_code == 422
    assert "Enter a card" in words(answer.text)
    assert payments(buying) == []


def test_another_customers_card_is_not_there(buying: Buying) -> None:
    answer = buying.pay(card="card_abcdefghijkm")

    assert answer.status_code == 409
    assert "no longer on file" in words(answer.text)


def test_too_many_payments_are_refused_before_anything_is_written(
    buying: Buying, shop: Shop
) -> None:
    page, token = buying.page("/checkout/pay"), buying.token()
    slots: list[Slot] = [shop.bulkhead.reserve() for _ in range(16)]

    answer = buying.pay(page, card_token=token)

    for slot in slots:
        slot.give_back()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "Nothing was charged" in words(answer.text)
    assert payments(buying) == []


@pytest.mark.parametrize(
    ("model", "change", "reason"),
    [
        (GatewayAccount, {"retired": True}, "does not take cards in the shop"),
        (LocationCardSettings, {"status": "off"}, "does not take cards in the shop"),
        (LocationCardSettings, {"ecommerce_on": False}, "switched off in the shop"),
        (Customer, {"currency": "EUR"}, "in US dollars only"),
        (GatewayAccount, {"breaker": True}, "does not answer right now"),
    ],
)
def test_every_no_has_its_reason_and_terms_remain(
    buying: Buying, model: type[Any], change: dict[str, Any], reason: str
) -> None:
    now = buying.florist.shop.clock.now()
    values = {
        "retired": {"retired_at": now},
        "breaker": {"breaker_open_until": now + timedelta(minutes=1)},
    }
    name = next(iter(change))
    buying.florist.change(model, **values.get(name, change))

    shown = words(buying.page("/checkout"))
    payment_page = buying.browser.get("/checkout/pay")

    assert reason in shown
    assert "Pay & Checkout" not in shown
    assert "“Checkout” sends the order" in shown
    assert location_of(payment_page) == "/checkout"


def test_a_customer_who_must_pay_by_card_has_no_other_way(buying: Buying) -> None:
    page = buying.page("/checkout")
    buying.florist.change(Customer, card_rule="required")

    shown = words(buying.page("/checkout"))
    forced = buying.submit(page, "/checkout")

    assert "Pay & Checkout" in shown
    assert "on your terms" not in shown
    assert forced.status_code == 409
    assert "paid by card" in words(forced.text)
    assert buying.world.only(Order).state == "draft"


def test_a_rule_that_changed_meanwhile_is_heeded_at_the_button(buying: Buying) -> None:
    page, token = buying.page("/checkout/pay"), buying.token()
    buying.florist.change(Customer, card_rule="restricted")

    answer = buying.pay(page, card_token=token)

    assert answer.status_code == 409
    assert "not enabled for your account" in words(answer.text)
    assert payments(buying) == []


def test_a_customer_on_hold_checks_nothing_out(buying: Buying) -> None:
    page = buying.page("/checkout")
    buying.florist.change(Customer, credit_hold=True)

    answer = buying.submit(page, "/checkout")

    assert location_of(answer) == "/cart"
    assert "on hold" in buying.page("/cart")
    assert buying.world.only(Order).state == "draft"


def test_an_empty_cart_has_nothing_to_check_out(browser: Browser) -> None:
    for path in ("/checkout", "/checkout/pay"):
        assert browser.get(path).headers["Location"] == "/cart"


def test_prices_sent_by_the_browser_count_for_nothing(buying: Buying) -> None:
    answer = buying.pay(expected_cents="1")

    assert answer.status_code == 409
    assert payments(buying) == []


def test_a_card_number_in_a_field_is_refused_and_kept_nowhere(buying: Buying) -> None:
    answer = buying.pay(card_token="4111 1111 1111 1111")

    assert answer.status_code == 422
    assert payments(buying) == []


def test_the_card_page_allows_the_gateway_and_nothing_else_does(buying: Buying) -> None:
    pay = buying.browser.get("/checkout/pay")
    review = buying.browser.get("/checkout")

    assert buying.gateway.url in pay.headers["Content-Security-Policy"]
    assert buying.gateway.url not in review.headers["Content-Security-Policy"]
    assert pay.headers["Cache-Control"] == "no-store"


def test_a_stranger_finds_neither_order_nor_payment_nor_cart(
    buying: Buying, stranger: Browser
) -> None:
    buying.pay()
    [payment] = payments(buying)
    order = buying.world.only(Order).public_id

    for path in (
        f"/orders/{order}",
        f"/payments/{payment.public_id}",
        f"/payments/{payment.public_id}/progress",
        f"/payments/{payment.public_id}/receipt",
    ):
        assert stranger.get(path).status_code == 404
    assert "No orders yet" in words(stranger.get("/orders").text)


def test_a_stranger_cannot_pay_or_change_anothers_cart(buying: Buying, stranger: Browser) -> None:
    order, page = buying.florist.cart(), buying.page("/checkout/pay")
    [(_, given)] = [form for form in forms(page) if form[0] == "/checkout/pay"]
    token = stranger.token("/account")
    theirs = given | {"csrf_token": token, "card_token": buying.token()}

    pays = stranger.post_raw("/checkout/pay", theirs)
    empties = stranger.post_raw(f"/cart/{order.public_id}/empty", {"csrf_token": token})

    assert location_of(pays) == "/cart"
    assert empties.status_code == 303
    assert payments(buying) == []
    assert buying.florist.reserved(buying.line) == 2


def test_a_paying_request_has_few_statements(buying: Buying, shop: Shop) -> None:
    page, token = buying.page("/checkout/pay"), buying.token()

    with count_statements(shop.database.engine) as statements:
        buying.pay(page, card_token=token)

    assert len(statements) <= MOST_IN_A_PAYING_REQUEST, "\n\n".join(statements)
    assert len(statements.of_crew) > 0


def test_money_stays_in_order_through_the_pages(buying: Buying) -> None:
    buying.pay()

    with buying.florist.shop.database.read() as session:
        lines = session.scalars(select(OrderLine)).all()
        stock = session.scalars(select(InventoryLine)).one()
    assert buying.world.invoice().open_cents == 0
    assert buying.world.clearing_cents() == sum(line.line_cents for line in lines)
    assert stock.boxes_reserved == 2


def test_a_card_fee_is_shown_before_the_button_and_on_it(buying: Buying) -> None:
    buying.florist.change(
        LocationCardSettings,
        fee_type="convenience",
        fee_cents=250,
        fee_channels="ecommerce",
        fee_ways="in_app",
    )
    total = buying.world.only(Order).total_cents

    review = words(buying.page("/checkout"))
    pay = words(buying.page("/checkout/pay"))
    buying.pay()

    with_fee = f"${(total + 250) / 100:,.2f}"
    assert f"a fee of $2.50 is added: {with_fee}." in review
    assert "Card fee $2.50" in pay
    assert f"Pay {with_fee}" in pay
    assert [row["amount_cents"] for row in buying.world.booked()] == [total + 250]
