"""The main job, as a person does it: flowers into the cart, card into the frame, paid."""

import re
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.demo import Demo, Person, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def count(demo: Demo) -> int:
    return len(demo.charges())


def test_a_new_card_pays_and_everybody_knows_it_once(buyer: Person, demo: Demo) -> None:
    charges = count(demo)
    buyer.fill_cart("freedom", boxes=2)
    buyer.to_payment()
    buyer.type_card()

    buyer.pays()
    buyer.sees("Paid")

    [charge] = demo.charges()[charges:]
    [payment] = until(partial(demo.komet_payments_of, charge), "the payment in Komet")
    receipt = until(
        lambda: [mail for mail in demo.mails() if "Receipt" in mail["subject"]], "the receipt"
    )
    assert charge["amount_cents"] == payment["total_cents"]
    assert "1111" in receipt[0]["text"]
    assert "1111" in receipt[0]["html"]
    buyer.page.get_by_role("link", name="See the order").click()
    buyer.sees("W10")


def test_a_saved_card_pays_without_typing(buyer: Person, demo: Demo) -> None:
    buyer.fill_cart("mondial")
    buyer.to_payment()
    buyer.type_card()
    buyer.page.get_by_label(re.compile("Save this card")).check()
    buyer.pays()
    buyer.sees("Paid")
    charges = count(demo)

    buyer.fill_cart("explorer")
    buyer.to_payment()
    buyer.page.get_by_label(re.compile("Visa.*1111")).first.check()
    buyer.pays()
    buyer.sees("Paid")

    assert count(demo) == charges + 1
    assert demo.charges()[-1]["token"]


def test_a_declined_card_is_told_and_another_try_succeeds(buyer: Person, demo: Demo) -> None:
    charges = count(demo)
    buyer.fill_cart("practice tag")
    buyer.to_payment()
    buyer.type_card()
    buyer.pays()
    buyer.sees("declined")
    assert count(demo) == charges

    buyer.fill_cart("tibet")
    buyer.to_payment()
    buyer.type_card()
    buyer.pays()
    buyer.sees("Paid")

    assert count(demo) == charges + 1


def test_a_silent_gateway_leaves_the_order_confirming_until_the_worker_knows(
    buyer: Person, demo: Demo
) -> None:
    charges = count(demo)
    demo.gateway("faults", fault="silence_after_booking", match={"path": "sale"}, seconds=8)
    buyer.fill_cart("vendela")
    buyer.to_payment()
    buyer.type_card()

    buyer.pays()
    buyer.sees("do not pay again")
    buyer.sees("Paid", seconds=40)

    assert count(demo) == charges + 1


def test_komet_is_told_once_after_it_was_down(buyer: Person, demo: Demo) -> None:
    demo.komet("faults", fault="down", match={"method": "any"}, times=None)
    buyer.fill_cart("topaz")
    buyer.to_payment()
    buyer.type_card()
    buyer.pays()
    buyer.sees("Paid")
    told = partial(demo.komet_payments_of, demo.charges()[-1])
    assert told() == []

    demo.forget_faults()
    demo.move_clock(seconds=600)
    until(told, "the payment in Komet", seconds=40)

    assert len(told()) == 1


def test_a_double_click_charges_once(buyer: Person, demo: Demo) -> None:
    charges = count(demo)
    buyer.fill_cart("engagement")
    buyer.to_payment()
    buyer.type_card()

    buyer.pay_button().dblclick(no_wait_after=True)
    buyer.page.wait_for_url(re.compile("/payments/"))
    buyer.sees("Paid")

    assert count(demo) == charges + 1


def test_two_tabs_pay_one_order_once(buyer: Person, demo: Demo) -> None:
    charges = count(demo)
    buyer.fill_cart("nena")
    first, second = buyer.to_payment(), buyer.to_payment(buyer.open())
    buyer.type_card(first)
    buyer.type_card(second)

    buyer.pays(first)
    buyer.pay_button(second).click()
    second.wait_for_load_state("networkidle")
    buyer.sees("Paid", first)

    assert count(demo) == charges + 1
    expect(second.get_by_role("main")).to_contain_text(
        re.compile("already|paid|empty", re.IGNORECASE)
    )


def test_the_back_button_does_not_pay_again(buyer: Person, demo: Demo) -> None:
    charges = count(demo)
    buyer.fill_cart("brighton")
    buyer.to_payment()
    buyer.type_card()
    buyer.pays()
    buyer.sees("Paid")

    buyer.page.go_back()
    buyer.page.wait_for_load_state("networkidle")
    button = buyer.pay_button()
    if button.count():
        button.click()
        buyer.page.wait_for_load_state("networkidle")
    buyer.page.goto(f"{demo.shop}/orders")

    assert count(demo) == charges + 1


def test_an_equal_payment_within_minutes_is_explained_not_charged(
    buyer: Person, demo: Demo
) -> None:
    charges = count(demo)
    for _ in range(2):
        buyer.fill_cart("sweet")
        buyer.to_payment()
        buyer.type_card()
        buyer.pays()
        buyer.sees("Paid|repeat of an earlier payment")

    assert count(demo) == charges + 1
    buyer.sees("Nothing was charged")


@pytest.mark.parametrize("who", ["buyer_required", "buyer_restricted"])
def test_the_rule_of_a_customer_decides_what_is_offered(
    chromium: Browser, demo: Demo, who: str
) -> None:
    person = Person(chromium, demo)
    person.log_in(who)
    person.fill_cart("stardust")
    person.page.goto(f"{demo.shop}/checkout")
    offers_card = person.page.get_by_role("link", name="Pay & Checkout").count()
    offers_terms = person.page.get_by_role("button", name="Checkout", exact=True).count()
    person.leave()

    expected: dict[str, tuple[Any, Any]] = {"buyer_required": (1, 0), "buyer_restricted": (0, 1)}
    assert (offers_card, offers_terms) == expected[who]


def test_a_number_typed_right_before_the_checkout_is_not_lost(buyer: Person, demo: Demo) -> None:
    buyer.fill_cart("patience")
    buyer.page.goto(f"{demo.shop}/cart")

    buyer.page.get_by_label(re.compile("Order quantity")).first.fill("3")
    buyer.page.get_by_role("link", name="Go to checkout").click()
    buyer.page.wait_for_url(re.compile("/checkout"))

    buyer.sees("Boxes")
    expect(buyer.page.get_by_role("cell", name="3", exact=True).first).to_be_visible()


def test_a_buyer_who_wants_a_new_card_is_not_given_the_old_one(buyer: Person) -> None:
    buyer.fill_cart("keira")
    buyer.to_payment()
    buyer.page.get_by_label("New card").check()
    form = buyer.page.get_by_role("main").locator("form")
    form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    buyer.sees("Enter a card")

    assert "422" in buyer.problems.pop()
    expect(buyer.page.get_by_label("New card")).to_be_checked()
