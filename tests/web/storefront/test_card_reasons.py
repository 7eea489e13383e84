"""A sample of the truth table of card payment, walked to the review page over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from komet_shop.models import Company, Customer, GatewayAccount, LocationCardSettings, Order
from tests.web.storefront.buying import Buying, forms, words

BOTH, PAY, TERMS, NOTHING = (True, True), (True, False), (False, True), (False, False)
CAD, EUR = {"currency": "CAD"}, {"currency": "EUR"}
REQUIRED, RESTRICTED = {"card_rule": "required"}, {"card_rule": "restricted"}
OFF, INACTIVE = {"ecommerce_on": False}, {"status": "rates_pending"}
SILENT = {"breaker_open_until": None}
"""Stands for a breaker that opens when the test begins."""

DOLLARS_ONLY = "Cards are taken in US dollars only."
SAMPLE = [
    ("nothing speaks against it", [], BOTH, ""),
    ("not active", [(LocationCardSettings, INACTIVE)], TERMS, "does not take cards"),
    ("switched off", [(LocationCardSettings, OFF)], TERMS, "switched off in the shop"),
    ("company in euros", [(Company, EUR)], TERMS, DOLLARS_ONLY),
    ("customer in dollars of Canada", [(Customer, CAD)], TERMS, "in another currency"),
    ("restricted", [(Customer, RESTRICTED)], TERMS, "not enabled for your account"),
    ("no answer", [(GatewayAccount, SILENT)], TERMS, "does not answer right now"),
    ("required", [(Customer, REQUIRED)], PAY, "paid by card before they ship"),
    (
        "required, no answer",
        [(Customer, REQUIRED), (GatewayAccount, SILENT)],
        NOTHING,
        "cannot be checked out right now",
    ),
    (
        "required, switched off",
        [(Customer, REQUIRED), (LocationCardSettings, OFF)],
        TERMS,
        "switched off in the shop",
    ),
    (
        "restricted, not active: the more fundamental reason is told",
        [(Customer, RESTRICTED), (LocationCardSettings, INACTIVE)],
        TERMS,
        "does not take cards",
    ),
    (
        "required, company in euros, no answer",
        [(Customer, REQUIRED), (Company, EUR), (GatewayAccount, SILENT)],
        TERMS,
        DOLLARS_ONLY,
    ),
]


@pytest.mark.parametrize(
    ("changes", "buttons", "reason"),
    [one[1:] for one in SAMPLE],
    ids=[one[0] for one in SAMPLE],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_review_shows_the_buttons_of_the_rules_and_the_reason(
    buying: Buying,
    changes: list[tuple[Any, dict[str, Any]]],
    buttons: tuple[bool, bool],
    reason: str,
) -> None:
    soon = buying.florist.shop.clock.now() + timedelta(minutes=1)
    for model, values in changes:
        given = {"breaker_open_until": soon} if values is SILENT else values
        buying.florist.change(model, **given)

    page = buying.page("/checkout")

    pays = 'href="/checkout/pay"' in page
    on_terms = "/checkout" in [action for action, _ in forms(page)]
    assert (pays, on_terms) == buttons
    assert reason in words(page)
    assert buying.browser.get("/checkout/pay").status_code == (200 if pays else 303)


def test_over_the_limit_the_page_offers_to_pay_by_card(buying: Buying) -> None:
    buying.florist.change(Customer, credit_limit_cents=10_000)

    answer = buying.submit(buying.page("/checkout"), "/checkout")

    shown = words(answer.text)
    assert answer.status_code == 409
    assert "$0.00 is open, this order is $227.50, the limit is $100.00" in shown
    assert "You can pay it by card now with “Pay & Checkout”." in shown
    assert buying.world.only(Order).state == "draft"
    buying.pay()
    assert buying.world.only(Order).state == "pending_approval"


def test_over_the_limit_without_cards_the_page_says_whom_to_call(buying: Buying) -> None:
    buying.florist.change(Customer, credit_limit_cents=0, card_rule="restricted")

    answer = buying.submit(buying.page("/checkout"), "/checkout")

    assert answer.status_code == 409
    assert "pay open invoices first, or call your salesperson" in words(answer.text)
    assert "Pay & Checkout" not in words(answer.text)
